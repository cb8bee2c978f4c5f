"""What makers who share a process do to each other."""

from __future__ import annotations

import pytest

from chai_tui.model.engine import Engine
from chai_tui.model.events import MakerUse, Paused, Sampled, StepBegan
from chai_tui.model.recipe import BUILT_IN, Recipe, Step, StepKind
from chai_tui.state.contention import (
    ALL,
    cores_used,
    held_up_by,
    loop_keeper,
    loop_kept,
    step_seconds,
)
from chai_tui.state.floor import Floor
from tests import kitchens
from tests.builders import BEGAN, SHARED_STATION, brewing, floor_of, sampled, seated, served

CHAI, GRIND = BUILT_IN["chai"], BUILT_IN["grind"]
CALL = Recipe("mine", (Step("call it", StepKind.CALL),))


def tasks(first: Recipe, *, engine: Engine = Engine.ASYNCIO) -> Floor:
    """Three at one station: one with this recipe, one that waits, one that is only seated."""
    return floor_of(
        *brewing(1, engine=engine, recipe=first),
        *brewing(2, engine=engine, recipe=CHAI),
        *seated(3, engine=engine),
    )


def held(floor: Floor) -> list[int | None]:
    return [held_up_by(maker, loop_keeper(floor, maker.station)) for maker in floor.makers.values()]


def test_a_task_that_computes_holds_up_the_others() -> None:
    assert held(tasks(GRIND)) == [None, 1, 1]


def test_who_computes_is_not_called_held_up() -> None:
    makers = [event for n in (1, 2) for event in brewing(n, engine=Engine.ASYNCIO, recipe=GRIND)]
    assert held(floor_of(*makers)) == [None, None]


def test_nobody_is_held_up_by_itself() -> None:
    waiting = tasks(CHAI).makers[1]
    assert [held_up_by(waiting, keeper) for keeper in (None, 1, 2)] == [None, None, 2]


def test_nobody_is_held_up_by_one_that_waits() -> None:
    assert held(tasks(CHAI)) == [None, None, None]


@pytest.mark.parametrize("engine", [Engine.THREAD, Engine.SERIAL])
def test_threads_are_not_held_up_so(engine: Engine) -> None:
    assert held(tasks(GRIND, engine=engine)) == [None, None, None]


def test_a_call_holds_them_up_only_while_it_is_on_a_core() -> None:
    floor = tasks(CALL)
    assert held(floor) == [None, None, None]
    use = MakerUse(1, 0, 0.9, 0.0, None, None, stopped=False)
    floor.fold([Sampled(BEGAN + 1, (), (use,))])
    assert held(floor) == [None, 1, 1]


def test_a_paused_process_has_nobody_who_keeps_its_loop() -> None:
    floor = tasks(GRIND)
    floor.fold([Paused(BEGAN + 5, number, ours=True) for number in (1, 2)])
    assert held(floor) == [None, None, None]


def test_the_loop_is_kept_for_a_share_of_each_column() -> None:
    """It computed from 1.0 s to 1.4 s, in columns that are not of one length."""
    steps = (*CHAI.steps[:1], *GRIND.steps[:1], *CHAI.steps[1:2])
    floor = floor_of(
        *seated(1, engine=Engine.ASYNCIO, recipe=Recipe("both", steps)),
        *(StepBegan(BEGAN + at, 1, step) for step, at in enumerate((0.0, 1.0, 1.4))),
        *sampled({}, at=BEGAN + 2.0),
    )
    kept = loop_kept(floor, SHARED_STATION, [BEGAN + at for at in (0.0, 1.0, 1.2, 2.0, 3.0)])
    assert [column.get(1, 0.0) for column in kept] == [0.0, 1.0, 0.25, 0.0]
    assert [column.get(ALL, 0.0) for column in kept] == [0.0, 1.0, 0.25, 0.0]


def test_of_a_column_that_is_not_over_the_share_of_what_has_passed_counts() -> None:
    floor = tasks(GRIND)
    floor.fold(sampled({}, at=BEGAN + 2.0))
    (column,) = loop_kept(floor, SHARED_STATION, [BEGAN + 1.0, BEGAN + 9.0])
    assert column == {1: 1.0, ALL: 1.0}


def test_threads_keep_no_loop() -> None:
    edges = [BEGAN, BEGAN + 1.0]
    assert loop_kept(tasks(GRIND, engine=Engine.THREAD), SHARED_STATION, edges) == ()
    assert loop_kept(Floor(), 1, edges) == ()


def test_seconds_of_a_kind_of_step_are_those_of_its_columns() -> None:
    floor = floor_of(
        *seated(1, recipe=Recipe("both", (*CHAI.steps[:1], *GRIND.steps[:1]))),
        StepBegan(BEGAN, 1, 0),
        StepBegan(BEGAN + 1.5, 1, 1),
    )
    edges = [BEGAN + at for at in (0.0, 1.0, 2.0, 4.0)]
    maker = floor.makers[1]
    assert step_seconds(maker, {StepKind.WAIT}, edges) == [1.0, 0.5, 0.0]
    assert step_seconds(maker, {StepKind.COMPUTE}, edges) == [0.0, 0.5, 2.0]


def test_a_station_uses_what_its_makers_do() -> None:
    floor = tasks(GRIND, engine=Engine.THREAD)
    station = floor.stations[SHARED_STATION]
    assert cores_used(floor, station) is None
    uses = tuple(MakerUse(n, 0, 0.45, 0.0, None, None, stopped=False) for n in (1, 2))
    floor.fold([Sampled(BEGAN + 1, (), uses)])
    assert cores_used(floor, station) == pytest.approx(0.9)


def test_a_station_where_all_is_over_uses_nothing() -> None:
    use = MakerUse(1, 0, 0.9, 0.0, None, None, stopped=False)
    *brewed, end = served(1, engine=Engine.THREAD)
    floor = floor_of(*brewed, Sampled(BEGAN + 2, (), (use,)), end)
    assert cores_used(floor, floor.stations[SHARED_STATION]) is None


def test_threads_share_one_core_where_processes_use_more() -> None:
    floor = kitchens.engines()
    used = {station.engine: cores_used(floor, station) for station in floor.stations.values()}
    assert used[Engine.THREAD] == pytest.approx(1.0, abs=0.05)
    assert used[Engine.ASYNCIO] == pytest.approx(1.0, abs=0.05)
