"""What follows for other machines and other calls: more cores, longer calls, chunks of calls."""

from __future__ import annotations

import math
from statistics import median
from typing import NamedTuple

from chai_tui.model.engine import Engine
from chai_tui.race.correction import spent
from chai_tui.race.records import Lane, Race
from chai_tui.race.statistics import standings

CORES = (4, 16, 64)
"""So many cores are looked forward to."""
SOURCE = "Amdahl 1967"
"""The law is 1 / (s + (1 − s) / n), s the serial share, n the cores: Amdahl, Validity of the single
processor approach to achieving large scale computing capabilities, AFIPS spring joint computer
conference 1967."""
CHUNKS_BELOW = 0.002
"""Seconds: shorter calls are handed over several at a time, longer ones gain nothing by it."""
CHUNKS_A_WORKER = 4
"""So many chunks a worker gets in a round: enough for one that is slower to get fewer."""
ADVISED_BELOW = 50e-6
"""Seconds: of shorter calls it is said what chunks would do."""
COST_OF_CHUNK = 0.05
"""The part of a chunk's work that handing it over may cost."""

ROUNDS_WANTED = 4
"""One that warms up, and three that are weighed."""
TASTED_CALLS = 2
"""So many calls are made alone before."""
STEP = 5
"""Seconds, to whose next multiple a budget is rounded up."""


class Forecast(NamedTuple):
    """What more cores, with a worker each, would give at most.

    Attributes:
        cores: how many.
        threads: speed-up over one call after another; None if not known: the GIL was not seen.
        processes: likewise; None if processes did not race.
    """

    cores: int
    threads: float | None
    processes: float | None


def call_seconds(race: Race) -> float | None:
    """Return how long a lone call is; None before one was made."""
    serial = race.serial
    if serial is not None:
        standing = next(s for s in standings(race) if s.lane is serial)
        if standing.calls_per_second:
            return 1 / standing.calls_per_second
    if race.tasted is None or race.tasted.calls < 1 or race.tasted.wall <= 0:
        return None
    return race.tasted.wall / race.tasted.calls


def lane_of(race: Race, engine: Engine) -> Lane | None:
    """Return the engine's lane; of several the one with the fewest workers."""
    lanes = [lane for lane in race.lanes.values() if lane.engine is engine]
    return min(lanes, key=lambda lane: lane.workers, default=None)


def overhead_seconds(race: Race, chunk: int = 1) -> float | None:
    """Return what a call costs beside its work when a process makes it.

    Pickling its argument and its result, and, once a chunk, handing the task over with the
    function; None if processes do not race.
    """
    lane = lane_of(race, Engine.PROCESS)
    if lane is None or race.tasted is None:
        return None
    handed = lane.opened.task_seconds + race.tasted.function.seconds
    return handed / max(1, chunk) + race.tasted.argument.seconds + race.tasted.result.seconds


def forecast(race: Race) -> list[Forecast]:
    """Return what 4, 16 and 64 cores would give at most, by Amdahl's law.

    The serial share of threads is that which holds the GIL, or less if the race was faster than
    that: while one thread holds it, others may compute without it. All the same they cannot be
    faster than 1 / the share that holds it. Of processes it is the seconds in which one call after
    another is handed over and pickled, beside the seconds of a call. A plain loop has none of that:
    so s seconds of it for each second of work make n cores 1 / (s + 1 / n) times as fast.
    """
    shares = serial_shares(race)
    if shares.threads is None and shares.processes is None:
        return []
    return [
        Forecast(
            cores,
            None
            if shares.threads is None
            else min(amdahl(shares.threads, cores), 1 / max(shares.gil or 0.0, 1 / cores)),
            None if shares.processes is None else pooled(shares.processes, cores),
        )
        for cores in CORES
    ]


class SerialShares(NamedTuple):
    """What runs one after another, for each second of a lone call; None where that is unknown.

    Attributes:
        gil: what holds the GIL.
        threads: that, or less if the race shows so.
        processes: what handing calls over takes, or less if the race shows so; may be over 1.
    """

    gil: float | None
    threads: float | None
    processes: float | None


