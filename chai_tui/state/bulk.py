"""Folds very many events at once: what thousands of lines of a recording told of progress."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, NamedTuple

from chai_tui.model.events import Event
from chai_tui.state.floor import Floor


class Bulk(NamedTuple):
    """Some events, of which most tell of progress; those are columns.

    Attributes:
        ats: when progress was told, oldest first.
        makers: whose it was.
        fractions: how much of its step was done: texts, for most of them nobody ever asks for.
        cpu_seconds: what it had burned.
        others: the other events, and how many of the above came before each.
    """

    ats: Sequence[float]
    makers: Sequence[int]
    fractions: Sequence[str]
    cpu_seconds: Sequence[float]
    others: Sequence[tuple[int, Event]]


def fold_bulk(floor: Floor, bulk: Bulk) -> None:
    """Fold events as :meth:`Floor.fold` does, one after another."""
    told = zip(bulk.makers, bulk.fractions, bulk.cpu_seconds, strict=True)
    done = 0
    for before, event in bulk.others:
        if before > done:
            _progress(floor, islice(told, before - done))
            done = before
        floor.fold((event,))
    _progress(floor, told)
    for number in {*bulk.makers}:
        maker = floor.makers.get(number)
        if maker is not None:
            maker.fraction = float(maker.fraction)
    floor.now = max(floor.now, *bulk.ats) if bulk.ats else floor.now
    floor.version += len(bulk.ats)


def _progress(floor: Floor, told: Iterable[tuple[int, Any, float]]) -> None:
    """Fold progress; fractions become numbers only in the end."""
    makers = floor.unjoined
    for number, fraction, cpu_seconds in told:
        maker = makers.get(number)
        if maker is None:
            continue
        maker.version += 1
        maker.fraction = fraction
        maker.told_progress = True
        if cpu_seconds > maker.cpu_seconds:  # noqa: PLR1730 - max() is a call, and this is hot
            maker.cpu_seconds = cpu_seconds
