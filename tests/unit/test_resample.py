"""A maker's history, cut into columns."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chai_tui.model.events import Paused
from chai_tui.state.makers.records import HISTORY_KEPT, Maker, Use
from chai_tui.tui.canvas.resample import (
    Slice,
    cut,
    numbered_runs,
    overlap,
    sampled_since,
    share_drawn,
)
from tests.builders import BEGAN, brewing, ended, floor_of
from tests.unit.any_maker import makers
from tests.unit.columns import use


def shares(maker: Maker, edges: list[float], samples: list[float]) -> list[float | None]:
    slices = cut(maker, [BEGAN + at for at in edges], [BEGAN + at for at in samples])
    return [a_slice and a_slice.cpu_share for a_slice in slices]


def test_a_sample_tells_of_the_time_before_it() -> None:
    floor = floor_of(*brewing(1), use(0.5, 0, 0.0), use(1.0, 0, 1.0), use(1.5, 0, 0.0))
    edges = [0.0, 0.5, 1.0, 1.5, 2.0]
    assert shares(floor.makers[1], edges, edges[1:4]) == [0.0, 1.0, 0.0, None]


def test_what_stays_the_same_is_told_by_each_sample() -> None:
    floor = floor_of(*brewing(1), *(use(at, 0, 0.5) for at in (0.5, 1.0, 1.5)), use(2.0, 0, 1.0))
    assert len(floor.makers[1].history) == 2
    edges = [0.0, 0.5, 1.0, 1.5, 2.0]
    assert shares(floor.makers[1], edges, edges[1:]) == [0.5, 0.5, 0.5, 1.0]


def test_nothing_is_known_before_a_start_or_after_an_end() -> None:
    floor = floor_of(
        *brewing(1, at=BEGAN + 1.2), use(1.5, 0, 1.0), *ended(1, at=BEGAN + 1.2, after=0.6)[-1:]
    )
    edges = [0.5, 1.0, 1.5, 2.0, 2.5]
    assert shares(floor.makers[1], edges, edges) == [None, 1.0, None, None]
    (first,) = cut(floor.makers[1], [BEGAN + 1.0, BEGAN + 1.5], floor.sample_times)
    assert first is not None
    assert first.seconds == pytest.approx(0.29)  # since it started


def test_slices_are_averaged_over_the_samples_in_them() -> None:
    floor = floor_of(*brewing(1), use(0.51, 0, 1.0), use(1.0, 1, 0.5), use(2.0, None, 0.0))
    (whole,) = cut(floor.makers[1], [BEGAN, BEGAN + 2.0], floor.sample_times)
    assert whole is not None
    assert whole.core == 0
    assert whole.seconds == pytest.approx(1.99)
    assert whole.cpu_share == pytest.approx((0.5 * 1.0 + 0.49 * 0.5) / 1.99)


def test_what_was_not_known_is_not_averaged_as_nothing() -> None:
    maker = floor_of(*brewing(1)).makers[1]
    maker.history.append(Use(BEGAN + 1.0, 0, 0.5, None, None, None))
    maker.history.append(Use(BEGAN + 2.0, 0, 0.5, None, None, 0.5))
    (first, whole) = cut(maker, [BEGAN, BEGAN + 1.0, BEGAN + 2.0]), cut(maker, [BEGAN, BEGAN + 2.0])
    assert first[0] is not None
    assert (first[0].ready_share, first[0].gil_share) == (None, None)
    assert whole[0] is not None
    assert whole[0].ready_share is None


def test_a_long_history_does_not_reach_back_to_the_start() -> None:
    floor = floor_of(*brewing(1))
    maker = floor.makers[1]
    maker.history.append(Use(BEGAN + 5.0, 0, 1.0, 0.0, None))
    assert sampled_since(maker) == maker.started_at
    maker.history.extend(Use(BEGAN + 5.5 + n, n % 2, 1.0, 0.0, None) for n in range(HISTORY_KEPT))
    times = [BEGAN + 5.0, *(use.at for use in maker.history)]
    assert sampled_since(maker, times) == BEGAN + 5.0
    assert sampled_since(maker, times[2:]) == BEGAN + 5.5  # that sample's time is not known


def test_runs_of_a_core_begin_with_its_number() -> None:
    assert "".join(numbered_runs([0, 0, 0, None, 12, 12, 12])) == "0██ 12█"
    assert "".join(numbered_runs([12, 0])) == "█0"  # 1 or 2 would be another core


@settings(deadline=None)
@given(
    makers(),
    st.floats(-10, 6_000),
    st.floats(0.001, 500),
    st.integers(0, 80),
    st.lists(st.floats(BEGAN, BEGAN + 5_000), max_size=20),
)
def test_slices_cover_what_they_are_asked_for(
    maker: Maker, start: float, seconds: float, count: int, samples: list[float]
) -> None:
    edges = [BEGAN + start + index * seconds for index in range(count + 1)]
    slices = cut(maker, edges, sorted(samples))
    assert len(slices) == count
    most = max((use.cpu_share or 0.0 for use in maker.history), default=0.0)
    for a_slice in filter(None, slices):
        assert a_slice.cpu_share is None or a_slice.cpu_share <= most * (1 + 1e-9)
        assert a_slice.seconds <= seconds * (1 + 1e-6)


def test_overlap_counts_open_spans_to_the_end() -> None:
    floor = floor_of(*brewing(1), Paused(BEGAN + 1.0, 1, ours=True))
    assert overlap(floor.makers[1].pauses, BEGAN + 0.5, BEGAN + 2.0) == pytest.approx(1.0)


def test_a_share_is_of_the_whole_column() -> None:
    half = Slice(0, 0.8, 0.0, None, None, 0.25)
    assert share_drawn(half, 0.5) == pytest.approx(0.4)
    assert share_drawn(half._replace(cpu_share=7.0, seconds=0.5), 0.5) == 1.0
    assert share_drawn(half._replace(cpu_share=None), 0.5) == 0.0


def test_only_bytecode_gives_way_to_bytecode() -> None:
    whole = Slice(0, 0.5, 0.0, None, None, 1.0)
    assert share_drawn(whole, 1.0, freed=0.0, together=1.25) == pytest.approx(0.4)
    assert share_drawn(whole, 1.0, freed=0.5, together=1.25) == 0.5
    assert share_drawn(whole, 1.0, freed=0.0, together=0.9) == 0.5
