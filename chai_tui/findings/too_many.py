"""Processes of many threads each, which all want a core at the same time."""

from __future__ import annotations

import re
from collections.abc import Iterable

from chai_tui.explain.wording.formatting import cores_worth
from chai_tui.findings.evidence import words
from chai_tui.findings.evidence.finding import Desk, Finding, FindingKind
from chai_tui.findings.evidence.people import People
from chai_tui.findings.load import Average, Demand, Machine

LOOKED_AT_SECONDS = 3.0
"""Everybody wants a core at a start; not for so long."""
CROWDED = 1.5
"""Times as many threads want a core as there are: a little more than there are is what one would
choose, because somebody always waits for something else."""
READY = 0.3
"""Share of their time in which those threads had no core, on average: else they do not mind."""
OWN = 0.7
"""Share of the cores that those threads have: else others take the cores from them."""
FOR_GIL = 0.05
"""Share of those threads, on average, that wait for their GIL, from which some of them may take
turns: such a process wants one core however many threads it has."""
_LIBRARY = re.compile(r"blas|\bmkl", re.IGNORECASE)
"""In the names of threads that calculate for numpy and the like."""


class TooManyThreads:
    """Looks for processes whose threads do not fit on the cores together.

    One process alone with many threads is none: it chose so, and so are many processes of one
    thread each.

    Args:
        desk: where to tell.
        people: who is who.
    """

    def __init__(self, desk: Desk, people: People) -> None:
        self._desk = desk
        self._people = people
        self._average = Average(LOOKED_AT_SECONDS)
        self._is_told = False

    def sampled(self, at: float, machine: Machine, demands: dict[int, Demand]) -> None:
        """Take in a sample; see :class:`chai_tui.findings.load.Load`."""
        if self._is_told:
            return
        crowd = {station: demand for station, demand in demands.items() if demand.wanting > 1}
        running = sum(demand.running for demand in crowd.values())
        ready = sum(demand.ready for demand in crowd.values())
        threads = sum(demand.wanting for demand in crowd.values())
        for_gil = sum(self._for_gil(station, demand) for station, demand in crowd.items())
        if len(crowd) < 2 or not machine.cores:
            self._average.clear()
            return
        self._average.add(machine.seconds, running, ready, for_gil, float(threads), machine.cores)
        if self._average.is_known:
            self._look(crowd, at)

    def _for_gil(self, station: int, demand: Demand) -> float:
        """Return how many of its threads waited for a GIL: all of them where nobody knows."""
        if demand.for_gil is not None:
            return demand.for_gil
        place = self._people.places.get(station)
        return float(demand.wanting) if place is not None and place.gil else 0.0

    def _look(self, crowd: dict[int, Demand], at: float) -> None:
        running, ready, for_gil, threads, cores = self._average.figures()
        wanted = running + ready
        if min(wanted, threads) <= CROWDED * cores or ready < READY * wanted:
            return
        if running < OWN * cores or for_gil > FOR_GIL * wanted:
            return
        self._is_told = True
        places = [self._people.places[station] for station in sorted(crowd)]
        each = {demand.wanting for demand in crowd.values()}
        makers = [maker for place in places for maker in sorted(place.makers)]
        kind = "BLAS threads" if self._are_of_a_library(makers) else "threads"
        if len(each) == 1:
            sentence = f"{len(crowd)} processes × {each.pop()} {kind} on {cores_worth(cores)} cores"
        else:
            count = sum(demand.wanting for demand in crowd.values())
            sentence = f"{len(crowd)} processes with {count} {kind} on {cores_worth(cores)} cores"
        sentence += ": they take the cores from each other"
        evidence = (
            f"in {LOOKED_AT_SECONDS:g} s {wanted:.1f} threads wanted a core at a time",
            f"{ready:.1f} of them had none",
            *[
                f"{words.who(self._people, place.first)}: "
                f"{crowd[place.number].wanting} threads that want a core"
                for place in places[: words.NAMED_AT_MOST]
            ],
        )
        firsts = tuple(place.first for place in places)
        self._desk.tell(Finding(FindingKind.TOO_MANY_THREADS, at, sentence, evidence, firsts))

    def _are_of_a_library(self, makers: Iterable[int]) -> bool:
        """Whether at least half of them say so."""
        said = [bool(_LIBRARY.search(self._people.names.get(maker, ""))) for maker in makers]
        return 2 * sum(said) >= len(said)
