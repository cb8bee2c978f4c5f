"""What the user of a program that is not ours reads: nothing of makers and chai."""

from __future__ import annotations

import re

import pytest

from chai_tui.explain.event_text import closing_line, describe
from chai_tui.explain.exit_text import join_line, meaning_of_end
from chai_tui.explain.main_text import main_text
from chai_tui.explain.program.ends import end_text
from chai_tui.explain.program.happenings import target_told
from chai_tui.explain.program.processes import process_of
from chai_tui.explain.report import report_lines
from chai_tui.explain.start_text import start_text
from chai_tui.explain.story import story_line
from chai_tui.explain.wording.formatting import ERROR_LENGTH, seconds_text
from chai_tui.model.events import Event, Exited, Failed, Paused, Said, Sampled, Unseated
from chai_tui.model.program_events import (
    Blocked,
    BlockKind,
    Missed,
    TaskBegan,
    TaskEnded,
    Wait,
    WaitKind,
    Waits,
)
from chai_tui.model.text import printable
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import State
from chai_tui.tui.detail.of_program import task_text
from tests.builders import BEGAN, floor_of
from tests.made_programs import RUN, WATCH, ends, process, samples, thread

PROGRAM = "python lesson.py"
MAIN = process(1, PROGRAM)
CHILDREN = [
    *process(2, "Process-1", parent=1),
    *process(3, "Process-2", parent=1),
    *process(4, "Process-3", parent=1),
]
OURS = re.compile(r"\b(chai|maker|served|brew|recipe|station|seated|joined with)", re.IGNORECASE)
"""Words that the user of another program never reads (`brew_chai` may be their own function)."""


def assert_none_of_ours(text: str) -> None:
    assert not OURS.search(text), text
    assert printable(text) == text


# The last line


@pytest.mark.parametrize(
    ("events", "line"),
    [
        ([RUN, *MAIN, *ends(1)], f"{PROGRAM}: ended with exit code 0"),
        ([RUN, *MAIN, *ends(1, exitcode=3)], f"{PROGRAM}: ended with exit code 3"),
        ([RUN, *MAIN, *ends(1, exitcode=-9)], f"{PROGRAM}: killed by SIGKILL"),
        (
            [RUN, *MAIN, *ends(1, exitcode=None)],
            f"{PROGRAM}: ended, exit code unknown: another process joined it",
        ),
        ([RUN, *MAIN], f"{PROGRAM}: still running"),
        ([RUN, Unseated(BEGAN, 1, "no such file")], f"{PROGRAM}: never started"),
        (
            [
                RUN,
                *MAIN,
                Failed(BEGAN, 1, "ValueError: no \x1bmilk", "", 0.0),
                *ends(1, exitcode=1),
            ],
            f"{PROGRAM}: ended with exit code 1, ValueError: no ␛milk",
        ),
        (
            [RUN, *MAIN, *CHILDREN, *ends(2), *ends(3), *ends(4), *ends(1)],
            f"{PROGRAM}: ended with exit code 0",
        ),
        (
            [RUN, *MAIN, *CHILDREN, *ends(2), *ends(3, exitcode=1), *ends(4), *ends(1)],
            f"{PROGRAM}: ended with exit code 0; 1 of 4 processes was killed or ended with another "
            "code than 0: Process-2 #3 exit code 1",
        ),
        (
            [RUN, *MAIN, *CHILDREN, *ends(2, 3, exitcode=-9), *ends(4, exitcode=2), *ends(1)],
            f"{PROGRAM}: ended with exit code 0; 3 of 4 processes were killed or ended with "
            "another code than 0: Process-1 #2 killed by SIGKILL, Process-2 #3 killed by SIGKILL, "
            "Process-3 #4 exit code 2",
        ),
        (
            [RUN, *MAIN, *CHILDREN, *ends(1)],
            f"{PROGRAM}: ended with exit code 0; 3 processes of it still run",
        ),
        (
            [RUN, *MAIN, *thread(2, 1), Failed(BEGAN, 2, "E: x", "", 0.0), *ends(2), *ends(1)],
            f"{PROGRAM}: ended with exit code 0; 1 thread failed: worker #2 with E: x",
        ),
        ([WATCH, *MAIN, *ends(1, exitcode=None)], "all that was watched has ended"),
        (
            [WATCH, *MAIN, *CHILDREN, *ends(3, exitcode=-11), *ends(1, 2, exitcode=None)],
            "1 process of what was watched still runs; 1 of 4 processes was killed or ended with "
            "another code than 0: Process-2 #3 killed by SIGSEGV",
        ),
        ([WATCH], "pid 4711: nothing was there to watch"),
    ],
)
def test_the_closing_line_tells_how_the_program_ended(events: list[Event], line: str) -> None:
    assert closing_line(floor_of(*events)) == line
    assert_none_of_ours(line)


