"""Single calls, one after another: how long they take, and what pickling costs."""

from __future__ import annotations

import contextlib
import sys
import time
from multiprocessing.reduction import ForkingPickler
from typing import Any

from . import clocks, gil
from .subject import calls
from .subject.channel import Channel, Message, Problem
from .subject.comparing import Expectations
from .subject.target import Target, not_pickled, refuse_result
from .subject.words import shown

SHORT = 20e-6
"""Seconds below which a call is not timed alone: the clock would be a part of it."""
ONCE = 4
"""A first call of up to so many times the taste's seconds is made again, and does not count.

Much of it may be what a function imports or builds once: 0.3 s of NumPy before 10 ms of work.
"""
BATCH = 0.01
"""Seconds that so many of them together take, between two readings of the clock."""


def taste(
    target: Target, request: Message, channel: Channel, expected: Expectations, seat: clocks.Seat
) -> Message:
    """Make single calls for about so long, and tell what they cost."""
    seconds = float(request["seconds"])
    channel.send({"note": "calling", "at": time.monotonic(), "first": True})
    before = _Before(seat)
    began = time.perf_counter()
    result = _make(target, 0, 1)[0]
    first = time.perf_counter() - began
    refuse_result(result)
    expected.learn({target.item_of(0): result}, 0)
    timed = _Timed()
    asks = gil.has_gil() and bool(request.get("about_gil"))
    late = gil.Late() if asks else None
    if first < seconds * ONCE:
        channel.send({"note": "calling", "at": time.monotonic(), "first": False})
        before = _Before(seat)
        with late or contextlib.nullcontext():
            _for_about(target, seconds, int(request.get("most") or 100_000), first, timed)
    else:
        timed.add(1, first)
    ended = time.monotonic()
    answer: Message = {"at": ended, "calls": timed.calls, "wall": timed.wall}
    answer.update(shortest=timed.shortest, longest=timed.longest, **before.until_now())
    argument = target.args if target.items is None else target.items[0]
    for key, value in (("function", target.function), ("argument", argument), ("result", result)):
        answer[key] = pickling(value, "it" if key == "function" else f"its {key}")
        target.unpicklable = target.unpicklable or answer[key]["problem"]
    target.call_seconds = timed.wall / timed.calls
    target.result_size = answer["result"]["size"] or 0
    answer["shown"] = shown(result)
    answer["about_gil"] = late.share if late else None
    return answer


def _make(target: Target, first: int, count: int) -> list[Any]:
    run, *given = target.work(first, count)
    results = run(*given)
    if isinstance(results, calls.Failed):
        raise raised(target, first, results)
    return results  # type: ignore[no-any-return]


def raised(target: Target, first: int, failed: calls.Failed) -> Problem:
    """Return the problem of a call that raised."""
    item = target.item_of(first + failed.offset)
    which = ""
    if item is not None and target.items is not None:
        which = f" with item {item} ({shown(target.items[item], 60)})"
    hint = ""
    if failed.error.startswith("ModuleNotFoundError"):
        hint = f": {sys.executable} lacks it; name the interpreter that has it with --python"
    return Problem(
        "raised",
        f"raises {failed.error}{which}{hint}",
        item=item,
        error=failed.error,
        traceback=failed.traceback,
    )


class _Timed:
    """How long calls took."""

    def __init__(self) -> None:
        self.calls = 0
        self.wall = 0.0
        self.shortest = float("inf")
        self.longest = 0.0

    def add(self, count: int, seconds: float) -> None:
        self.calls += count
        self.wall += seconds
        self.shortest = min(self.shortest, seconds / count)
        self.longest = max(self.longest, seconds / count)


def _for_about(target: Target, seconds: float, most: int, first: float, timed: _Timed) -> None:
    count = 1
    call = first
    while timed.calls < most and (not timed.calls or timed.wall + call / 2 < seconds):
        count = min(count, most - timed.calls)
        run, *given = target.work(1 + timed.calls, count)
        began = time.perf_counter()
        results = run(*given)
        took = time.perf_counter() - began
        if isinstance(results, calls.Failed):
            raise raised(target, 1 + timed.calls, results)
        timed.add(count, took)
        call = took / count
        count = 1 if call >= SHORT else min(2 * count, max(int(BATCH / max(call, 1e-9)), 1))


class _Before:
    """The clocks as they were before the calls."""

    def __init__(self, seat: clocks.Seat) -> None:
        self._seat = seat
        self._ready = clocks.used_by([seat]).ready
        self._child = clocks.child_cpu()
        self._process = time.process_time()
        self._thread = time.thread_time()

    def until_now(self) -> Message:
        thread = time.thread_time() - self._thread
        process = time.process_time() - self._process
        ready: float | None = clocks.used_by([self._seat]).ready
        if ready is not None and self._ready is not None:
            ready -= self._ready
        child = clocks.child_cpu() - self._child
        return {"thread_cpu": thread, "process_cpu": process, "ready": ready, "child_cpu": child}


def pickling(value: object, what: str) -> Message:
    """Return what pickling a value for another process, and reading it there, costs."""
    began = time.perf_counter()
    try:
        data = ForkingPickler.dumps(value)
        ForkingPickler.loads(data)
    except BaseException as error:  # noqa: BLE001 - any of a value's own methods runs
        return {"size": None, "seconds": 0.0, "problem": not_pickled(value, what, error)}
    seconds = time.perf_counter() - began
    if seconds < 0.001:  # the first time much of it is not in the caches
        began = time.perf_counter()
        ForkingPickler.loads(ForkingPickler.dumps(value))
        seconds = min(seconds, time.perf_counter() - began)
    return {"size": len(data), "seconds": seconds, "problem": ""}
