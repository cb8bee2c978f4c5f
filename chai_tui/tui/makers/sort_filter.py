"""Which makers are on the screen, and in which order: sort and filter, as pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from itertools import islice

from chai_tui.state.floor import Floor
from chai_tui.state.records import Maker, State

SEARCHED_LINES = 50
"""How many of its last lines a filter looks through: 1,000 makers are searched in 10 ms."""
STATE_LETTERS = 3
"""So many letters of a state's word mean the state; fewer are still being typed."""


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


_STATE_ORDER = (
    State.BREWING,
    State.PAUSED,
    State.SEATED,
    State.FAILED,
    State.KILLED,
    State.ENDED,
    State.STOPPED,
    State.SERVED,
)


def state_meant(term: str) -> frozenset[State]:
    """Return the states that a word of the filter means; none if it is an ordinary word.

    Every maker has said "Start of … brewing", so a state's word is looked for in states alone.

    Args:
        term: case-folded; a state's word, or its first letters, at least ``STATE_LETTERS``.
    """
    if len(term) < STATE_LETTERS:
        return frozenset()
    return frozenset(state for state in State if state.startswith(term))


def matches(maker: Maker, terms: Iterable[str]) -> bool:
    """Return whether every term is part of something that the maker shows.

    Args:
        maker: its number, state, recipe, engine and last lines are looked at.
        terms: case-folded; none matches everything. One that means a state matches those who are
            in it.
    """
    words: list[str] = []
    for term in terms:
        if not (states := state_meant(term)):
            words.append(term)
        elif maker.state not in states:
            return False
    if not words:
        return True
    lines = (line.text for line in islice(reversed(maker.said), SEARCHED_LINES))
    shown = "\n".join(
        (f"#{maker.number}", maker.state, maker.recipe, maker.engine, maker.cause, *lines)
    ).casefold()
    return all(word in shown for word in words)


def in_order(floor: Floor, sort: Sort = Sort.NUMBER, wanted: str = "") -> list[int]:
    """Return the numbers of the makers to show, in the order to show them.

    Args:
        floor: whose makers.
        sort: makers that are equal in it stay in the order of their numbers.
        wanted: words that must all be part of what a maker shows, or mean its state; empty shows
            all.
    """
    terms = wanted.casefold().split()
    shown = [maker for maker in floor.makers.values() if not terms or matches(maker, terms)]
    if sort is not Sort.NUMBER:
        shown.sort(key=_key(floor, sort))
    return [maker.number for maker in shown]


def _key(floor: Floor, sort: Sort) -> Callable[[Maker], float]:
    match sort:
        case Sort.STATE:
            return lambda maker: _STATE_ORDER.index(maker.state)
        case Sort.CPU:
            return lambda maker: -maker.cpu_seconds
        case Sort.MEMORY:
            return lambda maker: -(maker.memory or 0)
        case Sort.PLACE:
            return lambda maker: floor.place(maker.number) or len(floor.makers) + 1
    return lambda maker: maker.number