def serial_shares(race: Race) -> SerialShares:
    """Return what runs one after another."""
    call, share = call_seconds(race), spent(race)
    gil = None if share is None else share.holds
    lane = lane_of(race, Engine.PROCESS)
    cost = overhead_seconds(race, 1 if lane is None else chunk_of(race, lane))
    threads, processes = gil, None if cost is None or not call else cost / call
    for standing in standings(race):
        workers = standing.lane.workers
        if workers < 2 or standing.rounds < 2:
            continue
        left = max(0.0, 1 / standing.speedup - 1 / workers)
        is_of_threads = standing.lane.engine is Engine.THREAD
        # A race that was surely faster than the law knows better.
        if is_of_threads and threads is not None and standing.low > amdahl(threads, workers):
            threads = min(threads, left / (1 - 1 / workers))
        if standing.lane is lane and processes is not None:
            is_faster = standing.low > pooled(processes, workers)
            processes = min(processes, left) if is_faster else processes
    return SerialShares(gil, threads, processes)


def pooled(cost: float, workers: int) -> float:
    """Return the speed-up of a pool that hands over for ``cost`` seconds for each of work."""
    return 1 / (cost + 1 / workers)


def amdahl(serial_share: float, cores: int) -> float:
    """Return how many times as fast ``cores`` are as one where a share of the work is serial."""
    return 1 / (serial_share + (1 - serial_share) / cores)


def pays_from(race: Race) -> float | None:
    """Return the seconds of a call from which processes are faster than a loop on this machine.

    A call of t seconds then saves t·(1 − 1 / n) with n workers, which is more than it costs.

    Returns:
        None if processes do not race, or there is one worker, with which they never pay.
    """
    lane = lane_of(race, Engine.PROCESS)
    cost = overhead_seconds(race)
    if lane is None or cost is None or lane.workers < 2:
        return None
    return cost / (1 - 1 / lane.workers)


def chunk_for(race: Race, calls: int, workers: int) -> int:
    """Return how many calls a worker of a pool is handed at a time in a round.

    Args:
        race: how long a call is.
        calls: how many calls the round has.
        workers: how many work at once.
    """
    tasted = race.tasted
    if tasted is None or tasted.wall >= CHUNKS_BELOW * tasted.calls:
        return 1
    return max(1, math.ceil(calls / (CHUNKS_A_WORKER * max(1, workers))))


def chunk_of(race: Race, lane: Lane) -> int:
    """Return how many calls the lane's workers are handed at a time in this race."""
    if not lane.engine.traits.own_thread or not lane.rounds:
        return 1
    return chunk_for(race, lane.rounds[-1].calls, lane.workers)


def chunk_advised(race: Race) -> int | None:
    """Return how many calls a process should be handed at a time, so that this costs next to none.

    A round number, so that handing a chunk over costs 5 % of its work at most; None where calls
    are not so short that it matters, or processes do not race.
    """
    call = call_seconds(race)
    lane = lane_of(race, Engine.PROCESS)
    if call is None or call >= ADVISED_BELOW or lane is None or race.tasted is None:
        return None
    handed = lane.opened.task_seconds + race.tasted.function.seconds
    least = handed / (COST_OF_CHUNK * call)
    power: int = 10 ** math.floor(math.log10(max(1.0, least)))
    return next((step * power for step in (1, 2, 5) if step * power >= least), 10 * power)


def budget_wanted(race: Race) -> float | None:
    """Return the seconds of a budget that would do for this race, rounded up; None if unknown.

    What made no round is taken to be no faster than one call after another.
    """
    call, began = call_seconds(race), race.began
    if call is None or began is None:
        return None
    lanes = race.lanes.values()
    made = [ended.calls for lane in lanes for ended in lane.rounds]
    alone = max(made, default=began.workers) * call
    turn = sum(
        median(ended.wall for ended in lane.rounds) if lane.rounds else alone for lane in lanes
    )
    if not lanes:  # none was started: those that may race
        turn = alone * sum(_may_race(race, engine) for engine in began.engines)
    started = sum(lane.opened.start_seconds for lane in lanes)
    wanted = started + TASTED_CALLS * call + ROUNDS_WANTED * turn
    return STEP * math.ceil(wanted / STEP)


def _may_race(race: Race, engine: Engine) -> bool:
    is_async = race.loaded is not None and race.loaded.is_async
    return engine not in race.out and (engine is not Engine.ASYNCIO or is_async)
