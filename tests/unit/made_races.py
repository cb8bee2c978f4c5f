"""Races that are made by hand, and races of functions that do not exist, with noise in them.

Run as a program, it prints how often the verdict on simulated races is right:
``python -m tests.unit.made_races 2000``.
"""

from __future__ import annotations

import math
import random
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from chai_tui.model.engine import Engine
from chai_tui.model.race_events import (
    GilSeen,
    LaneOpened,
    Loaded,
    Measure,
    RaceEvent,
    RoundEnded,
    TasteBegan,
    Tasted,
)
from chai_tui.race.rounds.records import Lane, Race
from chai_tui.race.verdict import Reason, Verdict, by_weight, is_sure, judge

CORES = 2
MOST_ROUNDS = 14
"""For so many rounds there is time, those that warm up among them."""
LATE_ROUND = 8
"""From it on it is late: half of the budget is gone."""
BUDGET = 8.0

ENGINES = (Engine.SERIAL, Engine.ASYNCIO, Engine.THREAD, Engine.INTERPRETER, Engine.PROCESS)


def tasted(
    *,
    calls: int = 10,
    call: float = 0.01,
    cpu: float | None = None,
    ready: float | None = 0.0,
    process_cpu: float | None = None,
    child_cpu: float = 0.0,
    shortest: float | None = None,
    longest: float | None = None,
    pickling: float = 0.0,
) -> Tasted:
    """Return calls of ``call`` seconds that compute for ``cpu`` seconds each; all of it if None."""
    wall = calls * call
    used = wall if cpu is None else calls * cpu
    return Tasted(
        1.0,
        calls,
        wall,
        call if shortest is None else shortest,
        call if longest is None else longest,
        used,
        used if process_cpu is None else calls * process_cpu,
        ready,
        calls * child_cpu,
        Measure(20, 0.0),
        Measure(20, pickling / 2),
        Measure(20, pickling / 2),
        "42",
    )


class Rounds(NamedTuple):
    """What a lane of a race did: seconds of each round that counts, and CPU seconds likewise."""

    engine: Engine
    workers: int
    walls: tuple[float, ...]
    cpu: float | None = None
    ready: float | None = 0.0
    start: float = 0.16
    task: float = 100e-6


def made_race(
    lanes: Iterable[Rounds],
    *,
    gil: float | None = 1.0,
    is_about: bool = False,
    calls: int = 10,
    of_taste: Tasted | None = None,
    more: Iterable[RaceEvent] = (),
    is_async: bool = False,
    has_gil: bool = True,
) -> Race:
    """Return a race with lanes whose rounds are given; what was tasted fits the serial lane."""
    lanes = list(lanes)
    events: list[RaceEvent] = [
        TasteBegan(0.0, "work.py:f", CORES, ENGINES, BUDGET, "python", CORES),
        Loaded(0.5, "work.f", is_async, 0, 0.1, "CPython 3.14.2", has_gil, 4711),
        of_taste or tasted(call=(lanes[0].walls[0] if lanes and lanes[0].walls else 0.1) / calls),
        GilSeen(1.0, gil, 700, is_about),
    ]
    for number, lane in enumerate(lanes, 1):
        memory = None if lane.engine is Engine.SERIAL else 4_200_000
        events.append(
            LaneOpened(2.0, number, lane.engine, lane.workers, (), lane.start, lane.task, memory)
        )
        for count, wall in enumerate(lane.walls, 1):
            cpu = wall if lane.cpu is None else lane.cpu
            events.append(RoundEnded(3.0, number, count, calls, wall, cpu, lane.ready))
    race = Race()
    for event in (*events, *more):
        race.fold(event)
    return race


# Functions that do not exist


class Function(NamedTuple):
    """Seconds of a call: with the GIL, without it, waiting; and of pickling."""

    name: str
    gil: float = 0.0
    native: float = 0.0
    waits: float = 0.0
    pickling: float = 0.0
    is_async: bool = False

    @property
    def call(self) -> float:
        return self.gil + self.native + self.waits


