"""Which makers are on the screen, and in which order: sort and filter, as pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from itertools import islice

from chai_tui.floor import Floor
from chai_tui.state import Maker, State

SEARCHED_LINES = 50
"""How many of its last lines a filter looks through: 1,000 makers are searched in 10 ms."""


class Sort(StrEnum):
    """What the makers are sorted by."""

    NUMBER = "number"
    STATE = "state"
    CPU = "cpu"
    """CPU seconds, most first."""
    MEMORY = "memory"
    """Most first."""
    PLACE = "place"
    """Who served first, first; then those who have not served."""

    def next(self, step: int) -> Sort:
        """Return the sort ``step`` places further in the list, round its end."""
        sorts = list(Sort)
        return sorts[(sorts.index(self) + step) % len(sorts)]


_STATE_ORDER = {
    state: index
    for index, state in enumerate(
        (
            State.BREWING,
            State.PAUSED,
            State.SEATED,
            State.FAILED,
            State.KILLED,
            State.STOPPED,
            State.SERVED,
        )
    )
}


def matches(maker: Maker, terms: Iterable[str]) -> bool:
    """Return whether every term is part of something that the maker shows.

    Args:
        maker: its number, state, recipe, engine and last lines are looked at.
        terms: lower-case; none matches everything.
    """
    terms = list(terms)
    if not terms:
        return True
    lines = (line.text for line in islice(reversed(maker.said), SEARCHED_LINES))
    shown = "\n".join(
        (f"#{maker.number}", maker.state, maker.recipe, maker.engine, maker.cause, *lines)
    ).casefold()
    return all(term in shown for term in terms)


def in_order(floor: Floor, sort: Sort = Sort.NUMBER, wanted: str = "") -> list[int]:
    """Return the numbers of the makers to show, in the order to show them.

    Args:
        floor: whose makers.
        sort: makers that are equal in it stay in the order of their numbers.
        wanted: words that must all be part of what a maker shows; empty shows all.
    """
    terms = wanted.casefold().split()
    shown = [maker for maker in floor.makers.values() if not terms or matches(maker, terms)]
    if sort is not Sort.NUMBER:
        shown.sort(key=_key(floor, sort))
    return [maker.number for maker in shown]


def _key(floor: Floor, sort: Sort) -> Callable[[Maker], float]:
    match sort:
        case Sort.STATE:
            return lambda maker: _STATE_ORDER[maker.state]
        case Sort.CPU:
            return lambda maker: -maker.cpu_seconds
        case Sort.MEMORY:
            return lambda maker: -(maker.memory or 0)
        case Sort.PLACE:
            return lambda maker: floor.place(maker.number) or len(floor.makers) + 1
    return lambda maker: maker.number
