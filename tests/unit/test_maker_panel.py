"""One maker drawn as text: panel, card and row, in every state and at every width."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chai_tui.explain.wording.formatting import memory_cells, percent_cells, seconds_cells
from chai_tui.model.engine import Engine
from chai_tui.model.events import (
    Dropped,
    Event,
    MakerUse,
    Paused,
    Progress,
    Said,
    Sampled,
    Seated,
    Started,
    Stopping,
)
from chai_tui.model.program_events import Named
from chai_tui.model.recipe import BUILT_IN, Recipe, Step, StepKind
from chai_tui.state.contention import memory_held
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import State
from chai_tui.tui.canvas.maker_facts import FACTS, Look, facts_within
from chai_tui.tui.canvas.maker_time import LACK_CELLS, time_spans
from chai_tui.tui.canvas.styles import STYLES, Line, as_text, width_of
from chai_tui.tui.makers.layout_planner import PANEL_HEIGHT
from chai_tui.tui.panels.frame import draw_frame_bottom, draw_frame_top
from chai_tui.tui.panels.large import draw_large
from chai_tui.tui.panels.panel import SAID_LINES, draw_panel, tall
from chai_tui.tui.panels.row import draw_card, draw_row
from tests.builders import (
    BEGAN,
    IN_STATE,
    SHARED_STATION,
    brewing,
    ended,
    failed,
    floor_of,
    killed,
    sampled,
    seated,
    served,
    stopped,
)

MASALA = BUILT_IN["masala"]


def look(floor: Floor, number: int = 1, *, chosen: bool = False, digits: int = 1) -> Look:
    return Look(floor.makers[number], floor.place(number), floor.now, chosen, digits)


def panel(*events: Event, width: int = 40, height: int = PANEL_HEIGHT) -> list[str]:
    return [as_text(line) for line in draw_panel(look(floor_of(*events)), width, height)]


def test_a_brewing_panel_says_who_where_what_and_how_far() -> None:
    lines = panel(
        *brewing(1, recipe=MASALA, step=1, fraction=0.54, said=["Start of Chai Maker #1"]),
        *sampled({0: [1]}, cpu_seconds=1.2),
    )
    assert lines == [
        "╭─ #1 masala ────────────── ● brewing ─╮",
        "│ pid 4711 core 0   cpu  1.2 s    4 MB │",
        "│ grind spices 2/4 ▕██████░░░░░▏  54 % │",
        "│ ›Start of Chai Maker #1              │",
        "╰─ core 0 60 % ────────────────────────╯",
    ]


def test_a_tall_panel_lists_every_step() -> None:
    lines = panel(*brewing(1, recipe=MASALA, step=1), height=tall(4, SAID_LINES))
    assert [line[2:17] for line in lines[2:6]] == [
        "✔ boil water   ",
        "● grind spices ",
        "◌ churn milk   ",
        "◌ steep tea    ",
    ]
    assert "wait     took  0.8 s" in lines[2]
    assert "native         0.8 s" in lines[4]
    assert "50 %" in lines[3]


def test_a_panel_counts_what_it_leaves_out() -> None:
    lines = panel(
        *brewing(1, said=["one", "two", "three"]), Dropped(BEGAN + 1, 1, 123_456, 1), height=8
    )
    assert [line[2:26].strip() for line in lines[5:7]] == [
        "… 123,456 more left out",
        "›three",
    ]


def test_a_served_panel_tells_its_place() -> None:
    floor = floor_of(*served(1, after=2.0), *served(2, after=1.0))
    assert "✔ served 2nd" in as_text(draw_panel(look(floor, 1), 40, 5)[0])
    assert "✔ served 1st" in as_text(draw_panel(look(floor, 2), 40, 5)[0])


def test_as_much_of_a_name_is_shown_as_fits() -> None:
    assert panel(*brewing(1, recipe=LONG))[0] == "╭─ #1 a recipe with a name  ● brewing ─╮"
    assert panel(*killed(1, recipe=LONG))[0] == "╭─ #1 a recipe …  ✖ killed by SIGKILL ─╮"


def test_neighbours_read_alike_though_one_is_a_cell_wider() -> None:
    events = [*brewing(1, recipe=MASALA, said=["x" * 20]), *sampled({0: [1]}, memory=12_000_000)]
    floor = floor_of(*events)
    for least in range(34, 70):
        narrow = [as_text(line) for line in draw_panel(look(floor), least, 5)]
        wide = draw_panel(look(floor), least + 1, 5, least)
        assert all(width_of(line) == least + 1 for line in wide)
        for before, after in zip(narrow, (as_text(line) for line in wide), strict=True):
            assert before.replace("─", "").split() == after.replace("─", "").split() or "▕" in after


LONG = Recipe("a recipe with a name", (Step("boil", StepKind.WAIT, 1.0),))


@pytest.mark.parametrize(
    ("events", "state"),
    [
        (brewing(1, recipe=LONG), "● brewing"),
        (served(1, recipe=LONG), "✔ served 1st"),
        (killed(1, recipe=LONG), "✖ killed by SIGKILL"),
        (failed(1, recipe=LONG), "✖ failed"),
    ],
)
def test_a_long_name_is_cut_and_the_state_never(events: list[Event], state: str) -> None:
    for width in (38, 40, 48):
        top = panel(*events, width=width)[0]
        assert f" {state} ─╮" in top, top
        assert top.startswith("╭─ #1"), top


@pytest.mark.parametrize(
    ("events", "words"),
    [
        (served(1), ["✔ served 1st", "exit 0", "took 3.0 s"]),
        (killed(1), ["✖ killed by SIGKILL", "exit −9", "took 1.1 s"]),
        (failed(1), ["✖ failed", "exit 1", "✖ ValueError: no milk"]),
        (ended(1, exitcode=3), ["✖ failed", "exit 3", "✖ exit code 3"]),
        (ended(1, exitcode=None), ["exit ?", "lost its exit code"]),
        (stopped(1), ["■ stopped", "exit −15"]),
    ],
)
def test_an_end_is_told_in_words(events: list[Event], words: list[str]) -> None:
    text = "\n".join(panel(*events, width=60))
    for word in words:
        assert word in text


@pytest.mark.parametrize(
    ("engine", "stopping", "words"),
    [
        (Engine.PROCESS, Stopping(BEGAN + 1, 1, 15, 2.0), "SIGTERM sent, SIGKILL in 2 s"),
        (
            Engine.THREAD,
            Stopping(BEGAN + 1, 1, None, None),
            "asked to stop; waits for “grind spices” to look up",
        ),
    ],
)
def test_a_stopping_maker_says_what_it_waits_for(
    engine: Engine, stopping: Stopping, words: str
) -> None:
    lines = panel(*brewing(1, engine=engine, recipe=MASALA, step=1), stopping, width=60)
    assert words in lines[3]


@pytest.mark.parametrize(
    ("engine", "events", "words"),
    [
        (Engine.PROCESS, [Stopping(BEGAN + 1, 12, 15, 2.0)], "SIGTERM, KILL in 2 s"),
        (
            Engine.PROCESS,
            [Stopping(BEGAN + 1, 12, 15, 2.0), Paused(BEGAN + 1, 12, ours=True)],
            "waits, KILL in 2 s",
        ),
        (Engine.THREAD, [Stopping(BEGAN + 1, 12, None, None)], "asked to stop"),
    ],
)
def test_a_card_has_room_for_what_a_stopping_maker_waits_for(
    engine: Engine, events: list[Event], words: str
) -> None:
    floor = floor_of(*brewing(12, engine=engine), *events)
    assert as_text(draw_card(look(floor, 12, digits=2), 40, 2)[0]).rstrip().endswith(f"  {words}")


@given(st.data())
def test_what_is_drawn_alike_is_all_that_an_essence_leaves_out(data: st.DataObject) -> None:
    """Samples that leave it as it was leave the picture as it was."""
    shares = st.sampled_from([None, 0.0, 0.0001, 0.004, 0.3, 0.301, 0.6, 0.9, 1.0])

    def after(*uses: MakerUse) -> Look:
        samples = [Sampled(BEGAN + 1 + number, (), (use,)) for number, use in enumerate(uses)]
        return look(floor_of(*events, *samples))

    uses = st.builds(
        MakerUse,
        st.just(1),
        st.sampled_from([None, 0, 1]),
        shares,
        shares,
        st.sampled_from([None, 0.5, 0.501, 0.6]),
        st.sampled_from([None, 4_000_000, 4_000_100, 5_000_000]),
        st.just(False),
        shares,
        shares,
    )
    named: list[Event] = [Named(BEGAN, 1, "worker")] if data.draw(st.booleans()) else []
    engine = data.draw(st.sampled_from([Engine.PROCESS, Engine.THREAD]))
    events = [*brewing(1, engine=engine), *named]
    first = data.draw(uses)
    # They differ in one figure: of samples that differ in all, hardly any two have one essence.
    field = data.draw(st.sampled_from(MakerUse._fields))
    second = first._replace(**{field: getattr(data.draw(uses), field)})
    one, other = after(first), after(first, second)
    if one.essence == other.essence:
        assert _drawn_in_every_shape(one) == _drawn_in_every_shape(other)


def _drawn_in_every_shape(looked: Look) -> list[list[Line]]:
    return [
        draw_panel(looked, 40, 5),
        draw_panel(looked, 100, 7),
        draw_card(looked, 40, 2),
        draw_large(looked, 50),
        [draw_row(looked, 120)],
    ]


def test_a_sample_that_tells_the_same_changes_no_essence() -> None:
    floor = floor_of(*brewing(1), *sampled({0: [1]}, cpu_seconds=0.9))
    before = look(floor)
    signature, essence = before.signature, before.essence
    floor.fold(sampled({0: [1]}, at=BEGAN + 1.1, cpu_seconds=0.9001))
    assert look(floor).signature != signature
    assert look(floor).essence == essence
    floor.fold(sampled({1: [1]}, at=BEGAN + 1.2))
    assert look(floor).essence != essence


def test_the_countdown_to_a_kill_is_part_of_the_signature() -> None:
    floor = floor_of(*brewing(1), Stopping(BEGAN + 1, 1, 15, 2.0))
    before = look(floor).signature
    assert look(floor).signature == before
    assert look(floor)._replace(now=floor.now + 1.0).signature != before


GRIND, NATIVE = BUILT_IN["grind"], BUILT_IN["native"]


def using(
    core: int | None,
    share: float,
    ready: float = 0.0,
    gil: float | None = None,
    *,
    recipe: Recipe = GRIND,
    engine: Engine = Engine.PROCESS,
) -> Look:
    """A maker that did this with its time for a second."""
    use = MakerUse(1, core, share, ready, 0.5, 4_000_000, stopped=False, gil_share=gil)
    floor = floor_of(
        *brewing(1, recipe=recipe, engine=engine),
        *(Sampled(BEGAN + at, (), (use,)) for at in (1, 2)),
    )
    return look(floor)


def told(seen: Look) -> tuple[str, str, str, str, str]:
    """What a narrow and a wide panel, a card, a row and a wide row tell of its time."""
    return (
        as_text(draw_panel(seen, 34, 5)[-1]),
        as_text(draw_panel(seen, 60, 5)[-1]),
        as_text(draw_card(seen, 36, 2)[1]),
        as_text(draw_row(seen, 40)),
        as_text(draw_row(seen, 110)),
    )


def test_who_has_a_core_for_a_tenth_of_its_time_is_not_just_on_it() -> None:
    narrow, wide, card, row, wide_row = told(using(1, 0.1, 0.9))
    for text in (narrow, wide):
        assert "─ core 1 10 % · no core 90 % ─" in text
    for text in (card, row):
        assert "no core 90 %" in text
    assert "core 1 10 % · no core 90 %" in wide_row


def test_who_lacks_nothing_is_just_on_its_core() -> None:
    narrow, _, card, row, wide_row = told(using(1, 0.96, 0.04))
    assert "─ core 1 96 % ─" in narrow
    assert "%" not in card.replace(" 50 %", "")
    assert " core 1 " in row
    assert "core 1 96 % " in wide_row
    assert all("no core" not in text for text in told(using(1, 0.96, 0.04)))


@pytest.mark.parametrize("gil", [None, 0.75])
def test_threads_that_take_turns_say_how_much_of_the_gil_they_have(gil: float | None) -> None:
    """Measured or inferred; and the word for a lock has no core's colour."""
    seen = using(1, 0.25, 0.0, gil, engine=Engine.THREAD)
    narrow, wide, card, row, wide_row = told(seen)
    assert "─ GIL 25 %, waits 75 % ─" in narrow
    assert "─ GIL 25 % · waits for it 75 % ─" in wide
    assert "GIL 25 %" in card
    assert " GIL 25 %  " in row
    assert "GIL 25 %, waits 75 %" in wide_row
    for line in (draw_panel(seen, 60, 5)[-1], draw_row(seen, 110), draw_card(seen, 60, 2)[1]):
        words = [style for text, style in line if "GIL" in text or "waits" in text]
        assert words
        assert not any(style.startswith("core") for style in words)


