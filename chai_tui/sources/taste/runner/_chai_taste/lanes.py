"""An engine with so many workers, all of them started and warm."""

from __future__ import annotations

import asyncio
import contextlib
import json
import multiprocessing
import os
import statistics
import sys
import threading
import time
from concurrent import futures
from concurrent.futures.process import ProcessPoolExecutor
from concurrent.futures.thread import ThreadPoolExecutor
from multiprocessing import forkserver, synchronize, util
from pathlib import Path
from typing import Any

from . import clocks
from .subject import calls
from .subject.channel import Message, Out, Problem
from .subject.target import Target
from .subject.words import error_line, one_line

RUNNER = str(Path(__file__).parent.parent)
PRELOAD = "_CHAI_TASTE_PRELOAD"
"""Carries to the fork server what its workers will need; it is gone before they start."""
_PATIENCE = 60.0
"""Seconds until workers that do not start are given up."""
_FAREWELL = 5.0
"""Seconds until workers that do not end are left to the parent, who ends them all."""
_TASKS = 21
HAS_INTERPRETERS = hasattr(futures, "InterpreterPoolExecutor")


class Lane:
    """One engine with so many workers.

    Attributes:
        engine: which.
        workers: how many; 0 of asyncio: as many as there are calls.
        pool: what runs its tasks; None for those that run in the main thread.
        seats: its workers.
        processes: those that are processes, for their exit codes.
    """

    def __init__(self, engine: str, workers: int, pool: futures.Executor | None) -> None:
        self.engine = engine
        self.workers = workers
        self.pool = pool
        self.seats: list[clocks.Seat] = []
        self.processes: list[Any] = []

    def close(self) -> None:
        """End its workers."""
        if self.pool is not None:
            self.pool.shutdown(wait=True, cancel_futures=True)


def engines_for(target: Target) -> tuple[list[str], Message]:
    """Return the engines that can run a function, from light to heavy, and why others cannot."""
    engines = ["serial", "asyncio"] if target.is_async else ["serial"]
    engines.append("thread")
    out: Message = {}
    for engine in ["interpreter"] * HAS_INTERPRETERS + ["process"]:
        if target.unpicklable:
            out[engine] = target.unpicklable
        else:
            engines.append(engine)
    return engines, out


def open_lane(target: Target, engine: str, workers: int) -> tuple[Lane, Message]:
    """Start an engine's workers, and tell when all of them have answered.

    Raises:
        Out: the engine cannot run this function.
    """
    if engine in {"interpreter", "process"} and target.unpicklable:
        raise Out(target.unpicklable)
    if engine == "asyncio" and not target.is_async:
        raise Out("it is no async function")
    began = time.perf_counter()
    memory = clocks.private_bytes(os.getpid())
    if engine in {"serial", "asyncio"}:
        lane = Lane(engine, workers, None)
        lane.seats = [main_seat()]
        return lane, _opened(lane, time.perf_counter() - began, 0.0, 0)
    named = _semaphores()
    pool = _pool(target, engine, workers)
    lane = Lane(engine, workers, pool)
    try:
        seconds = _seat_all(lane)
        task = _task_seconds(pool)
    except futures.BrokenExecutor as error:
        pool.shutdown(wait=False)
        raise Out(f"its workers do not start: {_why_broken(error)}") from None
    except Out:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    if engine == "process":
        _unlink(_semaphores() - named)
        lane.processes = list((getattr(pool, "_processes", None) or {}).values())
        each = [clocks.private_bytes(seat.pid) for seat in lane.seats]
        more = None if None in each else sum(one or 0 for one in each)
    else:
        now = clocks.private_bytes(os.getpid())
        more = None if now is None or memory is None else max(now - memory, 0)
    return lane, _opened(lane, seconds, task, more)


def main_seat() -> clocks.Seat:
    """Return the thread that calls this."""
    return clocks.Seat(os.getpid(), threading.get_native_id(), threading.get_ident())


def _opened(lane: Lane, seconds: float, task: float, memory: int | None) -> Message:
    return {
        "engine": lane.engine,
        "seconds": seconds,
        "workers": [[seat.pid, seat.tid] for seat in lane.seats],
        "task_seconds": task,
        "memory": memory,
    }


def _pool(target: Target, engine: str, workers: int) -> futures.Executor:
    if engine == "thread":
        return ThreadPoolExecutor(workers, thread_name_prefix="chai-taste")
    if engine == "interpreter" and HAS_INTERPRETERS:
        # An interpreter of its own has Python's own path; nothing of ours can be found before this.
        code = f"import sys; sys.path[:] = {sys.path!r}; sys.argv[:] = {sys.argv!r}"
        code += (
            f"; from _chai_taste.subject import calls; calls.begin_interpreter({target.module!r})"
        )
        return futures.InterpreterPoolExecutor(  # type: ignore[attr-defined, no-any-return]
            workers, thread_name_prefix="chai-taste", initializer=exec, initargs=(code,)
        )
    if engine != "process":
        raise Out(f"this Python has no engine {engine}")
    return ProcessPoolExecutor(workers, _context(target), calls.begin_process, (target.module,))