def test_of_many_bad_ends_some_are_named_and_what_was_forgotten_is_not_counted() -> None:
    makers = range(2, 9)
    children = [event for number in makers for event in process(number, "w", parent=1)]
    floor = floor_of(RUN, *MAIN, *children, *ends(*makers, exitcode=1), *ends(1))
    assert closing_line(floor).endswith(
        ": w #2 exit code 1, w #3 exit code 1, w #4 exit code 1, and 4 more"
    )
    assert "7 of 8 processes were" in closing_line(floor)


def test_the_end_of_a_process_is_that_of_its_last_thread() -> None:
    floor = floor_of(
        RUN, *MAIN, *thread(2, 1), *ends(1, at=BEGAN + 1), *ends(2, exitcode=7, at=BEGAN + 2)
    )
    assert closing_line(floor) == f"{PROGRAM}: ended with exit code 7"


def test_the_end_of_the_program_is_known_although_the_finished_were_forgotten() -> None:
    floor = floor_of(RUN, *MAIN, *CHILDREN, *ends(1, exitcode=3), *ends(2))
    floor.forget_finished()
    running = f"{PROGRAM}: ended with exit code 3; 2 processes of it still run"
    assert closing_line(floor) == closing_line(floor.copy()) == running
    floor.fold(ends(3, 4))
    floor.forget_finished()
    assert closing_line(floor) == f"{PROGRAM}: ended with exit code 3"
    assert main_text(floor, 90) == f"{PROGRAM}: ended with exit code 3"


# The report


def test_the_report_tells_figures_and_exit_codes() -> None:
    floor = floor_of(
        RUN,
        *MAIN,
        *CHILDREN[:8],
        *thread(9, 1, "queue"),
        *samples({1: (0.5, 0.0, 0.0), 2: (1.0, 0.0, 0.0)}),
        Missed(BEGAN + 3, 0.25),
        *ends(2, exitcode=-9),
        *ends(3),
        *ends(1, 9),
    )
    lines = report_lines(floor)
    assert lines == [
        f"{PROGRAM}: ended with exit code 0; 1 of 3 processes was killed or ended with another "
        "code than 0: Process-1 #2 killed by SIGKILL",
        "3 processes, 4 threads: 3.00 s on the clock, 4.50 s of CPU time, 1.5 cores at once",
        f"exit codes: {PROGRAM} #1 0, Process-1 #2 −9 (SIGKILL), Process-2 #3 0",
        f"most CPU time: Process-1 #2 ≥ 3.00 s, {PROGRAM} #1 ≥ 1.50 s",
        "children nobody saw: 0.25 s of CPU time",
    ]
    for line in lines:
        assert_none_of_ours(line)


def test_the_report_and_the_panel_tell_what_tasks_raised() -> None:
    error = "ValueError: no milk in cup"
    tasks = [TaskEnded(BEGAN + 1, 2, error=f"{error} {cup}" if cup else "") for cup in range(3)]
    tasks += [TaskEnded(BEGAN + 1, 3, error="\x1b[31m" + "E" * 10)]
    floor = floor_of(RUN, *MAIN, *CHILDREN[:8], *tasks, *ends(1, 2, 3))
    assert f"failed tasks: 3 of 4, e.g. {error} 2" in report_lines(floor)
    assert (
        task_text(floor.makers[2], BEGAN) == f"3 tasks done · 2 of them failed, at last: {error} 2"
    )
    assert floor.makers[3].task_error.isprintable()
    logged = [event for event in floor.log if isinstance(event, TaskEnded)]
    assert describe(logged[0], floor) == f"#2 ended its task, failed: {error} 1"
    assert len(logged) == 2  # once of each kind