def test_all_that_a_thread_lacks_is_told_where_there_is_room() -> None:
    seen = using(1, 0.25, 0.1, 0.65, engine=Engine.THREAD)
    assert "─ GIL 25 waits 65 no core 10 % ─" in told(seen)[0]
    assert "─ GIL 25 % · waits for it 65 % · no core 10 % ─" in told(seen)[1]
    assert "GIL 25, waits 65, no core 10 %" in as_text(draw_panel(seen, 37, 5)[-1])
    assert "GIL 25 %, waits 65 %, no core 10 %" in as_text(draw_panel(seen, 48, 5)[-1])
    assert "no core 60 %" in told(using(1, 0.1, 0.6, 0.3, engine=Engine.THREAD))[3]


def test_c_code_waits_for_the_gil_only_where_that_was_measured() -> None:
    inferred = told(using(1, 0.25, 0.0, None, recipe=NATIVE, engine=Engine.THREAD))
    assert all("GIL" not in text and "waits" not in text for text in inferred)
    measured = told(using(1, 0.75, 0.0, 0.25, recipe=NATIVE, engine=Engine.THREAD))
    assert "core 1 75 % · waits 25 %" in measured[1]


@given(
    st.tuples(st.floats(0, 1), st.floats(0, 1), st.none() | st.floats(0, 1)),
    st.sampled_from([GRIND, NATIVE]),
    st.sampled_from([None, 0, 127]),
    st.integers(LACK_CELLS, 60),
)
def test_what_is_told_of_its_time_never_adds_up_to_more_than_a_hundred(
    shares: tuple[float, float, float | None], recipe: Recipe, core: int | None, room: int
) -> None:
    share, ready, gil = shares
    seen = using(core, share, ready, gil, recipe=recipe, engine=Engine.THREAD)
    text = as_text(time_spans(seen, room))
    assert width_of([(text, "")]) <= room
    numbers = [
        int(word)
        for word in text.replace(f"core {core}", "").replace(",", "").split()
        if word.isdigit()
    ]
    assert sum(numbers) <= 100


