"""A program that is not ours, its events made by hand."""

from __future__ import annotations

from collections.abc import Sequence

from chai_tui.findings.evidence.finding import Finding, FindingKind
from chai_tui.findings.findings import Findings
from chai_tui.model.engine import Engine
from chai_tui.model.events import (
    CoreUse,
    Event,
    Exited,
    MakerUse,
    RunBegan,
    Sampled,
    Seated,
    Started,
)
from chai_tui.model.program_events import Named, StationSeen, Wait, WaitKind, Waits
from chai_tui.state.floor import Floor

BEGAN = 1_000.0


class Program:
    """Events of one; times are seconds since it began.

    Attributes:
        events: so far.
        findings: what was found when they were all taken in.

    Args:
        cores: how many may be used.
        quota: how many cores' worth of time may be used.
    """

    def __init__(self, cores: int = 4, quota: float | None = None) -> None:
        self._cores = cores
        self._makers = 0
        self._stations = 0
        self._there: dict[int, int] = {}
        self.findings = Findings()
        self.events: list[Event] = [
            RunBegan(BEGAN, "run", cores=tuple(range(cores)), quota=quota, pid=100)
        ]

    def process(
        self, name: str, *, parent: int = 0, gil: bool = True, at: float = 0.0, command: str = ""
    ) -> tuple[int, int]:
        """Have a process; return the numbers of its station and of its first maker."""
        self._stations += 1
        station = self._stations
        python = "CPython 3.13" if gil else ""
        self.events.append(
            StationSeen(BEGAN + at, station, 100 + station, parent, name, command, python, gil)
        )
        return station, self.thread(station, name, at=at, engine=Engine.PROCESS)

    def thread(
        self, station: int, name: str, *, at: float = 0.0, engine: Engine = Engine.THREAD
    ) -> int:
        """Have a thread; return its number."""
        self._makers += 1
        maker = self._makers
        self._there[maker] = station
        at += BEGAN
        self.events += [
            Seated(at, maker, station, 100 + station, engine),
            Named(at, maker, name),
            Started(at, maker, 100 + station, 1_000 + maker),
        ]
        return maker

    def happens(self, kind: type[Event], at: float, *values: object) -> None:
        """Have something happen."""
        self.events.append(kind(BEGAN + at, *values))  # type: ignore[arg-type] # any of them

    def waits(self, at: float, maker: int, what: WaitKind, subject: str = "") -> None:
        """Have a thread wait for something, as the system tells."""
        self.events.append(Waits(BEGAN + at, (Wait(maker, what, subject),)))

    def ends(self, at: float, *makers: int, exitcode: int = 0, ours: bool = False) -> None:
        """Have some end."""
        self.events += [Exited(BEGAN + at, maker, exitcode, ours) for maker in makers]
        for maker in makers:
            del self._there[maker]

    def samples(
        self,
        began: float,
        ended: float,
        uses: dict[int, tuple[float, float, float | None]] | None = None,
        *,
        busy: Sequence[float | None] | None = None,
        every: float = 0.1,
    ) -> None:
        """Have it sampled; ``uses`` are shares of running, ready, and waiting for the GIL."""
        uses = uses or {}
        busy = [0.0] * self._cores if busy is None else busy
        for number in range(round((ended - began) / every)):
            makers = [
                MakerUse(maker, None, *uses.get(maker, (0.0, 0.0, None))[:2], 0.5, 4_000_000, False,
                         uses.get(maker, (0.0, 0.0, None))[2])
                for maker in self._there
            ]  # fmt: skip
            cores = tuple(CoreUse(core, share, None) for core, share in enumerate(busy))
            self.events.append(Sampled(BEGAN + began + number * every, cores, tuple(makers)))

    def found(self, *kinds: FindingKind, batch: int = 7) -> list[Finding]:
        """Return what is found, of some kinds; it is the same however events are cut."""
        at_once = Findings()
        floor = Floor()
        floor.fold(self.events)
        told = at_once.take(self.events, floor) + at_once.end(floor)
        assert len(told) == len(at_once.found)
        self.findings, floor = Findings(), Floor()
        for index in range(0, len(self.events), batch):
            part = self.events[index : index + batch]
            floor.fold(part)
            self.findings.take(part, floor)
        self.findings.end(floor)
        assert self.findings.found == at_once.found
        assert self.findings.end(floor) == []
        return [found for found in at_once.found if found.kind in kinds or not kinds]
