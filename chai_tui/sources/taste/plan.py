"""What is raced, and how long: lanes, calls a round, chunks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chai_tui.model.engine import Engine
from chai_tui.model.race_events import Tasted
from chai_tui.race.budget import LEAST_COUNTED
from chai_tui.race.rounds.records import Race
from chai_tui.race.verdict import is_sure

TASTE_SHARE = 0.08
"""Share of the budget for single calls."""
TASTE_SECONDS = (0.4, 1.0)
"""But never less than the first, nor more than the second, in seconds."""
WAITS_FROM = 0.5
"""Share of its time from which a function that waits races with more threads than cores."""
CHILDREN_FROM = 0.2
"""Share of a call in which processes that it started compute, so that cores are what counts."""
MOST_THREADS = 32
MOST_CALLS = 1_000_000
"""Calls of a round at most."""
ROUNDS_WANTED = 16
"""Rounds for which there should be time, those that warm up among them …"""
ROUNDS_WITHIN = 6.0
"""… within so many seconds: where more are left, there are more rounds, not longer ones."""
LEAST_ROUND = 0.02
"""Seconds that the serial lane's calls of a round take at least, where there are calls enough."""
WARM_UP_ROUNDS = 2
ENOUGH_ROUNDS = 9
"""Rounds for which there should be time where each needs many calls: a verdict mostly takes six."""
PIPED = 200e6
"""Bytes a second that go through a pipe to another process, pickled, written, read."""
ONCE_A_CHUNK = 5e-6
"""Seconds of pickling one value that many values pickled together share."""
LATE_LEFT = 0.5
"""Part of the budget: with less of it left it is late, and a verdict that holds is enough."""
OVERTIME = 1.25
"""How much more than the budget the fewest rounds may take."""


class LanePlan(NamedTuple):
    """A lane to be raced: an engine, and how many work at once."""

    engine: Engine
    workers: int


class RoundPlan(NamedTuple):
    """What each round is.

    Attributes:
        calls: that every lane makes.
        seconds: that all lanes together take, as far as it can be told.
        warm_up: how many of the first do not count.
        rounds: for how many there is time.
        fits: whether those are enough for a verdict.
    """

    calls: int
    seconds: float
    warm_up: int
    rounds: int
    fits: bool


def taste_seconds(budget: float) -> float:
    """Return for how many seconds of a budget single calls are made."""
    least, most = TASTE_SECONDS
    return min(max(TASTE_SHARE * budget, min(least, budget / 4)), most)


def waiting_share(tasted: Tasted) -> float:
    """Return the share of a call, 0 to 1, in which its thread neither computes nor would."""
    used = tasted.thread_cpu + (tasted.ready or 0.0)
    return max(0.0, 1.0 - used / tasted.wall) if tasted.wall > 0 else 0.0


def plan_race(
    can: Sequence[Engine],
    tasted: Tasted,
    *,
    is_async: bool,
    items: int,
    workers: int,
    seconds: float,
) -> tuple[list[LanePlan], RoundPlan]:
    """Return the lanes, from the lightest to the heaviest, and what each round is.

    Args:
        can: the engines that can run the function and were asked for, lightest first.
        tasted: what single calls cost.
        is_async: whether the function is to be awaited.
        items: how many different arguments there are; 0: it is called the same way every time.
        workers: how many work at once.
        seconds: that are left for the race.
    """
    many = min(MOST_THREADS, items or MOST_THREADS)
    while True:
        lanes = _lanes(can, tasted, is_async=is_async, workers=workers, many=many)
        plan = _rounds(lanes, tasted, items=items, workers=workers, seconds=seconds)
        if plan.calls >= many or many <= workers:
            return lanes, plan
        many = plan.calls  # no more can work at once than there are calls in a round


def _waits(tasted: Tasted) -> bool:
    """Whether more threads than cores may help: not where a child computes meanwhile."""
    return waiting_share(tasted) >= WAITS_FROM and tasted.child_cpu < CHILDREN_FROM * tasted.wall


