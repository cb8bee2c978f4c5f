"""What is true of one function, measured by hand: ``python -m tests.benchmarks.taste_truth NAME``.

A process of its own makes the same calls in a loop, and with ``concurrent.futures`` and ``asyncio``
as anybody writes them, in alternating rounds. Nothing of chai-tui's race is used here. One line of
JSON comes out.
"""

from __future__ import annotations

import argparse
import asyncio
import concurrent.futures
import importlib
import json
import multiprocessing
import random
import statistics
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from chai_tui.sources.live.station import steps
from tests.benchmarks import gil_truth
from tests.benchmarks.taste_list import MODULE, Target, target

CHUNK_BELOW = 0.002
"""Seconds a call below which a task makes several: handing one over would be what is measured."""
CHUNKS_A_WORKER = 4
FEWEST_ROUNDS = 5
GRIND_SECONDS = 0.021
"""What a call of the recipe takes by hand: its three steps in small."""

Round = Callable[[], object]


async def grind(seconds: float = GRIND_SECONDS) -> None:
    """Do what the recipe does, in small; async, as whatever follows a recipe is."""
    for _ in range(3):
        steps.compute(seconds / 3, lambda _share: None)


def one_call(which: Target) -> Callable[..., Any]:
    """Return the function to call."""
    function: Callable[..., Any] = (
        grind if which.is_recipe else getattr(importlib.import_module(MODULE), which.name)
    )
    return function


def make_calls(function: Callable[..., Any], items: Sequence[tuple[int, ...]]) -> list[Any]:
    """Make calls one after another: the loop, and what one task of a pool does."""
    return [function(*item) for item in items]


def make_calls_bare(function: Callable[[], Any], count: int) -> list[Any]:
    """Make calls without arguments one after another."""
    return [function() for _ in range(count)]


def await_calls(
    function: Callable[..., Coroutine[Any, Any, Any]], items: Sequence[tuple[int, ...]]
) -> list[Any]:
    """Await calls one after another, in an event loop of their own."""

    async def all_of_them() -> list[Any]:
        return [await function(*item) for item in items]

    return asyncio.run(all_of_them())


def rest(seconds: float) -> None:
    """Keep a worker busy until all others have started."""
    time.sleep(seconds)


