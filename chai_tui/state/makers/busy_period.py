"""Rounds: stretches of time in which somebody was always brewing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from chai_tui.state.makers.records import Maker


class BusyPeriod(NamedTuple):
    """One round.

    Attributes:
        began: when its first maker was seated, in seconds of ``time.monotonic()``.
        ended: when its last maker was joined; None while somebody brews.
        makers: the numbers of those who took part.
    """

    began: float
    ended: float | None
    makers: tuple[int, ...]


def latest_busy_period(makers: Iterable[Maker]) -> BusyPeriod:
    """Return the last round of these makers.

    Raises:
        ValueError: there are no makers.
    """
    spans = sorted(
        ((maker.seated_at, maker.ended_at, maker.number) for maker in makers),
        key=lambda span: (span[0], span[2]),
    )
    if not spans:
        raise ValueError("a round needs makers")
    began, ended, number = spans[0]
    numbers = [number]
    for seated_at, ended_at, number in spans[1:]:
        if ended is not None and seated_at > ended:
            began, ended, numbers = seated_at, ended_at, [number]
            continue
        numbers.append(number)
        ended = None if ended is None or ended_at is None else max(ended, ended_at)
    return BusyPeriod(began, ended, tuple(numbers))
