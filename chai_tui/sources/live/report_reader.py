"""Turns what comes through one station's pipes into events. Runs in the parent."""

from __future__ import annotations

from collections.abc import Iterable

from chai_tui.model.engine import Engine
from chai_tui.model.events import (
    Dropped,
    Event,
    Exited,
    Progress,
    Said,
    Started,
    StepBegan,
    Trouble,
)
from chai_tui.model.text import printable
from chai_tui.sources.live.capture import LineAssembler, LineBudget
from chai_tui.sources.live.decoding import Fragment, Joined, decode
from chai_tui.sources.live.processes.child import Child

DRAIN_CHUNKS = 64
"""Chunks read at most after a station's end: far more than its pipes hold, so that a process that
it left behind and that writes without end cannot keep the kitchen."""

HELD_BACK = 20
"""Lines of each stream that wait for room, or for the end, when there is none."""
CLOCK_SLACK = 1.0
"""Seconds by which a report may seem to come from the future; clocks of one machine agree."""


class ReportReader:
    """Listens to one station.

    Args:
        station: its number.
        engine: how its makers are seated.
        child: its process.
        lines_per_second: how many lines may become events; None: all of them.
        born: when the process was started, in seconds of ``time.monotonic()``.
    """

    def __init__(
        self,
        station: int,
        engine: Engine,
        child: Child,
        lines_per_second: int | None,
        born: float = 0.0,
    ) -> None:
        self.station = station
        self.engine = engine
        self.child = child
        self.open: dict[int, int | None] = {}
        """Makers here that are not joined yet, with the number of their thread once it is known."""
        self.active: int | None = None
        """Whoever reported last: where makers take turns on one thread, that one has it."""
        self.garbled = False
        self.heard = False
        """Whether the station reported anything."""
        self._assemblers: dict[tuple[int | None, str], LineAssembler] = {}
        self._budget = LineBudget(lines_per_second)
        self._held_back: dict[tuple[int | None, str], list[tuple[float, str]]] = {}
        self._born = born
        self.lived_at = born
        """When its process surely lived: the time of the newest first word of a maker."""

    @property
    def sole_maker(self) -> int | None:
        """The maker whose output this must be, if there can be only one."""
        if not self.engine.shares_station:
            return next(iter(self.open), None)
        return self.active if self.engine.traits.takes_turns else None

    def read_reports(self, at: float) -> list[Event]:
        """Return what the station reported since the last call, at most about one chunk."""
        if self.garbled:
            return []
        events: list[Event] = []
        nonsense = ""
        messages = self.child.reports.read()
        self.heard = self.heard or bool(messages)
        try:
            for message in messages:
                self._take(decode(message), at, events)
        except ValueError as error:
            nonsense = str(error)
        nonsense = nonsense or self.child.reports.garbled
        if nonsense:
            self.garbled = True
            first = min(self.open, default=None)
            is_known = first is not None and self.sole_maker == first
            who = f"Chai Maker #{first}" if is_known else "A maker of this station"
            why = printable(f"wrote into its own report pipe ({nonsense:.60}) and is ended for it")
            events.append(Trouble(at, first, f"{who} {why}"))
        for maker, stream in list(self._held_back):
            events += self._said(maker, stream, (), at)
        return events

    def read_outlet(self, at: float) -> list[Event]:
        """Return what the station wrote to its descriptors since the last call."""
        if self.child.outlet is None:
            return []
        data = self.child.outlet.read()
        return self._lines(self.sole_maker, "out", data, at) if data else []

    def drain(self, at: float) -> list[Event]:
        """Return everything that is still in the pipes of a station that has ended."""
        events: list[Event] = []
        for _ in range(DRAIN_CHUNKS):
            events += self.read_reports(at)
            if self.garbled or not self.child.reports.has_more:
                break
        if self.child.outlet is not None:
            for _ in range(DRAIN_CHUNKS):
                data = self.child.outlet.read()
                if not data:
                    break
                events += self._lines(self.sole_maker, "out", data, at)
        for maker, stream in list(self._assemblers):
            events += self._finish(maker, stream, at)
        return events

    def _take(self, report: Event | Fragment | Joined, at: float, events: list[Event]) -> None:
        if not self._born <= report.at <= at + CLOCK_SLACK:
            report = report._replace(at=at)  # it has put another clock in its place
        if isinstance(report, Fragment):
            maker = report.maker if report.maker in self.open else self.sole_maker
            events += self._lines(maker, report.stream, report.data, report.at)
            return
        maker = report[1]  # type: ignore[assignment]
        if maker not in self.open:
            return
        if isinstance(report, Joined):
            for stream in ("out", "err"):
                events += self._finish(maker, stream, at)
            del self.open[maker]
            # Joining is the parent's word; for a thread or a task the station gives it.
            events.append(Exited(report.at, maker, 0, ours=False))
            return
        if isinstance(report, Started):
            self.open[maker] = report.tid
            self.lived_at = max(self.lived_at, report.at)
        if isinstance(report, (Started, StepBegan, Progress)):
            self.active = maker
        events.append(report)

    def _lines(self, maker: int | None, stream: str, data: bytes, at: float) -> list[Event]:
        key = (maker, stream)
        assembler = self._assemblers.get(key)
        if assembler is None:
            assembler = self._assemblers[key] = LineAssembler()
        return self._said(maker, stream, assembler.feed(data), at)

    def _finish(self, maker: int | None, stream: str, at: float) -> list[Event]:
        """Return the last words of a stream: they are told whatever was said before them."""
        assembler = self._assemblers.pop((maker, stream), None)
        if assembler is None:
            return []
        events = self._said(maker, stream, assembler.finish(), at)
        return [*events, *self._told(maker, stream, self._held_back.pop((maker, stream), []))]

    def _said(self, maker: int | None, stream: str, lines: Iterable[str], at: float) -> list[Event]:
        """Return as many of the newest lines as the budget has room for.

        Where it has none, the newest of all are held back: they are what a reader of a flood wants
        to see once it is over, and the last that a maker says before it dies.
        """
        held = [*self._held_back.pop((maker, stream), []), *((at, line) for line in lines)]
        granted = self._budget.take(len(held), at)
        newest = held[-(granted or HELD_BACK) :]
        if held and not granted:
            self._held_back[maker, stream] = newest
        left_out = len(held) - len(newest)
        events: list[Event] = []
        if left_out:
            events.append(Dropped(at, maker, left_out, self.station))
        return [*events, *self._told(maker, stream, newest)] if granted else events

    def _told(self, maker: int | None, stream: str, lines: list[tuple[float, str]]) -> list[Event]:
        return [Said(at, maker, line, stream, self.station) for at, line in lines]