def test_words_do_not_change_with_the_figures() -> None:
    for width in range(34, 80):
        texts = [
            told_words(draw_panel(using(1, share, 0.0, 1 - share, engine=Engine.THREAD), width, 5))
            for share in (0.1, 0.5, 0.9)
        ]
        assert len({*texts}) == 1, texts


def told_words(drawn: list[Line]) -> str:
    return "".join("0" if sign.isdigit() else sign for sign in as_text(drawn[-1])).replace(
        " 0", "0"
    )


FIELDS = ("tid", "pid", "cpu", "MB", "own memory")


def fields(lines: list[str]) -> frozenset[str]:
    """Which fields a panel shows."""
    found = {field for field in FIELDS if field in lines[1]}
    title = lines[0].partition(" ─")[0] if "Chai" not in lines[0] else "Chai"
    return frozenset(
        {
            *found,
            *(["Chai Maker"] if title == "Chai" else []),
            *(["recipe"] if "gr" in lines[0] else []),
        }
    )


@pytest.mark.parametrize("engine", Engine)
@pytest.mark.parametrize("number", [1, 12])
def test_panels_of_one_size_show_the_same_fields(engine: Engine, number: int) -> None:
    """Whatever the makers do, and never without the number of a process and an exit code."""
    shown: dict[int, set[frozenset[str]]] = {}
    for state in State:
        if state is State.DONE:  # never one of ours: what the others show is tested elsewhere
            continue
        use = MakerUse(number, None, 0.5, 0.2, 0.5, 4_000_000, stopped=False)
        events = IN_STATE[state](number, engine=engine, recipe=GRIND)
        # Before it ended, so that its memory was read.
        floor = floor_of(events[0], Sampled(BEGAN, (), (use,)), *events[1:])
        maker = floor.makers[number]
        for width in range(34, 100):
            seen = look(floor, number, digits=2)._replace(ids=5)
            lines = [as_text(line) for line in draw_panel(seen, width, 5)]
            shown.setdefault(width, set()).add(fields(lines))
            ident = maker.tid or "—" if engine.shares_station else maker.pid
            assert f"id {ident}" in lines[1]
            if maker.joined:
                assert "exit" in lines[1] or "joined" in lines[1]
    for width, sets in shown.items():
        assert len(sets) == 1, (width, sets)
    all_fields = [next(iter(shown[width])) for width in sorted(shown)]
    for narrow, wide in pairwise(all_fields):
        assert narrow <= wide  # what is dropped does not come back


