"""What a station is told at its birth. The parent imports no more of a station than this."""

from __future__ import annotations

import os
import sys
from multiprocessing.connection import Connection
from typing import Any

from chai_tui.sources.live.station.report_queue import ReportQueue
from chai_tui.sources.live.station.wire import StationPlan

_inherited = 0
"""How many modules this process had from its first moment on: what it was forked with."""


def _note_inherited() -> None:
    global _inherited  # noqa: PLW0603 - a fork has no other place to leave word for its child
    _inherited = len(sys.modules)


if hasattr(os, "register_at_fork"):  # a child that is spawned imports this, and inherits nothing
    os.register_at_fork(after_in_child=_note_inherited)


def begin_station(
    plan: StationPlan,
    reports: ReportQueue,
    lifeline: Connection[Any, Any],
    outlet: Connection[Any, Any] | None,
) -> None:
    """Become a station: see :func:`chai_tui.sources.live.station.main.run_station`."""
    from chai_tui.sources.live.station.main import run_station  # noqa: PLC0415 - only in the child

    run_station(plan, reports, lifeline, outlet, _inherited)
