"""What the kitchen costs without a screen: starting, reading, memory."""

from __future__ import annotations

import contextlib
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.queues import Queue
from typing import Any

import psutil

from chai_tui.model.commands import AddMakers
from chai_tui.model.engine import Engine
from chai_tui.model.events import Exited, Progress, Seated, Started
from chai_tui.model.recipe import Recipe, Step, StepKind
from chai_tui.sources.live.kitchen import Kitchen
from chai_tui.sources.live.station.reporter import Reporter, current_maker
from chai_tui.state.floor import Floor
from tests.benchmarks.measure import Result, median_of, ratio_in_turn

SENDERS = 8
START_METHOD = "forkserver"


def _recipe(call: Callable[[], object]) -> Recipe:
    return Recipe("benchmark", (Step("act", StepKind.CALL, call=call),))


WAITING = Recipe("benchmark", (Step("wait", StepKind.WAIT, 600.0),))


@contextlib.contextmanager
def _kitchen() -> Iterator[Kitchen]:
    kitchen = Kitchen(START_METHOD)
    try:
        yield kitchen
    finally:
        kitchen.close()


def _nothing() -> None:
    """Do nothing."""


def starting(repeat: int, makers: int = 50) -> Result:
    """Start process makers, against a bare loop of ``Process.start()``."""

    def ours() -> float:
        with _kitchen() as kitchen:
            began = time.perf_counter()
            kitchen.submit(AddMakers(makers, _recipe(_nothing), Engine.PROCESS))
            seated = 0
            while seated < makers:
                seated += sum(isinstance(event, Seated) for event in kitchen.poll(1.0))
            took = time.perf_counter() - began
            ended = 0
            while ended < makers and (events := kitchen.poll(5.0)):
                ended += sum(isinstance(event, Exited) for event in events)
            return took

    context: Any = multiprocessing.get_context(START_METHOD)

    def bare() -> float:
        processes = [context.Process(target=_nothing) for _ in range(makers)]
        began = time.perf_counter()
        for process in processes:
            process.start()
        took = time.perf_counter() - began
        for process in processes:
            process.join()
            process.close()
        return took

    return ratio_in_turn(
        f"starting {makers} process makers ÷ a bare loop of Process.start()",
        ours,
        bare,
        limit=1.2,
        repeat=repeat,
    )


def _send_through_station(count: int) -> None:
    """Send progress as fast as a maker can: what the station's own reporter does."""
    reporter: Reporter = vars(sys.stdout.buffer)["_reporter"]  # behind this maker's stdout
    maker = current_maker.get() or 0
    for number in range(count):
        reporter.progress(maker, number / count, 0.0)


def _send_through_queue(queue: Queue[object], maker: int, count: int) -> None:
    for number in range(count):
        queue.put(("p", time.monotonic(), maker, number / count, 0.0))
    queue.put(None)


def folding(repeat: int, events_each: int = 20_000) -> Result:
    """Fold events from eight makers, against one shared queue read in a loop."""
    total = SENDERS * events_each

    def ours() -> float:
        with _kitchen() as kitchen:
            floor = Floor()
            recipe = _recipe(partial(_send_through_station, events_each))
            kitchen.submit(AddMakers(SENDERS, recipe, Engine.PROCESS))
            first = 0.0
            while not floor.all_joined or len(floor.makers) < SENDERS:
                events = kitchen.poll(1.0)
                if not first and any(isinstance(event, Progress) for event in events):
                    first = time.perf_counter()
                floor.fold(events)
            return total / (time.perf_counter() - first)

    context: Any = multiprocessing.get_context(START_METHOD)

    def shared_queue() -> float:
        queue: Queue[object] = context.Queue()
        processes = [
            context.Process(target=_send_through_queue, args=(queue, maker, events_each))
            for maker in range(SENDERS)
        ]
        for process in processes:
            process.start()
        first, ended = 0.0, 0
        while ended < SENDERS:
            if queue.get() is None:
                ended += 1
            first = first or time.perf_counter()
        took = time.perf_counter() - first
        for process in processes:
            process.join()
        queue.close()
        return total / took

    return ratio_in_turn(
        "events folded a second ÷ events through one shared multiprocessing.Queue",
        ours,
        shared_queue,
        limit=1.5,
        at_least=True,
        repeat=repeat,
        unit_of_sides="/s",
    )


def memory(makers: int = 8) -> Result:
    """Unique memory of a process maker that waits."""
    with _kitchen() as kitchen:
        kitchen.submit(AddMakers(makers, WAITING, Engine.PROCESS))
        pids: set[int] = set()
        while len(pids) < makers:
            pids |= {event.pid for event in kitchen.poll(1.0) if isinstance(event, Started)}
        deadline = time.monotonic() + 1.0  # until everything that is lazily imported is
        while time.monotonic() < deadline:
            kitchen.poll(0.1)
        unique = [psutil.Process(pid).memory_full_info().uss / 1e6 for pid in pids]
    return median_of("unique memory of a waiting process maker", unique, limit=5.0, unit="MB")