def test_facts_go_in_one_order() -> None:
    for room in range(60):
        shown = facts_within(room)
        assert shown == [*FACTS][: len(shown)]
        assert len(shown) >= 2


def test_at_a_hundred_and_twenty_columns_three_panels_show_all_but_whose_memory_it_is() -> None:
    seen = using(0, 0.5)._replace(ids=5)
    assert "4 MB" in as_text(draw_panel(seen, 40, 5)[1])
    assert "own memory   4 MB" in as_text(draw_panel(seen, 60, 5)[1])


@pytest.mark.parametrize("height", range(5, 17))
def test_a_panel_of_any_height_leaves_out_nothing_it_has_room_for(height: int) -> None:
    lines = panel(*brewing(1, recipe=MASALA, step=1, said=["one", "two", "three"]), height=height)
    assert len(lines) == height
    lists_steps = height >= 8
    assert ("churn milk" in "".join(lines)) is lists_steps
    room = height - 3 - (4 if lists_steps else 1)
    assert sum("›" in line for line in lines) == min(3, room)


def test_cups_are_counted_in_each_memory() -> None:
    assert "took 3.0 s · cup 1 in its own memory" in panel(*served(1), width=70)[-1]
    assert "took 3.0 s · cup 1, own memory" in panel(*served(1), width=40)[-1]
    assert "took 3.0 s · own cup 1" in panel(*served(1), width=34)[-1]
    assert "served 1st  own cup 1" in as_text(draw_card(look(floor_of(*served(1))), 40, 2)[0])
    floor = floor_of(*served(1, engine=Engine.THREAD))
    assert "cup 1 in shared memory" in as_text(draw_panel(look(floor), 70, 5)[-1])
    top = as_text(draw_frame_top(floor.stations[SHARED_STATION], 100, has_gil=True))
    assert "shared memory, 1 cup · one GIL" in top


