"""The timeline, drawn as text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, MakerUse, Paused, Resumed, RunBegan, Sampled, StepBegan
from chai_tui.model.recipe import BUILT_IN, Recipe, Step, StepKind
from chai_tui.state.contention import held_up_by, loop_keeper, loop_kept
from chai_tui.state.floor import Floor
from chai_tui.state.records import HISTORY_KEPT, Maker, State, Use
from chai_tui.tui.canvas.resample import cut, numbered_runs, overlap, sampled_since
from chai_tui.tui.canvas.styles import as_text, width_of
from chai_tui.tui.timeline.drawing import HELD, axis, cells, gutter_width, headline, row
from chai_tui.tui.timeline.legend import legend, signs_on
from chai_tui.tui.timeline.time_scale import (
    SCALES,
    TimeScale,
    TimeView,
    fitting_scale,
    panned,
    scale_for,
    zoomed_in,
)
from tests import kitchens
from tests.builders import (
    BEGAN,
    HERE,
    SHARED_STATION,
    brewing,
    failed,
    floor_of,
    killed,
    paused,
    seated,
    served,
    stopped,
)
from tests.unit.any_maker import makers

GRIND = BUILT_IN["grind"]
CHAI = BUILT_IN["chai"]
SPELL = Recipe(
    "spell",
    (
        Step("wait", StepKind.WAIT, 0.5),
        Step("grind", StepKind.COMPUTE, 1.0),
        Step("wait", StepKind.WAIT, 5.0),
    ),
)
TENTHS = TimeScale(BEGAN, 0.1, 0, 30)


def use(
    at: float, core: int | None, share: float, ready: float | None = 0.0, number: int = 1
) -> Event:
    return Sampled(BEGAN + at, (), (MakerUse(number, core, share, ready, None, None, False),))


def drawn(floor: Floor, number: int = 1, scale: TimeScale = TENTHS) -> str:
    maker = floor.makers[number]
    kept = loop_kept(floor, maker.station, scale.start, scale.seconds, scale.width)
    return "".join(text for text, _ in cells(maker, scale, floor.now, kept))


# Cells


def test_a_core_is_its_number_and_its_style() -> None:
    floor = floor_of(
        *brewing(1, recipe=GRIND), use(0.5, 0, 1.0), use(1.0, 1, 1.0), use(2.0, 1, 1.0)
    )
    assert drawn(floor) == "0█████████1█████████" + " " * 10
    styles = [style for _, style in cells(floor.makers[1], TENTHS, floor.now)]
    assert styles == ["core-0"] * 10 + ["core-1"] * 10 + [""] * 10


def test_who_waits_waits() -> None:
    floor = floor_of(*brewing(1, recipe=CHAI), use(0.5, None, 0.0), use(1.0, None, 0.0))
    assert drawn(floor).rstrip() == "··········"


def test_four_that_share_a_gil_have_every_fourth_cell_and_wait_for_it_in_the_others() -> None:
    events = [
        event for n in (1, 2, 3, 4) for event in brewing(n, engine=Engine.THREAD, recipe=GRIND)
    ]
    samples = [use(at, 0, 0.25, number=n) for at in (1.0, 2.0) for n in (1, 2, 3, 4)]
    floor = floor_of(*events, *samples)
    rows = [drawn(floor, number).rstrip() for number in (1, 2, 3, 4)]
    assert rows[0] == "░░░0░░░0░░░0░░░0░░░0"
    # In every moment it is one of them.
    assert all(sum(cell == "0" for cell in column) == 1 for column in zip(*rows, strict=True))


def test_the_wait_for_the_gil_and_for_a_core_have_cells_of_their_own() -> None:
    floor = floor_of(
        *brewing(1, engine=Engine.THREAD, recipe=GRIND),
        *(use(at, 0, 0.25, ready=0.25) for at in (1.0, 2.0)),
    )
    line = drawn(floor).rstrip()
    assert {glyph: line.count(glyph) for glyph in "0░▒·"} == {"0": 5, "░": 10, "▒": 5, "·": 0}
    assert all(line[start : start + 4].count("░") == 2 for start in range(0, 20, 4))


def test_a_process_waits_for_no_gil() -> None:
    floor = floor_of(*brewing(1, recipe=GRIND), *(use(at, 0, 0.5, ready=0.5) for at in (1.0, 2.0)))
    assert "░" not in drawn(floor)
    assert drawn(floor).count("▒") == 10


def test_a_share_that_wavers_is_told_right() -> None:
    shares = [0.24, 0.27, 0.23, 0.26] * 5
    samples = [use(0.1 * n, 0, share) for n, share in enumerate(shares, 1)]
    floor = floor_of(*brewing(1, engine=Engine.THREAD, recipe=GRIND), *samples)
    line = drawn(floor)
    assert 4 <= line.count("0") <= 6
    assert all("0" in line[start : start + 5] for start in range(0, 20, 5))


def test_ready_without_a_core_is_seen_in_a_waiting_step_too() -> None:
    floor = floor_of(*brewing(1, recipe=CHAI), use(0.5, None, 0.0, ready=0.8), use(1.0, None, 0.0))
    assert drawn(floor).rstrip() == "▒" * 10


def test_use_of_an_unknown_core_shows_without_a_number() -> None:
    floor = floor_of(*brewing(1, recipe=GRIND), use(0.5, None, 1.0), use(1.0, None, 1.0))
    assert cells(floor.makers[1], TENTHS, floor.now)[3] == ("█", "brewing")


def test_pauses_are_seen_even_the_short_ones() -> None:
    floor = floor_of(
        *brewing(1, recipe=GRIND),
        use(0.5, 0, 1.0),
        Paused(BEGAN + 0.32, 1, ours=True),
        Resumed(BEGAN + 0.33, 1, ours=True),
        Paused(BEGAN + 0.6, 1, ours=True),
        use(1.0, 0, 1.0),
    )
    assert drawn(floor).rstrip() == "0██‖0█‖‖‖‖"


@pytest.mark.parametrize(
    ("events", "row_text"),
    [
        (served(1, after=1.05), "··········✔"),
        (failed(1, after=1.05), "··········✖"),
        (killed(1, after=1.05), "··········✖"),
        (stopped(1, after=1.05), "··········■"),
    ],
)
def test_an_end_is_marked_where_it_was(events: list[Event], row_text: str) -> None:
    *before, last = events
    floor = floor_of(*before, use(0.5, None, 0.0), last, use(5.0, None, 0.0))
    assert drawn(floor).rstrip() == row_text


def test_who_did_not_start_is_seated() -> None:
    floor = floor_of(*seated(1, at=BEGAN + 0.5), *brewing(2, fraction=1.0))
    assert drawn(floor) == "     " + "◌" * 6 + " " * 19


def test_what_was_not_sampled_is_not_guessed() -> None:
    floor = floor_of(*brewing(1, recipe=CHAI, fraction=0.4))
    assert drawn(floor).rstrip() == "╌╌╌╌╌"


def test_a_scroll_does_not_change_what_cells_show() -> None:
    floor = floor_of(*brewing(1, recipe=GRIND), use(0.5, 0, 0.3), use(2.9, 0, 0.3))
    whole = cells(floor.makers[1], TENTHS, floor.now)
    later = cells(floor.makers[1], TENTHS._replace(first=7, width=23), floor.now)
    assert whole[7:] == later


# Who is held up


def tasks(*more: Event) -> Floor:
    """A task that computes from 0.5 to 1.5 s, one that waits, and one that is not started."""
    return floor_of(
        *brewing(1, engine=Engine.ASYNCIO, recipe=SPELL, fraction=0.0),
        *brewing(2, engine=Engine.ASYNCIO, recipe=CHAI),
        StepBegan(BEGAN + 0.5, 1, 1),
        use(1.0, 0, 1.0),
        use(1.0, None, 0.0, number=2),
        StepBegan(BEGAN + 1.5, 1, 2),
        *seated(3, at=BEGAN + 0.85, engine=Engine.ASYNCIO),
        use(2.0, None, 0.0),
        use(2.0, None, 0.0, number=2),
        *more,
    )


def test_who_is_held_up_has_a_sign_of_its_own() -> None:
    assert drawn(tasks(), 2).rstrip() == "·····≡≡≡≡≡≡≡≡≡≡·····"
    assert drawn(tasks(), 3) == " " * 8 + "≡" * 7 + "◌" * 5 + " " * 10
    assert "≡" not in drawn(tasks(), 1)
    assert HELD[0] not in "·▒░‖◌╌█✔✖■ "


def test_in_a_coarse_cell_the_greater_part_counts() -> None:
    seconds = TimeScale(BEGAN, 1.0, 0, 3)
    assert drawn(tasks(), 2, seconds) == "≡≡ "
    assert drawn(tasks(), 1, seconds)[0] == "0"
    # Many short ones hold up as one long one does.
    short = [
        event
        for n in range(4, 14)
        for event in (
            *brewing(n, at=BEGAN + 2.0, engine=Engine.ASYNCIO, recipe=SPELL, fraction=0.0),
            StepBegan(BEGAN + 2.0 + 0.1 * (n - 4), n, 1),
            StepBegan(BEGAN + 2.1 + 0.1 * (n - 4), n, 2),
        )
    ]
    assert drawn(tasks(*short, use(3.0, None, 0.0)), 2, seconds) == "≡≡≡"


def test_the_cell_of_now_tells_what_has_passed_of_it() -> None:
    floor = floor_of(
        *brewing(1, engine=Engine.ASYNCIO, recipe=GRIND, fraction=0.0),
        *brewing(2, engine=Engine.ASYNCIO, recipe=CHAI, fraction=0.0),
        use(1.0, 0, 1.0),
        use(1.32, None, 0.0, number=2),
    )
    assert drawn(floor, 2).rstrip() == "≡" * 14


def test_a_pause_is_seen_though_the_loop_is_kept_meanwhile() -> None:
    floor = tasks(Paused(BEGAN + 1.0, 2, ours=True), Resumed(BEGAN + 1.3, 2, ours=True))
    assert drawn(floor, 2).rstrip() == "·····≡≡≡≡≡‖‖‖≡≡·····"


def test_threads_are_not_held_up() -> None:
    assert loop_kept(kitchens.lively(), SHARED_STATION + 1, BEGAN, 0.1, 50) == ()
    assert loop_kept(Floor(), 1, BEGAN, 0.1, 50) == ()


def test_who_is_held_up_now_is_so_on_the_timeline_too() -> None:
    floor = kitchens.engines()
    scale = TimeScale(BEGAN, 0.05, 0, 55)
    for maker in floor.makers.values():
        keeper = held_up_by(maker, loop_keeper(floor, maker.station))
        assert (drawn(floor, maker.number, scale)[-1] == "≡") is (keeper is not None)


# Slices


def test_slices_are_averaged_over_the_samples_in_them() -> None:
    floor = floor_of(*brewing(1), use(0.5, 0, 1.0), use(1.0, 1, 0.5), use(2.0, None, 0.0))
    (whole,) = cut(floor.makers[1], BEGAN, 2.0, 1, floor.now)
    assert whole is not None
    assert whole.core == 0
    assert whole.cpu_share == pytest.approx((0.99 * 1.0 + 1.0 * 0.5) / 1.99)


def test_a_long_history_does_not_reach_back_to_the_start() -> None:
    floor = floor_of(*brewing(1))
    maker = floor.makers[1]
    maker.history.append(Use(BEGAN + 5.0, 0, 1.0, 0.0, None))
    assert sampled_since(maker) == maker.started_at
    maker.history.extend(Use(BEGAN + 5.0 + n, n % 2, 1.0, 0.0, None) for n in range(HISTORY_KEPT))
    assert sampled_since(maker) == BEGAN + 5.0


def test_runs_of_a_core_begin_with_its_number() -> None:
    assert "".join(numbered_runs([0, 0, 0, None, 12, 12, 12])) == "0██ 12█"
    assert "".join(numbered_runs([12, 0])) == "█0"  # 1 or 2 would be another core


@settings(deadline=None)
@given(
    makers(),
    st.floats(-10, 6_000),
    st.floats(0.001, 500),
    st.integers(0, 80),
)
def test_slices_cover_what_they_are_asked_for(
    maker: Maker, start: float, seconds: float, count: int
) -> None:
    slices = cut(maker, BEGAN + start, seconds, count, BEGAN + 6_000)
    assert len(slices) == count
    most = max((use.cpu_share or 0.0 for use in maker.history), default=0.0)
    shares = [a_slice.cpu_share for a_slice in slices if a_slice]
    assert all(share is None or share <= most * (1 + 1e-9) for share in shares)


def test_overlap_counts_open_spans_to_the_end() -> None:
    floor = floor_of(*brewing(1), Paused(BEGAN + 1.0, 1, ours=True))
    assert overlap(floor.makers[1].pauses, BEGAN + 0.5, BEGAN + 2.0) == pytest.approx(1.0)


# Scale


def test_everything_fits_until_told_otherwise() -> None:
    scale = scale_for(TimeView(), BEGAN, BEGAN + 3.0, 100)
    assert scale == TimeScale(BEGAN, 0.05, 0, 100)
    assert scale_for(TimeView(), BEGAN, BEGAN + 300, 100).seconds == 6.0


@settings(deadline=None)
@given(st.floats(0, 1e6), st.integers(1, 300))
def test_now_is_always_in_sight_when_followed(elapsed: float, width: int) -> None:
    for index in (None, 0, 5, len(SCALES) - 1):
        scale = scale_for(TimeView(index), BEGAN, BEGAN + elapsed, width)
        cell = scale.cell_at(BEGAN + elapsed) - scale.first
        assert cell >= 0
        assert cell < max(2, width)


def test_zooming_keeps_the_middle_and_stops_at_the_ends() -> None:
    view = TimeView(5, 100)
    scale = scale_for(view, BEGAN, BEGAN + 1_000, 100)
    finer = zoomed_in(view, 1, scale)
    assert finer == TimeView(4, 250)  # 300 s is the middle of both
    assert zoomed_in(TimeView(0, None), 1, TimeScale(BEGAN, SCALES[0], 0, 9)) == TimeView(0, None)
    coarsest = TimeScale(BEGAN, SCALES[-1], 0, 9)
    assert zoomed_in(TimeView(None, None), -1, coarsest) == TimeView(len(SCALES) - 1, None)


def test_panning_stops_following_until_now_is_reached_again() -> None:
    until = BEGAN + 100
    scale = scale_for(TimeView(4), BEGAN, until, 50)
    back = panned(TimeView(4), -20, scale, until)
    assert back == TimeView(4, scale.first - 20)
    there = panned(back, 20, scale_for(back, BEGAN, until, 50), until)
    assert there == TimeView(4, None)
    first = panned(back, -1_000, scale_for(back, BEGAN, until, 50), until)
    assert first.first == 0


def test_no_cell_is_much_finer_than_a_sample() -> None:
    view = TimeView()
    for _ in range(30):
        scale = scale_for(view, BEGAN, BEGAN + 100, 50)
        view = zoomed_in(view, 1, scale)
    assert scale.seconds == 0.05


def test_fitting_never_fails() -> None:
    assert fitting_scale(1e12, 10) == len(SCALES) - 1
    assert SCALES[fitting_scale(0.0, 100)] == 0.05


# Lines


def test_a_row_has_number_state_and_time() -> None:
    floor = floor_of(*brewing(1, recipe=CHAI), use(0.5, None, 0.0), use(1.0, None, 0.0))
    wide = gutter_width(120, 80)
    line = row(floor.makers[1], TENTHS, floor.now, wide, is_chosen=True)
    assert as_text(line).rstrip() == "▸  #1 ● brewing ··········"
    narrow = gutter_width(9, 40)
    line = row(floor.makers[1], TENTHS, floor.now, narrow, is_chosen=False)
    assert as_text(line).rstrip() == " #1 ● ··········"


def test_the_axis_is_in_seconds() -> None:
    assert as_text(axis(TENTHS, 6)) == "      ╷0 s      ╷1 s      ╷2 s      "
    assert as_text(axis(TENTHS._replace(first=7, width=12), 2)) == "     ╷1 s     "
    minutes = TimeScale(BEGAN, 12.0, 0, 30)
    assert as_text(axis(minutes, 0)) == "╷0 s      ╷2:00 min ╷4:00 min "


def test_the_headline_says_scale_and_whether_it_follows() -> None:
    assert as_text(headline(TimeView(), TENTHS, 1, 60)).split() == (
        ["timeline", "1", "maker", "0.1", "s", "a", "cell", "·", "all", "of", "it"]
    )
    assert "follows now" in as_text(headline(TimeView(3), TENTHS, 2, 60))
    assert "stands still" in as_text(headline(TimeView(3, 5), TENTHS, 2, 60))


EVERYBODY = floor_of(
    *served(1),
    *killed(2),
    *failed(3),
    *stopped(4),
    *paused(5),
    *seated(6),
    *brewing(7, engine=Engine.THREAD),
    *brewing(8, engine=Engine.ASYNCIO, station=2_000),
)


def told(floor: Floor, width: int) -> str:
    return as_text(legend(signs_on(floor), width)).strip()


def test_the_legend_explains_every_sign_that_occurs() -> None:
    for floor, width in ((EVERYBODY, 80), (kitchens.morning(), 80), (kitchens.troubled(), 80)):
        line = told(floor, width)
        for state in (State.SERVED, State.KILLED, State.FAILED, State.STOPPED):
            assert (str(state) in line) is (floor.counts[state] > 0), line
    assert told(EVERYBODY, 80) == (
        "0█ core · waits ▒ wants ░ GIL ≡ held ‖ paused ✔ served ✖ killed/failed ■ stopped"
    )
    assert told(kitchens.lesson(), 80) == (
        "0█ core  · waits  ▒ wants  ◌ seated  ╌ no sample  cells say how much, not when"
    )
    free = floor_of(RunBegan(0.0, gil=False), *brewing(7, engine=Engine.THREAD))
    assert "GIL" not in told(free, 200)


def test_the_legend_says_what_is_not_known_and_explains_no_sign_of_it() -> None:
    floor = floor_of(
        HERE._replace(unseen="there is no /proc"), *brewing(7, engine=Engine.THREAD), *served(2)
    )
    assert told(floor, 120) == "╌ what it did is not known here  ✔ served  ◌ seated"
    assert told(floor, 20) == "╌ not known here"


def test_the_legend_says_that_a_sample_tells_no_moments() -> None:
    assert told(kitchens.lively(), 120).endswith("  cells say how much, not when")


def test_the_legend_leaves_out_what_does_not_fit() -> None:
    assert told(EVERYBODY, 40) == "0█ core · waits ▒ wants ░ GIL ≡ held"
    for width in range(200):
        line = legend(signs_on(EVERYBODY), width)
        assert width_of(line) == width
        assert "…" not in as_text(line)


@settings(deadline=None)
@given(
    makers(),
    st.integers(0, 200),
    st.sampled_from(SCALES),
    st.integers(0, 100_000),
    st.booleans(),
)
def test_no_maker_breaks_a_row(
    maker: Maker, width: int, seconds: float, first: int, is_chosen: bool
) -> None:
    gutter_cells = gutter_width(max(maker.number, 1), width)
    scale = TimeScale(BEGAN, seconds, first, max(0, width - gutter_cells))
    line = row(maker, scale, BEGAN + 6_000, gutter_cells, is_chosen=is_chosen)
    assert width_of(line) == gutter_cells + scale.width
    assert width_of(axis(scale, gutter_cells)) == gutter_cells + scale.width
    assert width_of(headline(TimeView(), scale, 3, width)) == width
    assert maker.state in State