def test_the_report_says_of_whom_its_figures_are_once_some_were_forgotten() -> None:
    floor = floor_of(RUN, *MAIN, TaskEnded(BEGAN + 1, 1, error="OSError: gone"))
    for number in range(2, 400):
        short = [*process(number, "true", parent=1), TaskEnded(BEGAN + 1, number, error="E: no")]
        ended = Exited(BEGAN + 2, number, int(number == 2), ours=False, cpu_seconds=0.1)
        floor.fold([*short, ended])
    floor.fold([Exited(BEGAN + 9, 1, 0, ours=False, cpu_seconds=50.0)])
    *_, failed, most = report_lines(floor)
    known = len(floor.makers)
    assert known < 100
    assert failed == (
        f"failed tasks of the {known} threads still listed (of 399): {known} of {known}, "
        "e.g. OSError: gone"
    )
    assert most.startswith(
        f"most CPU time of the {known} processes still listed (of 399): {PROGRAM} #1 "
    )


def test_the_report_shows_that_an_error_goes_on() -> None:
    task = TaskEnded(BEGAN + 1, 1, error="E" * 200)
    assert report_lines(floor_of(RUN, *MAIN, task))[-1] == (
        f"failed tasks: 1 of 1: {'E' * ERROR_LENGTH}…"
    )


def test_the_report_tells_who_burned_most_as_the_kernel_counted_it() -> None:
    events = [
        Exited(BEGAN + 3, 3, 0, ours=False, cpu_seconds=0.04),
        Exited(BEGAN + 3, 2, -9, ours=False, cpu_seconds=3.2),
        Exited(BEGAN + 3, 1, 0, ours=False, cpu_seconds=0.5),
        Exited(BEGAN + 3, 9, 0, ours=False),
    ]
    floor = floor_of(RUN, *MAIN, *CHILDREN[:8], *thread(9, 1, "queue"), *events)
    lines = report_lines(floor)
    assert "3.74 s of CPU time" in lines[1]
    assert lines[-1] == f"most CPU time: Process-1 #2 3.20 s, {PROGRAM} #1 0.50 s"
    assert describe(events[1], floor) == "#2 Process-1 killed by SIGKILL, CPU 3.20 s"
    assert describe(events[2], floor) == f"#1 {PROGRAM} ended, exit code 0, CPU 0.50 s"


def test_of_whom_the_kernel_tells_nothing_at_least_what_was_seen_was_burned() -> None:
    unseen = Exited(BEGAN + 3, 2, None, ours=False)
    first = Exited(BEGAN + 3, 1, 0, ours=False, cpu_seconds=0.02)
    floor = floor_of(RUN, *MAIN, *CHILDREN[:4], *samples({1: FULL, 2: HALF}), unseen, first)
    burned = seconds_text(floor.makers[2].cpu_seconds)
    assert describe(unseen, floor).endswith(f"joined it, CPU ≥ {burned}")
    # Of a thread more may have been seen than the kernel tells of the whole process: one figure.
    own = seconds_text(floor.makers[1].cpu_seconds)
    assert describe(first, floor).endswith(f"exit code 0, CPU {own}")
    assert floor.stations[1].cpu_seconds == floor.makers[1].cpu_seconds
    lines = report_lines(floor)
    assert lines[-1] == f"most CPU time: {PROGRAM} #1 {own}, Process-1 #2 ≥ {burned}"


def test_the_report_tells_of_those_who_were_cleared() -> None:
    failed = Failed(BEGAN + 1, 9, "OSError: gone", "", 0.0)
    before = [*MAIN, *CHILDREN, *thread(9, 1, "queue"), failed]
    ended = [*ends(2, exitcode=-9), *ends(3, exitcode=4), *ends(4), *ends(9)]
    expected = report_lines(floor_of(RUN, *before, *ended, *ends(1)))
    floor = floor_of(RUN, *before, *ended)
    assert floor.forget_finished() == 4
    copied = floor.copy()
    for each in (floor, copied):
        each.fold(ends(1))
        lines = report_lines(each)
        assert lines[:2] == expected[:2]
        assert lines[2] == (
            f"exit codes: Process-1 #2 −9 (SIGKILL), Process-2 #3 4, {PROGRAM} #1 0 and 1 more"
        )
        each.forget_finished()  # with the program's own end
        assert report_lines(each)[0] == lines[0]


