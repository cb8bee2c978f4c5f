"""Starts of processes that wait for a moment before they are told: they may tell their names."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chai_tui.model.events import Event, Exited, Said, Started
from chai_tui.model.program_events import StationSeen
from chai_tui.state.floor import Floor

NAME_SECONDS = 0.15
"""So long a start waits at most."""
SPAWNED = "python spawned"
"""What is called whom multiprocessing starts anew, until it tells its name."""
_NOW = float("-inf")


class Starts:
    """They, in the order in which they were; each is told once.

    Args:
        clock: seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._due: dict[int, float] = {}
        """Until when they wait, by station; the oldest first."""
        self._events: dict[int, Started] = {}

    def add(self, event: Started, floor: Floor) -> None:
        """Take in the start of a process."""
        maker = floor.makers.get(event.maker)
        number = -event.maker if maker is None else maker.station  # it was forgotten already
        waits = may_be_named(number, floor)
        self._due[number] = self._clock() + NAME_SECONDS if waits else _NOW
        self._events[number] = event

    def hear(self, event: Event, floor: Floor) -> None:
        """Take in what ends the wait of some: a name, or something else of theirs."""
        if not self._due:
            return
        if isinstance(event, StationSeen):
            if event.station in self._due:
                self._due[event.station] = _NOW
        elif isinstance(event, Said):
            self._let_go(event.station)
        elif isinstance(event, Exited):
            maker = floor.makers.get(event.maker)
            # Whoever was forgotten already is one of many, who have ended as well.
            self._let_go(next(reversed(self._due)) if maker is None else maker.station)

    def _let_go(self, station: int) -> None:
        """Have one wait no longer, and nobody before it."""
        if station in self._due:
            for number in self._due:
                self._due[number] = _NOW
                if number == station:
                    break

    def take(self, *, at_last: bool = False) -> Sequence[Started]:
        """Return those that are to be told now: none before one that still waits.

        Args:
            at_last: whether nobody waits any longer.
        """
        now = self._clock() if self._due else 0.0
        told = []
        while self._due:
            number, due = next(iter(self._due.items()))
            if due > now and not at_last:
                break
            del self._due[number]
            told.append(self._events.pop(number))
        return told

    def patience(self) -> float | None:
        """Return seconds after which there is one to tell, whatever happens; None: there is none.

        Of those that wait behind another one nothing can be told before that.
        """
        due = next(iter(self._due.values()), None)
        return None if due is None else max(0.0, due - self._clock())


def may_be_named(number: int, floor: Floor) -> bool:
    """Whether a process may be about to tell its name, or to get one.

    It is called as whoever started it until it runs a command of its own, or its Python says more.

    Args:
        number: of its station.
        floor: the state.
    """
    station = floor.stations.get(number)
    parent = None if station is None else floor.stations.get(station.parent)
    if station is None or parent is None or floor.run.source != "run":
        return False
    return station.name in {parent.name, SPAWNED}
