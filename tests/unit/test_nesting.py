"""Processes under those that started them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chai_tui.model.events import Event, Exited, Failed
from chai_tui.state.floor import Floor
from chai_tui.tui.makers.nesting import ended_last, nested
from tests.builders import BEGAN, floor_of
from tests.program_floors import process, thread


def family(parents: dict[int, int]) -> Floor:
    """Processes, each with the number of the one that started it."""
    return floor_of(
        *(event for one, above in parents.items() for event in process(one, "p", parent=above))
    )


TREE = family({1: 0, 2: 1, 3: 0, 4: 2, 5: 1, 6: 3})


def test_each_stands_before_those_that_it_started() -> None:
    assert nested(TREE, [1, 2, 3, 4, 5, 6]) == (
        [1, 2, 4, 5, 3, 6],
        {1: 0, 2: 1, 4: 2, 5: 1, 3: 0, 6: 1},
    )


def test_children_of_one_keep_the_order_that_was_asked_for() -> None:
    assert nested(TREE, [6, 5, 4, 3, 2, 1]).numbers == [3, 6, 1, 5, 2, 4]


def test_whose_parent_is_not_shown_stands_under_the_nearest_that_is() -> None:
    assert nested(TREE, [1, 4, 6]) == ([1, 4, 6], {1: 0, 4: 1, 6: 0})


def test_threads_of_one_process_stay_together() -> None:
    events: list[Event] = [
        *process(1, "main", maker=1),
        *process(2, "child", parent=1, maker=2),
        *thread(3, 1, "Thread-1"),
    ]
    assert nested(floor_of(*events), [1, 2, 3]).numbers == [1, 3, 2]


def test_threads_that_ended_well_stand_behind_the_others_each_where_it_ended() -> None:
    events = [event for one in range(2, 6) for event in thread(one, 1, "t")]
    floor = floor_of(*process(1, "main"), *events)

    def order(at: float, *exits: tuple[int, int]) -> list[int]:
        floor.fold([Exited(BEGAN + at, number, code, ours=False) for number, code in exits])
        return ended_last(floor, [1, 2, 3, 4, 5])

    assert order(0) == [1, 2, 3, 4, 5]
    assert order(1, (4, 0)) == [1, 2, 3, 5, 4]
    assert order(2, (2, 0)) == [1, 3, 5, 4, 2]
    # The process ends, and all who are left with it.
    assert order(3, (1, 0), (3, 0), (5, 0)) == [1, 3, 5, 4, 2]
    assert ended_last(floor, []) == []


def test_threads_that_did_not_end_well_stay_in_place() -> None:
    floor = floor_of(*process(1, "main"), *thread(2, 1, "t"), *thread(3, 1, "t"))
    floor.fold(
        [Failed(BEGAN + 1, 2, "ValueError: no", "", 0.0), Exited(BEGAN + 1, 2, 0, ours=False)]
    )
    assert ended_last(floor, [1, 2, 3]) == [1, 2, 3]


@given(st.dictionaries(st.integers(1, 12), st.integers(0, 12)), st.data())
def test_nobody_is_lost_whatever_a_recording_says(
    parents: dict[int, int], data: st.DataObject
) -> None:
    floor = family(parents)
    shown = data.draw(st.lists(st.sampled_from([0, *parents]), unique=True).map(sorted))
    shown = [number for number in shown if number]
    numbers, depths = nested(floor, shown)
    assert sorted(numbers) == shown
    assert depths.keys() == {*shown}
    assert all(0 <= depth < max(1, len(shown)) for depth in depths.values())


def test_a_long_chain_is_no_recursion() -> None:
    chain = family({number: number - 1 for number in range(1, 3_000)})
    assert nested(chain, list(range(1, 3_000))).depths[2_999] == 2_998


def test_who_was_forgotten_leaves_nobody_at_the_top_and_is_nobodys_parent_for_ever() -> None:
    floor = family({1: 0, 2: 1, 3: 2, 4: 3, 5: 2, 6: 1})
    floor.fold([Exited(BEGAN + 1, number, 0, ours=False) for number in (2, 3, 5, 6)])
    floor.forget_finished()
    assert nested(floor, [1, 4]) == ([1, 4], {1: 0, 4: 1})
    assert floor.parents == {2: 1, 3: 2}
    floor.fold([Exited(BEGAN + 2, 4, 0, ours=False)])
    floor.forget_finished()
    assert floor.parents == {}
