"""A maker that calls a function: named steps, progress and result, as they are shown."""

from __future__ import annotations

import io
from collections.abc import Sequence

from chai_tui.explain.engine_text import recipe_text
from chai_tui.explain.event_text import describe
from chai_tui.model.engine import Engine
from chai_tui.model.events import (
    Event,
    Exited,
    Failed,
    Progress,
    Seated,
    Served,
    Started,
    StepBegan,
)
from chai_tui.model.recipe import Recipe, Step, StepKind
from chai_tui.sources.live.station.calls.function import recipe_of_call
from chai_tui.sources.live.station.calls.loading import Where
from chai_tui.state.floor import Floor
from chai_tui.state.makers.step_times import STEPS_KEPT
from chai_tui.tui.canvas.maker_facts import Look
from chai_tui.tui.canvas.styles import Line, as_text
from chai_tui.tui.detail.facts import detail_of, facts_known
from chai_tui.tui.panels.large import draw_large
from chai_tui.tui.panels.panel import draw_panel
from chai_tui.tui.panels.row import draw_card, draw_row
from chai_tui.views.plain import PlainView
from tests.builders import failed, floor_of

STEPS = (Step("import work.py", StepKind.CALL), Step("resize(3)", StepKind.CALL))
BEGUN: tuple[Event, ...] = (
    Seated(1.0, 1, 1, 100, Engine.PROCESS, "resize", STEPS),
    Started(1.1, 1, 100, 100),
    StepBegan(1.2, 1, 0),
    StepBegan(1.5, 1, 1),
)
NAMED: tuple[Event, ...] = (*BEGUN, StepBegan(2.0, 1, 2, "load"), StepBegan(3.0, 1, 3, "save"))
RESULT = "{'n': 42, 'x': [bold]}"
DONE: tuple[Event, ...] = (
    *NAMED,
    Served(4.0, 1, 1.0, 1, RESULT),
    Exited(4.1, 1, 0, ours=False),
)


def look(floor: Floor) -> Look:
    return Look(floor.makers[1], floor.place(1), floor.now)


def text(lines: Sequence[Line]) -> str:
    return "\n".join(as_text(line) for line in lines)


def drawn(floor: Floor) -> list[str]:
    """The maker in every shape."""
    seen = look(floor)
    return [
        text(draw_panel(seen, 60, 7, step_lines=2)),
        text(draw_panel(seen, 60, 6, step_lines=1)),
        text(draw_card(seen, 60, 2)),
        text([draw_row(seen, 140)]),
        text(draw_large(seen, 50)),
    ]


def test_what_a_call_has_done_nobody_knows_until_it_says_so() -> None:
    floor = floor_of(*BEGUN)
    assert floor.makers[1].progress is None
    assert all("╌╌╌" in shape and "%" not in shape for shape in drawn(floor))
    floor = floor_of(*BEGUN, Progress(2.0, 1, 0.4, 0.5))
    assert floor.makers[1].progress == 0.4
    assert all("╌" not in shape and " 40 %" in shape for shape in drawn(floor))
    floor = floor_of(*BEGUN, Progress(2.0, 1, 0.4, 0.5), StepBegan(3.0, 1, 2, "save"))
    assert floor.makers[1].progress is None, "the next step has told nothing yet"


def test_one_that_failed_in_a_call_has_no_share_either() -> None:
    floor = floor_of(*BEGUN, Failed(2.0, 1, "ValueError", "", 0.0), Exited(2.1, 1, 1, ours=False))
    assert all("%" not in shape for shape in drawn(floor))


def test_named_steps_come_into_the_recipe_where_they_began() -> None:
    floor = floor_of(*NAMED)
    maker = floor.makers[1]
    assert [step.name for step in maker.steps] == ["import work.py", "resize(3)", "load", "save"]
    assert [span.began for span in maker.step_times] == [1.2, 1.5, 2.0, 3.0]
    assert [span.end for span in maker.step_times] == [1.5, 2.0, 3.0, None]
    steps = (Step("first", StepKind.CALL), Step("second", StepKind.WAIT, 1.0))
    floor = floor_of(
        Seated(1.0, 1, 1, 100, Engine.PROCESS, "two", steps),
        StepBegan(1.0, 1, 0),
        StepBegan(1.1, 1, 1, "between"),
        StepBegan(1.2, 1, 2),
    )
    assert [step.name for step in floor.makers[1].steps] == ["first", "between", "second"]
    assert floor.makers[1].kind is StepKind.WAIT