def test_who_has_an_interpreter_of_its_own_shares_memory_but_neither_gil_nor_cups() -> None:
    floor = floor_of(*served(1, engine=Engine.INTERPRETER), *served(2, engine=Engine.INTERPRETER))
    station = floor.stations[SHARED_STATION]
    told = "one process · pid 4720 · shared memory · a GIL each ─"
    assert told in as_text(draw_frame_top(station, 100, has_gil=True))
    assert "shared memory · free-threaded" in as_text(draw_frame_top(station, 80, has_gil=False))
    assert "cup 1 in its own interpreter" in as_text(draw_panel(look(floor), 70, 5)[-1])
    assert "own cup 1" in as_text(draw_card(look(floor), 40, 2)[0])


def test_who_ended_at_a_shared_station_has_no_exit_code() -> None:
    assert "exit" not in panel(*stopped(1, engine=Engine.THREAD), width=60)[1]
    assert "joined" in panel(*stopped(1, engine=Engine.THREAD), width=60)[1]
    assert "exit −9" in panel(*killed(1, engine=Engine.THREAD), width=60)[1]


def test_a_frame_has_a_figure_of_its_own_and_says_the_most_important() -> None:
    station = floor_of(*served(1, engine=Engine.THREAD)).stations[SHARED_STATION]
    tops = {
        width: as_text(draw_frame_top(station, width, has_gil=True, cores=0.94))
        for width in range(1, 120)
    }
    whole = "one process · pid 4720 · shared memory, 1 cup · one GIL · 0.9 cores"
    assert whole in tops[100]
    assert "one process · shared memory, 1 cup · one GIL · 0.9 cores" in tops[72]
    assert "one process · 1 cup · one GIL · 0.9 cores" in tops[60]
    assert "one process · 1 cup · one GIL ─" in tops[40]
    assert all("…" not in top for width, top in tops.items() if width >= 20)


