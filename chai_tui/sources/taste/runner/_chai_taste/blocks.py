"""One lane makes the calls of a round, as one would by hand, and tells what that took."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from concurrent import futures
from itertools import starmap
from typing import Any

from . import clocks
from .lanes import Lane, died, limited
from .subject import calls
from .subject.channel import Channel, Message, Out, Problem
from .subject.comparing import Expectations
from .subject.target import Target
from .subject.words import error_line, traceback_text
from .tasting import raised

NOTE_EVERY = 0.1
"""Seconds between two notes of how many calls are done."""
BATCH = 0.01
MOST_IN_BATCH = 100_000
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
        self.notes = notes
        self.results: list[Any] = []
        self._is_over = False
        self._gathering: Any = None
        size = max(target.result_size, 1)
        self._most = max(1, min(MOST_KEPT, MOST_BYTES // size))
        self._size = max(int(request.get("chunk") or 1), 1)
        if lane.pool is None:
            call = max(target.call_seconds, 1e-8)
            self._size = max(1, min(int(BATCH / call), MOST_IN_BATCH))
        # Before the clock is read, as by hand the items are there before.
        self._tasks = list(self._cut())

    def _cut(self) -> Iterator[tuple[Any, ...]]:
        """Yield what each task runs, with its arguments; of asyncio these alone."""
        if self.lane.engine == "asyncio":
            yield from self.target.each_args(self.first, self.count)
            return
        if self.lane.pool is not None and self._size == 1:
            yield from self.target.single(self.first, self.count)
            return
        end = self.first + self.count
        for at in range(self.first, end, self._size):
            yield self.target.work(at, min(self._size, end - at))

    def run(self) -> float:
        """Make the calls; return the seconds."""
        if self.lane.pool is not None:
            return self._pooled(self.lane.pool)
        if self.lane.engine == "asyncio":
            return self._together()
        return self._serial()

    def by_item(self) -> dict[int | None, Any]:
        """Return a result of each item, of those that were kept."""
        kept = enumerate(self.results)
        return {self.target.item_of(self.first + offset): result for offset, result in kept}

    def _keep(self, results: list[Any]) -> None:
        room = self._most - len(self.results)
        if room > 0:
            self.results += results if len(results) <= room else results[:room]

    def _serial(self) -> float:
        began = time.perf_counter()
        done = 0
        for run, *given in self._tasks:
            results = run(*given)
            if type(results) is calls.Failed:
                raise raised(self.target, self.first + done, results)
            self._keep(results)
            done += self._size
            if time.perf_counter() > self.notes.next:
                self.notes.done(min(done, self.count))
        return time.perf_counter() - began

    def _pooled(self, pool: futures.Executor) -> float:
        began = time.perf_counter()
        waiting: list[Any] = []
        try:
            # Not in one go: what was handed over tells why a pool breaks meanwhile.
            waiting.extend(pool.submit(*task) for task in self._tasks)
            for number, future in enumerate(waiting):
                results = self._result(future, number, waiting)
                waiting[number] = None  # so that its result lives no longer than it must
                if type(results) is calls.Failed:
                    raise self._why_raised(self.first + number * self._size, results)
                if self._size > 1:
                    self._keep(results)
                elif number < self._most:
                    self.results.append(results)
        except futures.BrokenExecutor:
            raise died(self.lane, waiting) from None
        except (Problem, Out):
            for future in waiting:
                if future is not None:
                    future.cancel()
            raise
        return time.perf_counter() - began

    def _why_raised(self, first: int, failed: calls.Failed) -> Problem | Out:
        """Return what to tell of a call that raised in a worker, of a task from ``first`` on.

        What takes no second interpreter, as many a module in C, says so only where there is one.
        """
        if self.lane.engine == "interpreter":
            run, *given = self.target.work(first + failed.offset, 1)
            if type(run(*given)) is not calls.Failed:
                return Out(f"a call there raises {failed.error}")
        return raised(self.target, first, failed)

    def _result(self, future: Any, number: int, waiting: list[Any]) -> Any:
        while True:
            left = self.notes.next - time.perf_counter()
            if left <= 0:
                near = waiting[number + 1 : number + 1 + 2 * self.lane.workers]
                done = number + future.done() + sum(one.done() for one in near)
                self.notes.done(min(done * self._size, self.count))
                continue
            try:
                return future.result(left)
            except futures.BrokenExecutor:
                raise
            except BaseException as error:  # noqa: BLE001 - pickling runs the user's code
                if not future.done():
                    continue  # it is the clock
                # A call never raises in its worker: it is what goes there and comes back.
                text = (
                    f"its arguments or results cannot go to a worker and back: {error_line(error)}"
                )
                raise Out(text) from None

    def _together(self) -> float:
        return calls.own_loop().run_until_complete(self._gather())

    async def _gather(self) -> float:
        loop = asyncio.get_running_loop()
        limit = limited(self.lane.workers) if self.lane.workers else None
        function = self.target.function
        loop.call_later(NOTE_EVERY, self._tell, loop)
        started: list[Any] = []
        began = time.perf_counter()
        try:
            if limit is None:
                started += starmap(function, self._tasks)
            else:
                started += [_one(limit, function, *args) for args in self._tasks]
            self._gathering = asyncio.gather(*started)
            self._keep(await self._gathering)
            return time.perf_counter() - began
        except BaseException as error:  # noqa: BLE001 - also SystemExit is told to the parent
            tasks = self._children()
            failed = [number for number, task in enumerate(tasks) if _failed(task)]
            offset = failed[0] if failed else len(started)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            told = calls.Failed(offset, error_line(error), traceback_text(error))
            raise raised(self.target, self.first, told) from None
        finally:
            self._is_over = True

    def _children(self) -> list[asyncio.Future[Any]]:
        return list(getattr(self._gathering, "_children", ()))

    def _tell(self, loop: asyncio.AbstractEventLoop) -> None:
        if not self._is_over:
            self.notes.done(sum(task.done() for task in self._children()))
            loop.call_later(NOTE_EVERY, self._tell, loop)


async def _one(limit: Any, function: Any, *args: Any) -> Any:
    async with limit:
        return await function(*args)


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