def test_of_very_many_cleared_ends_some_are_named_and_all_are_counted() -> None:
    many = [event for n in range(2, 32) for event in process(n, "worker", parent=1)]
    floor = floor_of(RUN, *MAIN, *many, *ends(*range(2, 32), exitcode=3))
    floor.forget_finished()
    floor.fold(ends(1))
    first, _, codes = report_lines(floor)
    assert "30 of 31 processes were killed" in first
    assert "and 27 more" in first
    assert codes.endswith("worker #11 3 and 21 more")


def test_a_pool_that_was_terminated_is_no_failure() -> None:
    names = {number: f"ForkPoolWorker-{number}" for number in (2, 3, 4)}
    workers = [event for n, name in names.items() for event in process(n, name, parent=1)]
    other = process(5, "Process-5", parent=1)
    terminated = ends(2, 3, exitcode=-15)
    floor = floor_of(RUN, *MAIN, *workers, *other, *terminated, *ends(4, exitcode=-9))
    states = [floor.makers[number].state for number in (2, 3, 4)]
    assert states == [State.STOPPED, State.STOPPED, State.KILLED]
    line = "#2 ForkPoolWorker-2 ended, SIGTERM: its pool was terminated"
    assert describe(terminated[0], floor) == line
    assert "`with Pool()`" in meaning_of_end(floor.makers[2])
    assert end_text(process_of(floor, floor.stations[2])) == (
        "ended with SIGTERM: its pool was terminated"
    )
    floor.fold([*ends(5, exitcode=-15), *ends(1)])  # no worker
    assert floor.makers[5].state is State.KILLED
    for each in range(2):
        told, _, codes = report_lines(floor)
        assert "2 of 5 processes were killed or ended with another code than 0: Fork" in told
        assert "ForkPoolWorker-4 #4 killed by SIGKILL, Process-5 #5 killed by SIGTERM" in told
        if not each:
            assert "ForkPoolWorker-2 #2 −15 (by its pool)" in codes
            floor.forget_finished()


def test_a_worker_is_killed_where_its_pool_cannot_have_done_it() -> None:
    worker = process(2, "SpawnPoolWorker-1", parent=1)
    for events in (
        [*MAIN, *worker, *ends(1), *ends(2, exitcode=-15)],
        [*MAIN, *process(2, "SpawnPoolWorker-1"), *ends(2, exitcode=-15)],
        [*MAIN, *worker, *ends(2, exitcode=-15, ours=True)],
    ):
        assert floor_of(RUN, *events).makers[2].state is State.KILLED


@pytest.mark.parametrize(
    ("name", "target", "told"),
    [
        ("Process-1", "brew_chai", "brew_chai"),
        ("Process-1", "worker", "worker"),
        ("ForkPoolWorker-1", "worker", ""),
        ("ForkProcess-5", "_process_worker", "pool worker"),
        ("ThreadPoolExecutor-0_0", "_worker", ""),
        ("Thread-1 (square)", "square", ""),
        ("square", "square", ""),
        ("Thread-1", "", ""),
    ],
)
def test_of_a_target_only_what_is_the_programs_is_told(name: str, target: str, told: str) -> None:
    assert target_told(name, target) == told


def test_the_report_of_what_was_left_or_watched() -> None:
    run = floor_of(RUN, *MAIN, *CHILDREN, *ends(1, 2, 3, 4, exitcode=-15, ours=True))
    assert report_lines(run, [1, 2, 3, 4])[0] == f"{PROGRAM}: 4 processes were ended while at work"
    some = [*MAIN, *CHILDREN, *ends(2, exitcode=3), *ends(1, 3, 4, exitcode=-15, ours=True)]
    assert report_lines(floor_of(RUN, *some), [1, 3, 4])[0] == (
        f"{PROGRAM}: 3 processes were ended while at work; 1 of 4 processes was killed or ended "
        "with another code than 0: Process-1 #2 exit code 3"
    )
    watched = report_lines(floor_of(WATCH, *MAIN, *samples({1: (0.5, 0.0, 0.0)})))
    assert watched == [
        "1 process of what was watched still runs",
        "1 process, 1 thread: 3.00 s on the clock, 1.50 s of CPU time since they began",
    ]
    assert report_lines(floor_of(RUN, Unseated(BEGAN, 1, "why"))) == [f"{PROGRAM}: never started"]


