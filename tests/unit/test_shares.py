"""Shares of the last second: whole per cents that add up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, MakerUse, Paused, Sampled
from chai_tui.model.recipe import BUILT_IN
from chai_tui.state.makers.shares import Shares, Stretch, shares_of, whole_percents
from tests.builders import BEGAN, brewing, floor_of

shares = st.floats(0, 1, allow_nan=False)
stretches = st.builds(
    Stretch,
    at=st.just(1.0),
    seconds=st.floats(0, 5, allow_nan=False),
    cpu_share=st.floats(0, 40, allow_nan=False),
    ready_share=st.none() | shares,
    gil_share=st.none() | shares,
)


@given(st.lists(st.floats(0, 3, allow_nan=False), min_size=1, max_size=5))
def test_per_cents_never_add_up_to_more_than_a_hundred(parts: list[float]) -> None:
    told = whole_percents(parts)
    assert 0 <= sum(told) <= 100
    assert sum(told) == min(100, round(100 * sum(parts)))
    whole = max(1.0, sum(parts))
    assert all(abs(100 * part / whole - one) < 1.001 for part, one in zip(parts, told, strict=True))


def test_what_was_cut_most_is_rounded_up() -> None:
    assert whole_percents([0.246, 0.703, 0.051]) == [25, 70, 5]
    assert whole_percents([1 / 3, 1 / 3, 1 / 3]) == [34, 33, 33]
    assert whole_percents([0.25, 0.75]) == [25, 75]


@given(st.lists(stretches, max_size=5))
def test_shares_of_any_time_add_up(told: list[Stretch]) -> None:
    found = shares_of(told)
    if found is not None:
        assert found.core + (found.no_core or 0) + (found.no_gil or 0) <= 100


def test_longer_stretches_count_more() -> None:
    told = [Stretch(1.0, 0.3, 1.0, 0.0, None), Stretch(1.9, 0.9, 0.0, 1.0, None)]
    assert shares_of(told) == Shares(25, 75, None)


def test_figures_of_different_times_are_not_mixed() -> None:
    told = [Stretch(1.0, 0.5, 1.0, 0.0, None), Stretch(1.5, 0.5, 0.2, 0.0, 0.8)]
    assert shares_of(told) == Shares(20, 0, 80)


@pytest.mark.parametrize("told", [[], [Stretch(1.0, 0.0, 1.0, 0.0, None)]])
def test_no_time_has_no_shares(told: list[Stretch]) -> None:
    assert shares_of(told) is None


def sample(at: float, share: float | None) -> Event:
    use = MakerUse(1, 0, share, 0.0, None, None, stopped=False)
    return Sampled(BEGAN + at, (), (use,))


def test_a_maker_remembers_a_second() -> None:
    floor = floor_of(*brewing(1), sample(0.5, 1.0), sample(1.0, 0.6), sample(1.5, 0.2))
    assert floor.makers[1].shares == Shares(40, 0, None)
    assert [stretch.at - BEGAN for stretch in floor.makers[1].recent] == [1.0, 1.5]
    floor.fold([sample(5.0, 0.5)])  # the only one for more than a second
    assert floor.makers[1].shares == Shares(50, 0, None)


@pytest.mark.parametrize("event", [Paused(BEGAN + 2, 1, ours=True), sample(2, None)])
def test_who_does_not_run_or_is_not_seen_has_none(event: Event) -> None:
    floor = floor_of(*brewing(1, engine=Engine.THREAD, recipe=BUILT_IN["grind"]), sample(1, 1.0))
    assert floor.makers[1].shares is not None
    floor.fold([event])
    assert floor.makers[1].shares is None
