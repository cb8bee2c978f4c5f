"""How much a figure of a run may grow: ``wall=10%``."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from chai_tui.explain.wording.formatting import counted
from chai_tui.explain.wording.grammar import listed
from chai_tui.model.text import printable
from chai_tui.recording.diff.comparison import OF_ALL, Comparison, Figure, Unit, end_of
from chai_tui.recording.diff.words import listed_some, name_text, value_text
from chai_tui.state.makers.records import State

_LIMIT = re.compile(r"\s*(\d{1,12}(?:\.\d{1,12})?)\s*(%|s)?\s*")


class Limit(NamedTuple):
    """How much more something may be in B than in A.

    Attributes:
        figure: what.
        most: the greatest difference that will do: a share of what it was, or seconds.
        is_share: which of both.
    """

    figure: Figure
    most: float
    is_share: bool


def parse_limit(text: str) -> Limit:
    """Return the limit that a text such as ``wall=10%``, ``wall=10`` or ``wall=0.5s`` stands for.

    Raises:
        ValueError: it stands for none; the text is one line for a person.
    """
    name, equals, amount = text.partition("=")
    figures = {figure.name: figure for figure in OF_ALL}
    figure = figures.get(name.strip().replace("-", "_"))
    if figure is None:
        expected = listed([*figures], last="or")
        raise ValueError(f'expected {expected} before "=", found "{printable(name[:40])}"')
    found = _LIMIT.fullmatch(amount) if equals else None
    if found is None or (found[2] == "s" and figure.unit is not Unit.SECONDS):
        seconds = f" or {name.strip()}=0.5s" if figure.unit is Unit.SECONDS else ""
        raise ValueError(f'expected {name.strip()}=10%{seconds}, found "{printable(text[:60])}"')
    is_share = found[2] != "s"
    return Limit(figure, float(found[1]) / (100 if is_share else 1), is_share)


def beyond(limit: Limit, comparison: Comparison) -> str:
    """Return what grew by more than a limit allows, in words; empty if it did not.

    Raises:
        ValueError: nobody knows; the text says so.
    """
    change = next(each for each in comparison.changes if each.figure is limit.figure)
    name = limit.figure.words
    if change.before is None or change.after is None or change.difference is None:
        which = listed(
            [run for run, value in (("A", change.before), ("B", change.after)) if value is None]
        )
        raise ValueError(f"{limit.figure.name}: nobody knows it of {which}: {name}")
    most = change.before * limit.most if limit.is_share else limit.most
    # What cannot be told from noise is no more, nor what is equal but for the rounding of floats.
    if (
        not change.is_told
        or change.difference <= most
        or math.isclose(change.difference, most, rel_tol=1e-9)
    ):
        return ""
    by = value_text(limit.figure, change.difference)
    grew = f" ({_percent(change.share)} %)" if change.share is not None else ""
    allowed = f"{limit.most * 100:g} %" if limit.is_share else f"{limit.most:g} s"
    before, after = (value_text(limit.figure, each) for each in (change.before, change.after))
    return f"{name} grew by {by}{grew}, from {before} to {after}: more than {allowed}"


def _percent(share: float) -> str:
    return f"{100 * share:.3g}" if abs(share) < 9.995 else f"{100 * share:,.0f}"


def unserved(comparison: Comparison) -> str:
    """Return which makers were served in A and were not in B, in words; empty if there are none.

    A run that ends early because it broke has not become faster.
    """
    lost = [
        f"{name_text((maker.recipe, maker.nth))} ({end_of(maker.after)})"
        for maker in comparison.makers
        if maker.before.state is State.SERVED and maker.after.state is not State.SERVED
    ]
    lost += [
        f"{name_text((maker.recipe, maker.nth))} (not there)"
        for maker in comparison.missing
        if maker.state is State.SERVED
    ]
    if not lost:
        return ""
    verb = "was served in A and was" if len(lost) == 1 else "were served in A and were"
    return f"{counted(len(lost), 'maker')} {verb} not in B: {listed_some(lost)}"
