"""Which samples a column of the timeline is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chai_tui.model.events import RunBegan, Sampled
from chai_tui.state.floor import Floor
from chai_tui.tui.timeline.time_scale import (
    LADDER,
    Grid,
    TimeView,
    fitting_scale,
    grid_of,
    panned,
    scale_for,
    zoomed_in,
)
from tests.builders import BEGAN, brewing, ended, floor_of
from tests.unit.columns import scale_of

gaps = st.lists(st.floats(0.01, 5.0), max_size=60)


def sampled_at(*at: float) -> Floor:
    return floor_of(*brewing(1, fraction=0.0), *(Sampled(BEGAN + each, (), ()) for each in at))


def every_half(samples: int) -> Grid:
    times = [BEGAN + 0.5 * (index + 1) for index in range(samples)]
    now = times[-1] if times else BEGAN
    return Grid(BEGAN, times, 0, len(times), now, 0.5, is_sampled=True)


def after(seconds: float) -> Grid:
    """A run that is sampled every half second, and was until now."""
    return every_half(int(seconds * 2))._replace(now=BEGAN + seconds)


# Columns


def test_a_column_is_a_sample_or_several_whole_ones() -> None:
    floor = sampled_at(0.4, 0.9, 1.5, 2.0)
    assert scale_of(floor, 1, width=5).edges == (
        *(BEGAN + at for at in (0.0, 0.4, 0.9, 1.5, 2.0)), pytest.approx(BEGAN + 2.5)
    )  # fmt: skip
    assert scale_of(floor, 2, width=2).edges == (BEGAN, BEGAN + 0.9, BEGAN + 2.0)


def test_a_column_of_many_samples_is_drawn_anew_at_each_quarter_of_it() -> None:
    told = [every_half(samples).scale(20, 0, 3).told_until for samples in range(1, 26)]
    assert [*dict.fromkeys(told)] == [(0, 1), (0, 2), (0, 3), (0, 4), (1, 1)]
    told = [every_half(samples).scale(2, 0, 9).told_until for samples in range(1, 7)]
    assert len({*told}) == 6, "and of few at each sample"


def test_samples_before_the_first_seat_are_nobodys() -> None:
    floor = floor_of(*(Sampled(BEGAN + at, (), ()) for at in (-2.0, -1.0, 0.3)))
    assert scale_of(floor, width=1).edges == (BEGAN, BEGAN + 0.3)
    assert scale_of(floor_of(Sampled(BEGAN - 1.0, (), ())), width=1).edges == (BEGAN, BEGAN + 0.5)


def test_where_nothing_is_sampled_columns_are_as_long_as_samples_would_be() -> None:
    floor = floor_of(RunBegan(BEGAN), *brewing(1))
    assert scale_of(floor, 2, width=2).edges == (BEGAN, BEGAN + 1.0, BEGAN + 2.0)
    told = floor_of(RunBegan(BEGAN, sample_every=0.25))
    assert scale_of(told, 2, width=2).edges == (BEGAN, BEGAN + 0.5, BEGAN + 1.0)


def test_a_late_sample_is_waited_for_in_one_column() -> None:
    floor = sampled_at(0.5, 1.0)
    floor.fold(brewing(2, at=BEGAN + 7.3, fraction=0.0))
    edges = scale_of(floor, width=4).edges
    assert edges[3] == floor.now
    floor.fold([Sampled(BEGAN + 8.0, (), ())])
    assert scale_of(floor, width=4).edges[2:4] == (BEGAN + 1.0, BEGAN + 8.0)


def test_a_quiet_kitchen_has_no_more_columns() -> None:
    floor = floor_of(*ended(1, after=0.7), *(Sampled(BEGAN + at, (), ()) for at in (0.5, 1.0)))
    before = scale_of(floor)
    floor.fold([Sampled(BEGAN + at, (), ()) for at in (2.0, 3.0, 90.0)])
    assert scale_of(floor) == before


@settings(deadline=None)
@given(gaps, gaps, st.sampled_from(LADDER[:6]), st.integers(0, 5), st.integers(0, 40))
def test_a_column_keeps_its_samples(
    before: list[float], later: list[float], samples: int, first: int, width: int
) -> None:
    floor = sampled_at()
    now = BEGAN
    for gap in before:
        now += gap
        floor.fold([Sampled(now, (), ())])
    scale = scale_of(floor, samples, first, width)
    assert len(scale.edges) == width + 1
    assert all(a < b for a, b in zip(scale.edges, scale.edges[1:], strict=False))
    known = [edge for edge in scale.edges if edge <= scale.known]
    assert {*known} <= {BEGAN, *floor.sample_times}
    for gap in later:
        now += gap
        floor.fold([Sampled(now, (), ())])
    assert [*scale_of(floor, samples, first, width).edges[: len(known)]] == known


@settings(deadline=None)
@given(gaps, st.sampled_from(LADDER), st.floats(0, 200))
def test_a_time_lies_in_the_column_around_it(between: list[float], samples: int, at: float) -> None:
    floor = sampled_at()
    now = BEGAN
    for gap in between:
        now += gap
        floor.fold([Sampled(now, (), ())])
    grid = grid_of(floor, BEGAN)
    column = grid.column_at(BEGAN + at, samples)
    scale = grid.scale(samples, column, 1)
    assert scale.edges[0] - 1e-9 <= BEGAN + at <= scale.edges[1] + 1e-9


# What is looked at


def test_everything_fits_until_told_otherwise() -> None:
    scale = scale_for(TimeView(), after(3.0), BEGAN + 3.0, 100)
    assert (scale.samples, scale.first, scale.width * scale.cells) == (1, 0, 100)
    assert scale_for(TimeView(), after(300), BEGAN + 300, 100).samples == 10


@settings(deadline=None)
@given(st.floats(0, 1e4), st.integers(1, 300))
def test_now_is_always_in_sight_when_followed(elapsed: float, width: int) -> None:
    for index in (None, 0, 5, len(LADDER) - 1):
        scale = scale_for(TimeView(index), after(elapsed), BEGAN + elapsed, width)
        assert 0 <= scale.index_at(BEGAN + elapsed) < max(2, width)


def test_zooming_keeps_the_middle_and_stops_at_the_ends() -> None:
    view = TimeView(4, 100)
    finer = zoomed_in(view, 1, scale_for(view, after(2_000), BEGAN + 2_000, 100))
    assert finer == TimeView(3, 250)  # the sample 3,000 is the middle of both
    finest, coarsest = (every_half(9).scale(LADDER[index], 0, 9) for index in (0, -1))
    assert zoomed_in(TimeView(0, None), 1, finest) == TimeView(0, None)
    assert zoomed_in(TimeView(), -1, coarsest) == TimeView(len(LADDER) - 1, None)


def test_panning_stops_following_until_now_is_reached_again() -> None:
    grid, until = after(100), BEGAN + 100
    scale = scale_for(TimeView(0), grid, until, 50)
    back = panned(-20, scale, scale.first)
    assert back == TimeView(0, scale.first - 20)
    behind = scale_for(back, grid, until, 50)
    assert panned(20, behind, scale.first) == TimeView(0, None)
    assert panned(-1_000, behind, scale.first).first == 0


def test_no_column_is_finer_than_a_sample() -> None:
    view = TimeView()
    for _ in range(30):
        scale = scale_for(view, after(100), BEGAN + 100, 50)
        view = zoomed_in(view, 1, scale)
    assert scale.samples == 1


def test_fitting_never_fails() -> None:
    assert fitting_scale(every_half(0), 1e12, 10) == len(LADDER) - 1
    assert LADDER[fitting_scale(every_half(0), BEGAN, 100)] == 1


# How wide columns are


@pytest.mark.parametrize(
    ("seconds", "width", "cells"), [(3.0, 64, 4), (8.0, 64, 3), (12.0, 64, 2), (20.0, 64, 1)]
)
def test_columns_of_a_short_run_are_wide_as_long_as_all_of_it_fits(
    seconds: float, width: int, cells: int
) -> None:
    grid = after(seconds)
    scale = scale_for(TimeView(), grid, grid.now, width)
    assert scale.cells == cells
    assert scale.samples == 1
    assert scale.width == width // cells


def test_columns_of_several_samples_are_a_cell_wide() -> None:
    grid = after(300.0)
    assert scale_for(TimeView(), grid, grid.now, 64).cells == 1
    assert scale_for(TimeView(scale=2), after(3.0), BEGAN + 3.0, 64).cells == 1


@given(st.floats(0.0, 500.0), st.integers(1, 220))
def test_however_wide_columns_are_now_is_among_them(seconds: float, width: int) -> None:
    grid = after(seconds)
    scale = scale_for(TimeView(), grid, grid.now, width)
    assert scale.width * scale.cells <= width
    if scale.cells > 1:
        assert scale.first == 0
        assert scale.edges[-1] > grid.now
