"""What follows for other machines and other calls: more cores, longer calls, chunks of calls."""

from __future__ import annotations

import math
from typing import NamedTuple

from chai_tui.model.engine import Engine
from chai_tui.race.correction import spent
from chai_tui.race.records import Lane, Race
from chai_tui.race.statistics import standings

CORES = (4, 16, 64)
"""So many cores are looked forward to."""
SOURCE = "Amdahl 1967: 1 ÷ (s + (1 − s) ÷ n), s the serial share, n the cores"
"""Amdahl, Validity of the single processor approach to achieving large scale computing
capabilities, AFIPS spring joint computer conference 1967."""
CHUNKS_BELOW = 0.002
"""Seconds: shorter calls are handed over several at a time, longer ones gain nothing by it."""
CHUNKS_A_WORKER = 4
"""So many chunks a worker gets in a round: enough for one that is slower to get fewer."""
ADVISED_BELOW = 50e-6
"""Seconds: of shorter calls it is said what chunks would do."""
COST_OF_CHUNK = 0.05
"""The part of a chunk's work that handing it over may cost."""


class Forecast(NamedTuple):
    """What more cores would give at most.

    Attributes:
        cores: how many; as many workers.
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

    The serial share of threads is that which holds the GIL; of processes the seconds that one call
    after another is handed over and pickled, beside the seconds of a call. A pool's own cost slows
    it down on one core, too, where a plain loop has none: so with s seconds of it for each second
    of work, n cores give 1 ÷ (s + 1 ÷ n).
    """
    call = call_seconds(race)
    share = spent(race)
    if call is None or share is None:
        return []
    lane = lane_of(race, Engine.PROCESS)
    cost = overhead_seconds(race, 1 if lane is None else chunk_of(race, lane))
    return [
        Forecast(
            cores,
            None if share.holds is None else amdahl(share.holds, cores),
            None if cost is None else 1 / (cost / call + 1 / cores),
        )
        for cores in CORES
    ]


def amdahl(serial_share: float, cores: int) -> float:
    """Return how many times as fast ``cores`` are as one where a share of the work is serial."""
    return 1 / (serial_share + (1 - serial_share) / cores)


def pays_from(race: Race) -> float | None:
    """Return the seconds of a call from which processes are faster than a loop on this machine.

    A call of t seconds then saves t·(1 − 1 ÷ n) with n workers, which is more than it costs.

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
    return max(1, calls // (CHUNKS_A_WORKER * max(1, workers)))


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
