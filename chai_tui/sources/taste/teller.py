"""What happens in a tasting: it is folded into the race, and kept until the source tells it."""

from __future__ import annotations

import contextlib
import itertools
import math
from collections.abc import Callable, Mapping
from typing import Any

from chai_tui.model.engine import Engine
from chai_tui.model.events import Event
from chai_tui.model.race_events import CallsDone, GilSeen, LaneOut, Phase, PhaseBegan, TasteFailed
from chai_tui.model.tasting import TasteRequest
from chai_tui.model.text import printable
from chai_tui.race.rounds.records import Race
from chai_tui.samplers.gil.word import GilWatch, GilWord
from chai_tui.samplers.protocol import Watched
from chai_tui.sources.taste.dialogue import Answer, failure_of, no_python, why_out
from chai_tui.sources.taste.seats import Seats

ANNOUNCED = 0.25
"""Seconds between two figures of the GIL while it is looked at."""


class GivenUpError(Exception):
    """The tasting is over; what there was to tell was told."""


class Teller:
    """Tells what happens.

    Attributes:
        race: what is known so far.
        gil: looks at the runner's GIL; None where nobody can.
        seats: who works.
        clock: seconds.

    Args:
        request: what is tasted.
        makers: gives the workers of lanes their numbers.
        clock: seconds.
        before: the race before this one, of the same function; None: this is the first.
    """

    def __init__(
        self,
        request: TasteRequest,
        makers: itertools.count[int],
        clock: Callable[[], float],
        before: Race | None = None,
    ) -> None:
        self._request = request
        self._serves = False  # nobody has answered from there yet
        self._called_at = 0.0
        self._gil_told_at = 0.0
        self.clock = clock
        self.seats = Seats(makers)
        self.race = before or Race()
        self._events: list[Event] = []
        self.gil: GilWatch | None = None

    def tell(self, *events: Event) -> None:
        """Tell of events, oldest first."""
        for event in events:
            self.race.fold(event)
            self._events.append(event)

    def take_events(self) -> list[Event]:
        """Return what was told since the last time, oldest first."""
        events, self._events = self._events, []
        return events

    def begin_phase(self, phase: Phase, left: float) -> None:
        """Tell what is done from now on, for so many seconds at most."""
        self.tell(PhaseBegan(self.clock(), phase, max(0.0, left)))

    def leave_out(self, engine: Engine, answer: Answer) -> None:
        """Tell that an engine cannot go on, and of its workers' ends."""
        now = self.clock()
        for number in [n for n, lane in self.race.lanes.items() if lane.engine is engine]:
            self.tell(*self.seats.close(number, now))
        self.tell(LaneOut(now, engine, why_out(answer)))

    # Meanwhile

    def note(self, message: Mapping[str, Any]) -> None:
        """Take in what the runner tells while it does what it was asked."""
        self._serves = True
        if message.get("note") == "calling":
            self._called_at = _number(message.get("at"))
            self.begin_looks()
        elif message.get("note") == "done":
            running = next((lane for lane in self.race.lanes.values() if lane.running), None)
            if running is not None and isinstance(done := message.get("calls"), int):
                self.tell(CallsDone(self.clock(), running.number, done))

    def watched(self) -> list[Watched]:
        """Return whom to look at."""
        return self.seats.watched(
            [lane.number for lane in self.race.lanes.values() if lane.running]
        )

    def end(self) -> list[Event]:
        """Return the ends of all who worked: the runner was ended, and they with it."""
        if self.gil is not None:
            self.gil.close()
        return self.seats.end(self.clock())

    # The GIL

    def look_through(self, address: int | None) -> None:
        """Look at the GIL through its word in the runner's memory, if that may be read."""
        if address is not None:
            with contextlib.suppress(OSError):
                self.gil = GilWatch(GilWord(self.seats.pid, address), self.clock)

    def begin_looks(self) -> None:
        """Look at the GIL from now on, where somebody can."""
        if self.gil is not None:
            self.gil.begin()

    @property
    def look_due_at(self) -> float:
        """When to look next, in seconds of the clock; infinite while nobody wants to know."""
        return math.inf if self.gil is None else self.gil.due_at

    def look(self) -> None:
        """Look if that is due, and tell now and then what was seen."""
        now = self.clock()
        if self.gil is None or now < self.gil.due_at:
            return
        self.gil.look()
        if now >= self._gil_told_at + ANNOUNCED:
            self._gil_told_at = now
            share, looks = self.gil.share_so_far()
            self.tell(GilSeen(now, share, looks))

    def count_looks(self, ended: float, began: float | None = None) -> None:
        """Tell what the looks have shown, of which those while calls were made count.

        Args:
            ended: when the last call did.
            began: when the first one did; None: when the runner said so.
        """
        if self.gil is not None:
            self.gil.end(self._called_at if began is None else began, ended)
            self.tell(GilSeen(self.clock(), self.gil.share, self.gil.looks))

    # What goes wrong

    def expect(self, kind: str, answer: Answer, when: str) -> Any:
        """Return the value of an answer that is of this kind.

        Args:
            kind: of the answer that is wanted.
            answer: as it came.
            when: what was done meanwhile: ``while it was called alone``.

        Raises:
            GivenUpError: it is another one; why was told.
        """
        if answer.kind == kind:
            return answer.value
        now = self.clock()
        if not self._serves and answer.kind in {"silent", "ended"}:
            self.tell(no_python(answer, now, self._request.python))
        else:
            timeout = 0.0 if kind == "loaded" else self._request.timeout
            self.tell(failure_of(answer, now, when, timeout))
        raise GivenUpError

    def fail(self, text: str, *, is_usage: bool = False) -> None:
        """Tell that the function cannot be tasted; see :class:`TasteFailed`."""
        self.tell(TasteFailed(self.clock(), printable(text), is_usage=is_usage))


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
