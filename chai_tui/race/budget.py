"""How large a budget would have been large enough."""

from __future__ import annotations

import math
from statistics import median

from chai_tui.model.engine import Engine
from chai_tui.model.race_events import Phase, RoundEnded
from chai_tui.race.rounds.correction import spent
from chai_tui.race.rounds.costs import call_seconds
from chai_tui.race.rounds.kind import Nature, kind_of
from chai_tui.race.rounds.records import Lane, Race

LEAST_COUNTED = 3
"""Rounds that count without which there is no verdict, after those that warm up."""
TASTED_CALLS = 2
"""So many calls are made alone before."""
STARTED = 0.5
"""Seconds in which workers are started, where none were."""
SAVED = 0.9
"""Part of a loop's time that workers take who compute, as long as nothing else is known."""
MORE = 1.25
"""How many times the budget is wanted at least that was not enough."""
STEP = 5
"""Seconds, to whose next multiple a budget is rounded up."""


def rounds_made(race: Race) -> int:
    """Return how many rounds all lanes made, those that warm up among them."""
    return min((len(lane.rounds) for lane in race.lanes.values()), default=0)


def warm_ups_made(race: Race) -> int:
    """Return how many of them warm up only."""
    return max(
        (sum(not ended.counts for ended in lane.rounds) for lane in race.lanes.values()), default=0
    )


def budget_wanted(race: Race) -> float | None:
    """Return the seconds of a budget that would do for this race, rounded up; None if unknown.

    From the rounds that were made, as long as they really took; where there were none, from the
    length of single calls.
    """
    call, began, tasted = call_seconds(race), race.began, race.tasted
    if call is None or began is None or tasted is None:
        return None
    started = sum(lane.opened.start_seconds for lane in race.lanes.values()) or STARTED
    alone = TASTED_CALLS * tasted.wall / max(1, tasted.calls)
    items = race.loaded.items if race.loaded else 0
    fewest = max(1, min(began.workers, items or began.workers))
    # The first round is as large as it was planned; if that is too slow, the others are not.
    first = next((lane.rounds[0].calls for lane in race.lanes.values() if lane.rounds), fewest)
    wanted = started + alone + _turn(race, call, first) + LEAST_COUNTED * _turn(race, call, fewest)
    kind = kind_of(race)
    if began.limited or (kind is not None and kind.nature is Nature.USES_CORES):
        wanted *= 2  # it is raced twice, with half of the budget each
    return STEP * math.ceil(max(wanted, MORE * began.budget) / STEP)


def _turn(race: Race, call: float, calls: int) -> float:
    """Seconds of a round of so many calls in all lanes."""
    lanes, began = list(race.lanes.values()), race.began
    if not lanes and began is not None:  # none was started: those that may race
        return sum(
            calls * call * _part(race, engine, began.workers)
            for engine in began.engines
            if _may_race(race, engine)
        )
    turn = sum(
        median(_scaled(lane, ended, calls) for ended in lane.rounds)
        if lane.rounds
        else calls * call * _part(race, lane.engine, lane.workers)
        for lane in lanes
    )
    made = [ended for lane in lanes for ended in lane.rounds]
    walls = sum(ended.wall for ended in made)
    if walls > 0 and race.phase is Phase.RACE:  # what is done between the rounds takes time, too
        turn *= max(1.0, (max(ended.at for ended in made) - race.phase_at) / walls)
    return turn


def _scaled(lane: Lane, ended: RoundEnded, calls: int) -> float:
    """Seconds that a lane takes for so many calls, from a round that it made."""
    return ended.wall * math.ceil(calls / lane.workers) / math.ceil(ended.calls / lane.workers)


def _part(race: Race, engine: Engine, workers: int) -> float:
    """The part of a loop's time that a lane takes which made no round: waits overlap, at least."""
    share = spent(race)
    if engine is Engine.SERIAL or share is None:
        return 1.0
    busy = max(share.computes, share.holds or 0.0)
    return SAVED * busy + (1 - busy) / max(1, workers)


def _may_race(race: Race, engine: Engine) -> bool:
    is_async = race.loaded is not None and race.loaded.is_async
    return engine not in race.out and (engine is not Engine.ASYNCIO or is_async)
