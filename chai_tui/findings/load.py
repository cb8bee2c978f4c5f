"""What the processes of a program want of the cores, sample by sample."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from chai_tui.findings.finding import Desk
from chai_tui.findings.people import People
from chai_tui.model.events import RunBegan, Sampled

MOVES = 0.05
"""Share of its time in which a thread runs, wants to, or waits for the GIL, from which it counts: a
thread that wakes up ten times a second to look at something is no worker."""
LONGEST_GAP = 2.5
"""Seconds between two samples beyond which nothing is known of the time between."""
WANTS = 0.5
"""Share of its time from which a thread counts as one that wants a core."""
_THREADS, _RUNNING, _WANTED, _WANTING, _KNOWN, _FOR_GIL, _LONGEST = range(7)
"""Figures of the threads of one process that are summed up."""
_FIGURES = 7


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
        sums, used = self._sums(event)
        demands = {
            station: _demand(seconds, *figures)
            for station, figures in sums.items()
            if figures[_THREADS] > 1
        }
        machine = self._machine(seconds, event, used)
        for listener in self._listeners:
            listener(event.at, machine, demands)

    def _sums(self, event: Sampled) -> tuple[dict[int, list[float]], float]:
        """Return the figures of the threads that move, by station, and what all used together."""
        at = self._people.at
        sums: dict[int, list[float]] = {}
        used = 0.0
        # A thousand threads, ten times a second: nearly all of them sleep, and cost one look each.
        for maker, _, share, ready, _, _, _, gil in event.makers:
            if not share and not ready and not gil:
                continue
            wanted = (share or 0.0) + (ready or 0.0)
            used += share or 0.0
            if wanted + (gil or 0.0) < MOVES:
                continue
            station = at.get(maker, 0)
            figures = sums.get(station)
            if figures is None:
                figures = sums[station] = [0.0] * _FIGURES
            figures[_THREADS] += 1
            figures[_RUNNING] += share or 0.0
            figures[_WANTED] += wanted
            figures[_WANTING] += wanted >= WANTS
            if gil is not None:
                figures[_KNOWN] += 1
                figures[_FOR_GIL] += gil
                if gil > figures[_LONGEST]:
                    figures[_LONGEST] = gil
        return sums, used

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
    threads: float,
    running: float,
    wanted: float,
    wanting: float,
    known: float,
    for_gil: float,
    longest: float,
) -> Demand:
    # One of them has the GIL, so at most all others wait at once; and whoever waits, waits for one
    # who has it.
    waited = min(1.0, max(longest, for_gil / (threads - 1)))
    ready = wanted - running
    return Demand(seconds, running, ready, for_gil if known else None, waited, int(wanting))
