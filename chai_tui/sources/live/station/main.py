"""A station: the child process where makers stand. Standard library only (and setproctitle).

main thread ── runs the makers, or waits for their threads
inbox thread ── seats those who share the station and reads requests from the lifeline, whose end of
                file means that the parent is gone
"""

from __future__ import annotations

import os
import random
import sys
import threading
from multiprocessing.connection import Connection
from typing import Any

from chai_tui.host.limits import start_thread
from chai_tui.sources.live.station.calls.telling import listen
from chai_tui.sources.live.station.executors import Executor, ProcessExecutor, shared_executor
from chai_tui.sources.live.station.lifeline import (
    default_signals,
    die_with_parent,
    leave_fork_server,
    leave_if_alone,
    leave_terminal,
)
from chai_tui.sources.live.station.niceness import RETRY_SECONDS, give_way, session_gives_way
from chai_tui.sources.live.station.proctitle import name_process
from chai_tui.sources.live.station.report_queue import ReportQueue
from chai_tui.sources.live.station.reporter import Reporter, capture_python_streams
from chai_tui.sources.live.station.wire import Close, Seat, StationPlan


def run_station(
    plan: StationPlan,
    reports: ReportQueue,
    lifeline: Connection[Any, Any],
    outlet: Connection[Any, Any] | None,
    inherited: int,
) -> None:
    """Be a station until its makers are done or its parent is gone.

    Args:
        plan: what to do.
        reports: the station's own queue to the parent.
        lifeline: requests come from here; its end of file means that the parent is gone.
        outlet: takes what is written to descriptors 1 and 2; None where the system has no such
            pipe to give.
        inherited: how many modules it had from its first moment on.
    """
    die_with_parent()
    leave_if_alone(lifeline.fileno())
    default_signals()
    for name in plan.unset:
        os.environ.pop(name, None)
    leave_fork_server()
    for descriptor in plan.inherited:
        os.close(descriptor)
    leave_terminal(None if outlet is None else outlet.fileno())
    if outlet is not None:
        outlet.close()
    name_process(plan.title)
    give_way(plan.niceness)
    later = 0 if session_gives_way(plan.niceness) else plan.niceness
    reporter = Reporter(reports, inherited)
    capture_python_streams(reporter)
    listen()

    executor: Executor
    first: tuple[Seat, ...]
    if plan.engine.shares_station:
        executor = shared_executor(plan.engine, reporter, reports)
        first = plan.seats
    else:
        executor = ProcessExecutor(reporter, plan.seats[0])
        first = ()
    inbox = threading.Thread(
        target=_read_requests,
        args=(lifeline, executor, first, later),
        name="inbox",
        daemon=True,
    )
    try:
        # Before any maker's thread: where there are too few for everyone, those who found one stay.
        start_thread(inbox)
    except RuntimeError as error:
        for seat in plan.seats:
            reporter.failed(seat.maker, error, 0.0)
        sys.exit(1)
    sys.exit(executor.run())


def _read_requests(
    lifeline: Connection[Any, Any], executor: Executor, first: tuple[Seat, ...], niceness: int
) -> None:
    """Obey requests until one says to close; meanwhile try to give way, if that was refused.

    The process ends at once if the parent is gone, or if a request cannot be obeyed: without this
    thread nobody would notice the parent's end.
    """
    try:
        for seat in first:
            executor.take(seat)
        while True:
            while niceness and not lifeline.poll(RETRY_SECONDS * random.uniform(0.5, 1.5)):  # noqa: S311 - so that many do not try at once
                niceness = 0 if session_gives_way(niceness) else niceness
            request = lifeline.recv()
            executor.obey(request)
            if isinstance(request, Close):
                return
    except BaseException:  # noqa: BLE001 - see above
        os._exit(1)
