"""Threads that wait for their GIL while cores are free."""

from __future__ import annotations

from chai_tui.explain.wording.formatting import cores_worth, percent
from chai_tui.explain.wording.grammar import number_word
from chai_tui.findings.evidence import words
from chai_tui.findings.evidence.finding import Desk, Finding, FindingKind
from chai_tui.findings.evidence.people import People
from chai_tui.findings.load import Average, Demand, Machine

LOOKED_AT_SECONDS = 3.0
"""A start, an import or a collection of garbage is over by then."""
ONE_CORE = (0.85, 1.15)
"""Cores that the threads of a process use or want together if the GIL lets one run at a time: to
hand it over costs up to a tenth, and figures of threads are of slightly different moments. More
than that is code that works without it."""
WAITED = 0.5
"""Share of the time in which surely somebody waited for the GIL; and as many waiting threads."""
FREE_CORES = 0.8
"""So many cores were free: a whole one, but for those who watch, and the odd moment of others."""


class GilBound:
    """Looks for processes that more cores would help, if the GIL let them.

    Args:
        desk: where to tell.
        people: who is who.
    """

    def __init__(self, desk: Desk, people: People) -> None:
        self._desk = desk
        self._people = people
        self._averages: dict[int, Average] = {}
        self._told: set[int] = set()

    def sampled(self, at: float, machine: Machine, demands: dict[int, Demand]) -> None:
        """Take in a sample; see :class:`chai_tui.findings.load.Load`."""
        places = self._people.places
        for station in self._averages.keys() - demands.keys():
            del self._averages[station]
        for station, demand in demands.items():
            place = places.get(station)
            if place is None or not place.gil or station in self._told:
                continue
            if machine.free is None or demand.for_gil is None:
                self._averages.pop(station, None)
                continue
            average = self._averages.setdefault(station, Average(LOOKED_AT_SECONDS))
            figures = (demand.running, demand.ready, demand.for_gil, demand.waited, machine.free)
            average.add(demand.seconds, *figures)
            if average.is_known:
                self._look(station, average, at)

    def _look(self, station: int, average: Average, at: float) -> None:
        running, ready, for_gil, waited, free = average.figures()
        least, most = ONE_CORE
        if running > most or running + ready < least or free < FREE_CORES:
            return
        if min(for_gil, waited) < WAITED:
            return
        self._told.add(station)
        del self._averages[station]
        place = self._people.places[station]
        makers = tuple(sorted(place.makers))
        cores = max(1, int(free + 0.3))
        count = "a core was" if cores == 1 else f"{number_word(cores)} cores were"
        sentence = (
            f"Threads of {words.who(self._people, place.first)} waited for its GIL "
            f"{percent(waited)} of the time while {count} free"
        )
        evidence = (
            f"in {LOOKED_AT_SECONDS:g} s its threads used {cores_worth(running)} cores together",
            f"{for_gil:.1f} of them waited for the GIL, on average",
            f"{free:.1f} cores were free",
        )
        self._desk.tell(Finding(FindingKind.GIL_BOUND, at, sentence, evidence, makers))
