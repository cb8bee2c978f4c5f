"""Starts, signals and reaps stations. Runs in the parent.

No other code signals or waits for a process, and only the thread that drives the kitchen may call
this one: a process must be joined by one thread alone.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from multiprocessing import process as multiprocessing_process
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from multiprocessing.queues import SimpleQueue
from typing import Any

from chai_tui.engine import Engine
from chai_tui.limits import ensure_descriptors, in_words
from chai_tui.stations.birth import StationPlan, begin_station
from chai_tui.stations.pipes import OrderPipe, OutletPipe, ReportPipe
from chai_tui.stations.wire import Seat

PRELOAD = ("chai_tui.stations.forkserver_preload",)


START_TRIES = 5
START_PAUSE = 0.02
"""How often, and after how many seconds, a start is tried again when the fork server is gone."""


class StartError(Exception):
    """A station could not be started; the text says which limit was met, in words."""


class Child:
    """One station's process, as its parent sees it.

    Attributes:
        pid: the process's number, and its process group's.
        sentinel: ready to read once the process has ended.
        reports: what it reports.
        outlet: what it writes to descriptors 1 and 2; None on Windows.
        orders: what it is told.
    """

    def __init__(
        self,
        process: multiprocessing_process.BaseProcess,
        queue: SimpleQueue[Any],
        lifeline: Connection[Any, Any],
        outlet: Connection[Any, Any] | None,
    ) -> None:
        if process.pid is None:
            raise ValueError("the process was not started")
        self.pid: int = process.pid
        self._process = process
        self._queue = queue
        self._lifeline = lifeline
        self._outlet = outlet
        self._pidfd = _open_pidfd(process)
        self.sentinel: int = process.sentinel if self._pidfd is None else self._pidfd
        self.reports = ReportPipe(queue._reader)  # type: ignore[attr-defined]  # noqa: SLF001
        self.report_end: Connection[Any, Any] = queue._reader  # type: ignore[attr-defined]  # noqa: SLF001
        self.outlet = None if outlet is None else OutletPipe(outlet)
        self.outlet_end = outlet
        self.orders = OrderPipe(lifeline)
        self.exitcode: int | None = None
        self.reaped = False

    @property
    def has_ended(self) -> bool:
        """Whether the process has ended, asked of the system without waiting."""
        return self.reaped or self._process.exitcode is not None

    def send_signal(self, number: int, *, whole_group: bool = True) -> bool:
        """Send a signal to the station's process group, or to its process alone.

        Returns:
            Whether there still was anybody to get it.

        Raises:
            OSError: the system refused.
        """
        if self.reaped:
            return False
        if not hasattr(os, "killpg"):  # Windows knows only one way
            self._process.kill()
            return True
        try:
            if whole_group:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.pid, number)
                    return True
            # It has not become a group's leader yet, or this is for it alone.
            os.kill(self.pid, number)
        except ProcessLookupError:
            return False
        return True

    def reap(self) -> int | None:
        """Join the process, which has ended, and end whatever it left in its process group.

        Returns:
            Its exit code; None where the system lost it.
        """
        lost = _exit_code_was_lost(self._process)
        self._process.join()
        self.exitcode = None if lost else self._process.exitcode
        if hasattr(os, "killpg"):
            # ProcessLookupError: nobody is left. PermissionError: macOS, only zombies are left.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        self.reaped = True
        return self.exitcode

    def close(self) -> None:
        """Close the parent's ends; nothing more is read from it."""
        self.report_end.close()
        # Its locks are files in /dev/shm for as long as anybody refers to it.
        del self._queue
        self._lifeline.close()
        if self._outlet is not None:
            self._outlet.close()
        if self._pidfd is not None:
            os.close(self._pidfd)
        self._process.close()

    def descriptors(self) -> list[int]:
        """Return the parent's ends, which a forked sibling must not keep open."""
        ends = [self.report_end.fileno(), self._lifeline.fileno()]
        if self._outlet is not None:
            ends.append(self._outlet.fileno())
        return ends


def _open_pidfd(process: multiprocessing_process.BaseProcess) -> int | None:
    """Return a descriptor that is ready when our own child has ended, where there is such a thing.

    multiprocessing's sentinel is a pipe that a grandchild may hold open for ever; a pidfd is not.
    The fork server's sentinel does not have that fault: the server writes the exit code into it.
    """
    if not hasattr(os, "pidfd_open") or type(process).__name__ == "ForkServerProcess":
        return None
    try:
        return os.pidfd_open(process.pid or 0)
    except OSError:
        return None


def _raise_if_refused(process: multiprocessing_process.BaseProcess) -> None:
    """Raise the system's reason if there is no process.

    The fork server tells it in place of the process's number; see
    :mod:`chai_tui.stations.refused_forks`.

    Raises:
        OSError: there is no process.
    """
    number = process.pid or 0
    if number >= 0:
        return
    process.join()
    process.close()
    raise OSError(-number, os.strerror(-number))


