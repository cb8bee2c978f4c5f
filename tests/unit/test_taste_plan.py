"""What is raced, and how long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chai_tui.model.engine import Engine
from chai_tui.model.race_events import Measure, Tasted
from chai_tui.model.tasting import RACING
from chai_tui.sources.taste.plan import (
    MOST_CALLS,
    MOST_THREADS,
    OVERTIME,
    LanePlan,
    plan_lanes,
    plan_rounds,
    taste_seconds,
    waiting_share,
)


def tasted(call: float, *, computes: float = 1.0, calls: int = 10) -> Tasted:
    """Return what tasting calls of so many seconds says."""
    wall = call * calls
    cpu = wall * computes
    no = Measure(0, 0.0)
    return Tasted(0.0, calls, wall, call, call, cpu, cpu, 0.0, 0.0, no, no, no)


ALL = list(RACING)


def test_lanes_go_from_light_to_heavy_and_only_what_waits_gets_many_threads() -> None:
    computing = plan_lanes(ALL, tasted(0.01), is_async=False, items=0, workers=2)
    assert [(lane.engine, lane.workers) for lane in computing] == [
        (Engine.SERIAL, 1),
        (Engine.THREAD, 2),
        (Engine.INTERPRETER, 2),
        (Engine.PROCESS, 2),
    ]
    waiting = plan_lanes(ALL, tasted(0.01, computes=0.1), is_async=False, items=0, workers=2)
    assert LanePlan(Engine.THREAD, MOST_THREADS) in waiting
    few = plan_lanes(ALL, tasted(0.01, computes=0.1), is_async=False, items=5, workers=2)
    assert LanePlan(Engine.THREAD, 5) in few


def test_only_what_is_to_be_awaited_races_on_a_loop() -> None:
    plain = plan_lanes(ALL, tasted(0.01), is_async=False, items=0, workers=2)
    awaited = plan_lanes(ALL, tasted(0.01), is_async=True, items=0, workers=2)
    assert Engine.ASYNCIO not in {lane.engine for lane in plain}
    assert Engine.ASYNCIO in {lane.engine for lane in awaited}


TWO = [LanePlan(Engine.SERIAL, 1), LanePlan(Engine.THREAD, 2), LanePlan(Engine.PROCESS, 2)]


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
    lanes = [lane._replace(workers=min(lane.workers, workers)) for lane in TWO]
    plan = plan_rounds(
        lanes, tasted(call, computes=computes), items=items, workers=workers, seconds=seconds
    )
    assert 1 <= plan.calls <= MOST_CALLS
    if items:
        assert plan.calls <= items
    if plan.fits:
        assert plan.seconds * (plan.warm_up + 3) <= seconds * OVERTIME * 1.0001
    else:
        assert plan.calls <= workers


def test_all_workers_have_as_many_calls_as_each_other_unless_the_items_are_fewer() -> None:
    plan = plan_rounds(TWO, tasted(0.033), items=0, workers=2, seconds=6)
    assert plan.calls % 2 == 0
    assert plan_rounds(TWO, tasted(0.033), items=5, workers=2, seconds=6).calls == 5


@pytest.mark.parametrize(("budget", "seconds"), [(8, 0.64), (100, 1.0), (1, 0.25), (4, 0.4)])
def test_single_calls_take_a_small_part_of_the_budget(budget: float, seconds: float) -> None:
    assert taste_seconds(budget) == pytest.approx(seconds)


def test_a_call_waits_while_it_neither_runs_nor_would() -> None:
    assert waiting_share(tasted(1.0, computes=0.25)) == pytest.approx(0.75)
    kept = tasted(1.0, computes=0.25)._replace(ready=5.0)
    assert waiting_share(kept) == pytest.approx(0.25)
