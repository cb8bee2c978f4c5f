"""A station's process that a test speaks for."""

from __future__ import annotations

from typing import Any, cast

from chai_tui.model.engine import Engine
from chai_tui.sources.live.processes.child import Child
from chai_tui.sources.live.report_reader import ReportReader

PID = 4_720


class _Pipe:
    """One end: what is put in at the other one is read at once, and nothing after it."""

    garbled = ""
    has_more = False

    def __init__(self, nothing: Any) -> None:
        self._nothing = nothing
        self.holds = nothing

    def read(self) -> Any:
        held, self.holds = self.holds, self._nothing
        return held


class FakeChild:
    """What a reader and a handle ask of a process.

    Attributes:
        reports: set what it ``holds`` to a list of reports.
        outlet: set what it ``holds`` to bytes written to descriptors 1 and 2.
        sent: every signal it got, and whether its whole group did.
        asked: every request it got.
    """

    pid = PID

    def __init__(self) -> None:
        self.reports = _Pipe([])
        self.outlet = _Pipe(b"")
        self.requests = self
        self.sent: list[tuple[int, bool]] = []
        self.asked: list[object] = []

    def send_signal(self, number: int, *, whole_group: bool = True) -> bool:
        self.sent.append((number, whole_group))
        return True

    def send(self, request: object) -> None:
        self.asked.append(request)


def reader_of(
    child: FakeChild, engine: Engine, *makers: int, lines_per_second: int | None = None
) -> ReportReader:
    """Return the reader of station 7, at which these makers stand since second 0."""
    reader = ReportReader(7, engine, cast("Child", child), lines_per_second)
    reader.open = dict.fromkeys(makers)
    return reader