FUNCTIONS = (
    Function("Python, 12 ms", gil=0.012),
    Function("Python, 500 µs", gil=500e-6),
    Function("Python, 0.1 µs", gil=0.1e-6),
    Function("Python, 6 µs", gil=6e-6),
    Function("50 µs and a large result", gil=50e-6, pickling=120e-6),
    Function("native, 12 ms", native=0.012),
    Function("native, mostly", gil=0.0006, native=0.0114),
    Function("half and half", gil=0.012, native=0.012),
    Function("a quarter with the GIL", gil=0.005, native=0.015),
    Function("a sleep", waits=0.03, gil=20e-6),
    Function("an async sleep", waits=0.03, gil=30e-6, is_async=True),
    Function("waits, then computes", waits=0.015, gil=0.005),
)
TASK_SECONDS = {Engine.THREAD: 20e-6, Engine.PROCESS: 100e-6}
CHUNKED_BELOW = 0.002


class Pool(NamedTuple):
    """An engine with so many workers."""

    engine: Engine
    workers: int


def pools_of(function: Function) -> list[Pool]:
    """Return what races, as the conductor has it."""
    pools = [Pool(Engine.SERIAL, 1)]
    if function.is_async:
        pools.append(Pool(Engine.ASYNCIO, 32))
    pools.append(Pool(Engine.THREAD, CORES))
    if function.waits >= function.call / 2:
        pools.append(Pool(Engine.THREAD, 32))
    return [*pools, Pool(Engine.PROCESS, CORES)]


def calls_of(function: Function) -> int:
    """Return how many calls a round has."""
    if function.waits >= function.call / 2:
        return 32
    # As many for one worker as for another.
    return min(100_000, max(4, math.ceil(0.1 / function.call / CORES) * CORES))


def seconds_of(function: Function, pool: Pool, calls: int) -> float:
    """Return how long a round takes on a machine that does nothing else."""
    engine, workers = pool
    chunk = 1
    if function.call < CHUNKED_BELOW:
        chunk = math.ceil(calls / (4 * workers))
    turns = math.ceil(calls / workers)
    cost = TASK_SECONDS.get(engine, 0.0) / chunk + (
        function.pickling if engine is Engine.PROCESS else 0.0
    )
    computes = function.gil + function.native
    match engine:
        case Engine.SERIAL:
            return calls * function.call
        case Engine.ASYNCIO:
            return calls * (computes + 20e-6) + turns * function.waits
        case Engine.THREAD:
            # Somewhere between taking turns strictly and never meeting.
            parted = calls * function.native / min(workers, CORES) + turns * function.waits
            strictly = calls * function.gil + parted
            best = max(calls * function.gil, calls * computes / workers + turns * function.waits)
            return 0.7 * strictly + 0.3 * best + calls * cost
        case _:
            return calls * (computes / min(workers, CORES) + cost) + turns * function.waits