def test_a_panel_of_two_steps_shows_the_last_two_that_began() -> None:
    panel = drawn(floor_of(*NAMED))[0].splitlines()
    assert "✔ load" in panel[2]
    assert "● save" in panel[3]
    panel = drawn(floor_of(*BEGUN))[0].splitlines()
    assert "import work.py" in panel[2]
    assert "resize(3)" in panel[3]
    first = text(draw_panel(look(floor_of(*NAMED)), 60, 9, step_lines=4))
    assert all(name in first for name in ("import work.py", "resize(3)", "load", "save"))


def test_steps_that_a_maker_names_are_bounded() -> None:
    many = [StepBegan(2.0, 1, 2 + number, f"{number}") for number in range(3 * STEPS_KEPT)]
    maker = floor_of(*BEGUN, *many).makers[1]
    assert len(maker.steps) == STEPS_KEPT
    assert len(maker.step_times) == STEPS_KEPT


def test_a_result_is_shown_in_every_shape_and_in_the_zoom() -> None:
    floor = floor_of(*DONE)
    panel, current, card, row, large = drawn(floor)
    assert all(f"= {RESULT}" in shape for shape in (panel, current, card, large))
    assert f"= {RESULT[:10]}" in row
    facts = {fact.label: fact.text for fact in facts_known(detail_of(floor, floor.makers[1]))}
    assert facts["result"] == RESULT


def test_the_log_tells_the_result() -> None:
    floor = floor_of(*DONE)
    assert describe(DONE[-2], floor) == f"#1 served, 1st: {RESULT}"


def test_plain_lines_end_with_the_result_and_say_where_a_function_failed() -> None:
    out, err = io.StringIO(), io.StringIO()
    view = PlainView(out, err)
    view.show(DONE, floor_of(*DONE))
    assert out.getvalue().splitlines() == [
        "Start of Chai Maker #1 resize brewing",
        f"End of Chai Maker #1 resize: {RESULT}",
    ]
    assert err.getvalue() == ""
    told = "Traceback (most recent call last):\n  work.py \x1b[1m\nValueError: no"
    bad: tuple[Event, ...] = (*BEGUN, Failed(2.0, 1, "ValueError: no", told, 0.0))
    view.show(bad, floor_of(*bad))
    view.show(bad, floor_of(*bad))
    assert err.getvalue().splitlines() == [
        "chai-tui: Chai Maker #1 failed:",
        "Traceback (most recent call last):",
        "  work.py ␛[1m",
        "ValueError: no",
    ]


def test_only_so_many_different_failures_are_printed() -> None:
    err = io.StringIO()
    view = PlainView(io.StringIO(), err)
    for number in range(9):
        bad: tuple[Event, ...] = (*BEGUN, Failed(2.0, 1, "E", f"Traceback {number}", 0.0))
        view.show(bad, floor_of(*bad))
    assert err.getvalue().count("Traceback") == 3


def test_the_lessons_recipes_print_no_traceback() -> None:
    err = io.StringIO()
    events = failed(1)
    PlainView(io.StringIO(), err).show(events, floor_of(*events))
    assert err.getvalue() == ""


def test_a_call_has_no_planned_length_in_words() -> None:
    recipe = recipe_of_call(Where("/some/where/work.py", None, "resize"), (3, "x" * 99))
    assert recipe.name == "resize"
    assert recipe.steps[0].name == "import work.py"
    assert len(recipe.steps[1].name) <= 60
    assert "in all" not in recipe_text(recipe)
    assert recipe_text(Recipe("tea", (Step("boil", StepKind.WAIT, 1.5),))).endswith("in all)")
