"""What a station is told at its birth. The parent imports no more of a station than this."""

from __future__ import annotations

from multiprocessing.connection import Connection
from typing import Any

from chai_tui.sources.live.station.report_queue import ReportQueue
from chai_tui.sources.live.station.wire import StationPlan


def begin_station(
    plan: StationPlan,
    reports: ReportQueue,
    lifeline: Connection[Any, Any],
    outlet: Connection[Any, Any] | None,
) -> None:
    """Become a station: see :func:`chai_tui.sources.live.station.main.run_station`."""
    from chai_tui.sources.live.station.main import run_station  # noqa: PLC0415 - only in the child

    run_station(plan, reports, lifeline, outlet)
