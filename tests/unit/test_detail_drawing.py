"""One maker whole, drawn as text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chai_tui.explain.wording.formatting import memory_text, round_top, seconds_text
from chai_tui.model.engine import Engine
from chai_tui.model.events import Dropped, Event, MakerUse, Paused, Resumed, Said, Sampled, Stopping
from chai_tui.model.recipe import BUILT_IN, Recipe, Step, StepKind
from chai_tui.model.text import printable
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Line as SaidLine
from chai_tui.state.makers.records import Maker
from chai_tui.tui.canvas.prose import folded, heading, indented, paragraph, wrapped
from chai_tui.tui.canvas.styles import Line, as_text, width_of
from chai_tui.tui.detail.charts import Column, charts, columns_drawn
from chai_tui.tui.detail.drawing import details, title
from chai_tui.tui.detail.facts import Detail, detail_of, facts_known
from chai_tui.tui.detail.output_drawing import (
    finds,
    next_find,
    output_lines,
    output_title,
    search_status,
)
from tests.builders import (
    BEGAN,
    HERE,
    brewing,
    ended,
    failed,
    floor_of,
    killed,
    paused,
    seated,
    served,
)
from tests.unit.any_maker import lines_said, makers, texts

WIDTHS = st.integers(0, 200)


def use(
    at: float, number: int = 1, core: int | None = 0, share: float = 1.0, memory: int | None = None
) -> Event:
    return Sampled(BEGAN + at, (), (MakerUse(number, core, share, 0.0, None, memory, False),))


def texts_of(lines: list[Line]) -> list[str]:
    return [as_text(line).rstrip() for line in lines]


def zoom_on(floor: Floor, number: int = 1) -> Detail:
    return detail_of(floor, floor.makers[number])


def fact(detail: Detail, label: str) -> str:
    return next((text for name, text in facts_known(detail) if name == label), "")


# Whole drawings


def test_a_brewing_maker_is_drawn_whole() -> None:
    floor = floor_of(
        *brewing(1, recipe=BUILT_IN["masala"], step=1, fraction=0.25, cpu_seconds=0.3),
        use(0.6, core=None, share=0.0, memory=3_200_000),
        use(1.0, core=1, share=1.0, memory=3_200_000),
    )
    detail = zoom_on(floor)

    assert as_text(title(detail, 60)) == (
        " Chai Maker #1  masala · process          ● brewing  1.06 s "
    )
    drawn = texts_of(details(detail, 60))
    assert drawn[:9] == [
        " process  pid 4711 · memory of its own, a GIL of its own",
        " time     started after 10 ms",
        " cpu      0.30 s · 29 % of its time",
        " now      core 1 40 %",
        " memory   3.2 MB that only its process has",
        " cores    stayed on core 1",
        "─ steps ────────────────────────────────────────────────────",
        " ✔ boil water    wait      0.80 s   0.80 s ▕████████▏ 100 %",
        " ● grind spices  compute   1.00 s   0.25 s ▕██░░░░░░▏  25 %",
    ]
    assert drawn[11] == "─ cpu · 100 % is one core ──────────────────────────────────"
    assert "memory · its process's own · scale to 5.0 MB" in "\n".join(drawn)
    assert drawn[-1].split() == ["0.01", "s", "after", "it", "was", "seated", "now", "1.06", "s"]


def test_a_killed_maker_says_what_its_end_means() -> None:
    detail = zoom_on(floor_of(*killed(1)))
    text = "\n".join(texts_of(details(detail, 100)))
    assert "✖ killed by SIGKILL" in as_text(title(detail, 60))
    assert "SIGKILL came from outside" in text
    assert "code −9, which is SIGKILL" in text


def test_a_failed_maker_shows_error_and_traceback() -> None:
    detail = zoom_on(floor_of(*failed(1)))
    drawn = texts_of(details(detail, 80))
    assert drawn[0] == " ValueError: no milk"
    at = drawn.index(heading_text("traceback", 80))
    assert drawn[at + 1] == " Traceback (most recent call last):"
    assert drawn[-1] == " ValueError: no milk"


def heading_text(text: str, width: int) -> str:
    return as_text(heading(text, width))


def test_many_steps_come_after_the_charts() -> None:
    recipe = Recipe("long", tuple(Step(f"step {n}", StepKind.WAIT, 1.0) for n in range(200)))
    floor = floor_of(*brewing(1, recipe=recipe), use(0.2))
    drawn = texts_of(details(zoom_on(floor), 80))
    assert drawn.index(heading_text("cpu · 100 % is one core", 80)) < drawn.index(
        heading_text("steps", 80)
    )
    assert sum("step 1" in line for line in drawn) == 111  # every step is there


def test_steps_show_what_is_done_now_and_to_come() -> None:
    floor = floor_of(*brewing(1, step=1, fraction=0.5))
    drawn = texts_of(details(zoom_on(floor), 80))
    start = drawn.index(heading_text("steps", 80)) + 1
    done, now, to_come = drawn[start : start + 3]
    assert done.startswith(" ✔ boil water")
    assert done.endswith("100 %")
    assert now.startswith(" ● steep tea")
    assert now.endswith("50 %")
    assert "1.50 s" in now
    assert "0.75 s" in now
    assert to_come.startswith(" ◌ pour")
    assert "—" in to_come


def test_text_from_outside_is_made_safe_and_stays_text() -> None:
    recipe = Recipe("[b]\x1b[2J", (Step("[red]a\x07", StepKind.WAIT, 1.0),))
    detail = zoom_on(floor_of(*failed(1, recipe=recipe, error="E: \x1b]0;x\x07 [i]")))
    text = "".join(as_text(line) for line in [title(detail, 100), *details(detail, 100)])
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "[b]␛[2J" in text
    assert "[red]a␇" in text


# Facts


def test_a_thread_says_who_shares_its_process() -> None:
    events = [event for n in range(1, 13) for event in brewing(n, engine=Engine.THREAD)]
    detail = zoom_on(floor_of(*events), 2)
    assert fact(detail, "process") == (
        "pid 4720 · tid 4722 · shared with #1 #3 #4 #5 #6 #7 #8 #9 and 3 more: one memory, one GIL"
    )
    assert fact(detail._replace(has_gil=False), "process").endswith(
        "one memory, free-threaded (no GIL)"
    )


def test_who_shares_a_process_may_have_an_interpreter_of_its_own() -> None:
    events = [event for n in (1, 2) for event in served(n, engine=Engine.INTERPRETER)]
    detail = zoom_on(floor_of(*events), 1)
    assert fact(detail, "process").endswith("shared with #2: one memory, a GIL of its own")
    assert fact(detail, "memory") == "it was cup 1 in an interpreter that counts no other maker's"
    assert fact(detail, "exit") == "joined; a thread has no exit code of its own"


def test_what_kept_it_from_a_core_is_told() -> None:
    floor = floor_of(
        *brewing(1, engine=Engine.THREAD, recipe=BUILT_IN["grind"]),
        *(
            Sampled(BEGAN + at, (), (MakerUse(1, 0, 0.28, 0.07, None, None, False),))
            for at in (0.5, 1.0)
        ),
    )
    assert fact(zoom_on(floor), "now") == "GIL 28 % · waits for it 65 % · no core  7 %"


def test_moves_between_cores_are_told_with_their_times() -> None:
    floor = floor_of(*brewing(1), use(0.5, core=0), use(1.0, core=1), use(1.5, core=0))
    assert fact(zoom_on(floor), "cores") == "moved 2 times: 1.00 s → 1, 1.50 s → 0"


def test_pauses_are_told_with_their_times() -> None:
    floor = floor_of(
        *paused(1, after=0.5),
        Resumed(BEGAN + 0.75, 1, ours=True),
        Paused(BEGAN + 2.0, 1, ours=False),
        use(3.0, core=None),
    )
    assert fact(zoom_on(floor), "pauses") == "2, 1.25 s in all: 0.50–0.75 s, since 2.00 s"


def test_who_was_asked_to_stop_says_what_follows() -> None:
    floor = floor_of(*brewing(1), Stopping(BEGAN + 1.0, 1, 15, 2.0), use(1.5))
    assert fact(zoom_on(floor), "asked") == "after 1.00 s: SIGTERM sent, SIGKILL in 2 s"


def test_a_maker_that_never_started_says_so() -> None:
    assert fact(zoom_on(floor_of(*seated(1))), "time") == "not started yet"


@pytest.mark.parametrize(
    ("exitcode", "text"), [(3, "code 3"), (None, "unknown: the system lost it"), (0, "code 0")]
)
def test_exit_codes_are_told(exitcode: int | None, text: str) -> None:
    assert fact(zoom_on(floor_of(*ended(1, exitcode=exitcode))), "exit") == text


def test_a_thread_has_no_exit_code() -> None:
    text = fact(zoom_on(floor_of(*served(1, engine=Engine.THREAD))), "exit")
    assert text == "joined; a thread has no exit code of its own"
    assert fact(zoom_on(floor_of(*killed(1, engine=Engine.THREAD))), "exit").startswith("code −9")


def test_what_a_memory_counts_is_told() -> None:
    own = fact(zoom_on(floor_of(*served(1))), "memory")
    assert own == "it was cup 1 in a memory that counts no other maker's"
    shared = fact(zoom_on(floor_of(*served(1, engine=Engine.THREAD))), "memory")
    assert shared == "it was cup 1 that the memory of this process counted"


def test_who_holds_a_task_up_is_told() -> None:
    floor = floor_of(
        *brewing(1, engine=Engine.ASYNCIO, recipe=BUILT_IN["grind"]),
        *brewing(2, engine=Engine.ASYNCIO),
    )
    assert fact(zoom_on(floor, 2), "waits").startswith("held up by #1, which computes")
    assert fact(zoom_on(floor, 1), "waits") == ""


def test_place_stands_in_the_title() -> None:
    floor = floor_of(*served(1, after=2.0), *served(2, after=1.0))
    assert "✔ served 2nd" in as_text(title(zoom_on(floor, 1), 80))


def test_a_title_that_is_cut_keeps_a_space_before_the_state() -> None:
    detail = zoom_on(floor_of(*brewing(23, recipe=BUILT_IN["masala"])), 23)
    whole = as_text(title(detail, 80)).rstrip()
    state = whole[whole.index("●") :]
    for width in range(12 + len(state), 80):
        line = as_text(title(detail, width)).rstrip()
        assert line.endswith(f" {state}"), line
    assert f"masala · process {state}" in as_text(title(detail, 24 + len(state)))


def test_lines_that_could_be_anybodys_are_shown_as_such() -> None:
    floor = floor_of(
        *brewing(1, engine=Engine.THREAD),
        *brewing(2, engine=Engine.THREAD),
        Said(BEGAN + 1, None, "from C", "out", 1_000),
    )
    drawn = texts_of(details(zoom_on(floor), 80))
    assert drawn[-1] == " › from C"
    assert "by nobody knows whom · 1" in drawn[-2]


# Charts


def test_columns_fill_in_eighths_from_below() -> None:
    columns = [Column(value, "x") for value in (None, 0.0, 0.001, 0.25, 0.5, 1.0, 7.0)]
    assert [as_text(line) for line in columns_drawn(columns, 1.0, 2)] == [
        "     ██",
        "  ▁▄███",
    ]


def test_cpu_scale_is_one_core_unless_more_was_used() -> None:
    one = floor_of(*brewing(1), use(0.5, share=1.05))
    two = floor_of(*brewing(1), use(0.5, share=1.6))
    assert "100 % is one core" in as_text(charts(one.makers[1], one.now, 60)[0])
    assert "200 % is 2 cores" in as_text(charts(two.makers[1], two.now, 60)[0])


def test_a_columns_core_is_printed_and_inked() -> None:
    floor = floor_of(*brewing(1), use(0.5, core=0), use(1.0, core=1), use(2.0, core=1))
    lines = charts(floor.makers[1], floor.now, 29, floor.sample_times)
    cores = next(line for line in lines if as_text(line).lstrip().startswith("core"))
    assert as_text(cores) == "   core ▏0────1──────────────"  # a sample tells of what was before it
    assert ("1", "core-1") in cores
    assert {style for _, style in lines[2][1:] if style.startswith("core")} == {"core-0", "core-1"}


def test_without_samples_the_chart_says_so() -> None:
    floor = floor_of(*brewing(1))
    assert texts_of(charts(floor.makers[1], floor.now, 40))[1] == "  no sample yet"


def test_of_whom_nothing_can_be_known_there_is_no_figure_but_why() -> None:
    floor = floor_of(HERE._replace(unseen="there is no /proc"), *brewing(1, cpu_seconds=0.5))
    floor.fold([Sampled(BEGAN + 1, (), (MakerUse(1, *[None] * 6),))])
    detail = detail_of(floor, floor.makers[1])
    known = dict(facts_known(detail))
    assert known["unknown"] == (
        "its core, its share of it and its memory are not known here: there is no /proc"
    )
    assert known["cpu"].startswith("0.50 s")  # as it says itself
    assert not known.keys() & {"memory", "cores"}
    shown = "\n".join(texts_of(details(detail, 80)))
    assert "no sample yet" not in shown
    assert "of core" not in shown


# Said


def test_said_lines_have_times_and_tell_the_error_stream() -> None:
    out = output_lines(SaidLine(1000.25, "hello", "out"), 1000.0, 40, "", is_current=False)
    err = output_lines(SaidLine(1001.5, "oh", "err"), 1000.0, 40, "", is_current=False)
    assert texts_of(out) == ["   0.250 › hello"]
    assert texts_of(err) == ["   1.500 ! oh"]
    narrow = output_lines(SaidLine(1000.25, "hello", "out"), 1000.0, 20, "", is_current=False)
    assert texts_of(narrow) == ["› hello"]


def test_long_lines_are_folded_between_words() -> None:
    line = SaidLine(1000.0, "one two three four five", "out")
    assert texts_of(output_lines(line, 1000.0, 16, "", is_current=False)) == [
        "› one two three",
        "  four five",
    ]


def test_finds_are_inked_and_the_current_one_is_marked() -> None:
    line = SaidLine(1000.0, "Milk and milk", "out")
    (drawn,) = output_lines(line, 1000.0, 20, "milk", is_current=True)
    assert as_text(drawn).startswith("▶ ")
    assert [text for text, style in drawn if style == "chosen"] == ["▶ ", "Milk", "milk"]


def test_capitals_in_the_query_count() -> None:
    lines = [SaidLine(0, text, "out") for text in ("Milk", "milk", "tea")]
    assert finds(lines, "milk") == [0, 1]
    assert finds(lines, "Milk") == [0]
    assert finds(lines, "") == []


def test_finds_go_round() -> None:
    assert next_find([2, 5, 9], None, backwards=False) == 2
    assert next_find([2, 5, 9], 5, backwards=False) == 9
    assert next_find([2, 5, 9], 9, backwards=False) == 2
    assert next_find([2, 5, 9], 2, backwards=True) == 9
    assert next_find([], 2, backwards=True) is None


def test_the_search_says_where_it_stands() -> None:
    assert search_status([2, 5], 5, "x") == "2 of 2"
    assert search_status([2, 5], None, "x") == "2 found"
    assert search_status([], None, "x") == "nothing found"
    assert search_status([], None, "") == ""


def test_what_is_missing_from_what_was_said_is_told() -> None:
    events = [Said(BEGAN + n / 1000, 1, f"line {n}", "out", 1) for n in range(1_500)]
    floor = floor_of(*brewing(1), *events, Dropped(BEGAN + 2, 1, 1_234, 1))
    assert as_text(output_title(floor.makers[1], 80)).startswith(
        "─ said · the last 1,000 of 1,500 lines · 1,234 left out ─"
    )


# Figures and prose


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0.00 s"), (9.99, "9.99 s"), (12.34, "12.3 s"), (125, "2:05 min"), (3_725, "1:02:05 h")],
)
def test_seconds_are_written(seconds: float, text: str) -> None:
    assert seconds_text(seconds) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (None, "—"),
        (640_000, "640 kB"),
        (4_200_000, "4.2 MB"),
        (999_600, "1.0 MB"),
        (2e13, "20000 GB"),
    ],
)
def test_memory_is_written(size: float | None, text: str) -> None:
    assert memory_text(size) == text


@settings(deadline=None)
@given(st.floats(1e-6, 1e18))
def test_a_round_top_is_above_and_near(value: float) -> None:
    top = round_top(value)
    assert value <= top * (1 + 1e-9)
    assert top <= value * 5.1


@settings(deadline=None)
@given(texts, st.integers(1, 60))
def test_folding_loses_nothing_that_has_cells(text: str, width: int) -> None:
    pieces = folded(text, width)
    assert all(width_of([(piece, "")]) <= width for piece in pieces)
    if text.isascii() and text.isprintable():
        assert "".join(pieces) == text


@settings(deadline=None)
@given(texts, st.integers(1, 60))
def test_wrapping_keeps_words(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert all(width_of([(line, "")]) <= width for line in lines)
    if text.isascii() and text.isprintable():
        assert "".join("".join(lines).split()) == "".join(text.split())


def test_a_wrapped_line_stays_as_far_in_as_it_is() -> None:
    assert indented("  a round is 16 calls", 14) == ["  a round is", "  16 calls"]
    assert indented("  a  table's  row", 17) == ["  a  table's  row"]
    assert indented("  nowhere to put it", 2) == ["  nowhere to put it"]


# Whatever comes


@settings(deadline=None)
@given(makers(), WIDTHS, st.lists(lines_said, max_size=3), st.booleans())
def test_no_maker_breaks_the_drawing(
    maker: Maker, width: int, unattributed: list[SaidLine], has_gil: bool
) -> None:
    detail = Detail(maker, (2, 3), 7, BEGAN + 60, tuple(unattributed), has_gil)
    for line in [title(detail, width), *details(detail, width), output_title(maker, width)]:
        assert width_of(line) == width, as_text(line)


@settings(deadline=None)
@given(lines_said, WIDTHS, st.text(max_size=5), st.booleans())
def test_no_said_line_breaks_the_drawing(
    line: SaidLine, width: int, query: str, is_current: bool
) -> None:
    for drawn in output_lines(line, BEGAN, width, query, is_current=is_current):
        assert width_of(drawn) == width, as_text(drawn)


@settings(deadline=None)
@given(texts, WIDTHS, st.integers(0, 9))
def test_paragraphs_have_their_width(text: str, width: int, indent: int) -> None:
    for line in paragraph(printable(text), width, indent=indent):
        assert width_of(line) == width
