"""The account of a run: what was measured, told once, with nothing that was not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chai_tui.model.engine import Engine
from chai_tui.model.events import (
    CoreUse,
    Event,
    Exited,
    MakerUse,
    Paused,
    Resumed,
    Sampled,
    Seated,
    Started,
    StepBegan,
    Stopping,
)
from chai_tui.recording.export.account import Account, CoreSlice, Reason, StepSlice, WaitSlice
from chai_tui.recording.export.telling import account_of
from chai_tui.recording.form import Header
from chai_tui.state.makers.records import State
from tests.builders import BEGAN, HERE, brewing, killed, served

HEADER = Header(monotonic=BEGAN, run=HERE)


def told(*events: Event) -> Account:
    return account_of(HEADER, [HERE, *events])


def sample(at: float, *uses: MakerUse, busy: float = 0.5) -> Sampled:
    return Sampled(at, (CoreUse(0, busy, 0.25),), uses)


def use(
    core: int | None, cpu: float, ready: float | None = 0.0, gil: float | None = None
) -> MakerUse:
    return MakerUse(1, core, cpu, ready, None, 4_000_000, stopped=False, gil_share=gil)


def close(slices: list[CoreSlice] | list[WaitSlice]) -> list[tuple[object, ...]]:
    """Slices with times and shares that can be compared."""
    return [
        (round(a - BEGAN, 6), round(b - BEGAN, 6), what, round(d, 6)) for a, b, what, d in slices
    ]


def test_samples_on_one_core_are_one_slice_with_the_average_share() -> None:
    account = told(
        *brewing(1, engine=Engine.THREAD),
        sample(BEGAN + 1, use(0, 0.2)),
        sample(BEGAN + 2, use(0, 0.8)),
        sample(BEGAN + 3, use(1, 0.5)),
        sample(BEGAN + 4, use(None, 0.0)),
        sample(BEGAN + 6, use(1, 1.0)),
    )
    maker = account.makers[1]
    assert close(maker.cores) == [(0, 2, 0, 0.5), (2, 3, 1, 0.5), (4, 6, 1, 1.0)]
    assert maker.core_moves == 1
    assert maker.memory == 4_000_000
    assert [round(at - BEGAN) for at, _, _ in account.core_use[0]] == [1, 2, 3, 4, 6]


def test_the_greater_reason_is_told_and_none_below_an_eighth() -> None:
    account = told(
        *brewing(1, engine=Engine.THREAD),
        sample(BEGAN + 1, use(0, 0.3, 0.2, 0.5)),
        sample(BEGAN + 2, use(0, 0.3, 0.6, 0.1)),
        sample(BEGAN + 3, use(0, 0.9, 0.05, 0.05)),
    )
    maker = account.makers[1]
    assert close(maker.waits) == [(0, 1, Reason.GIL, 0.5), (1, 2, Reason.CORE, 0.6)]
    assert maker.gil_seconds == pytest.approx(0.65)
    assert maker.ready_seconds == pytest.approx(0.85)


def test_what_no_sample_knew_is_unknown_and_not_zero() -> None:
    maker = told(*brewing(1), *served(2)).makers[1]
    assert (maker.gil_seconds, maker.ready_seconds, maker.memory) == (None, None, None)
    assert (maker.cores, maker.waits) == ([], [])


def test_a_pause_is_exact_and_cuts_what_was_sampled_around_it() -> None:
    account = told(
        *brewing(1),
        Paused(BEGAN + 1.25, 1, ours=True),
        Resumed(BEGAN + 1.5, 1, ours=True),
        sample(BEGAN + 1, use(0, 0.1, 0.9)),
        sample(BEGAN + 2, use(0, 0.1, 0.9)),
        Paused(BEGAN + 3, 1, ours=False),
        sample(BEGAN + 4, use(None, 0.0)),
    )
    maker = account.makers[1]
    assert [(a, b, reason) for a, b, reason, _ in close(maker.waits)] == [
        (0, 1.25, Reason.CORE),
        (1.25, 1.5, Reason.PAUSED),
        (1.5, 2, Reason.CORE),
        (3, 4, Reason.PAUSED),
    ]
    assert maker.paused_seconds == pytest.approx(1.25)


def test_steps_end_where_the_next_begins_and_the_last_with_its_maker() -> None:
    account = told(*brewing(1, step=1), Exited(BEGAN + 2, 1, -9, ours=False), *brewing(2))
    names = [step.name for step in account.makers[1].steps]
    assert names == ["boil water", "steep tea"]
    assert account.makers[1].steps[-1].ended == BEGAN + 2
    assert account.makers[2].steps[-1].ended == account.ended


def test_a_step_that_a_function_named_has_its_name() -> None:
    account = told(*brewing(1), StepBegan(BEGAN + 1, 1, 1, "my step"), StepBegan(BEGAN + 2, 1, 2))
    assert [step.name for step in account.makers[1].steps] == ["boil water", "my step", "steep tea"]


def test_ends_are_told_in_words_with_their_places() -> None:
    account = told(*served(1), *killed(2), Stopping(BEGAN + 9, 3, 15, 2.0))
    ends = {each.maker: each.text for each in account.instants if each.kind == "end"}
    assert ends == {1: "served 1st", 2: "killed by SIGKILL"}
    assert [each.text for each in account.instants if each.kind == "signal"]
    assert account.makers[2].state is State.KILLED
    assert (account.makers[1].place, account.makers[2].place) == (1, None)


def test_makers_are_counted_by_recipe_and_gathered_by_station() -> None:
    account = told(*brewing(1, engine=Engine.THREAD), *brewing(2, engine=Engine.THREAD), *served(3))
    assert [maker.nth for maker in account.makers.values()] == [1, 2, 3]
    assert [station.makers for station in account.stations.values()] == [(1, 2), (3,)]


MOMENT = st.integers(-5, 30).map(lambda tenths: BEGAN + tenths / 10)
SHARE = st.floats(0, 1)
ANYTHING = st.one_of(
    st.builds(Seated, MOMENT, st.integers(1, 2), st.just(1), st.just(7), st.sampled_from(Engine)),
    st.builds(Started, MOMENT, st.integers(1, 3), st.just(7), st.just(8)),
    st.builds(StepBegan, MOMENT, st.integers(1, 3), st.integers(-1, 3), st.sampled_from(["", "x"])),
    st.builds(Paused, MOMENT, st.integers(1, 3), ours=st.booleans()),
    st.builds(Resumed, MOMENT, st.integers(1, 3), ours=st.booleans()),
    st.builds(
        Exited, MOMENT, st.integers(1, 3), st.sampled_from([0, 1, -9, None]), ours=st.booleans()
    ),
    st.builds(
        lambda at, core, cpu, ready, gil: sample(at, use(core, cpu, ready, gil)),
        MOMENT, st.integers(0, 1), SHARE, SHARE, SHARE,
    ),
)  # fmt: skip


@given(st.lists(ANYTHING, max_size=40))
def test_no_slice_overlaps_another_of_its_list_whatever_happens(events: list[Event]) -> None:
    account = told(*events)
    for maker in account.makers.values():
        lists: list[list[StepSlice] | list[CoreSlice] | list[WaitSlice]]
        lists = [maker.steps, maker.cores, maker.waits]
        for slices in lists:
            times = [time for each in slices for time in (each.began, each.ended)]
            assert times == sorted(times)
        assert all(0 < core.share <= 1 for core in maker.cores)
        assert all(0 < wait.share <= 1 for wait in maker.waits)