def _context(target: Target) -> Any:
    """Return how processes start: from a server that has the module already, where there is one."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    server = forkserver._forkserver  # noqa: SLF001
    if getattr(server, "_forkserver_pid", None) is None and target.can_be_forked:
        context.set_forkserver_preload(["_chai_taste.preload"])
        # Only newer versions give the server our path.
        before = os.environ.get("PYTHONPATH")
        os.environ[PRELOAD] = json.dumps([target.module, sys.path, sys.argv, before])
        os.environ["PYTHONPATH"] = RUNNER + (os.pathsep + before if before else "")
        try:
            server.ensure_running()
        finally:
            del os.environ[PRELOAD], os.environ["PYTHONPATH"]
            if before is not None:
                os.environ["PYTHONPATH"] = before
    return context


def _semaphores() -> set[Any]:
    """Return the keys of what unlinks the names of this process's semaphores when it ends."""
    registry = getattr(util, "_finalizer_registry", {})
    cleanup = getattr(synchronize.SemLock, "_cleanup", None)
    return {key for key, one in registry.items() if getattr(one, "_callback", 0) is cleanup}


def _unlink(semaphores: set[Any]) -> None:
    """Unlink their names now: all workers have them, and who is killed cannot do it later."""
    registry = getattr(util, "_finalizer_registry", {})
    for key in semaphores:
        with contextlib.suppress(Exception):
            registry[key]()


def _seat_all(lane: Lane) -> float:
    """Wait until every worker has answered; return the seconds to the first answer."""
    assert lane.pool is not None  # noqa: S101 - for mypy
    began = time.perf_counter()
    first = 0.0
    hold = 0.005
    seats: dict[tuple[int, int], clocks.Seat] = {}
    while len(seats) < lane.workers:
        if time.perf_counter() - began > _PATIENCE:
            raise Out(f"its workers did not start within {_PATIENCE:.0f} s")
        waiting = [lane.pool.submit(calls.who, hold) for _ in range(lane.workers)]
        futures.wait(waiting, return_when=futures.FIRST_COMPLETED)
        first = first or time.perf_counter() - began - hold
        for future in waiting:
            try:
                pid, tid, ident, problem = future.result()
            except futures.BrokenExecutor:
                raise
            except Exception as error:  # noqa: BLE001 - whatever the import raises
                raise Out(f"its workers do not start: {error_line(error)}") from None
            if problem:
                raise Out(f"its module cannot be imported in a worker: {problem}")
            seats[pid, tid] = clocks.Seat(pid, tid, ident)
        hold = min(2 * hold, 0.1)
    lane.seats = list(seats.values())
    return max(first, 1e-6)


def _task_seconds(pool: futures.Executor) -> float:
    taken = []
    for _ in range(_TASKS):
        began = time.perf_counter()
        pool.submit(calls.nothing).result()
        taken.append(time.perf_counter() - began)
    return statistics.quantiles(taken)[0]  # others can only make it longer


def _why_broken(error: BaseException) -> str:
    cause = error.__cause__
    return one_line(str(cause).strip(" \n\"'").rpartition("\n")[2] if cause else str(error))


def died(lane: Lane, tasks: list[Any]) -> Exception:
    """Return what to tell of a pool that broke: a worker died, or a result cannot be read."""
    # The pool asks its processes for their exit codes: only one who asks is told.
    ending = threading.Thread(target=lane.close, daemon=True)
    ending.start()
    ending.join(_FAREWELL)
    for task in tasks:
        error = (
            task.exception() if task is not None and task.done() and not task.cancelled() else None
        )
        cause = str(error.__cause__ or "") if error is not None else ""
        if error is not None and cause and "terminated abruptly" not in cause:
            return Out(f"its result cannot be read in another process: {_why_broken(error)}")
    codes = [getattr(process, "exitcode", None) for process in lane.processes]
    # The pool itself asks those that are left to end.
    telling = [code for code in codes if code not in {None, -15}] or [-15]
    return Problem("worker_died", f"a worker process {_end(telling[0])} in a call", exit=telling[0])


def _end(code: int | None) -> str:
    if code is None or code >= 0:
        return f"ended by itself with exit code {code}"
    import signal  # noqa: PLC0415

    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"


def limited(limit: int) -> contextlib.AbstractAsyncContextManager[Any]:
    """Return what lets so many tasks at once pass."""
    return asyncio.Semaphore(limit)