# The line of the first process


@pytest.mark.parametrize(
    ("events", "does"),
    [
        ([], ""),
        ([Blocked(BEGAN, 1, BlockKind.JOIN, 2)], " · joins #2"),
        ([Waits(BEGAN, (Wait(1, WaitKind.CHILD, "pid 4712"),))], " · waits for child pid 4712"),
        ([Paused(BEGAN, 1, ours=False)], " · stopped"),
        (samples({1: (0.9, 0.0, 0.0)}), " · on core 0"),
        (samples({1: (0.0, 0.9, 0.0)}), " · wants a core"),
    ],
)
def test_the_first_process_what_it_is_and_does(events: list[Event], does: str) -> None:
    floor = floor_of(RUN, *MAIN, *CHILDREN, *thread(9, 1), *ends(4), *events)
    assert main_text(floor, 120) == f"{PROGRAM}  pid 4711 · 3 processes, 4 threads{does}"
    assert_none_of_ours(main_text(floor, 120))


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (90, "python -m trainer --rate=0.1 --epochs=90  pid 4711 · 1 process, 1 thread · joins #2"),
        (80, "python  pid 4711 · 1 process, 1 thread · joins #2"),
        (40, "python  pid 4711 · joins #2"),
        (20, "python · joins #2"),
        (9, "joins #2"),
        (4, "joi…"),
        (0, ""),
    ],
)
def test_where_there_is_little_room_it_says_less(width: int, line: str) -> None:
    run = RUN._replace(program="python -m trainer --rate=0.1 --epochs=90")
    floor = floor_of(run, *process(1, "python"), Blocked(BEGAN, 1, BlockKind.JOIN, 2))
    assert main_text(floor, width) == line


def test_the_line_when_it_is_over_and_before_it_began_and_of_several() -> None:
    floor = floor_of(RUN, *MAIN, *CHILDREN, *ends(2, exitcode=1), *ends(3, 4, 1))
    assert main_text(floor, 200) == closing_line(floor)
    assert main_text(floor, 60) == f"{PROGRAM}: ended with exit code 0"
    assert main_text(floor, 26) == "ended with exit code 0"
    assert main_text(floor_of(RUN), 80) == f"{PROGRAM}  not there yet"
    several = floor_of(WATCH, *process(1, "a"), *process(2, "b"))
    assert main_text(several, 80) == "pid 4711 · 2 processes, 2 threads"
    one = floor_of(WATCH, *process(1, "postgres"), *process(2, "writer", parent=1))
    assert main_text(one, 80) == "postgres  pid 4711 · 2 processes, 2 threads"


# The sentence


def waits(*kinds: WaitKind) -> Waits:
    return Waits(BEGAN + 3, tuple(Wait(number, kind) for number, kind in enumerate(kinds, 1)))


IDLE = (0.0, 0.0, 0.0)
FULL = (1.0, 0.0, 0.0)
HALF = (0.5, 0.5, 0.0)


