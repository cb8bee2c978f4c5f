"""One lane makes the calls of a round, as one would by hand, and tells what that took."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from concurrent import futures
from typing import Any

from . import calls, clocks
from .channel import Channel, Message, Out, Problem
from .comparing import Expectations
from .lanes import Lane, died, limited
from .target import Target
from .tasting import raised
from .words import error_line, traceback_text

NOTE_EVERY = 0.1
"""Seconds between two notes of how many calls are done."""
BATCH = 0.01
MOST_IN_BATCH = 5_000
"""Calls made one after another without looking at the clock: for about so long, at most so many."""
MOST_KEPT = 20_000
MOST_BYTES = 256 << 20
"""How many results of a block are kept until it is over, and how large they are together."""


class Notes:
    """Tells how many calls are done: ten times a second, and only where there is news."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._told = 0
        self.next = time.perf_counter() + NOTE_EVERY

    def done(self, count: int) -> None:
        """Tell it."""
        self.next = time.perf_counter() + NOTE_EVERY
        if count > self._told:
            self._told = count
            self._channel.send({"note": "done", "calls": count})


class Block:
    """So many calls of one lane.

    Args:
        target: what is called.
        lane: who calls.
        request: as the protocol has it.
        notes: tells how many are done.
    """

    def __init__(self, target: Target, lane: Lane, request: Message, notes: Notes) -> None:
        self.target = target
        self.lane = lane
        self.first = int(request["first"])
        self.count = int(request["count"])
        self.chunk = max(int(request.get("chunk") or 1), 1)
        self.notes = notes
        self.kept: list[Any] = []
        self._is_over = False
        size = max(target.result_size, 1)
        self._most = max(1, min(MOST_KEPT, MOST_BYTES // size))

    def run(self) -> float:
        """Make the calls; return the seconds."""
        if self.lane.pool is not None:
            return self._pooled(self.lane.pool)
        if self.lane.engine == "asyncio":
            return self._together()
        return self._serial()

    def by_item(self) -> dict[int | None, Any]:
        """Return a result of each item, of those that were kept."""
        kept = enumerate(self.kept)
        return {self.target.item_of(self.first + offset): result for offset, result in kept}

    def _keep(self, first: int, results: calls.Results) -> None:
        if isinstance(results, calls.Failed):
            raise raised(self.target, first, results)
        room = self._most - len(self.kept)
        if room > 0:
            self.kept += results if len(results) <= room else results[:room]

    def _tasks(self, size: int) -> list[tuple[int, tuple[Any, ...]]]:
        """Return the first call of each task, and what the task is."""
        return [
            (at, self.target.work(at, min(size, self.first + self.count - at)))
            for at in range(self.first, self.first + self.count, size)
        ]

    def _serial(self) -> float:
        call = max(self.target.call_seconds, 1e-8)
        size = max(1, min(int(BATCH / call), MOST_IN_BATCH))
        tasks = self._tasks(size)
        began = time.perf_counter()
        for first, (run, *given) in tasks:
            self._keep(first, run(*given))
            if time.perf_counter() > self.notes.next:
                self.notes.done(min(first + size - self.first, self.count))
        return time.perf_counter() - began

    def _pooled(self, pool: futures.Executor) -> float:
        tasks = self._tasks(self.chunk)
        began = time.perf_counter()
        waiting: list[Any] = []
        try:
            waiting += [pool.submit(*work) for _, work in tasks]
            for number, (first, _) in enumerate(tasks):
                future, waiting[number] = waiting[number], None
                self._keep(first, self._result(future, number, waiting))
        except futures.BrokenExecutor as error:
            raise died(self.lane, error) from None
        except (Problem, Out):
            for future in waiting:
                if future is not None:
                    future.cancel()
            raise
        return time.perf_counter() - began

    def _result(self, future: Any, number: int, waiting: list[Any]) -> calls.Results:
        while not future.done() or time.perf_counter() > self.notes.next:
            # Not future.exception(timeout): that raises one that the function could have raised.
            futures.wait([future], max(self.notes.next - time.perf_counter(), 0.0))
            if time.perf_counter() >= self.notes.next:
                near = waiting[number + 1 : number + 1 + 2 * self.lane.workers]
                done = number + future.done() + sum(one.done() for one in near)
                self.notes.done(min(done * self.chunk, self.count))
        error = future.exception()
        if error is None:
            return future.result()  # type: ignore[no-any-return]
        if isinstance(error, futures.BrokenExecutor):
            raise error
        # The calls themselves never raise in a worker: it is what goes there and comes back.
        raise Out(f"its arguments or results cannot go to a worker and back: {error_line(error)}")

    def _together(self) -> float:
        return calls.own_loop().run_until_complete(self._gather())

    async def _gather(self) -> float:
        loop = asyncio.get_running_loop()
        limit = limited(self.lane.workers) if self.lane.workers else None
        tasks: list[asyncio.Future[Any]] = []
        loop.call_later(NOTE_EVERY, self._tell, loop, tasks)
        began = time.perf_counter()
        try:
            for awaited in self.target.started(self.first, self.count):
                one = awaited if limit is None else _one(limit, awaited)
                tasks.append(asyncio.ensure_future(one))
            results = await asyncio.gather(*tasks)
            took = time.perf_counter() - began
        except BaseException as error:  # noqa: BLE001 - also SystemExit is told to the parent
            failed = [n for n, task in enumerate(tasks) if _failed(task)]
            offset = failed[0] if failed else len(tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            told = calls.Failed(offset, error_line(error), traceback_text(error))
            raise raised(self.target, self.first, told) from None
        finally:
            self._is_over = True
        self._keep(self.first, results)
        return took

    def _tell(self, loop: asyncio.AbstractEventLoop, tasks: list[asyncio.Future[Any]]) -> None:
        if self._is_over:
            return
        self.notes.done(sum(task.done() for task in tasks))
        loop.call_later(NOTE_EVERY, self._tell, loop, tasks)


async def _one(limit: Any, awaited: Awaitable[Any]) -> Any:
    async with limit:
        return await awaited


def _failed(task: asyncio.Future[Any]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is not None


def make_block(
    target: Target, lane: Lane, request: Message, channel: Channel, expected: Expectations
) -> Message:
    """Make the calls that a request asks for, and tell what they took and what they returned."""
    block = Block(target, lane, request, Notes(channel))
    before = clocks.used_by(lane.seats)
    wall = block.run()
    at = time.monotonic()
    used = clocks.used_by(lane.seats).since(before)
    answer = {"at": at, "wall": wall, "cpu": used.cpu, "ready": used.ready}
    results = block.by_item()
    if lane.engine == "serial":
        expected.learn(results, target.result_size)
        target.call_seconds = wall / block.count
        return {**answer, "differs": [], "times": 0}
    differs, times = expected.compare(results)
    return {**answer, "differs": differs, "times": times}
