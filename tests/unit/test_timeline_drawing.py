"""The timeline, drawn as text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, Paused, Resumed, Sampled, StepBegan
from chai_tui.model.recipe import BUILT_IN, Recipe, Step, StepKind
from chai_tui.state.contention import held_up_by, loop_keeper
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Maker, State, Use
from chai_tui.tui.canvas.styles import as_text, width_of
from chai_tui.tui.timeline.cells import (
    GIL,
    HELD,
    NOTHING,
    PAUSED,
    READY,
    SEATED,
    WAITS,
    Cell,
    cells,
    height_of,
    one_line,
    two_lines,
)
from chai_tui.tui.timeline.drawing import axis, gutter_width, headline, rows_of
from chai_tui.tui.timeline.legend import Seen, legend, seen_in, signs_of
from chai_tui.tui.timeline.time_scale import LADDER, TimeView
from tests import kitchens
from tests.builders import (
    BEGAN,
    HERE,
    brewing,
    failed,
    floor_of,
    killed,
    seated,
    served,
    stopped,
)
from tests.unit.any_maker import makers
from tests.unit.columns import cells_of, drawn, drawn_in_two, scale_of, tell, use

GRIND, CHAI, NATIVE = BUILT_IN["grind"], BUILT_IN["chai"], BUILT_IN["native"]
CALL = Recipe("mine", (Step("call it", StepKind.CALL),))
SPELL = Recipe(
    "spell",
    (
        Step("wait", StepKind.WAIT, 0.5),
        Step("grind", StepKind.COMPUTE, 1.0),
        Step("wait", StepKind.WAIT, 5.0),
    ),
)
HALVES = (0.5, 1.0, 1.5)


def used(
    share: float, ready: float | None = 0.0, gil: float | None = None, core: int | None = 0
) -> list[Use]:
    """Three samples that tell the same."""
    return [Use(at, core, share, ready, None, gil) for at in HALVES]


def one(recipe: Recipe, uses: list[Use], engine: Engine = Engine.PROCESS) -> Floor:
    return tell(floor_of(*brewing(1, engine=engine, recipe=recipe, fraction=0.0)), uses)


def why(floor: Floor, number: int = 1) -> str:
    """What is said of the second sample beside its height."""
    return cells_of(floor, number)[1].why[0]


# Heights and colours


def test_a_cell_is_as_high_as_the_share_of_its_time_on_a_core() -> None:
    shares = (1.0, 0.75, 0.5, 0.25, 0.1, 0.02, 0.01, 0.0)
    samples = [use(0.5 * n, 0, share) for n, share in enumerate(shares, 1)]
    assert drawn(floor_of(*brewing(1, recipe=CHAI, fraction=0.0), *samples)) == "█▆▄▂▁▁··"


def test_a_height_claims_no_more_than_was_measured() -> None:
    assert [height_of(share) for share in (0.0, 0.019, 0.02, 0.124, 0.2, 0.23, 0.99, 1.7)] == (
        [0, 0, 1, 1, 1, 2, 8, 8]
    )
    assert all(height_of(n / 1_000) <= max(1, n / 125 + 0.2) for n in range(1_000))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_heights_of_shares_that_add_up_to_one_add_up_to_no_more(shares: list[float]) -> None:
    whole = max(1.0, sum(shares))
    heights = [height_of(share / whole) for share in shares]
    assert sum(height for height in heights if height > 1) <= 8


def test_a_cells_colour_is_the_core_it_used_most() -> None:
    uses = ((0.5, 0, 1.0), (1.0, 1, 0.5), (1.5, 1, 1.0), (2.0, 1, 1.0))
    floor = floor_of(*brewing(1, recipe=GRIND), *(use(*each) for each in uses))
    assert [style for _, style in one_line(cells_of(floor))][:5] == (
        ["core-0", "core-1", "core-1", "core-1", ""]
    )
    assert [cell.core for cell in cells_of(floor, scale=scale_of(floor, 2, width=2))] == [0, 1]


def test_use_of_an_unknown_core_has_no_cores_colour() -> None:
    floor = floor_of(*brewing(1, recipe=GRIND), use(0.5, None, 1.0), use(1.0, None, 1.0))
    assert [*one_line(cells_of(floor))][1] == ("█", "brewing")


def test_a_sample_is_one_cell_and_stands_where_it_was_measured() -> None:
    floor = floor_of(*brewing(1, recipe=CHAI, fraction=0.0), use(0.5, None, 0.0), use(3.0, 0, 1.0))
    floor.fold([use(3.5, None, 0.0)])
    assert drawn(floor) == "·█·"


def test_a_scroll_does_not_change_what_cells_show() -> None:
    samples = [use(0.5 * n, 0, n % 7 / 7) for n in range(1, 30)]
    floor = floor_of(*brewing(1, recipe=GRIND), *samples)
    for samples_each in LADDER[:4]:
        whole = cells_of(floor, scale=scale_of(floor, samples_each, width=40))
        assert whole[7:] == cells_of(floor, scale=scale_of(floor, samples_each, 7, 33))


# Why not


@pytest.mark.parametrize(
    ("recipe", "engine", "uses", "reason"),
    [
        pytest.param(CHAI, Engine.PROCESS, used(0.0), WAITS, id="a wait waits"),
        pytest.param(CHAI, Engine.PROCESS, used(0.0, ready=0.8), READY, id="a wait is over"),
        pytest.param(GRIND, Engine.PROCESS, used(0.5, ready=0.5), READY, id="no core"),
        pytest.param(GRIND, Engine.PROCESS, used(0.5, ready=None), READY, id="inferred"),
        pytest.param(GRIND, Engine.PROCESS, used(0.5, ready=0.0), NOTHING, id="neither known"),
        pytest.param(GRIND, Engine.PROCESS, used(0.95, ready=0.05), NOTHING, id="too little"),
        pytest.param(GRIND, Engine.THREAD, used(0.25, gil=0.75), GIL, id="another has the GIL"),
        pytest.param(GRIND, Engine.THREAD, used(0.2, 0.5, 0.3), READY, id="the greater one"),
        pytest.param(GRIND, Engine.THREAD, used(0.2, 0.3, 0.5), GIL, id="the greater one is GIL"),
        pytest.param(GRIND, Engine.THREAD, used(0.25), NOTHING, id="the GIL is not guessed"),
        pytest.param(GRIND, Engine.THREAD, used(0.25, None), NOTHING, id="nor is a core"),
        pytest.param(NATIVE, Engine.THREAD, used(0.5), NOTHING, id="native is off a core"),
        pytest.param(NATIVE, Engine.THREAD, used(0.5, gil=0.4), GIL, id="native, measured"),
        pytest.param(CALL, Engine.PROCESS, used(0.0), WAITS, id="a call that sleeps"),
        pytest.param(CALL, Engine.PROCESS, used(0.0, ready=None), NOTHING, id="an unknown call"),
        pytest.param(CALL, Engine.THREAD, used(0.0), NOTHING, id="a call of a thread"),
        pytest.param(CALL, Engine.THREAD, used(0.0, gil=0.1), WAITS, id="one that is measured"),
        pytest.param(GRIND, Engine.ASYNCIO, used(0.0, None), NOTHING, id="a task on a shared one"),
    ],
)
def test_the_greatest_reason_is_told_if_it_is_known(
    recipe: Recipe, engine: Engine, uses: list[Use], reason: tuple[str, str]
) -> None:
    assert why(one(recipe, uses, engine)) == reason[0]


def test_a_later_sample_does_not_tell_what_an_earlier_one_could_not() -> None:
    uses = [Use(at, 0, 0.25, 0.0, None, gil) for at, gil in zip(HALVES, (None, 0.75), strict=False)]
    assert [cell.why for cell in cells_of(one(GRIND, uses, Engine.THREAD))][:2] == [NOTHING, GIL]


def test_where_there_is_one_line_a_reason_stands_behind_the_height_or_alone() -> None:
    floor = one(GRIND, [*used(0.25, gil=0.75)[:2], *used(0.0, gil=1.0)[2:]], Engine.THREAD)
    assert [*one_line(cells_of(floor))][1:3] == [("▂", "core-0 on paused"), GIL]
    assert [*one_line(cells_of(one(GRIND, used(0.5, 0.5))))][1] == ("▄", "core-0 on others")
    # A wait is no tint: it is what is left.
    assert [*one_line(cells_of(one(CHAI, used(0.5))))][1] == ("▄", "core-0")


def test_where_there_are_two_lines_a_reason_stands_under_the_height() -> None:
    uses = [*used(0.25, gil=0.75)[:2], *used(0.0, gil=1.0)[2:]]
    assert drawn_in_two(one(GRIND, uses, Engine.THREAD)) == ("▂▂", "░░░")


def test_a_cores_number_stands_under_it_where_it_changes_and_nothing_else_is_said() -> None:
    def told(*found: Cell) -> str:
        return as_text(two_lines(found)[1])

    zero, one_, twelve = Cell(height=8, core=0), Cell(height=8, core=1), Cell(height=8, core=12)
    assert told(zero, zero, one_, zero) == "0 10"
    assert told(zero._replace(why=GIL), zero, Cell(), zero, one_) == "░0  1"
    assert told(twelve, twelve, twelve, zero, twelve) == "12 0 "
    assert two_lines([twelve, twelve])[1] == [("1", "core-4"), ("2", "core-4")]


# What is exact


def test_pauses_are_seen_even_the_short_ones() -> None:
    floor = floor_of(
        *brewing(1, recipe=GRIND),
        use(0.5, 0, 1.0),
        Paused(BEGAN + 0.52, 1, ours=True),
        Resumed(BEGAN + 0.53, 1, ours=True),
        use(1.0, 0, 0.75),
        Paused(BEGAN + 1.2, 1, ours=True),
        use(1.5, 0, 0.25),
        use(2.0, None, 0.0),
        Paused(BEGAN + 2.1, 1, ours=True),
    )
    assert drawn_in_two(floor) == ("█▆▂", "0‖‖‖‖")
    assert drawn(floor) == "█‖‖‖‖"


@pytest.mark.parametrize(
    ("events", "row_text"),
    [
        (served(1, after=1.55), "···✔"),
        (failed(1, after=1.55), "···✖"),
        (killed(1, after=1.55), "···✖"),
        (stopped(1, after=1.55), "···■"),
    ],
)
def test_an_end_is_marked_where_it_was(events: list[Event], row_text: str) -> None:
    *before, last = events
    samples = (use(at, None, 0.0) for at in HALVES)
    floor = floor_of(*before, *samples, last, use(2.0, None, 0.0), use(2.5, None, 0.0))
    assert drawn(floor) == row_text
    assert drawn_in_two(floor)[0].strip() == row_text[-1]


def test_who_did_not_start_is_seated() -> None:
    floor = floor_of(*seated(1, at=BEGAN + 0.7), *(Sampled(BEGAN + at, (), ()) for at in (1, 2)))
    assert drawn(floor) == "◌◌"
    assert drawn(floor, scale=scale_of(floor, first=1)) == "◌"
    floor.fold(seated(2, at=BEGAN + 2.2))
    assert drawn(floor, 2) == "  ◌"


def test_what_was_not_sampled_is_not_guessed() -> None:
    floor = floor_of(*brewing(1, recipe=CHAI, fraction=0.8))
    assert drawn(floor) == "╌╌"
    # Others were sampled, it was not.
    floor.fold([Sampled(BEGAN + at, (), ()) for at in (0.5, 1.0)])
    assert drawn(floor) == "╌╌"


def test_what_comes_after_the_last_sample_is_not_told_yet() -> None:
    floor = floor_of(*brewing(1, recipe=GRIND), *(use(at, 0, 1.0) for at in HALVES))
    floor.fold(brewing(2, at=BEGAN + 1.9, fraction=0.0))
    assert drawn(floor) == "███"


# Who is held up


def tasks(*more: Event) -> Floor:
    """A task that computes from 0.5 to 1.5 s, one that waits, and one that is not started."""
    samples = [
        event
        for at in (0.5, 1.0, 1.5, 2.0)
        for event in (use(at, 0, 1.0 if 0.5 < at <= 1.5 else 0.0), use(at, None, 0.0, number=2))
    ]
    events = [
        *brewing(1, engine=Engine.ASYNCIO, recipe=SPELL, fraction=0.0),
        *brewing(2, engine=Engine.ASYNCIO, recipe=CHAI, fraction=0.0),
        StepBegan(BEGAN + 0.5, 1, 1),
        *seated(3, at=BEGAN + 0.85, engine=Engine.ASYNCIO),
        StepBegan(BEGAN + 1.5, 1, 2),
        *samples,
        *more,
    ]
    return floor_of(*sorted(events, key=lambda event: event.at))


def test_who_is_held_up_has_a_sign_of_its_own() -> None:
    assert drawn(tasks(), 2) == "·≡≡·"
    assert drawn(tasks(), 3) == " ≡≡◌"
    assert "≡" not in drawn(tasks(), 1)
    assert HELD[0] not in "·▒░‖◌╌█✔✖■ "


def test_who_is_held_up_is_so_where_nothing_is_sampled_too() -> None:
    floor = floor_of(
        *brewing(1, engine=Engine.ASYNCIO, recipe=GRIND, fraction=0.5),
        *brewing(2, engine=Engine.ASYNCIO, recipe=CHAI, fraction=0.0),
    )
    assert drawn(floor, 2).startswith("≡≡")
    assert drawn_in_two(floor, 2)[1].startswith("≡≡")


def test_in_a_coarse_cell_the_greater_part_counts() -> None:
    floor = tasks()
    whole = scale_of(floor, 4, width=2)
    assert drawn(floor, 2, whole) in {"≡", "·"}  # it is half of it
    assert cells_of(floor, 1, whole)[0].height == 4
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
    assert drawn(tasks(*short, use(3.0, None, 0.0, number=2)), 2) == "·≡≡·≡"


def test_the_cell_of_now_tells_what_has_passed_of_it() -> None:
    floor = floor_of(
        *brewing(1, engine=Engine.ASYNCIO, recipe=GRIND, fraction=0.0),
        *brewing(2, engine=Engine.ASYNCIO, recipe=CHAI, fraction=0.0),
        use(0.5, 0, 1.0),
        use(0.5, None, 0.0, number=2),
        Paused(BEGAN + 0.6, 1, ours=False),
    )
    assert drawn(floor, 2) == "≡≡"


def test_a_pause_is_seen_though_the_loop_is_kept_meanwhile() -> None:
    floor = tasks(Paused(BEGAN + 1.0, 2, ours=True), Resumed(BEGAN + 1.4, 2, ours=True))
    assert drawn(floor, 2) == "·≡‖·"


def test_who_is_held_up_now_is_so_on_the_timeline_too() -> None:
    floor = kitchens.engines()
    scale = scale_of(floor)
    now = scale.index_at(floor.now)
    for maker in floor.makers.values():
        keeper = held_up_by(maker, loop_keeper(floor, maker.station))
        assert (cells_of(floor, maker.number, scale)[now].why == HELD) is (keeper is not None)


# Lines


def test_a_row_has_number_state_and_time() -> None:
    floor = floor_of(
        *brewing(1, recipe=CHAI, fraction=0.0), use(0.5, None, 0.0), use(1.0, None, 0.0)
    )
    maker, found = floor.makers[1], cells_of(floor)
    (line,) = rows_of(maker, found, gutter_width(120, 80), is_chosen=True, in_two=False)
    assert as_text(line).rstrip() == "▸  #1 ● brewing ··"
    (line,) = rows_of(maker, found, gutter_width(9, 40), is_chosen=False, in_two=False)
    assert as_text(line).rstrip() == " #1 ● ··"
    both = rows_of(maker, found, gutter_width(9, 40), is_chosen=False, in_two=True)
    assert [as_text(line).rstrip() for line in both] == [" #1 ●", "      ··"]


def test_the_axis_tells_the_true_time() -> None:
    floor = floor_of(*(Sampled(BEGAN + 0.52 * n, (), ()) for n in range(1, 40)))
    assert as_text(axis(scale_of(floor, width=31), 6)) == "      ╷0 s      ╷5.2 s    ╷10.4 s    "
    assert as_text(axis(scale_of(floor, 1, 7, 12), 2)) == "     ╷5.2 s   "
    regular = floor_of(*(Sampled(BEGAN + 0.5 * n, (), ()) for n in range(1, 300)))
    assert as_text(axis(scale_of(regular, 10, width=30), 0)) == "╷0 s      ╷50 s     ╷1:40 min "


def test_the_headline_says_scale_and_whether_it_follows() -> None:
    scale = scale_of(tasks())
    assert as_text(headline(TimeView(), scale, 1, 60)).split() == (
        ["timeline", "1", "maker", "1", "sample", "a", "cell", "·", "all", "of", "it"]
    )
    assert "follows now" in as_text(headline(TimeView(3), scale, 2, 60))
    assert "stands still" in as_text(headline(TimeView(3, 5), scale._replace(samples=4), 2, 60))
    unsampled = scale._replace(samples=4, is_sampled=False)
    assert "2 s a cell" in as_text(headline(TimeView(), unsampled, 2, 60))


def seen_of(floor: Floor, *, in_two: bool = True) -> Seen:
    return seen_in(
        (cell for number in floor.makers for cell in cells_of(floor, number)), in_two=in_two
    )


def told(floor: Floor, width: int, *, is_known: bool = True) -> str:
    return as_text(legend(signs_of(seen_of(floor), is_known=is_known), width)).strip()


EVERYTHING = Seen(
    frozenset({WAITS, READY, GIL, HELD, PAUSED, SEATED, ("✔", "served"), ("✖", "killed")}),
    frozenset({0, 9}),
)


def test_the_legend_explains_what_is_seen_and_nothing_else() -> None:
    assert told(one(CHAI, used(0.0)), 80) == "· waits"
    assert told(one(GRIND, used(0.5, 0.5, core=1)), 80) == "█ core 1  ▒ wants a core"
    assert told(one(GRIND, used(0.5, core=None)), 80) == "█ on a core"
    ended = floor_of(*killed(1, after=1.0), *failed(2, after=1.0), Sampled(BEGAN + 9, (), ()))
    assert told(ended, 80) == "✖ killed  ✖ failed"
    assert told(floor_of(*brewing(1)), 80) == "╌ no sample"


def test_the_legend_says_what_is_not_known_and_explains_no_sign_of_it() -> None:
    floor = floor_of(
        HERE._replace(unseen="there is no /proc"), *brewing(7, engine=Engine.THREAD), *served(2)
    )
    assert told(floor, 120, is_known=False) == "╌ what it did is not known here  ✔ served"
    assert told(floor, 20, is_known=False) == "╌ not known here"


def test_the_legend_has_a_colour_for_each_core_with_its_number() -> None:
    line = legend(signs_of(EVERYTHING, is_known=True), 120)
    assert ("█", "core-0") in line
    assert ("█", "core-1") in line  # core 9's
    assert as_text(line).startswith(" █ core 0  █ core 9  · waits")


def test_the_legend_shows_a_tint_where_there_is_one() -> None:
    seen = seen_of(one(GRIND, used(0.5, 0.5)), in_two=False)
    assert ("▒", "others on others") in legend(signs_of(seen, is_known=True), 80)
    waits = seen_of(one(CHAI, used(0.5)), in_two=False)
    assert as_text(legend(signs_of(waits, is_known=True), 80)).strip() == "█ core 0"


def test_the_legend_leaves_out_what_does_not_fit() -> None:
    for width in range(200):
        line = legend(signs_of(EVERYTHING, is_known=True), width)
        assert width_of(line) == width
        assert "…" not in as_text(line)


@settings(deadline=None)
@given(
    makers(),
    st.integers(0, 200),
    st.tuples(st.sampled_from(LADDER), st.integers(0, 100_000)),
    st.lists(st.floats(BEGAN, BEGAN + 5_000), max_size=20),
    st.booleans(),
)
def test_no_maker_breaks_a_row(
    maker: Maker, width: int, view: tuple[int, int], taken: list[float], in_two: bool
) -> None:
    floor = floor_of(*(Sampled(at, (), ()) for at in sorted(taken)))
    gutter_cells = gutter_width(max(maker.number, 1), width)
    scale = scale_of(floor, *view, max(0, width - gutter_cells))
    found = cells(maker, scale, floor.sample_times)
    lines = rows_of(maker, found, gutter_cells, is_chosen=in_two, in_two=in_two)
    assert [width_of(line) for line in lines] == [gutter_cells + scale.width] * len(lines)
    assert width_of(axis(scale, gutter_cells)) == gutter_cells + scale.width
    assert width_of(headline(TimeView(), scale, 3, width)) == width
    assert maker.state in State


def test_a_wide_column_repeats_what_lasts_and_says_once_what_does_not() -> None:
    found = [
        Cell(height=8, core=1),
        Cell(height=8, core=1),
        Cell(height=2, core=1, why=READY),
        Cell(why=WAITS),
        Cell(("✔", "served")),
    ]
    floor = floor_of(*served(1))
    width = gutter_width(1, 40)
    heights, reasons = (
        as_text(line)[width:]
        for line in rows_of(floor.makers[1], found, width, is_chosen=False, in_two=True, cells=3)
    )
    assert heights == "██████▂▂▂   ✔  "
    assert reasons == "1     ▒▒▒···   "


def test_the_axis_of_wide_columns_tells_the_time_at_each() -> None:
    scale = scale_of(tell(floor_of(*brewing(1)), used(1.0)), width=12)._replace(cells=3)
    line = as_text(axis(scale, 4))
    assert len(line) == 4 + 36
    assert [line[4 + 3 * column] for column in (0, 4, 8)] == ["╷"] * 3
