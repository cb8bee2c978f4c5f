"""How many calls a worker is handed at a time."""

from __future__ import annotations

import math

from chai_tui.model.engine import Engine
from chai_tui.race.rounds.costs import call_seconds
from chai_tui.race.rounds.records import Lane, Race, lane_of

CHUNKS_BELOW = 0.002
"""Seconds: shorter calls are handed over several at a time, longer ones gain nothing by it."""
CHUNKS_A_WORKER = 4
"""So many chunks a worker gets in a round: enough for one that is slower to get fewer."""
ADVISED_BELOW = 50e-6
"""Seconds: of shorter calls it is said what chunks would do."""
LARGE_FROM = 50
"""Times the length of a call that pickling argument and result takes: no chunk helps there."""
COST_OF_CHUNK = 0.05
"""The part of a chunk's work that handing it over may cost."""


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
    are not so short that it matters, where argument and result cost far more, or where processes
    do not race.
    """
    call = call_seconds(race)
    lane = lane_of(race, Engine.PROCESS)
    if call is None or call >= ADVISED_BELOW or lane is None or race.tasted is None:
        return None
    if race.tasted.argument.seconds + race.tasted.result.seconds > LARGE_FROM * call:
        return None  # it is what goes along that costs: chunks do not make that less
    handed = lane.opened.task_seconds + race.tasted.function.seconds
    least = handed / (COST_OF_CHUNK * call)
    if not math.isfinite(least):
        return None
    power: int = 10 ** math.floor(math.log10(max(1.0, least)))
    return next((step * power for step in (1, 2, 5) if step * power >= least), 10 * power)
