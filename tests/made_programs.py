"""Programs that are not ours, made by hand: as their sources tell of them.

Station N is process 4710 + N; its first thread is a maker whose number is given::

    floor = floor_of(RUN, *process(1, "python lesson.py"), *process(2, "Process-1", parent=1),
                     *ends(2, exitcode=3), *ends(1))
"""

from __future__ import annotations

from collections.abc import Mapping

from chai_tui.model.engine import Engine
from chai_tui.model.events import (
    CoreUse,
    Event,
    Exited,
    MakerUse,
    Sampled,
    Seated,
    Started,
)
from chai_tui.model.program_events import Named, StationSeen
from tests.builders import BEGAN, HERE

RUN = HERE._replace(source="run", program="python lesson.py", pid=4711, sample_every=0.5)
"""A program that is run on two cores."""
WATCH = RUN._replace(source="watch", program="pid 4711")
"""One that ran already."""


def process(
    maker: int,
    name: str = "python",
    *,
    station: int | None = None,
    parent: int = 0,
    at: float = BEGAN,
    gil: bool = True,
    command: str = "",
) -> list[Event]:
    """A process with its first thread, which is this maker; its station has the maker's number."""
    number = maker if station is None else station
    pid = 4710 + number
    return [
        StationSeen(at, number, pid, parent, name, command or name, "CPython 3.13", gil),
        Seated(at, maker, number, pid, Engine.PROCESS),
        Named(at, maker, name),
        Started(at, maker, pid, pid),
    ]


def thread(maker: int, station: int, name: str = "worker", *, at: float = BEGAN) -> list[Event]:
    """A further thread of a process that is there."""
    pid = 4710 + station
    return [
        Seated(at, maker, station, pid, Engine.THREAD),
        Named(at, maker, name),
        Started(at, maker, pid, 5000 + maker),
    ]


def ends(
    *makers: int, exitcode: int | None = 0, at: float = BEGAN + 3.0, ours: bool = False
) -> list[Event]:
    """A process ends, and with it these threads of it; or a thread alone does."""
    return [Exited(at, maker, exitcode, ours) for maker in makers]


Got = tuple[float, float, float]
"""What a thread got of the time: on a core, ready but without one, waiting for the GIL."""


def samples(
    got: Mapping[int, Got], *, busy: tuple[float, ...] = (0.5, 0.5), seconds: float = 3.0
) -> list[Event]:
    """Samples over some seconds in which threads got the same of the cores all the time."""
    events: list[Event] = []
    for step in range(1, int(seconds / 0.5) + 1):
        at = BEGAN + step * 0.5
        uses = tuple(
            MakerUse(
                maker,
                0 if cpu > 0.05 else None,
                cpu,
                ready,
                cpu * step * 0.5,
                4_000_000,
                stopped=False,
                gil_share=gil,
            )
            for maker, (cpu, ready, gil) in got.items()
        )
        cores = tuple(CoreUse(core, share, share) for core, share in enumerate(busy))
        events.append(Sampled(at, cores, uses))
    return events
