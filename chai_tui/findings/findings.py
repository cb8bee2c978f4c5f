"""All findings of one program, as its events come."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from operator import attrgetter
from typing import Any

from chai_tui.findings.deadlock import Deadlock
from chai_tui.findings.ends import NoMemory, Zombies
from chai_tui.findings.evidence.finding import Desk, Detector, Finding
from chai_tui.findings.evidence.people import People
from chai_tui.findings.evidence.waiting import Waiting
from chai_tui.findings.gil_bound import GilBound
from chai_tui.findings.idle_workers import IdleWorkers
from chai_tui.findings.join_drain import JoinBeforeDrain
from chai_tui.findings.load import Load
from chai_tui.findings.same_error import SameError
from chai_tui.findings.standstill import Standstill
from chai_tui.findings.too_many import TooManyThreads
from chai_tui.model.events import Event
from chai_tui.state.floor import Floor


class Findings:
    """What is found in a program that is not ours; it grows as its events come.

    The same events make the same findings, however they are cut into batches: time is the events'.

    Args:
        keeps_history: whether somebody will ask what was known at a moment of before.
    """

    def __init__(self, *, keeps_history: bool = False) -> None:
        self._desk = desk = Desk()
        self._known: tuple[int, list[Finding]] = (0, [])  # by so many entries of the history
        if keeps_history:
            desk.history = []
        self._people = people = People()
        waiting = Waiting()
        load = Load(
            desk, people, GilBound(desk, people).sampled, TooManyThreads(desk, people).sampled
        )
        # These come first: they know who it is that the others tell of.
        self._detectors: Sequence[Detector] = (
            people,
            waiting,
            Deadlock(desk, people),
            Standstill(desk, people, waiting),
            JoinBeforeDrain(desk, people, waiting),
            IdleWorkers(desk, people),
            load,
            NoMemory(desk, people),
            SameError(desk, people),
            Zombies(desk, people, waiting),
        )
        self._handlers: dict[type, list[Callable[[Any], object]]] = {}
        for detector in self._detectors:
            for kind, handler in detector.handlers.items():
                self._handlers.setdefault(kind, []).append(handler)

    @property
    def found(self) -> list[Finding]:
        """All that was found, oldest first; some of it is told anew when more is known."""
        return self._desk.found

    def known_at(self, at: float) -> list[Finding]:
        """Return what was found by a moment, and as it was known then, oldest first.

        Another thread than the one that takes in events may ask.

        Args:
            at: in the events' seconds.
        """
        history = self._desk.history or []
        count = bisect_right(history, at, key=attrgetter("at"))
        before, found = self._known
        if count != before:  # it is asked for each picture, and history only grows
            found = [*{noted.place: noted.finding for noted in islice(history, count)}.values()]
            self._known = count, found
        return found

    def take(self, events: Iterable[Event], floor: Floor) -> list[Finding]:
        """Take in what happened.

        Args:
            events: in their order.
            floor: which has folded them; it is not kept.

        Returns:
            What was found just now.
        """
        desk, handlers = self._desk, self._handlers
        desk.floor = floor
        before = len(desk.found)
        for event in events:
            at = event[0]
            if at > desk.now:  # noqa: PLR1730 - a call would cost more than all else here
                desk.now = at
            if at >= desk.due:
                self._judge(at)
            for handler in handlers.get(type(event), ()):
                handler(event)
        return desk.found[before:]

    def end(self, floor: Floor) -> list[Finding]:
        """Tell what can only be told once no more events come; the same again tells nothing.

        Args:
            floor: as it is in the end.

        Returns:
            What was found just now.
        """
        self._desk.floor = floor
        self._desk.now = max(self._desk.now, floor.now)
        before = len(self._desk.found)
        for detector in self._detectors:
            detector.end(floor.now)
        return self._desk.found[before:]

    def _judge(self, at: float) -> None:
        self._desk.due = math.inf
        for detector in self._detectors:
            detector.judge(at)