def test_who_holds_up_the_other_tasks_is_named() -> None:
    floor = floor_of(*brewing(1, engine=Engine.ASYNCIO))
    held = look(floor)._replace(held_by=2)
    assert "≡ held up by #2" in as_text(draw_panel(held, 40, 5)[3])
    assert "held up by #2, which keeps the event loop" in as_text(draw_panel(held, 60, 5)[3])
    assert "held up by #2" in as_text(draw_card(held, 40, 2)[0])
    assert "held up by #2" in as_text(draw_row(held, 80))
    assert held.signature != look(floor).signature


def test_a_thread_shows_its_tid_and_a_serial_one_waits_for_its_turn() -> None:
    assert "tid 4721" in panel(*brewing(1, engine=Engine.THREAD))[1]
    assert "waits for its turn" in panel(*seated(1, engine=Engine.SERIAL))[2]


def test_the_chosen_panel_is_seen_without_colours() -> None:
    floor = floor_of(*brewing(1))
    lines = draw_panel(look(floor, chosen=True), 40, 5)
    assert as_text(lines[0]).startswith("┏━")
    assert as_text(draw_row(look(floor, chosen=True), 60)).startswith("▌")
    assert as_text(draw_card(look(floor, chosen=True), 40, 2)[1]).startswith("▌")


def test_what_a_maker_says_can_do_nothing_to_the_terminal() -> None:
    text = "\n".join(panel(*brewing(1, said=["\x1b[2J[bold]\u202eoops"])))
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[bold]" in text


def test_what_it_says_on_stderr_looks_different() -> None:
    events = [*brewing(1), Said(BEGAN + 1, 1, "ouch", "err", 1)]
    assert "│ ! ouch" in panel(*events, width=60)[3]


def test_what_the_lesson_says_fits_three_panels_on_120_columns() -> None:
    line = "Start of Chai Maker #1 chai brewing"
    assert panel(*brewing(1, said=[line]), width=40)[3] == f"│ ›{line} │"
    assert f"│ › {line} " in panel(*brewing(1, said=[line]), width=41)[3]


def test_a_number_has_its_cores_colour() -> None:
    floor = floor_of(*brewing(1), *sampled({9: [1]}))
    drawings: list[Line] = [
        draw_panel(look(floor), 40, 5)[0],
        draw_card(look(floor), 40, 2)[0],
        draw_row(look(floor), 60),
    ]
    for line in drawings:
        assert next(style for text, style in line if "#1" in text) == "core-1"


def test_rows_line_up_whatever_the_numbers() -> None:
    floor = floor_of(
        *brewing(1, cpu_seconds=0.1),
        *brewing(12, cpu_seconds=123.4),
        *served(345),
        *killed(1000, recipe=MASALA),
        *sampled({0: [1], 12: [12]}),
    )
    rows = [as_text(draw_row(look(floor, n, digits=4), 110)) for n in floor.makers]
    for column in ("▕", "▏", "cpu"):
        assert len({row.index(column) for row in rows}) == 1, column
    assert len({row.index("%", row.index("▏")) for row in rows}) == 1