def _exit_code_was_lost(process: multiprocessing_process.BaseProcess) -> bool:
    """Whether the fork server took the exit code of an ended process with it to its own end.

    multiprocessing says 255 then, which is an exit code like any other; but the server writes the
    code into the sentinel, and an end of file has no bytes. Ask before joining reads them.
    """
    if type(process).__name__ != "ForkServerProcess":
        return False
    import fcntl  # noqa: PLC0415 - POSIX only
    import termios  # noqa: PLC0415

    waiting = fcntl.ioctl(process.sentinel, termios.FIONREAD, bytes(4))
    return not any(waiting)


class Supervisor:
    """Starts stations.

    Args:
        start_method: ``forkserver``, ``spawn`` or ``fork``.
    """

    def __init__(self, start_method: str) -> None:
        self.start_method = start_method
        self._context: BaseContext = multiprocessing.get_context(start_method)
        self.children: set[Child] = set()
        """Everyone who was started and not released."""

    def prepare(self) -> None:
        """Start multiprocessing's own helpers: the sooner, the warmer the first station.

        Call it in the main thread, because the kernel ends the fork server with the thread that
        started it, and before a Textual app runs, because its stderr has no descriptor.
        """
        if sys.platform == "win32":
            return
        from multiprocessing import resource_tracker  # noqa: PLC0415 - POSIX only

        with _ignored(signal.SIGHUP, signal.SIGTERM):
            resource_tracker.ensure_running()
            _let_others_go_first(resource_tracker)
            if self.start_method == "forkserver":
                from multiprocessing import forkserver  # noqa: PLC0415 - POSIX only

                self._context.set_forkserver_preload(list(PRELOAD))
                forkserver.ensure_running()

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
            with _stderr_with_a_descriptor():
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
        inherited: tuple[int, ...] = ()
        if self.start_method == "fork":
            inherited = tuple(end for child in self.children for end in child.descriptors())
        with contextlib.ExitStack() as on_failure, contextlib.ExitStack() as child_ends:
            queue: SimpleQueue[Any] = self._context.SimpleQueue()
            on_failure.callback(queue._reader.close)  # type: ignore[attr-defined]  # noqa: SLF001
            child_ends.callback(queue._writer.close)  # type: ignore[attr-defined]  # noqa: SLF001
            lifeline_out, lifeline_in = self._context.Pipe(duplex=False)
            on_failure.callback(lifeline_in.close)
            child_ends.callback(lifeline_out.close)
            outlet_out: Connection[Any, Any] | None = None
            outlet_in: Connection[Any, Any] | None = None
            if sys.platform != "win32":
                outlet_out, outlet_in = self._context.Pipe(duplex=False)
                on_failure.callback(outlet_out.close)
                child_ends.callback(outlet_in.close)
            if inherited or self.start_method == "fork":
                own = [queue._reader, lifeline_in, outlet_out]  # type: ignore[attr-defined]  # noqa: SLF001
                inherited += tuple(end.fileno() for end in own if end is not None)
            process = self._context.Process(  # type: ignore[attr-defined]
                target=begin_station,
                args=(StationPlan(title, engine, seats, inherited), queue, lifeline_out, outlet_in),
                name=title,
            )
            process.start()
            # multiprocessing joins whoever it knows when the interpreter exits, and looks at each
            # of them at every start. Both are this class's work.
            multiprocessing_process._children.discard(process)  # type: ignore[attr-defined]  # noqa: SLF001
            _raise_if_refused(process)
            child = Child(process, queue, lifeline_in, outlet_out)
            on_failure.pop_all()
        self.children.add(child)
        return child

    def release(self, child: Child) -> None:
        """Forget a reaped child and close everything that belonged to it."""
        self.children.discard(child)
        child.close()

    def kill_everyone(self) -> None:
        """Send SIGKILL to every child, without waiting: for when nothing else works any more."""
        for child in list(self.children):
            with contextlib.suppress(OSError):
                child.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))


def _let_others_go_first(resource_tracker: Any) -> None:
    """Let the resource tracker's own start-up (24 ms of CPU time) wait for a core that is free.

    It only listens; the fork server, the first makers and the first screen are what is waited for.
    """
    pid = resource_tracker._resource_tracker._pid  # noqa: SLF001
    with contextlib.suppress(OSError):
        if pid is not None:
            os.setpriority(os.PRIO_PROCESS, pid, 10)


@contextlib.contextmanager
def _ignored(*signals: int) -> Iterator[None]:
    """Ignore signals for a moment, so that processes started meanwhile ignore them for ever.

    A terminal that closes sends SIGHUP to everyone in it, a service manager SIGTERM to the whole
    group; multiprocessing's helpers must outlive the kitchen, which ends them itself.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may; the helpers are then as mortal as everyone
        return
    before = [(number, signal.signal(number, signal.SIG_IGN)) for number in signals]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


@contextlib.contextmanager
def _stderr_with_a_descriptor() -> Iterator[None]:
    """Give ``sys.stderr`` a descriptor for a moment.

    multiprocessing hands it to the helpers it starts; inside a Textual app it is -1, and the start
    would fail with "bad value(s) in fds_to_keep".
    """
    try:
        usable = sys.stderr.fileno() >= 0
    except (AttributeError, OSError, io.UnsupportedOperation, ValueError):
        usable = False
    if usable:
        yield
        return
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 - pathlib adds nothing
        with contextlib.redirect_stderr(nowhere):
            yield
