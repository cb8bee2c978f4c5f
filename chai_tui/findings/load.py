"""What the processes of a program want of the cores, sample by sample."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from chai_tui.findings.finding import Desk
from chai_tui.findings.people import People
from chai_tui.model.events import MakerUse, RunBegan, Sampled

MOVES = 0.05
"""Share of its time in which a thread runs, wants to, or waits for the GIL, from which it counts: a
thread that wakes up ten times a second to look at something is no worker."""
LONGEST_GAP = 2.5
"""Seconds between two samples beyond which nothing is known of the time between."""
WANTS = 0.5
"""Share of its time from which a thread counts as one that wants a core."""
_SHARE = MakerUse._fields.index("cpu_share")
_READY = MakerUse._fields.index("ready_share")
_GIL = MakerUse._fields.index("gil_share")


class Demand(NamedTuple):
    """What the threads of one process did in one sample.

    Attributes:
        seconds: how long it was.
        running: threads on a core, on average.
        ready: threads that wanted a core and had none.
        for_gil: threads that waited for the GIL; None if unknown.
        waited: the share of the time in which surely somebody waited for the GIL.
        wanting: how many threads wanted a core at least half of the time.
    """

    seconds: float
    running: float
    ready: float
    for_gil: float | None
    waited: float
    wanting: int


class Machine(NamedTuple):
    """What there was in one sample.

    Attributes:
        seconds: how long it was.
        cores: how many may be used, at most.
        free: how many of them were free; None if unknown.
    """

    seconds: float
    cores: float
    free: float | None


class Average:
    """Averages over the last so many seconds of samples that follow each other.

    Args:
        seconds: how many.
    """

    def __init__(self, seconds: float) -> None:
        self._most = seconds
        self._parts: deque[tuple[float, tuple[float, ...]]] = deque()
        self.seconds = 0.0

    def add(self, seconds: float, *figures: float) -> None:
        """Take in a sample."""
        self._parts.append((seconds, figures))
        self.seconds += seconds
        while self.seconds - self._parts[0][0] >= self._most:
            self.seconds -= self._parts.popleft()[0]

    def clear(self) -> None:
        """Begin anew."""
        self._parts.clear()
        self.seconds = 0.0

    @property
    def is_known(self) -> bool:
        """Whether there was enough of it."""
        return self.seconds >= self._most - 1e-6

    def figures(self) -> list[float]:
        """Return the averages."""
        columns = zip(*(figures for _, figures in self._parts), strict=True)
        seconds = [seconds for seconds, _ in self._parts]
        return [
            sum(map(float.__mul__, map(float, column), seconds)) / self.seconds
            for column in columns
        ]


Listener = Callable[[float, Machine, dict[int, Demand]], None]


class Load:
    """Sums up samples, once for all who look at them.

    Args:
        desk: has the floor.
        people: who is who.
        listeners: get the time, the machine, and what each process of several threads that move
            wanted, by its station.
    """

    def __init__(self, desk: Desk, people: People, *listeners: Listener) -> None:
        self._desk = desk
        self._people = people
        self._listeners = listeners
        self._sampled_at = -math.inf
        self.handlers: Mapping[type, Callable[[Any], object]] = {
            Sampled: self._sampled,
            RunBegan: self._began,
        }

    def judge(self, at: float) -> None:
        """Nothing: it is no finding."""

    def end(self, at: float) -> None:
        """Likewise."""

    def _began(self, event: RunBegan) -> None:
        self._sampled_at = max(self._sampled_at, event.at)

    def _sampled(self, event: Sampled) -> None:
        seconds = event.at - self._sampled_at
        self._sampled_at = event.at
        if not 0 < seconds <= LONGEST_GAP:
            for listener in self._listeners:
                listener(event.at, Machine(0.0, 0.0, None), {})
            return
        moving = self._moving(event)
        demands = {
            station: demand
            for station, uses in moving.items()
            if len(uses) > 1 and (demand := _demand(seconds, uses)) is not None
        }
        used = sum([sum([use[_SHARE] or 0.0 for use in uses]) for uses in moving.values()])
        nothing = Machine(seconds, 0.0, None)
        machine = self._machine(seconds, event, used) if demands else nothing
        for listener in self._listeners:
            listener(event.at, machine, demands)

    def _moving(self, event: Sampled) -> dict[int, list[MakerUse]]:
        """Return what the threads do that do not just sleep, by their station."""
        at = self._people.at
        moving: dict[int, list[MakerUse]] = {}
        # A thousand threads, ten times a second: by index, which takes half as long as by name.
        for use in event.makers:
            if use[_SHARE] or use[_READY] or use[_GIL]:
                station = at.get(use[0], 0)
                if station in moving:
                    moving[station].append(use)
                else:
                    moving[station] = [use]
        return moving

    def _machine(self, seconds: float, event: Sampled, used: float) -> Machine:
        run = self._desk.floor.run
        ours = {*run.cores}
        busy = [core.busy for core in event.cores if not ours or core.core in ours]
        cores = float(len(busy))
        free = None
        if busy and None not in busy:
            free = sum(max(0.0, 1.0 - (share or 0.0)) for share in busy)
        if run.quota is not None:
            cores = min(cores, run.quota)
            free = None if free is None else max(0.0, min(free, run.quota - used))
        return Machine(seconds, cores, free)


def _demand(seconds: float, uses: list[MakerUse]) -> Demand | None:
    """Return what the threads of a process did; None if fewer than two of them did anything."""
    columns = [*zip(*uses, strict=True)]
    shares, readies, for_gil = [
        [share or 0.0 for share in columns[index]] for index in (_SHARE, _READY, _GIL)
    ]
    moved = [*map(float.__add__, shares, readies)]
    threads = sum([a + b >= MOVES for a, b in zip(moved, for_gil, strict=True)])
    if threads < 2:
        return None
    running, waiting = sum(shares), sum(for_gil)
    # One of them has the GIL, so at most all others wait at once; and whoever waits, waits for one
    # who has it.
    waited = min(1.0, max(*for_gil, waiting / (threads - 1)))
    is_known = any(share is not None for share in columns[_GIL])
    wanting = sum([want >= WANTS for want in moved])
    return Demand(seconds, running, sum(readies), waiting if is_known else None, waited, wanting)
