"""What is raced, and how long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chai_tui.model.engine import Engine
from chai_tui.model.race_events import Measure, Tasted
from chai_tui.model.tasting import RACING
from chai_tui.race.budget import LEAST_COUNTED
from chai_tui.sources.taste.plan import (
    MOST_CALLS,
    MOST_THREADS,
    OVERTIME,
    LanePlan,
    RoundPlan,
    fewer_calls,
    has_enough,
    plan_race,
    taste_seconds,
    waiting_share,
)
from tests.unit.made_races import BUDGET, Rounds, made_race


def tasted(call: float, *, computes: float = 1.0, calls: int = 10) -> Tasted:
    """Return what tasting calls of so many seconds says."""
    wall = call * calls
    cpu = wall * computes
    no = Measure(0, 0.0)
    return Tasted(0.0, calls, wall, call, call, cpu, cpu, 0.0, 0.0, no, no, no)


ALL = list(RACING)


def raced(
    call: float,
    *,
    can: list[Engine] = ALL,
    computes: float = 1.0,
    items: int = 0,
    is_async: bool = False,
    workers: int = 2,
    seconds: float = 6.0,
) -> tuple[list[LanePlan], RoundPlan]:
    """Return what is raced of a function whose calls take so many seconds."""
    return plan_race(
        can,
        tasted(call, computes=computes),
        is_async=is_async,
        items=items,
        workers=workers,
        seconds=seconds,
    )


def test_lanes_go_from_light_to_heavy_and_only_what_waits_gets_many_threads() -> None:
    computing, _ = raced(0.01)
    assert [(lane.engine, lane.workers) for lane in computing] == [
        (Engine.SERIAL, 1),
        (Engine.THREAD, 2),
        (Engine.INTERPRETER, 2),
        (Engine.PROCESS, 2),
    ]
    waiting, _ = raced(0.005, computes=0.1)
    assert LanePlan(Engine.THREAD, MOST_THREADS) in waiting
    few, _ = raced(0.005, computes=0.1, items=5)
    assert LanePlan(Engine.THREAD, 5) in few


def test_no_lane_is_wider_than_a_round_has_calls() -> None:
    for call in (0.03, 0.1, 0.3, 0.6):
        lanes, plan = raced(call, computes=0.0, is_async=True)
        assert all(lane.workers <= plan.calls for lane in lanes)


def test_only_what_is_to_be_awaited_races_on_a_loop() -> None:
    plain, _ = raced(0.01)
    awaited, _ = raced(0.01, is_async=True)
    assert Engine.ASYNCIO not in {lane.engine for lane in plain}
    assert Engine.ASYNCIO in {lane.engine for lane in awaited}


THREE = [Engine.SERIAL, Engine.THREAD, Engine.PROCESS]


@given(
    call=st.floats(1e-8, 100),
    computes=st.floats(0, 1),
    items=st.sampled_from([0, 1, 3, 16, 10_000]),
    workers=st.integers(1, 64),
    seconds=st.floats(0.1, 60),
)
def test_a_round_keeps_to_the_time_that_there_is_or_says_that_it_cannot(
    call: float, computes: float, items: int, workers: int, seconds: float
) -> None:
    lanes, plan = raced(
        call, can=THREE, computes=computes, items=items, workers=workers, seconds=seconds
    )
    assert lanes[0].engine is Engine.SERIAL
    assert 1 <= plan.calls <= MOST_CALLS
    if items:
        assert plan.calls <= items
    if plan.fits:
        assert plan.seconds * (plan.warm_up + LEAST_COUNTED) <= seconds * OVERTIME * 1.0001
    else:
        assert plan.calls <= workers


def test_all_workers_have_as_many_calls_as_each_other_unless_the_items_are_fewer() -> None:
    _, plan = raced(0.033, can=THREE)
    assert plan.calls % 2 == 0
    _, plan = raced(0.033, can=THREE, items=5)
    assert plan.calls == 5


def test_all_items_are_called_in_each_round_where_there_is_time_for_a_few() -> None:
    _, all_of_them = raced(0.05, can=THREE, items=4)
    _, some = raced(0.1, can=THREE, items=5)
    assert (all_of_them.calls, some.calls) == (4, 4)


@pytest.mark.parametrize(
    ("took", "calls"),
    [(1.0, 16), (1.8, 16), (3.0, 8), (100.0, 2)],
)
def test_a_round_gets_fewer_calls_if_the_first_took_longer_than_planned(
    took: float, calls: int
) -> None:
    assert fewer_calls(16, took, 6.0, 2) == calls


@pytest.mark.parametrize(("budget", "seconds"), [(8, 0.64), (100, 1.0), (1, 0.25), (4, 0.4)])
def test_single_calls_take_a_small_part_of_the_budget(budget: float, seconds: float) -> None:
    assert taste_seconds(budget) == pytest.approx(seconds)


def test_a_call_waits_while_it_neither_runs_nor_would() -> None:
    assert waiting_share(tasted(1.0, computes=0.25)) == pytest.approx(0.75)
    kept = tasted(1.0, computes=0.25)._replace(ready=5.0)
    assert waiting_share(kept) == pytest.approx(0.25)


def test_what_takes_long_to_hand_over_gets_rounds_of_few_calls() -> None:
    """Calls of microseconds that return 50 MB: a thousand of them would take minutes."""
    large = tasted(5e-6)._replace(result=Measure(50_000_000, 0.03))
    _, plan = plan_race(THREE, large, is_async=False, items=0, workers=2, seconds=6.0)
    assert plan.calls <= 8


def test_what_waits_for_its_own_children_gets_no_more_threads_than_cores() -> None:
    waits = tasted(0.02, computes=0.05)
    computing = waits._replace(child_cpu=0.8 * waits.wall)
    for of_taste, is_wide in ((waits, True), (computing, False)):
        lanes, _ = plan_race(ALL, of_taste, is_async=False, items=0, workers=2, seconds=6.0)
        assert (max(lane.workers for lane in lanes) > 2) is is_wide


def test_with_half_of_the_budget_gone_a_verdict_that_holds_is_enough() -> None:
    serial = Rounds(Engine.SERIAL, 1, (0.1,) * 6)
    uneven = Rounds(Engine.PROCESS, 2, (0.052, 0.055, 0.049) * 2)
    race = made_race([serial, uneven])
    half = BUDGET / 2
    assert not has_enough(race, 6, took=0.3, left=half + 0.1, overtime=0.0)
    assert has_enough(race, 6, took=0.3, left=half - 0.1, overtime=0.0)


def test_beyond_the_budget_only_the_fewest_rounds_are_made() -> None:
    uneven = Rounds(Engine.PROCESS, 2, (0.05, 0.1) * 3)
    race = made_race([Rounds(Engine.SERIAL, 1, (0.1,) * 6), uneven])
    for counted, is_enough in ((LEAST_COUNTED - 1, False), (LEAST_COUNTED, True)):
        assert has_enough(race, counted, took=0.3, left=0.2, overtime=0.2) is is_enough
    assert has_enough(race, 1, took=0.3, left=0.2, overtime=0.05)
    assert not has_enough(race, LEAST_COUNTED, took=0.3, left=BUDGET, overtime=0.0)