def _lanes(
    can: Sequence[Engine], tasted: Tasted, *, is_async: bool, workers: int, many: int
) -> list[LanePlan]:
    lanes: list[LanePlan] = []
    for engine in can:
        if engine is Engine.SERIAL:
            lanes.append(LanePlan(engine, 1))
        elif engine is Engine.ASYNCIO:
            if is_async:
                lanes.append(LanePlan(engine, many))
        else:
            lanes.append(LanePlan(engine, workers))
            if engine is Engine.THREAD and many > workers and _waits(tasted):
                lanes.append(LanePlan(engine, many))
    return lanes


def _rounds(
    lanes: Sequence[LanePlan], tasted: Tasted, *, items: int, workers: int, seconds: float
) -> RoundPlan:
    call = max(tasted.wall / tasted.calls, 1e-8)
    waits = waiting_share(tasted)
    # In units of the serial lane's time: waits overlap in every lane, of the rest nobody knows yet.
    cost = sum(
        1.0 if lane.engine is Engine.SERIAL else waits / lane.workers + (1.0 - waits) * 0.9
        for lane in lanes
    )
    cost += sum(lane.engine.traits.own_interpreter for lane in lanes) * _handed(tasted) / call
    fewest = seconds / (ENOUGH_ROUNDS * cost) / call  # calls, so that there is a verdict
    widest = max(lane.workers for lane in lanes)
    least = 2 * workers
    wanted = min(seconds, ROUNDS_WITHIN) / (ROUNDS_WANTED * cost) / call
    calls = max(wanted, least, min(LEAST_ROUND / call, fewest))
    if widest > workers:  # as many as can wait at once, if there is time for some rounds of them
        calls = max(calls, min(widest, fewest))
    calls = min(_shared_evenly(calls, workers), MOST_CALLS)
    if items and (calls >= items or items <= min(fewest, MOST_CALLS)):
        calls = items  # all of them, if there is time for a few rounds
    while True:
        of_all = calls * call * cost
        warm_up = WARM_UP_ROUNDS if of_all * (WARM_UP_ROUNDS + 5) <= seconds else 1
        rounds = int(seconds / of_all)
        fits = of_all * (warm_up + LEAST_COUNTED) <= seconds * OVERTIME
        if fits or calls <= workers:
            return RoundPlan(calls, of_all, warm_up, rounds, fits)
        calls = workers if calls <= least else least


def _handed(tasted: Tasted) -> float:
    """Return the seconds that a call's argument and result take to an interpreter and back."""
    values = (tasted.argument, tasted.result)
    return sum(max(value.seconds - ONCE_A_CHUNK, (value.size or 0) / PIPED) for value in values)


def fewer_calls(calls: int, took: float, left: float, workers: int) -> int:
    """Return how many calls a round has from now on, if its first one took longer than planned.

    Args:
        calls: of the first round.
        took: seconds of that in all lanes.
        left: seconds that are left.
        workers: how many work at once.
    """
    rounds = 1 + LEAST_COUNTED
    if took * rounds <= left * OVERTIME or calls <= workers:
        return calls
    fewer = int(calls * left / (took * rounds) / workers) * workers
    return min(calls, max(fewer, workers))


def has_enough(race: Race, counted: int, took: float, left: float, overtime: float) -> bool:
    """Return whether more rounds would tell nothing new, or there is no time for another one.

    Args:
        race: what was measured.
        counted: the rounds that count so far.
        took: seconds of the last round.
        left: seconds that are left of the budget.
        overtime: seconds beyond it that may be spent so that there is a verdict at all.
    """
    if counted < 1:
        return False
    if counted >= LEAST_COUNTED:
        is_late = race.began is not None and left < LATE_LEFT * race.began.budget
        return is_sure(race, is_late=is_late) or len(race.lanes) == 1 or took > left
    return took > left + overtime


def _shared_evenly(calls: float, workers: int) -> int:
    """Return how many calls keep all workers at work to the end."""
    return max(1, math.ceil(calls / workers) * workers)


SINGLE_THREADED: Mapping[str, str] = dict.fromkeys(
    (
        "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS", "RAYON_NUM_THREADS",
    ),
    "1",
)  # fmt: skip
"""Variables that keep libraries from starting threads of their own."""
