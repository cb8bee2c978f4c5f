"""Starts, signals and reaps stations. Runs in the parent.

No other code signals or waits for a process, and only the thread that drives the kitchen may call
this one: a process must be joined by one thread alone.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from multiprocessing import process as multiprocessing_process
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from typing import Any

import chai_tui
from chai_tui.host.limits import ensure_descriptors, in_words
from chai_tui.model.engine import Engine
from chai_tui.sources.live.child import Child
from chai_tui.sources.live.station.entry_point import begin_station
from chai_tui.sources.live.station.lifeline import TERMINATION
from chai_tui.sources.live.station.report_queue import ReportQueue
from chai_tui.sources.live.station.wire import Seat, StationPlan

PRELOAD = ("chai_tui.sources.live.station.forkserver_preload",)


_SAFE_PATH = "PYTHONSAFEPATH"
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
        self._niceness = niceness
        self._context: BaseContext = multiprocessing.get_context(start_method)
        self._prepared = False
        self.children: set[Child] = set()
        """Everyone who was started and not released."""

    def prepare(self) -> None:
        """Start multiprocessing's own helpers, once: the sooner, the warmer the first station.

        Nothing here needs the resource tracker, but what killed makers leave in shared memory is
        cleaned up by one that outlives them, and most ways to start a process start it anyway.

        Call it in the thread that will start the stations: the kernel ends the fork server with the
        thread that started it.
        """
        if self._prepared or sys.platform == "win32":
            return
        self._prepared = True
        from multiprocessing import resource_tracker  # noqa: PLC0415 - POSIX only

        # They inherit that these signals wait: a terminal that closes sends SIGHUP to everyone in
        # it, a service manager SIGTERM to the whole group, and the helpers must outlive the
        # kitchen, which ends them itself.
        with _blocked(TERMINATION), _stderr_with_a_descriptor(), _safe_path():
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
            with _stderr_with_a_descriptor(), _safe_path() as unset:
                for _ in range(START_TRIES - 1):
                    # The fork server may have died; multiprocessing starts another one as soon as
                    # the system says so, which may take a moment.
                    with contextlib.suppress(EOFError, ConnectionError):
                        return self._start(title, engine, seats, unset)
                    time.sleep(START_PAUSE)
                return self._start(title, engine, seats, unset)
        except (OSError, EOFError, ValueError) as error:
            raise StartError(in_words(error)) from error

    def _start(
        self, title: str, engine: Engine, seats: tuple[Seat, ...], unset: tuple[str, ...]
    ) -> Child:
        forked = self.start_method == "fork"
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
            inherited = tuple(end.fileno() for end in (*siblings, *kept)) if forked else ()
            plan = StationPlan(title, engine, seats, inherited, self._niceness, unset)
            process = self._context.Process(  # type: ignore[attr-defined]
                target=begin_station,
                args=(plan, queue, lifeline, outlet_in),
                name=title,
            )
            with _blocked(TERMINATION) if forked else contextlib.nullcontext():
                process.start()
            # multiprocessing joins whoever it knows when the interpreter exits, and looks at each
            # of them at every start. Both are this class's work.
            multiprocessing_process._children.discard(process)  # type: ignore[attr-defined]  # noqa: SLF001
            _raise_if_refused(process)
            child = Child(process, queue, requests, outlet)
            on_failure.pop_all()
        self.children.add(child)
        return child

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
def _blocked(signals: Iterable[int]) -> Iterator[None]:
    """Keep signals waiting for a moment, in this thread and in whatever it starts.

    A forked child has this process's signal handlers until it has set its own; a signal that waits
    meets those, one that comes at once would be taken by a handler that means nothing there.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _safe_path() -> Iterator[tuple[str, ...]]:
    """Have Pythons that are started meanwhile import nothing from the current folder.

    multiprocessing starts its helpers with ``python -c``, which looks there first: a learner's
    ``random.py`` would be run in place of the one they need, five times over.

    Yields:
        The environment variables that were set for it.
    """
    here = os.path.dirname(os.path.dirname(os.path.abspath(chai_tui.__file__)))  # noqa: PTH100, PTH120 - pathlib costs an import
    if _SAFE_PATH in os.environ or _is_current(here):
        yield ()
        return
    os.environ[_SAFE_PATH] = "1"
    try:
        yield (_SAFE_PATH,)
    finally:
        os.environ.pop(_SAFE_PATH, None)


def _is_current(folder: str) -> bool:
    """Whether a folder is the current one: then this package itself may come from there."""
    try:
        return os.path.samefile(folder, ".")  # noqa: PTH121 - as above
    except OSError:
        return False


@contextlib.contextmanager
def _stderr_with_a_descriptor() -> Iterator[None]:
    """Give ``sys.stderr`` a descriptor for a moment: one that leads nowhere.

    multiprocessing hands it to the helpers it starts; inside a Textual app it is -1, and the start
    would fail with "bad value(s) in fds_to_keep".
    """
    with (
        open(os.devnull, "w", encoding="utf-8") as nowhere,  # noqa: PTH123 - pathlib adds nothing
        contextlib.redirect_stderr(nowhere),
    ):
        yield