def test_numbers_keep_their_width() -> None:
    assert {len(seconds_cells(value)) for value in (0, 9.99, 99.9, 100, 9_998, 1e5, 1e9)} == {6}
    assert {len(seconds_cells(value)) for value in (float("nan"), float("inf"), -1)} == {6}
    assert {len(memory_cells(size)) for size in (None, 0, 10**6, 10**9, 10**12, 10**15)} == {7}
    assert {len(percent_cells(share)) for share in (-1, 0, 0.5, 0.999, 1, 2)} == {5}


def test_a_hundred_per_cent_is_never_shown_early() -> None:
    assert percent_cells(0.9999) == " 99 %"
    assert percent_cells(1.0) == "100 %"


def test_the_frame_says_what_is_shared() -> None:
    floor = floor_of(*brewing(1, engine=Engine.THREAD))
    station = floor.stations[SHARED_STATION]
    text = as_text(draw_frame_top(station, 80, has_gil=True))
    assert "one process · pid 4720 · shared memory, 0 cups · one GIL" in text
    assert text.endswith(" thread ─╮")
    assert "memory, 0 cups · free-threaded" in as_text(draw_frame_top(station, 80, has_gil=False))


TEXTS = st.text(max_size=40)
LOOKS = st.tuples(
    st.sampled_from(State),
    st.sampled_from(Engine),
    TEXTS.filter(bool),
    TEXTS,
    st.floats(0, 1),
    st.integers(1, 10**6),
    st.booleans(),
)


@given(LOOKS, st.integers(1, 130), st.integers(5, 16))
def test_no_width_makes_a_line_of_another_width(
    maker: tuple[State, Engine, str, str, float, int, bool], width: int, height: int
) -> None:
    state, engine, name, said, fraction, number, chosen = maker
    recipe = Recipe(name, (Step(name, StepKind.WAIT, 1.0), Step("pour", StepKind.COMPUTE, 2.0)))
    events = [
        *IN_STATE[state](number, engine=engine, recipe=recipe),
        Said(BEGAN, number, said, "out", 1),
        Progress(BEGAN + 1, number, fraction, 1.0),
    ]
    seen = look(floor_of(*events), number, chosen=chosen, digits=len(str(number)))
    drawn = draw_panel(seen, width, height)
    assert len(drawn) == height
    card = draw_card(seen, width, 3)
    assert len(card) == 3
    station = floor_of(*events).stations[seen.maker.station]
    frame = [draw_frame_top(station, width, has_gil=True), draw_frame_bottom(width)]
    for line in (*drawn, *card, draw_row(seen, width), *frame):
        assert width_of(line) == width, as_text(line)
        assert {style for _, style in line} <= {*STYLES, ""}


def test_a_worker_without_a_recipe_is_drawn_like_any_other() -> None:
    floor = floor_of(Seated(BEGAN, 1, 1, 4711, Engine.PROCESS), Started(BEGAN + 1, 1, 4711, 4711))
    seen = look(floor, 1)
    panel = "\n".join(as_text(line) for line in draw_panel(seen, 60, 6))
    assert "#1 Chai Maker" in panel
    assert "brewing" in panel
    assert "0/0" not in panel
    assert "step" not in panel
    assert " · " not in panel.splitlines()[0]
    assert "#1" in as_text(draw_row(seen, 80))


def test_the_memory_of_a_process_that_makers_share_is_told_once_on_its_frame() -> None:
    """Four threads with 4 MB each would be 16 MB."""
    floor = floor_of(
        *brewing(1, engine=Engine.THREAD),
        *brewing(2, engine=Engine.THREAD),
        *sampled({0: [1, 2]}),
    )
    (station,) = floor.stations.values()
    held = memory_held(floor, station)
    assert held is not None
    top = as_text(draw_frame_top(station, 100, has_gil=True, memory=held))
    assert f"shared memory {memory_cells(held).strip()}, 0 cups" in top
    for number in (1, 2):
        assert "MB" not in as_text(draw_panel(look(floor, number), 80, 5)[1])
        assert "MB" not in as_text(draw_row(look(floor, number), 160))