def simulated_race(draw: random.Random, function: Function, noise: float, load: float) -> Race:
    """Return a race to its end: until it is sure, or there is no more time.

    Args:
        draw: the noise.
        function: what is raced.
        noise: standard deviation of a round's length, as a part of it.
        load: how many cores others use on average.
    """
    calls, pools = calls_of(function), pools_of(function)
    computes = (function.gil + function.native) / function.call
    race = Race()
    used = (function.gil + function.native) * 20
    taken = used * draw.uniform(0.0, load / CORES)
    held = function.gil * 20 + taken * function.gil / max(1e-9, function.gil + function.native)
    wall = function.call * 20 + taken
    seen = min(1.0, max(0.0, held / wall + draw.gauss(0.0, 0.006)))
    pickling = function.pickling
    for event in (
        TasteBegan(0.0, function.name, CORES, ENGINES, BUDGET, "", CORES),
        Loaded(0.1, function.name, function.is_async, 0, 0.1, "CPython 3.14.2", True, 1),
        tasted(calls=20, call=wall / 20, cpu=used / 20, ready=taken, pickling=pickling,
               shortest=function.call * 0.99),
        GilSeen(1.0, seen, 700),
        *(
            LaneOpened(1.0, number, engine, workers, (), 0.16, TASK_SECONDS.get(engine, 0.0))
            for number, (engine, workers) in enumerate(pools, 1)
        ),
    ):  # fmt: skip
        race.fold(event)
    for number in range(1, MOST_ROUNDS + 1):
        for lane, pool in enumerate(pools, 1):
            alone = seconds_of(function, pool, calls)
            cpu = calls * computes * function.call
            width = (
                1 if pool.engine in (Engine.SERIAL, Engine.ASYNCIO) else min(pool.workers, CORES)
            )
            at_once = cpu / alone if alone else 0.0
            others = max(0.0, draw.gauss(load, load / 3))
            stretch = max(0.0, (min(width, at_once) + others) / CORES - 1)
            delay = cpu * min(stretch, 3.0)
            hidden = (
                1 / width
                if pool.engine is Engine.PROCESS
                else max(1 / width, function.gil / function.call)
            )
            wall = (alone + delay * hidden) * math.exp(draw.gauss(0.0, noise))
            if draw.random() < 0.02:  # something that nobody sees
                wall *= draw.uniform(1.05, 1.4)
            cpu *= math.exp(draw.gauss(0.0, noise / 4))
            cpu = min(cpu, wall * width)
            race.fold(RoundEnded(2.0, lane, number, calls, wall, cpu, delay, counts=number > 2))
        if number > 2 and is_sure(race, is_late=number >= LATE_ROUND):
            break
    return race


def true_speeds(function: Function) -> dict[int, float]:
    """Return by lane how many times as fast it is as the first."""
    calls, pools = calls_of(function), pools_of(function)
    alone = seconds_of(function, pools[0], calls)
    return {lane: alone / seconds_of(function, pool, calls) for lane, pool in enumerate(pools, 1)}


def is_wrong(verdict: Verdict, lanes: Mapping[int, Lane], speeds: Mapping[int, float]) -> bool:
    """Whether another lane is better by more than what matters: faster, or lighter and as fast."""
    if verdict.lane is None:
        return False
    order = [lane.number for lane in by_weight(lanes.values())]
    mine = speeds[verdict.lane]
    lighter = order[: order.index(verdict.lane)]
    return max(speeds.values()) > 1.08 * mine or any(speeds[n] > mine / 1.02 for n in lighter)


class Tally(NamedTuple):
    """How many verdicts there were, and how many of them were wrong, or said nothing."""

    all: int
    wrong: list[str]
    noisy: int
    rounds: float


def tally(races: int, seed: int, noises: Iterable[float], loads: Iterable[float]) -> Tally:
    """Judge simulated races of all functions in turn."""
    draw = random.Random(seed)
    noises, loads = tuple(noises), tuple(loads)
    wrong, noisy, rounds = [], 0, 0
    for number in range(races):
        function = FUNCTIONS[number % len(FUNCTIONS)]
        noise, load = draw.choice(noises), draw.choice(loads)
        race = simulated_race(draw, function, noise, load)
        verdict = judge(race)
        rounds += len(race.lanes[1].rounds)
        noisy += verdict.reason is Reason.NOISY
        if is_wrong(verdict, race.lanes, true_speeds(function)):
            wrong.append(f"{function.name}: {verdict.engine}, noise {noise:.0%}, load {load:g}")
    return Tally(races, wrong, noisy, rounds / races)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    for loads in ((0.0,), (0.5, 1.0), (1.5, 2.0)):
        for noise in (0.01, 0.02, 0.05):
            found = tally(count, 1, (noise,), loads)
            print(
                f"others {loads} cores, noise {noise:.0%}: {found.all} verdicts, "
                f"{len(found.wrong)} wrong, {found.noisy} too noisy, {found.rounds:.1f} rounds each"
            )
            for text, times in Counter(found.wrong).most_common(5):
                print(f"    {times} × {text}")
