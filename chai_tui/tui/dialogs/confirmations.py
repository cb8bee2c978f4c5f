"""What to say before and instead of acting on a maker: pure decisions, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chai_tui.state.floor import Floor
from chai_tui.state.records import Maker, State

NAMED_AT_MOST = 6
"""How many makers a question names; the rest is counted."""


class Question(NamedTuple):
    """What is asked before something happens to more than one maker."""

    question: str
    detail: str


def refusal(maker: Maker | None) -> str:
    """Return why nothing can be done to a maker any more; empty if something can."""
    if maker is None:
        return "No maker is selected"
    if not maker.joined:
        return ""
    match maker.state:
        case State.SERVED:
            return f"{maker.name} has already served"
        case State.KILLED:
            return f"{maker.name} was already {maker.cause}"
        case State.STOPPED:
            return f"{maker.name} has already stopped"
    return f"{maker.name} has already failed: {maker.cause}"


def sharers(floor: Floor, maker: Maker) -> list[int]:
    """Return the numbers of the others at work at a maker's station."""
    station = floor.stations.get(maker.station)
    if station is None:
        return []
    return [n for n in station.makers if n != maker.number and not floor.makers[n].joined]


def names(numbers: Sequence[int]) -> str:
    """Return ``Chai Maker #2, #3 and 12 more``."""
    shown = [f"#{number}" for number in numbers[:NAMED_AT_MOST]]
    more = len(numbers) - len(shown)
    if more:
        return f"Chai Maker {', '.join(shown)} and {more} more"
    *first, last = shown
    return f"Chai Maker {', '.join(first)} and {last}" if first else f"Chai Maker {last}"


def question(floor: Floor, maker: Maker, doing: str, effect: str) -> Question | None:
    """Return what to ask before a maker's process gets a signal; None if nobody shares it.

    Args:
        floor: who shares it.
        maker: whose process.
        doing: what is about to be done: ``Kill``.
        effect: what happens to those who share the process: ``end with it``.
    """
    others = sharers(floor, maker)
    if not others:
        return None
    verb = effect if len(others) > 1 else _singular(effect)
    share = "share" if len(others) > 1 else "shares"
    return Question(
        f"{doing} the process of {maker.name}?",
        f"{names(others)} {share} it (pid {maker.pid}) and {verb}.",
    )


def _singular(effect: str) -> str:
    verb, _, rest = effect.partition(" ")
    return f"{verb}s {rest}".strip()
