"""What a station is told at its birth. The parent imports no more of a station than this."""

from __future__ import annotations

from multiprocessing.connection import Connection
from multiprocessing.queues import SimpleQueue
from typing import Any, NamedTuple

from chai_tui.engine import Engine
from chai_tui.stations.wire import Seat


class StationPlan(NamedTuple):
    """What a station is told at its birth.

    Attributes:
        title: what ps and htop show.
        engine: how its makers are seated.
        seats: its first makers; exactly one for the process engine.
        inherited: descriptors of the parent to close; only a forked child has any.
        niceness: how much it gives way to others where cores are scarce, 0 to 19.
        unset: environment variables that were set for its birth alone.
    """

    title: str
    engine: Engine
    seats: tuple[Seat, ...]
    inherited: tuple[int, ...]
    niceness: int
    unset: tuple[str, ...]


def begin_station(
    plan: StationPlan,
    reports: SimpleQueue[Any],
    lifeline: Connection[Any, Any],
    outlet: Connection[Any, Any] | None,
) -> None:
    """Become a station: see :func:`chai_tui.stations.station.run_station`."""
    from chai_tui.stations.station import run_station  # noqa: PLC0415 - only in the child

    run_station(plan, reports, lifeline, outlet)