@pytest.mark.parametrize(
    ("events", "sentence"),
    [
        (
            [*MAIN, *samples({1: IDLE}), waits(WaitKind.SLEEP)],
            "It sleeps.",
        ),
        (
            [
                *MAIN,
                *samples({1: IDLE}),
                waits(WaitKind.SLEEP),
                *(TaskBegan(BEGAN + 3, 1, "job", n) for n in (1, 2)),
            ],
            "It sleeps: its other task waits meanwhile.",
        ),
        (
            [*MAIN, *samples({1: IDLE}), waits(WaitKind.READ)],
            "Nothing computes: it waits to read.",
        ),
        (
            [*MAIN, *CHILDREN[:4], *samples({1: IDLE, 2: IDLE}), waits(*2 * [WaitKind.SLEEP])],
            "Everybody sleeps.",
        ),
        (
            [
                *MAIN,
                *CHILDREN,
                *samples(dict.fromkeys(range(1, 5), IDLE)),
                waits(WaitKind.CHILD, *3 * [WaitKind.SLEEP]),
            ],
            "Nobody computes: three sleep and one waits for a child.",
        ),
        (  # what the program says goes before what the system does
            [
                *MAIN,
                *thread(2, 1),
                *thread(3, 1),
                *samples(dict.fromkeys((1, 2, 3), IDLE)),
                waits(*[WaitKind.LOCK] * 3),
                Blocked(BEGAN + 3, 1, BlockKind.JOIN, 2),
                Blocked(BEGAN + 3, 2, BlockKind.LOCK, 3),
            ],
            "Nobody computes: two wait for locks and one joins.",
        ),
        (
            [
                *MAIN,
                *samples({1: IDLE}),
                waits(WaitKind.LOCK),
                Blocked(BEGAN + 3, 1, BlockKind.GET),
            ],
            "Nothing computes: it waits to get from a queue.",
        ),
        ([*MAIN, *samples({1: IDLE})], ""),  # nobody knows for what it waits
        ([*MAIN], ""),
        (
            [*MAIN, *samples({1: FULL}, busy=(1.0, 0.0))],
            "One process computes: 1.0 of 2 cores.",
        ),
        (
            [*MAIN, *CHILDREN[:8], *samples({1: IDLE, 2: FULL, 3: FULL}, busy=(1.0, 1.0))],
            "Two processes compute, one other does not: 2.0 of 2 cores.",
        ),
        (
            [*MAIN, *CHILDREN, *samples(dict.fromkeys(range(1, 5), HALF), busy=(1.0, 1.0))],
            "Four processes want a core and there are two.",
        ),
        (
            [
                *MAIN,
                *thread(2, 1),
                *thread(3, 1),
                *samples(dict.fromkeys((1, 2, 3), (0.33, 0.0, 0.66)), busy=(1.0, 0.0)),
            ],
            "Three threads of python lesson.py want the GIL, and one has it at a time: "
            "one core is free.",
        ),
        (
            [
                *MAIN,
                *thread(2, 1),
                *samples(dict.fromkeys((1, 2), (0.5, 0.0, 0.5)), busy=(1.0, 1.0)),
            ],
            "Two threads of python lesson.py want the GIL, and one has it at a time.",
        ),
        (
            [*MAIN, *CHILDREN[:4], Paused(BEGAN, 2, ours=True)],
            "1 process of 2 is stopped: it uses no core.",
        ),
        ([*MAIN, Paused(BEGAN, 1, ours=True)], "Everything is stopped: it keeps its memory and "
         "uses no core."),
        (
            [*MAIN, *CHILDREN[:4], *ends(2, exitcode=-9)],
            "Process-1 #2 was killed by SIGKILL, the others go on.",
        ),
        (
            [*MAIN, *CHILDREN[:4], *ends(2, exitcode=3)],
            "Process-1 #2 ended with exit code 3, the others go on.",
        ),
        ([*MAIN, *ends(1)], ""),
    ],
)  # fmt: skip
def test_what_happens_now_in_a_sentence(events: list[Event], sentence: str) -> None:
    floor = floor_of(RUN, *events)
    assert story_line(floor, "e") == sentence
    assert_none_of_ours(sentence)


def test_of_an_end_that_is_long_ago_it_says_nothing() -> None:
    floor = floor_of(RUN, *MAIN, *CHILDREN[:4], *ends(2, exitcode=-9, at=BEGAN))
    floor.fold(samples({1: FULL}, seconds=8.0))
    assert story_line(floor) == "One process computes: 1.0 of 2 cores."


# What happened


