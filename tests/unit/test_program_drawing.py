"""Threads and processes of a program that is not ours, as panels, cards, rows and titles."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, Exited, Failed, Paused, Said, Sampled, Stopping
from chai_tui.model.program_events import (
    Blocked,
    BlockKind,
    Named,
    TaskBegan,
    TaskEnded,
    WaitKind,
)
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Maker, State, Station
from chai_tui.tui.canvas.maker_facts import Look, said_before_error, state_name, state_word
from chai_tui.tui.canvas.maker_time import time_spans
from chai_tui.tui.canvas.program_facts import does_now, doing_lines, named, processes
from chai_tui.tui.canvas.styles import Line, as_text, width_of
from chai_tui.tui.detail.drawing import details, title
from chai_tui.tui.detail.facts import detail_of, facts_known
from chai_tui.tui.panels.frame import Company, draw_frame_top
from chai_tui.tui.panels.large import LARGE_HEIGHT, draw_large
from chai_tui.tui.panels.panel import draw_panel
from chai_tui.tui.panels.row import draw_card, draw_row
from chai_tui.tui.timeline.drawing import gutter, gutter_width
from tests.builders import BEGAN, floor_of
from tests.program_floors import Load, process, run_of, samples, thread, training, waits

PYTHON = "CPython 3.13.1"
LATER = BEGAN + 1
SOCKET = (WaitKind.READ, "socket to 127.0.0.1:5432")


def one(*events: Event) -> Maker:
    """``Process-1``, after these events."""
    floor = floor_of(run_of("python x.py"), *process(1, "Process-1", python=PYTHON), *events)
    return floor.makers[1]


def texts(lines: list[Line]) -> list[str]:
    return [as_text(line).rstrip() for line in lines]


# What it does now


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ((), ""),
        ((Sampled(LATER, (), ()), waits(LATER, m1=SOCKET)), "reads socket to 127.0.0.1:5432"),
        ((waits(LATER, m1=SOCKET), Blocked(LATER, 1, BlockKind.JOIN, 3)), "joins #3"),
        ((Blocked(LATER, 1, BlockKind.JOIN, 3), TaskBegan(LATER, 1, "square")), "square"),
        ((TaskBegan(LATER, 1, "square"), TaskEnded(LATER, 1)), ""),
        ((TaskBegan(LATER, 1, "fetch", 1),), "fetch"),
        (tuple(TaskBegan(LATER, 1, f"t{n}", n) for n in (1, 2, 3)), "3 tasks now: t1, t2, t3"),
        (
            (*(TaskBegan(LATER, 1, f"t{n}", n) for n in range(1, 6)), TaskEnded(LATER, 1, "", 1)),
            "4 tasks now, 1 done: t2, t3, t4, t5",
        ),
        ((TaskBegan(LATER, 1, "fetch", 1), TaskEnded(LATER, 1, "", 1)), ""),
        (tuple(samples({1: Load(0, 0.9)}, BEGAN, LATER)), "computes"),
        (tuple(samples({1: Load(None, 0.1, 0.9)}, BEGAN, LATER)), "wants a core"),
        ((waits(LATER, m1=SOCKET), Paused(LATER, 1, ours=True)), ""),
        ((waits(LATER, m1=SOCKET), Exited(LATER, 1, 0, ours=False)), ""),
    ],
)
def test_what_tells_most_of_what_it_does_is_told(events: tuple[Event, ...], words: str) -> None:
    assert does_now(one(*events)) == words


def test_a_task_and_what_it_waits_for_stand_side_by_side_or_one_under_another() -> None:
    maker = one(
        TaskBegan(LATER, 1, "a"), TaskEnded(LATER, 1, "no"), TaskBegan(LATER, 1, "fetch"),
        waits(LATER, m1=SOCKET),
    )  # fmt: skip
    waiting = "reads socket to 127.0.0.1:5432"
    assert texts(doing_lines(maker, 60, 2)) == [f"fetch  {waiting}  1 task done, 1 failed"]
    assert texts(doing_lines(maker, 36, 2)) == ["fetch          1 task done, 1 failed", waiting]
    assert texts(doing_lines(maker, 36, 1)) == ["fetch          1 task done, 1 failed"]
    assert texts(doing_lines(maker, 10, 2)) == ["fetch", waiting]


def test_names_of_many_tasks_fill_what_room_there_is() -> None:
    tasks = [TaskBegan(LATER, 1, f"job-{n}", n) for n in range(1, 13)]
    maker = one(*tasks, TaskEnded(LATER, 1, "", 1), waits(LATER, m1=(WaitKind.SLEEP, "")))
    sleeps = "sleeps: its 10 other tasks wait meanwhile"
    assert texts(doing_lines(maker, 200, 1)) == [
        f"11 tasks now, 1 done: {', '.join(f'job-{n}' for n in range(2, 13))}  {sleeps}"
    ]
    assert texts(doing_lines(maker, 80, 1)) == [f"11 tasks now, 1 done: job-2, job-3, …  {sleeps}"]
    first, second = texts(doing_lines(maker, 50, 2))
    assert first.startswith("11 tasks now, 1 done: job-2, job-3, job-4, job-5, ")
    assert second == sleeps
    known = {fact.label: fact.text for fact in facts_known(detail_of(floor_of(), maker))}
    assert known["task"].endswith("job-11, job-12")


def test_an_event_loop_waits_for_events_and_not_for_the_socket_that_wakes_it() -> None:
    events = (TaskBegan(LATER, 1, "main", 1), TaskEnded(LATER, 1, "", 1))
    assert does_now(one(*events, waits(LATER, m1=(WaitKind.POLL, "unix socket")))) == (
        "waits for events"
    )


def test_states_have_words_that_fit_a_program_and_ours_keep_their_own() -> None:
    words = {state: state_name(state, is_ours=False) for state in State}
    assert words[State.SEATED] == "starting"
    assert words[State.BREWING] == "running"
    assert words[State.SERVED] == words[State.DONE] == "done"
    assert all(state_name(state, is_ours=True) == state for state in State)
    assert state_word(one(), None) == "running"
    assert state_word(one(Exited(LATER, 1, -9, ours=False)), None) == "killed by SIGKILL"


def test_one_that_was_sent_a_signal_from_here_was_killed_by_it_as_everywhere_else() -> None:
    maker = one(Stopping(LATER, 1, 15, 5.0), Exited(LATER, 1, -15, ours=True))
    assert state_word(maker, None) == "killed by SIGTERM"


def test_processes_are_counted_in_english() -> None:
    assert (processes(1), processes(1_200)) == ("1 process", "1,200 processes")


# Its name


def test_a_name_is_cut_after_its_target_and_its_indent() -> None:
    maker = one()
    told = {room: as_text(named(maker, "brew_chai", room, 1)) for room in (30, 20, 14, 9, 5)}
    assert told == {
        30: "└ Process-1 brew_chai",
        20: "Process-1 brew_chai",
        14: "Process-1 bre…",
        9: "Process-1",
        5: "Proc…",
    }
    assert as_text(named(maker, "", 30, 3, nested=4)) == "    └ Process-1"
    assert as_text(named(maker, "", 30, 9, nested=4)) == "      └ Process-1"
    assert as_text(named(maker, "Process-1", 30)) == "Process-1"


def test_a_name_has_no_control_codes() -> None:
    maker = one(Named(LATER, 1, "\x1b[31mred\x07"))
    assert "\x1b" not in as_text(named(maker, "\x1b[2J", 60))


def test_a_panel_tells_who_does_what() -> None:
    maker = one(*samples({1: Load(1, 0.75, 0.1, None, 9)}, BEGAN, LATER), waits(LATER, m1=SOCKET))
    assert texts(draw_panel(Look(maker, target="brew_chai", depth=1), 60, 6)) == [
        "╭─ #1 └ Process-1 brew_chai ─────────────────── ● running ─╮",
        "│ pid 4711 core 1   cpu  0.8 s           own memory   9 MB │",
        "│ reads socket to 127.0.0.1:5432                           │",
        "│                                                          │",
        "│                                                          │",
        "╰─ core 1 75 % · no core 10 % ─────────────────────────────╯",
    ]


def test_who_has_a_lock_is_told_in_any_panel_and_the_rest_where_no_word_stands() -> None:
    held = Blocked(LATER, 1, BlockKind.LOCK, 3, "of contention.py:21")
    assert [line[2:-2].rstrip() for line in texts(draw_panel(Look(one(held)), 36, 5))[2:4]] == [
        "waits for the lock #3 has:",
        "contention.py:21",
    ]
    said = one(held, Said(LATER, 1, "bad 4", "out", 1))
    assert [line[2:-2].rstrip() for line in texts(draw_panel(Look(said), 36, 5))[2:4]] == [
        "waits for the lock #3 has: cont…",
        "› bad 4",
    ]


def test_an_exception_is_told_once_and_what_was_said_before_it_is() -> None:
    stack = ["Process Process-1:", "Traceback (most recent call last):", '  File "x"', "    no()"]
    error = "ValueError: no milk"
    said = [Said(LATER, 1, "brewing", "out", 1)]
    said += [Said(LATER, 1, line, "err", 1) for line in (*stack, error)]
    maker = one(*said, Failed(LATER, 1, error, "", 0.0), Exited(LATER, 1, 1, ours=False))
    assert [line.text for line in said_before_error(maker)] == ["brewing"]
    panel = "\n".join(texts(draw_panel(Look(maker), 40, 7)))
    assert panel.count("no milk") == 1
    assert "brewing" in panel
    # It is another one, or none is told.
    assert len([*said_before_error(one(*said))]) == 6
    assert len([*said_before_error(one(*said, Failed(LATER, 1, "OSError", "", 0.0)))]) == 6
    short = one(said[-1], Failed(LATER, 1, error, "", 0.0))
    assert [*said_before_error(short)] == []


@pytest.mark.parametrize(
    ("room", "text"),
    [
        (60, "core 1 18 % · waits for the GIL 59 % · no core 23 %"),
        (45, "core 1 18 % · no GIL 59 % · no core 23 %"),
        (39, "runs 18 % · no GIL 59 % · no core 23 %"),
        (33, "runs 18%, no GIL 59%, no core 23%"),
        (30, "core 1 18 % · no GIL 59 %"),
        (24, "no GIL 59 %"),
    ],
)
def test_shares_are_told_with_their_signs_or_left_out(room: int, text: str) -> None:
    loads = {1: Load(1, 0.18, 0.23, 0.59), 2: Load()}
    maker = one(*thread(2, 1, "other"), *samples(loads, BEGAN, LATER))
    assert as_text(time_spans(Look(maker), room)) == text


def test_a_row_tells_what_was_said_where_there_is_room_behind_what_it_does() -> None:
    said = Said(LATER, 1, "epoch 7", "out", 1)
    row = as_text(draw_row(Look(one(waits(LATER, m1=(WaitKind.SLEEP, "")), said)), 80))
    assert row.rstrip().endswith("sleeps  › epoch 7")
    ended = as_text(draw_row(Look(one(said, Exited(LATER, 1, 0, ours=False))), 80))
    assert "› epoch 7" in ended
    waiting = as_text(draw_row(Look(one(waits(LATER, m1=SOCKET), said)), 80))
    assert "epoch" not in waiting
    assert "reads socket to 127.0.0.1:5432" in waiting


def test_a_state_is_told_in_fewer_words_before_a_name_is_gone() -> None:
    maker = one(Exited(LATER, 1, -9, ours=False))
    top = texts(draw_panel(Look(maker), 36, 5))[0]
    assert top == "╭─ #1 Proce…  ✖ killed by SIGKILL ─╮"
    assert texts(draw_panel(Look(maker), 28, 5))[0] == "╭─ #1 Process-1  ✖ killed ─╮"


def test_rows_line_up_whatever_each_does() -> None:
    floor = floor_of(*training())
    rows = [as_text(draw_row(Look(maker, digits=2), 120)) for maker in floor.makers.values()]
    assert {row.index("running") for row in rows} == {rows[0].index("running")}
    assert "cpu  0.0 s" in rows[4]
    assert "fetch  reads socket to 127.0.0.1:5432" in rows[4]


def test_a_card_tells_what_it_does_instead_of_a_bar() -> None:
    floor = floor_of(*training())
    assert texts(draw_card(Look(floor.makers[2], target="load"), 44, 2)) == [
        " #2 loader_0 load       ● running  core 0",
        "    waits for the GIL           no GIL 66 %",
    ]


def test_large_print_tells_the_task_and_what_it_waits_for() -> None:
    floor = floor_of(*training())
    lines = texts(draw_large(Look(floor.makers[5], target="load"), 44))
    assert len(lines) == LARGE_HEIGHT
    assert "#5 loader_3 load" in lines[1]
    assert "● running" in lines[1]
    assert "fetch" in lines[2]
    assert "reads socket to 127.0.0.1:5432" in lines[3]


def frame(width: int, *, gil: bool = True, python: str = PYTHON, depth: int = 0) -> str:
    station = Station(
        1, 4_720, Engine.THREAD, name="python train.py", gil=gil, python=python, target="train"
    )
    line = draw_frame_top(
        station, width, has_gil=True, cores=1.4, memory=120_000_000, program=Company(8, depth)
    )
    assert width_of(line) == width
    return as_text(line).strip("╭╮─ ")


def test_the_frame_of_a_process_says_what_it_is() -> None:
    whole = "python train.py · train · pid 4720 · 120 MB · 8 threads · one GIL · 1.4 cores"
    assert frame(100) == whole
    assert frame(80) == whole.replace(" · train", "")
    assert frame(60) == "python train.py · 120 MB · one GIL · 1.4 cores"
    assert frame(31) == "python train.py · one GIL"
    assert frame(21) == "python train.py"
    assert frame(14) == "python …"
    assert frame(100, depth=2) == f"└ {whole}"


def test_only_python_has_a_gil() -> None:
    assert "GIL" not in frame(100, gil=False, python="")
    assert "free-threaded" in frame(100, gil=False, python="CPython 3.14t")


def test_a_timeline_row_begins_with_the_name() -> None:
    maker = one()
    for width in (40, 100):
        cells = gutter_width(1, width, has_names=True)
        line = gutter(maker, cells, is_chosen=True)
        assert width_of(line) == cells
        assert as_text(line).startswith("▸#1 ● Process-1 ")
        cells = gutter_width(10, width, has_names=True)
        first, tenth = (
            as_text(gutter(one_of, cells, is_chosen=one_of is maker))
            for one_of in (maker, replace(maker, number=10))
        )
        assert first.startswith("▸ #1 ● Process-1 ")
        assert tenth.startswith(" #10 ● Process-1 ")


def test_the_detail_says_what_only_a_program_has_and_no_steps() -> None:
    floor = floor_of(
        run_of("python x.py"),
        *process(1, "python x.py", python=PYTHON, command="python x.py -v"),
        *process(2, "Process-1", parent=1, python=PYTHON, target="brew_chai"),
        *thread(3, 2, "feeder", target="feed"),
        TaskBegan(LATER, 2, "square"),
        TaskEnded(LATER, 2),
        waits(LATER, m2=SOCKET),
        Blocked(LATER, 2, BlockKind.GET, name="tasks"),
    )
    known = dict(facts_known(detail_of(floor, floor.makers[2])))
    assert known["process"] == "Process-1 · pid 4712 · shared with #3"
    assert known["parent"] == "#1 python x.py, pid 4711"
    assert known["python"] == f"{PYTHON} · its threads take turns with one GIL"
    assert known["task"] == "1 task done"
    assert known["waits"] == (
        "waits to get from queue tasks · the system says: reads socket to 127.0.0.1:5432"
    )
    feeder = dict(facts_known(detail_of(floor, floor.makers[3])))
    assert feeder["target"] == "feed"
    assert "tid 4815" in feeder["process"]
    main = dict(facts_known(detail_of(floor, floor.makers[1])))
    assert main["command"] == "python x.py -v"
    assert "parent" not in main
    assert "steps" not in "\n".join(texts(details(detail_of(floor, floor.makers[2]), 80)))
    head = as_text(title(detail_of(floor, floor.makers[3]), 80))
    assert head.startswith(" #3 feeder  feed ")
    assert "● running" in head


def test_the_detail_of_the_first_thread_says_how_its_process_ended() -> None:
    floor = floor_of(run_of("python x.py"), *process(1, "python x.py"), *thread(2, 1, "t"))

    def ends() -> list[str]:
        details = [detail_of(floor, floor.makers[number]) for number in (1, 2)]
        return [fact.text for one in details for fact in facts_known(one) if fact.label == "exit"]

    floor.fold([Exited(LATER, 1, 0, ours=False)])
    assert ends() == ["it ended; its process goes on"]
    floor.fold([Exited(LATER + 1, 2, 0, ours=False)])
    assert ends() == [
        "its process ended with exit code 0",
        "it ended; a thread has no exit code of its own",
    ]


def odd_floor(names: tuple[str, str], *, is_shared: bool, is_over: bool) -> Floor:
    events: list[Event] = [*process(1, names[0] or "x", command=names[1])]
    if is_shared:
        events += thread(2, 1, names[1] or "y", target=names[0])
    events += [
        TaskBegan(LATER, 1, names[1]), Blocked(LATER, 1, BlockKind.LOCK, 2, names[0]),
        waits(LATER, m1=(WaitKind.OTHER, names[1])),
    ]  # fmt: skip
    if is_over:
        events.append(Exited(LATER, 1, -11, ours=False))
    return floor_of(run_of("x"), *events)


words = st.text(max_size=30)


@given(
    st.tuples(words, words), st.booleans(), st.booleans(), st.integers(8, 200), st.integers(0, 9)
)
def test_no_name_makes_a_line_of_another_width(
    names: tuple[str, str], is_shared: bool, is_over: bool, width: int, depth: int
) -> None:
    floor = odd_floor(names, is_shared=is_shared, is_over=is_over)
    for maker in floor.makers.values():
        look = Look(maker, now=LATER, target=names[0], depth=depth, digits=2)
        drawn = [
            *draw_panel(look, width, 7),
            *draw_card(look, width, 3),
            *draw_large(look, width),
            draw_row(look, width),
            title(detail_of(floor, maker), width),
            *details(detail_of(floor, maker), width),
        ]
        station = floor.stations[1]
        company = Company(2, depth)
        drawn.append(draw_frame_top(station, width, has_gil=True, memory=1, program=company))
        assert {width_of(line) for line in drawn} == {width}
        assert not any("\n" in text or "\x1b" in text for line in drawn for text, _ in line)
