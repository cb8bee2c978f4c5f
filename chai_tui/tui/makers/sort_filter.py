"""Which makers are on the screen, and in which order: sort and filter, as pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from itertools import islice
from typing import Any

from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Maker, State, Station
from chai_tui.tui.canvas.maker_facts import state_name
from chai_tui.tui.canvas.program_facts import blocked_or_waits, does_now

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
    NAME = "name"
    """As a program that is not ours calls them."""

    def next(self, step: int, *, is_program: bool = False) -> Sort:
        """Return the sort ``step`` places further in the list, round its end.

        Args:
            step: how far; back if it is negative.
            is_program: whether a program that is not ours is shown: it has names, and no places.
        """
        unknown = Sort.PLACE if is_program else Sort.NAME
        sorts = [sort for sort in Sort if sort is not unknown]
        at = sorts.index(self) if self in sorts else 0
        return sorts[(at + step) % len(sorts)]


_STATE_ORDER = (
    State.BREWING,
    State.PAUSED,
    State.SEATED,
    State.FAILED,
    State.KILLED,
    State.ENDED,
    State.STOPPED,
    State.SERVED,
    State.DONE,
)


def state_meant(term: str, *, is_ours: bool = True) -> frozenset[State]:
    """Return the states that a word of the filter means; none if it is an ordinary word.

    Every maker has said "Start of … brewing", so a state's word is looked for in states alone.

    Args:
        term: case-folded; a state's word, or its first letters, at least ``STATE_LETTERS``.
        is_ours: whether it is looked for among makers that follow a recipe: others' states have
            other words.
    """
    if len(term) < STATE_LETTERS:
        return frozenset()
    return frozenset(
        state for state in State if state_name(state, is_ours=is_ours).startswith(term)
    )


def matches(maker: Maker, terms: Iterable[str], station: Station | None = None) -> bool:
    """Return whether every term is part of something that the maker shows.

    Args:
        maker: its number, state, recipe, engine and last lines are looked at; of one that is not
            ours also its name, its target, its task and what it waits for.
        station: where it stands: of one that is not ours what its process is called counts, too.
        terms: case-folded; none matches everything. One that means a state matches those who are
            in it.
    """
    words: list[str] = []
    for term in terms:
        if not (states := state_meant(term, is_ours=maker.is_ours)):
            words.append(term)
        elif maker.state not in states:
            return False
    if not words:
        return True
    lines = (line.text for line in islice(reversed(maker.said), SEARCHED_LINES))
    state = state_name(maker.state, is_ours=maker.is_ours)
    shown = "\n".join(
        (
            f"#{maker.number}",
            state,
            maker.recipe,
            maker.engine,
            maker.cause,
            *_of_program(maker, station),
            *lines,
        )
    ).casefold()
    return all(word in shown for word in words)


def _of_program(maker: Maker, station: Station | None) -> Iterator[str]:
    """What one that is not ours is found by beside what all are."""
    if maker.is_ours:
        return
    yield from (maker.called, maker.target, maker.task)
    if not maker.joined:
        yield from (does_now(maker), blocked_or_waits(maker))
    if station is not None:
        yield from (station.name, station.target)


def in_order(floor: Floor, sort: Sort = Sort.NUMBER, wanted: str = "") -> list[int]:
    """Return the numbers of the makers to show, in the order to show them.

    Args:
        floor: whose makers.
        sort: makers that are equal in it stay in the order of their numbers.
        wanted: words that must all be part of what a maker shows, or mean its state; empty shows
            all.
    """
    terms = wanted.casefold().split()
    stations = floor.stations
    shown = [
        maker
        for maker in floor.makers.values()
        if not terms or matches(maker, terms, stations.get(maker.station))
    ]
    if sort is not Sort.NUMBER:
        shown.sort(key=_key(floor, sort))
    return [maker.number for maker in shown]


def _key(floor: Floor, sort: Sort) -> Callable[[Maker], Any]:
    match sort:
        case Sort.STATE:
            return lambda maker: _STATE_ORDER.index(maker.state)
        case Sort.CPU:
            return lambda maker: -maker.cpu_seconds
        case Sort.MEMORY:
            return lambda maker: -(maker.memory or 0)
        case Sort.PLACE:
            return lambda maker: floor.place(maker.number) or len(floor.makers) + 1
        case Sort.NAME:
            return lambda maker: maker.called.casefold()
    return lambda maker: maker.number
