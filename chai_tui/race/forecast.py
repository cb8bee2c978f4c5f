"""What follows for other machines and other calls: more cores, longer calls."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from chai_tui.model.engine import Engine
from chai_tui.race.rounds.chunks import chunk_of
from chai_tui.race.rounds.correction import are_alike, at_once, own_threads, spent
from chai_tui.race.rounds.costs import call_seconds, overhead_seconds
from chai_tui.race.rounds.records import Lane, Race, lane_of
from chai_tui.race.rounds.statistics import LEAST_ROUNDS, Standing, standings

CORES = (4, 16, 64)
"""So many cores are looked forward to."""
SOURCE = "Amdahl 1967; Karp and Flatt 1990"
"""The law is 1 / (s + (1 − s) / n), s the serial share, n the cores: Amdahl, Validity of the single
processor approach to achieving large scale computing capabilities, AFIPS spring joint computer
conference 1967. The serial share that a race shows, from its speed-up S with n workers, is
(1 / S − 1 / n) / (1 − 1 / n): Karp and Flatt, Measuring parallel processor performance,
Communications of the ACM 33(5), 1990."""
FORMULA = (
    "threads 1 / (s + (1 − s) / n), never over 1 / gil_share; processes 1 / (s + 1 / n); where the "
    "race was surely slower than that 1 / (e + (1 − e) / n), e = (1 / S − 1 / w) / (1 − 1 / w), "
    "S the most that the speed-up may be, w how many could work at once; never over what the items "
    "allow"
)
"""The whole of it."""
LEAST_AT_ONCE = 1.05
"""So many must be able to work at once before a race shows anything."""


class Forecast(NamedTuple):
    """What more cores, with a worker each, would give at most.

    Attributes:
        cores: how many.
        threads: speed-up over one call after another; None if not known: the GIL was not seen;
            or if threads were surely not faster than a loop.
        processes: likewise; None if processes did not race, or were surely not faster.
    """

    cores: int
    threads: float | None
    processes: float | None


def forecast(race: Race) -> list[Forecast]:
    """Return what 4, 16 and 64 cores would give at most, by Amdahl's law.

    The serial share of threads is that which holds the GIL, or less if the race was faster than
    that: while one thread holds it, others may compute without it. All the same they cannot be
    faster than 1 / the share that holds it. Of processes it is the seconds in which one call after
    another is handed over and pickled, beside the seconds of a call. A plain loop has none of that:
    so s seconds of it for each second of work make n cores 1 / (s + 1 / n) times as fast.

    A race that was surely slower than that knows better, too: then the serial share that it shows
    counts. But so many cores are never said to give less than fewer workers were measured to. No
    engine gets through its items faster than the longest of them takes.
    """
    shares = serial_shares(race)
    useless = would_not_help(race, shares)
    if shares.threads is None and shares.processes is None:
        return []
    known = standings(race)

    def gives(engine: Engine, cores: int) -> float | None:
        by_law = _by_law(shares, engine, cores)
        if by_law is None or engine in useless:
            return None
        return _at_most(race, known, engine, cores, by_law)

    return [
        Forecast(cores, gives(Engine.THREAD, cores), gives(Engine.PROCESS, cores))
        for cores in CORES
    ]


def _by_law(shares: SerialShares, engine: Engine, cores: int) -> float | None:
    """What so many cores give an engine by its law; None if its serial share is unknown."""
    if engine is Engine.PROCESS:
        if shares.processes is None:
            return None
        return min(pooled(shares.processes, cores), amdahl(shares.processes_shown or 0.0, cores))
    if shares.threads is None:
        return None
    return min(
        amdahl(shares.threads, cores),
        amdahl(shares.threads_shown or 0.0, cores),
        1 / max(shares.gil or 0.0, 1 / cores),
    )


def _at_most(
    race: Race, standing: Sequence[Standing], engine: Engine, cores: int, by_law: float
) -> float:
    """What the law gives, but no less than was measured, and no more than the items allow."""
    measured = [
        one.speedup
        for one in standing
        if one.lane.engine is engine and one.lane.workers <= cores and one.rounds >= LEAST_ROUNDS
    ]
    return min(max([by_law, *measured]), items_allow(race))


def items_allow(race: Race) -> float:
    """Return how many times as fast any engine is at most with these items; infinite if any.

    Nobody is done before the longest item is. What others may have taken of that one is no part
    of its length.
    """
    items = race.loaded.items if race.loaded else 0
    if not items:
        return math.inf
    tasted = race.tasted
    if tasted is None or tasted.calls < 1 or are_alike(tasted):
        return float(items)
    mean = tasted.wall / tasted.calls
    longest = max(mean, tasted.longest - (tasted.ready or 0.0))
    return max(1.0, items * mean / longest) if longest > 0 else float(items)


def would_not_help(race: Race, shares: SerialShares | None = None) -> tuple[Engine, ...]:
    """Return of which engine more workers would not help.

    It is surely not faster than a loop, or handing calls over takes longer than making them.

    Args:
        race: what was measured.
        shares: what runs one after another, where that is known already.
    """
    known = standings(race)
    useless = []
    for engine in (Engine.THREAD, Engine.PROCESS):
        own = [one for one in known if one.lane.engine is engine]
        if own and all(one.rounds >= LEAST_ROUNDS and one.high <= 1.0 for one in own):
            useless.append(engine)
    cost = (shares or serial_shares(race)).processes
    if Engine.PROCESS not in useless and cost is not None and pooled(cost, CORES[-1]) <= 1.0:
        useless.append(Engine.PROCESS)
    return tuple(useless)


class SerialShares(NamedTuple):
    """What runs one after another, for each second of a lone call; None where that is unknown.

    Attributes:
        gil: what holds the GIL.
        threads: that, or less if the race shows so.
        processes: what handing calls over takes, or less if the race shows so; may be over 1.
        threads_shown: what the race shows of threads if they were surely slower than that.
        processes_shown: likewise of processes.
    """

    gil: float | None
    threads: float | None
    processes: float | None
    threads_shown: float | None = None
    processes_shown: float | None = None


def serial_shares(race: Race) -> SerialShares:
    """Return what runs one after another."""
    call, share = call_seconds(race), spent(race)
    gil = None if share is None else share.holds
    lane = lane_of(race, Engine.PROCESS)
    cost = overhead_seconds(race, 1 if lane is None else chunk_of(race, lane))
    threads, processes = gil, None if cost is None or not call else cost / call
    threads_shown, processes_shown = None, None
    # The widest lane comes last: it is the next to what is looked forward to.
    for standing in sorted(standings(race), key=lambda one: one.lane.workers):
        most = at_most_here(race, standing.lane)
        if most < LEAST_AT_ONCE or standing.rounds < LEAST_ROUNDS:
            continue
        left = max(0.0, 1 / standing.speedup - 1 / most)
        if standing.lane.engine is Engine.THREAD and threads is not None:
            # A race that was surely faster than the law knows better, and so does a slower one.
            if standing.low > amdahl(threads, most):
                threads = min(threads, left / (1 - 1 / most))
            threads_shown = None
            if standing.high < amdahl(threads, most):
                threads_shown = karp_flatt(standing.high, most)
        if standing.lane is lane and processes is not None:
            if standing.low > pooled(processes, most):
                processes = min(processes, left)
            if standing.high < pooled(processes, most):
                processes_shown = karp_flatt(standing.high, most)
    return SerialShares(gil, threads, processes, threads_shown, processes_shown)


def at_most_here(race: Race, lane: Lane) -> float:
    """Return how many times as fast as a loop a lane could be on this machine, in its rounds.

    Calls that compute need a core each, those that wait do not; and the last ones of a round may
    leave workers without any.
    """
    calls = lane.rounds[-1].calls if lane.rounds else 0
    workers = float(own_threads(lane))
    if calls:
        workers = calls / max(1, math.ceil(calls / workers))
    share = spent(race)
    if share is None or share.computes <= 0:
        return workers
    return min(workers, at_once(race, lane) / share.computes)


def karp_flatt(speedup: float, workers: float) -> float:
    """Return the serial share, 0 to 1, that a speed-up shows: the metric of Karp and Flatt."""
    return min(1.0, max(0.0, (1 / speedup - 1 / workers) / (1 - 1 / workers)))


def pooled(cost: float, workers: float) -> float:
    """Return the speed-up of a pool that hands over for ``cost`` seconds for each of work."""
    return 1 / (cost + 1 / workers)


def amdahl(serial_share: float, cores: float) -> float:
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