@pytest.mark.parametrize(
    ("before", "event", "line"),
    [
        ([], RUN, f"run: {PROGRAM}, 2 cores"),
        ([], MAIN[1], "#1 seen, pid 4711"),
        (MAIN, MAIN[-1], f"#1 {PROGRAM} started, pid 4711"),
        ([*MAIN, *thread(2, 1)], thread(2, 1)[-1], "#2 worker started, tid 5002"),
        ([WATCH, *MAIN], MAIN[-1], f"#1 {PROGRAM} seen, pid 4711"),
        (MAIN, ends(1)[0], f"#1 {PROGRAM} ended, exit code 0"),
        (MAIN, ends(1, exitcode=3)[0], f"#1 {PROGRAM} ended, exit code 3"),
        (MAIN, ends(1, exitcode=-9)[0], f"#1 {PROGRAM} killed by SIGKILL"),
        (
            MAIN,
            Exited(BEGAN, 1, -15, ours=True),
            f"#1 {PROGRAM} killed by SIGTERM, sent from here",
        ),
        (
            MAIN,
            ends(1, exitcode=None)[0],
            f"#1 {PROGRAM} ended, exit code unknown: another process joined it",
        ),
        ([*MAIN, *thread(2, 1)], ends(2)[0], "#2 worker ended"),
        (
            [*MAIN, *thread(2, 1), Failed(BEGAN, 2, "E: \x1b", "", 0.0)],
            ends(2)[0],
            "#2 worker failed: E: ␛",
        ),
        (
            [*MAIN, *thread(2, 1), *ends(1, exitcode=1)],
            ends(2, exitcode=1)[0],
            "#2 worker ended with its process, exit code 1",
        ),
        ([], ends(7, exitcode=-9)[0], "#7 ended, exit code −9"),
        ([], ends(7)[0], "#7 ended"),
        (MAIN, Said(BEGAN, None, "hello", "out", 1), "pid 4711 said: hello"),
        (MAIN, Sampled(BEGAN, (), ()), "sampled 0 cores, 0 threads"),
    ],
)
def test_an_event_in_a_line(before: list[Event], event: Event, line: str) -> None:
    floor = floor_of(RUN, *before)
    floor.fold([event])
    assert describe(event, floor) == line
    if isinstance(event, Exited):
        assert join_line(event, floor) == line
    assert_none_of_ours(line)


# What an end means


def ended(*events: Event, number: int = 1) -> str:
    floor = floor_of(RUN, *MAIN, *events)
    assert start_text(floor.makers[number]) == ""
    return meaning_of_end(floor.makers[number])


@pytest.mark.parametrize(
    ("events", "number", "words"),
    [
        ([], 1, ""),
        (ends(1), 1, "exit code 0 says that all went well"),
        ([*thread(2, 1), *ends(2)], 2, "It ended by itself."),
        (ends(1, exitcode=None), 1, "another process started it"),
        (ends(1, exitcode=1), 1, "an exception that nobody caught"),
        (ends(1, exitcode=2), 1, "called wrongly"),
        (ends(1, exitcode=126), 1, "may not run"),
        (ends(1, exitcode=127), 1, "did not find"),
        (ends(1, exitcode=77), 1, "exit code 77, whose meaning is the program's own"),
        (ends(1, exitcode=137), 1, "signal 9 ended what it ran"),
        (ends(1, exitcode=-9), 1, "when memory runs out"),
        (ends(1, exitcode=-15), 1, "by its parent, or by somebody else"),
        (ends(1, exitcode=-11), 1, "a segmentation fault"),
        ([*thread(2, 1), *ends(1, 2, exitcode=-9)], 2, "Every thread of its process ended with it"),
        (
            [*thread(2, 1), Failed(BEGAN, 2, "E: x", "", 0.0), *ends(2)],
            2,
            "the other threads of its process go on",
        ),
    ],
)
def test_an_end_and_what_it_means(events: list[Event], number: int, words: str) -> None:
    meaning = ended(*events, number=number)
    assert words in meaning
    assert_none_of_ours(meaning)


def test_an_empty_floor_of_a_program_is_told_without_a_crash() -> None:
    for run in (RUN, WATCH, RUN._replace(program="")):
        floor = floor_of(run)
        assert closing_line(floor)
        assert main_text(floor, 40)
        assert story_line(floor) == ""
        assert report_lines(floor) == ([closing_line(floor)] if run.program else [])
    assert closing_line(Floor()) == "0 of 0 chai served"
