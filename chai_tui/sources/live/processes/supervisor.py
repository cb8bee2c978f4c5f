"""Starts, signals and reaps stations. Runs in the parent.

No other code signals or waits for a process, and only the thread that drives the kitchen may call
this one: a process must be joined by one thread alone.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from multiprocessing import process as multiprocessing_process
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from typing import TYPE_CHECKING, Any

from chai_tui.host.limits import ensure_descriptors, in_words
from chai_tui.model.engine import Engine
from chai_tui.sources.live.processes.child import Child
from chai_tui.sources.live.processes.installation import Installation
from chai_tui.sources.live.processes.while_starting import (
    blocked,
    folders_may_be_gone,
    safe_path,
    terminal_is_kept,
)
from chai_tui.sources.live.station.entry_point import begin_station
from chai_tui.sources.live.station.lifeline import TERMINATION
from chai_tui.sources.live.station.report_queue import ReportQueue
from chai_tui.sources.live.station.wire import Seat, StationPlan

if TYPE_CHECKING:  # POSIX only
    from chai_tui.sources.live.processes.fork_server import Silence

PRELOAD = ("chai_tui.sources.live.station.forkserver_preload",)
START_TRIES = 5
START_PAUSE = 0.02
"""How often, and after how many seconds, a start is tried again when the fork server is gone."""


class StartError(Exception):
    """A station could not be started; the text says which limit was met, in words."""


def _raise_if_refused(process: multiprocessing_process.BaseProcess) -> None:
    """Raise the system's reason if there is no process.

    The fork server tells it in place of the process's number; see
    :mod:`chai_tui.sources.live.station.refused_forks`.

    Raises:
        OSError: there is no process.
    """
    number = process.pid or 0
    if number >= 0:
        return
    process.join()
    process.close()
    raise OSError(-number, os.strerror(-number))


class Supervisor:
    """Starts stations.

    Args:
        start_method: ``forkserver``, ``spawn`` or ``fork``.
        niceness: how much stations give way to others where cores are scarce, 0 to 19.
    """

    def __init__(self, start_method: str, niceness: int = 0) -> None:
        self.start_method = start_method
        self.hurried = False
        """Whether everything is to end, so that nothing is waited for that can be done without;
        may be set from any thread."""
        self._niceness = niceness
        self._context: BaseContext = multiprocessing.get_context(start_method)
        self._installation = Installation()
        self._silence: Silence | None = None
        self._server_pid: int | None = None
        self._prepared = False
        self.children: set[Child] = set()
        """Everyone who was started and not released."""

    def prepare(self) -> str:
        """Start multiprocessing's own helpers, once: the sooner, the warmer the first station.

        Nothing here needs the resource tracker, but what killed makers leave in shared memory is
        cleaned up by one that outlives them, and most ways to start a process start it anyway.

        Call it in the thread that will start the stations: the kernel ends the fork server with the
        thread that started it.

        Returns:
            What had to be done in another way than asked for, in words; empty if nothing had.
        """
        if self._prepared or sys.platform == "win32":
            return ""
        self._prepared = True
        from multiprocessing import resource_tracker  # noqa: PLC0415 - POSIX only

        # Now: when it is needed at the end, its file may be gone.
        from chai_tui.sources.live.processes import fork_server  # noqa: F401, PLC0415 - likewise

        # They inherit that these signals wait: a terminal that closes sends SIGHUP to everyone in
        # it, a service manager SIGTERM to the whole group, and the helpers must outlive the
        # kitchen, which ends them itself.
        with blocked(TERMINATION), _surroundings_in_order(None):
            resource_tracker.ensure_running()
            _let_others_go_first(resource_tracker)
            return self._start_server() if self.start_method == "forkserver" else ""

    def _start_server(self) -> str:
        from chai_tui.sources.live.processes import fork_server  # noqa: PLC0415 - POSIX only

        self._context.set_forkserver_preload(list(PRELOAD))
        try:
            told = fork_server.start_server()
        except fork_server.NoFolderError as error:
            self.start_method = "spawn"
            self._context = multiprocessing.get_context("spawn")
            return f"{error}, nor for the fork server's socket: makers are started with spawn"
        self._silence = fork_server.Silence(lambda: self.hurried)
        self._server_pid = fork_server.server_pid()
        return told

    def start(self, title: str, engine: Engine, seats: tuple[Seat, ...]) -> Child:
        """Start a station.

        Args:
            title: what ps and htop show.
            engine: how its makers are seated.
            seats: its first makers.

        Raises:
            StartError: the system has no room for it.
        """
        try:
            ensure_descriptors()
            for _ in range(START_TRIES - 1):
                # The fork server may have died; multiprocessing starts another one as soon as
                # the system says so, which may take a moment.
                with contextlib.suppress(EOFError, ConnectionError):
                    return self._start(title, engine, seats)
                time.sleep(START_PAUSE)
            return self._start(title, engine, seats)
        except (OSError, EOFError, ValueError) as error:
            raise StartError(in_words(error)) from error

    def _start(self, title: str, engine: Engine, seats: tuple[Seat, ...]) -> Child:
        with contextlib.ExitStack() as on_failure, contextlib.ExitStack() as child_ends:
            queue = ReportQueue(ctx=self._context)
            kept = [on_failure.enter_context(queue.reader)]
            child_ends.enter_context(queue.writer)
            lifeline, requests = self._context.Pipe(duplex=False)
            kept.append(on_failure.enter_context(requests))
            child_ends.enter_context(lifeline)
            outlet: Connection[Any, Any] | None = None
            outlet_in: Connection[Any, Any] | None = None
            if sys.platform != "win32":
                outlet, outlet_in = self._context.Pipe(duplex=False)
                kept.append(on_failure.enter_context(outlet))
                child_ends.enter_context(outlet_in)
            siblings = [end for child in self.children for end in child.ends]
            forked = self.start_method == "fork"
            inherited = tuple(end.fileno() for end in (*siblings, *kept)) if forked else ()
            own_output = outlet_in if self.start_method == "spawn" else None
            with _surroundings_in_order(own_output) as unset:
                plan = StationPlan(title, engine, seats, inherited, self._niceness, unset)
                process = self._process(
                    target=begin_station, args=(plan, queue, lifeline, outlet_in), name=title
                )
                with blocked(TERMINATION) if forked else contextlib.nullcontext():
                    process.start()
            # multiprocessing joins whoever it knows when the interpreter exits, and looks at each
            # of them at every start. Both are this class's work.
            multiprocessing_process._children.discard(process)  # type: ignore[attr-defined]  # noqa: SLF001
            _raise_if_refused(process)
            child = Child(process, queue, requests, outlet)
            on_failure.pop_all()
        self.children.add(child)
        return child

    def _process(self, **arguments: Any) -> multiprocessing_process.BaseProcess:
        """Return a process that is not started yet.

        Raises:
            OSError: it would be made of other files than this one.
        """
        if self._silence is None:
            if self.start_method == "spawn":
                self._raise_if_replaced()
            process: multiprocessing_process.BaseProcess = self._context.Process(**arguments)  # type: ignore[attr-defined]
            return process
        from chai_tui.sources.live.processes import fork_server, patient_process  # noqa: PLC0415 - POSIX only

        fork_server.start_server()
        if fork_server.server_pid() != self._server_pid:
            self._raise_if_replaced()
            self._server_pid = fork_server.server_pid()
        return patient_process.ForkedElsewhere(self._silence, **arguments)

    def _raise_if_replaced(self) -> None:
        happened = self._installation.what_happened()
        if happened:
            raise OSError(happened)

    def silence(self) -> str:
        """Return that the fork server does not answer, in words; empty if it may yet do so.

        Call it again and again while something of it is awaited, and only then.
        """
        if self._silence is None:
            return ""
        self._silence.look()
        return self._silence.in_words if self._silence.is_too_long else ""

    def why_not_begun(self) -> str:
        """Return why a new process may have found nothing to run, in words; empty if unknown."""
        return self._installation.what_happened()

    def close(self) -> str:
        """End those of multiprocessing's helpers that would not end of themselves.

        Returns:
            What there is to say of it.
        """
        if not self._prepared:
            return ""
        from multiprocessing import resource_tracker  # noqa: PLC0415 - POSIX only

        from chai_tui.sources.live.processes.fork_server import end_if_stuck, server_pid  # noqa: PLC0415

        tracker: Any = resource_tracker._resource_tracker  # noqa: SLF001
        if tracker._pid is not None and end_if_stuck(tracker._pid) is False:  # noqa: SLF001
            tracker._pid = None  # noqa: SLF001 - newer Pythons wait for it when they end
        server = server_pid()
        if self._silence is None or server is None:
            return ""
        is_gone = end_if_stuck(server, silent=self._silence.is_too_long)
        if is_gone is None:
            return ""
        fate = "it was ended" if is_gone else "it does not die of SIGKILL and is left behind"
        return f"{self._silence.in_words}; {fate}"

    def release(self, child: Child) -> None:
        """Forget a reaped child and close everything that belonged to it."""
        self.children.discard(child)
        child.close()


def _let_others_go_first(resource_tracker: Any) -> None:
    """Let the resource tracker's own start-up (24 ms of CPU time) wait for a core that is free.

    It only listens; the fork server, the first makers and the first screen are what is waited for.
    """
    pid = resource_tracker._resource_tracker._pid  # noqa: SLF001
    with contextlib.suppress(OSError):
        if pid is not None:
            os.setpriority(os.PRIO_PROCESS, pid, 10)


@contextlib.contextmanager
def _surroundings_in_order(output: Connection[Any, Any] | None) -> Iterator[tuple[str, ...]]:
    """Start Pythons in the body as if everything around this process were in order.

    Args:
        output: takes what they say before they are stations; None: nothing does.

    Yields:
        The environment variables that were set for it.
    """
    descriptor = None if output is None else output.fileno()
    with folders_may_be_gone(), terminal_is_kept(descriptor), safe_path() as names:
        yield names
