"""What the processes of a program want of the cores, sample by sample."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from operator import add, itemgetter, sub
from typing import Any, NamedTuple

from chai_tui.findings.evidence.finding import Desk
from chai_tui.findings.evidence.people import People
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
        self._parts: deque[tuple[float, list[float]]] = deque()
        self._sums: list[float] = []
        self.seconds = 0.0

    def add(self, seconds: float, *figures: float) -> None:
        """Take in a sample."""
        sums = [figure * seconds for figure in figures]
        self._parts.append((seconds, sums))
        self._sums = [*map(add, self._sums, sums)] if self._sums else sums
        self.seconds += seconds
        while self.seconds - self._parts[0][0] >= self._most:
            seconds, sums = self._parts.popleft()
            self._sums = [*map(sub, self._sums, sums)]
            self.seconds -= seconds

    def clear(self) -> None:
        """Begin anew."""
        self._parts.clear()
        self._sums = []
        self.seconds = 0.0

    @property
    def is_known(self) -> bool:
        """Whether there was enough of it."""
        return self.seconds >= self._most - 1e-6

    def figures(self) -> list[float]:
        """Return the averages."""
        return [each / self.seconds for each in self._sums]


Getter = Callable[[Sequence[Any]], Sequence[Any]]
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
        self._numbers: list[int] = []
        self._version = 0
        self._getters: list[tuple[int, Getter]] = []
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
        # A thousand threads, ten times a second: by column, which takes a third of the time.
        makers = event.makers
        shares = [use[_SHARE] or 0.0 for use in makers]
        readies = [use[_READY] or 0.0 for use in makers]
        for_gil = [*map(itemgetter(_GIL), makers)]
        used = sum(shares)
        demands: dict[int, Demand] = {}
        if used or any(readies) or any(for_gil):
            for station, of_it in self._together([*map(itemgetter(0), makers)]):
                demand = _demand(seconds, of_it(shares), of_it(readies), of_it(for_gil))
                if demand is not None:
                    demands[station] = demand
        nothing = Machine(seconds, 0.0, None)
        machine = self._machine(seconds, event, used) if demands else nothing
        for listener in self._listeners:
            listener(event.at, machine, demands)

    def _together(self, numbers: list[int]) -> Sequence[tuple[int, Getter]]:
        """Return what gets those of each station of several makers out of what is told of all."""
        if numbers != self._numbers or self._version != self._people.version:
            self._numbers, self._version = numbers, self._people.version
            places: dict[int, list[int]] = {}
            for index, number in enumerate(numbers):
                places.setdefault(self._people.at.get(number, 0), []).append(index)
            self._getters = [
                (station, itemgetter(*indexes))
                for station, indexes in places.items()
                if len(indexes) > 1
            ]
        return self._getters

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


def _demand(
    seconds: float,
    shares: Sequence[float],
    readies: Sequence[float],
    gil_shares: Sequence[float | None],
) -> Demand | None:
    """Return what the threads of a process did; None if fewer than two of them did anything."""
    moved = [*map(add, shares, readies)]
    for_gil: Sequence[float] = ()
    is_known = any(share is not None for share in gil_shares)
    if is_known:
        for_gil = [share or 0.0 for share in gil_shares]
    waiting = sum(for_gil)
    threads = sum([each >= MOVES for each in (map(add, moved, for_gil) if waiting else moved)])
    if threads < 2:
        return None
    # One of them has the GIL, so at most all others wait at once; and whoever waits, waits for one
    # who has it.
    waited = min(1.0, max(max(for_gil, default=0.0), waiting / (threads - 1)))
    wanting = sum([want >= WANTS for want in moved])
    running, ready = sum(shares), sum(readies)
    return Demand(seconds, running, ready, waiting if is_known else None, waited, wanting)
