"""Who is who in a program: the floor forgets those who ended, findings tell of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from chai_tui.model.events import Exited, Paused, Resumed, Seated
from chai_tui.model.program_events import Named, StationSeen

ENDED_KEPT = 5_000
"""Of those who ended, so many are remembered: findings tell of them for a while."""


class Place:
    """One process.

    Attributes:
        number: of its station.
        pid: the system's number of it.
        parent: number of the station that started it; 0 if that is none of them.
        name: what it is called.
        command: its command line.
        gil: whether its threads share one GIL.
        is_python: whether it runs Python.
        makers: its threads, as far as they have not ended.
        first: the thread that it began with.
        known: how many of its threads are remembered, ended or not.
    """

    __slots__ = (
        "command", "first", "gil", "is_python", "known", "makers", "name", "number", "parent", "pid"
    )  # fmt: skip

    def __init__(self, number: int, pid: int) -> None:
        self.number = number
        self.pid = pid
        self.parent = 0
        self.name = ""
        self.command = ""
        self.gil = False
        self.is_python = False
        self.makers: set[int] = set()
        self.first = 0
        self.known = 0


class People:
    """Everybody, as the events tell.

    Attributes:
        places: processes, by the numbers of their stations.
        by_pid: the same by the system's numbers of them; of two, the later one.
        at: the station of each maker.
        names: what each maker is called.
        seated_at: when each was there first.
        paused: those whose process is stopped by the system.
        version: grows whenever somebody comes.
    """

    def __init__(self) -> None:
        self.places: dict[int, Place] = {}
        self.by_pid: dict[int, Place] = {}
        self.at: dict[int, int] = {}
        self.names: dict[int, str] = {}
        self.seated_at: dict[int, float] = {}
        self.paused: set[int] = set()
        self.version = 0
        self._ended: deque[int] = deque()
        self.handlers: Mapping[type, Callable[[Any], object]] = {
            Seated: self._seated,
            Named: self._named,
            StationSeen: self._seen,
            Exited: self._exited,
            Paused: lambda event: self.paused.add(event.maker),
            Resumed: lambda event: self.paused.discard(event.maker),
        }

    def judge(self, at: float) -> None:
        """Nothing: people are no finding."""

    def end(self, at: float) -> None:
        """Likewise."""

    def place_of(self, maker: int) -> Place | None:
        """Return the process of a maker; None if it is unknown."""
        return self.places.get(self.at.get(maker, 0))

    def _place(self, number: int, pid: int) -> Place:
        place = self.places.get(number)
        if place is None:
            place = self.places[number] = Place(number, pid)
            self.by_pid[pid] = place
        return place

    def _seated(self, event: Seated) -> None:
        place = self._place(event.station, event.pid)
        place.first = place.first or event.maker
        place.makers.add(event.maker)
        place.known += event.maker not in self.at
        self.at[event.maker] = event.station
        self.version += 1
        self.seated_at[event.maker] = event.at

    def _named(self, event: Named) -> None:
        self.names[event.maker] = event.name

    def _seen(self, event: StationSeen) -> None:
        place = self._place(event.station, event.pid)
        place.parent, place.name, place.command = event.parent, event.name, event.command
        place.gil, place.is_python = event.gil, bool(event.python)

    def _exited(self, event: Exited) -> None:
        self.paused.discard(event.maker)
        if (place := self.place_of(event.maker)) is not None:
            place.makers.discard(event.maker)
            self._ended.append(event.maker)
            if len(self._ended) > ENDED_KEPT:
                self._forget(self._ended.popleft())

    def _forget(self, maker: int) -> None:
        self.names.pop(maker, None)
        self.seated_at.pop(maker, None)
        place = self.places.get(self.at.pop(maker, 0))
        if place is not None:
            place.known -= 1
            if not place.known:
                del self.places[place.number]
                if self.by_pid.get(place.pid) is place:
                    del self.by_pid[place.pid]