class ByHand:
    """The calls of one round, made in every way that is compared.

    Args:
        which: the function.
        calls: how many calls a round makes.
        lanes: engines with workers to compare the loop with: ``("thread", 16)``.
    """

    def __init__(self, which: Target, calls: int, lanes: Sequence[tuple[str, int]]) -> None:
        self.which = which
        self.function = one_call(which)
        self.calls = calls
        self.items: list[tuple[int, ...]] = [(n,) if which.has_items else () for n in range(calls)]
        self.lanes = lanes
        self.pools: list[concurrent.futures.Executor] = []
        self.serial()  # what is imported and built once
        began = time.perf_counter()
        self.serial()
        self.call_seconds = (time.perf_counter() - began) / calls

    def serial(self) -> None:
        """Make one call after another."""
        if self.which.is_async:
            await_calls(self.function, self.items)
        elif self.which.has_items:
            make_calls(self.function, self.items)
        else:
            make_calls_bare(self.function, self.calls)

    def gather(self) -> None:
        """Await all calls at once."""

        async def all_of_them() -> None:
            await asyncio.gather(*(self.function(*item) for item in self.items))

        asyncio.run(all_of_them())

    def pooled(self, pool: concurrent.futures.Executor, workers: int) -> Round:
        """Return what hands a round to a pool and waits for its results."""
        chunk = 1
        if self.call_seconds < CHUNK_BELOW:
            chunk = max(1, self.calls // (CHUNKS_A_WORKER * workers))
        parts = [self.items[at : at + chunk] for at in range(0, self.calls, chunk)]

        def round_of_calls() -> None:
            if self.which.is_async:
                tasks = [pool.submit(await_calls, self.function, part) for part in parts]
            elif self.which.has_items:
                tasks = [pool.submit(make_calls, self.function, part) for part in parts]
            else:
                tasks = [pool.submit(make_calls_bare, self.function, len(part)) for part in parts]
            for task in tasks:
                task.result()

        return round_of_calls

    def rounds(self) -> dict[tuple[str, int], Round]:
        """Start and warm the pools; return what makes a round, by engine and workers."""
        ways: dict[tuple[str, int], Round] = {("serial", 1): self.serial}
        for engine, workers in self.lanes:
            if engine == "asyncio":
                ways[engine, workers] = self.gather
                continue
            pool: concurrent.futures.Executor
            if engine == "thread":
                pool = concurrent.futures.ThreadPoolExecutor(workers)
            elif engine == "interpreter":
                pool = getattr(concurrent.futures, "InterpreterPoolExecutor")(workers)  # noqa: B009 - 3.14
            else:
                context = multiprocessing.get_context("forkserver")
                context.set_forkserver_preload([__name__, MODULE])
                pool = concurrent.futures.ProcessPoolExecutor(workers, mp_context=context)
            self.pools.append(pool)
            started = [pool.submit(rest, 0.1) for _ in range(workers)]
            for task in started:
                task.result()
            ways[engine, workers] = self.pooled(pool, workers)
        return ways

    def close(self) -> None:
        """End the pools."""
        for pool in self.pools:
            pool.shutdown()


def measure(
    which: Target, calls: int, lanes: Sequence[tuple[str, int]], seconds: float, fewest: int
) -> dict[str, Any]:
    """Race by hand for about so many seconds; return speed-ups over the loop, and more."""
    by_hand = ByHand(which, calls, lanes)
    share, how = gil_share(which, by_hand)  # before there is any other thread
    ways = by_hand.rounds()
    try:
        for make in ways.values():
            make()
            make()
        walls: dict[tuple[str, int], list[float]] = {way: [] for way in ways}
        until = time.perf_counter() + seconds
        while time.perf_counter() < until or len(walls["serial", 1]) < fewest:
            order = list(ways)
            random.shuffle(order)
            for way in order:
                began = time.perf_counter()
                ways[way]()
                walls[way].append(time.perf_counter() - began)
    finally:
        by_hand.close()
    serial = walls["serial", 1]
    return {
        "name": which.name,
        "calls": calls,
        "rounds": len(serial),
        "serial_seconds_per_call": statistics.median(serial) / calls,
        "speedups": [
            [*way, statistics.median(s / w for s, w in zip(serial, taken, strict=True))]
            for way, taken in walls.items()
        ],
        "gil_share": share,
        "gil_how": how,
    }


def gil_share(which: Target, by_hand: ByHand) -> tuple[float | None, str]:
    """Return what share of a call holds the GIL, and how that is known."""
    if which.gil is not None:
        return which.gil, "by construction"
    if which.name == "halves":
        module: Any = importlib.import_module(MODULE)
        return float(module.halves_share()), "by its own clock"
    return gil_truth.share_while(by_hand.serial, 1.0), "asked from a thread of C code"


def loop_when_asked(which: Target, calls: int) -> None:
    """Make the loop once for every line that comes; answer each with the seconds it took."""
    by_hand = ByHand(which, calls, ())
    for _ in sys.stdin:
        began = time.perf_counter()
        by_hand.serial()
        print(time.perf_counter() - began, flush=True)


def main() -> None:
    """Measure as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--calls", type=int, required=True)
    parser.add_argument("--lanes", nargs="*", default=[], metavar="ENGINE:WORKERS")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=FEWEST_ROUNDS, help="at least")
    parser.add_argument("--loop", action="store_true", help="the loop alone, a line each time")
    options = parser.parse_args()
    if options.loop:
        loop_when_asked(target(options.name), options.calls)
        return
    lanes = [
        (engine, int(workers)) for engine, workers in (lane.split(":") for lane in options.lanes)
    ]
    json.dump(
        measure(target(options.name), options.calls, lanes, options.seconds, options.rounds),
        sys.stdout,
    )
    print()


if __name__ == "__main__":
    main()
