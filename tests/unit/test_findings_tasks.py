"""Findings about tasks, and about ends."""

from __future__ import annotations

import pytest

from chai_tui.findings import ends
from chai_tui.findings.evidence import people
from chai_tui.findings.evidence.finding import FindingKind
from chai_tui.findings.same_error import MOST_ERRORS
from chai_tui.model.events import Exited, Paused
from chai_tui.model.program_events import (
    Blocked,
    BlockKind,
    OutOfMemory,
    TaskBegan,
    TaskEnded,
    Unblocked,
    Unjoined,
    WaitKind,
)
from tests.unit.made_program import BEGAN, Program


def pool(count: int, *, stem: str = "ForkPoolWorker-", threads: bool = False) -> Program:
    """A pool of workers #2, #3 and so on, of #1."""
    program = Program()
    station, _ = program.process("app.py")
    for number in range(1, count + 1):
        if threads:
            program.thread(station, f"{stem}{number}")
        else:
            program.process(f"{stem}{number}", parent=station)
    return program


def does(
    program: Program, maker: int, began: float, ended: float, error: str = "", *, name: str = "brew"
) -> None:
    program.happens(TaskBegan, began, maker, name)
    program.happens(TaskEnded, ended, maker, error)


def in_order(program: Program) -> None:
    program.events.sort(key=lambda event: event[0])


# Idle workers


def test_an_event_loop_has_no_workers() -> None:
    program = pool(4, stem="loop-", threads=True)
    for maker in (3, 4, 5):
        program.happens(TaskBegan, 1.0, maker, "brew", 1)
        program.happens(TaskEnded, 1.5, maker, "", 1)
    for turn in range(5):
        program.happens(TaskBegan, 1.0 + turn, 2, "brew", 2 + turn)
        program.happens(TaskEnded, 1.9 + turn, 2, "", 2 + turn)
    in_order(program)
    program.ends(6.0, 2, 3, 4, 5)
    assert program.found() == []


@pytest.mark.parametrize("threads", [False, True])
def test_three_of_four_workers_have_nothing_to_do(threads: bool) -> None:
    stem = "ThreadPoolExecutor-0_" if threads else "ForkPoolWorker-"
    program = pool(4, stem=stem, threads=threads)
    for maker in (3, 4, 5):
        does(program, maker, 1.0, 1.5)
    for turn in range(5):
        does(program, 2, 1.0 + turn, 1.9 + turn)
    in_order(program)
    program.ends(6.0, 2, 3, 4, 5)
    (found,) = program.found()
    assert found.kind is FindingKind.IDLE_WORKERS
    assert found.sentence == (
        "3 of 4 workers were idle 89 % of the time: the tasks are too few, or come too slowly"
    )
    assert found.evidence[0] == f"#3 {stem}2: idle 90 % of 4.90 s, 1 task"
    assert found.evidence[-1] == f"#2 {stem}1: idle 8 % of 4.90 s, 5 tasks"
    assert found.makers == (3, 4, 5)
    assert found.at == BEGAN + 6.0


def test_one_long_task_is_the_reason() -> None:
    program = pool(4)
    for maker in (3, 4, 5):
        does(program, maker, 1.0, 1.1)
    does(program, 2, 1.0, 5.0)
    in_order(program)
    (found,) = program.found()
    assert found.sentence.endswith("time: one task took 4.00 s of 4.00 s")


def test_its_begin_may_be_heard_after_that_of_a_later_one() -> None:
    program = pool(4)
    for maker in (3, 4, 5):
        does(program, maker, 1.01, 1.1)
    does(program, 2, 1.0, 5.0)
    (found,) = program.found()
    assert found.sentence.endswith("time: one task took 4.00 s of 4.00 s")


@pytest.mark.parametrize(("stem", "busy"), [("request_", 0.1), ("asyncio_", 3.9)])
def test_workers_that_wait_for_whoever_comes_or_that_nobody_chose(stem: str, busy: float) -> None:
    program = pool(4, stem=stem, threads=True)
    for began in (1.0, 5.0):
        for maker in (2, 3, 4, 5):
            does(program, maker, began, began + (busy if maker == 2 else 0.1))
    in_order(program)
    program.ends(10.0, 2, 3, 4, 5)
    assert program.found() == []


def test_those_who_never_had_a_task_count_in_a_pool() -> None:
    program = pool(3)
    does(program, 2, 1.0, 5.0)
    (found,) = program.found()
    assert found.sentence == (
        "2 of 3 workers were idle 100 % of the time: there was 1 task for 3 workers"
    )
    assert found.makers == (3, 4)


def test_but_not_among_processes_of_any_name() -> None:
    program = pool(3, stem="Process-")
    does(program, 2, 1.0, 5.0)
    assert program.found() == []


def test_half_idle_workers_are_none() -> None:
    program = pool(4)
    for turn in range(5):
        for maker in (2, 3, 4, 5):
            does(program, maker, 1.0 + turn, 1.5 + turn)
    in_order(program)
    program.ends(9.0, 2, 3, 4, 5)
    assert program.found() == []


def test_neither_is_one_of_four() -> None:
    program = pool(4)
    for maker in (2, 3, 4):
        does(program, maker, 1.0, 5.0)
    does(program, 5, 1.0, 1.1)
    in_order(program)
    assert program.found() == []


def test_nor_a_pool_that_was_there_for_a_moment() -> None:
    program = pool(4)
    does(program, 2, 1.0, 2.9)
    does(program, 3, 1.0, 1.1)
    in_order(program)
    assert program.found() == []


def test_idle_before_the_first_task_and_after_the_last_one_does_not_count() -> None:
    program = pool(2)
    for maker in (2, 3):
        does(program, maker, 60.0, 63.0)
    in_order(program)
    program.ends(600.0, 2, 3)
    assert program.found() == []


def test_workers_that_come_and_go_count_for_as_long_as_they_are_there() -> None:
    program = Program()
    program.process("app.py")
    for number in range(12):
        _, maker = program.process(f"ForkPoolWorker-{number + 1}", parent=1, at=float(number))
        does(program, maker, number + 0.1, number + 0.9)
        program.ends(number + 1.0, maker)
    _, stays = program.process("ForkPoolWorker-13", parent=1)
    does(program, stays, 0.1, 11.9)
    in_order(program)
    assert program.found() == []


def test_a_task_that_a_worker_dies_of_keeps_it_busy_until_then() -> None:
    program = pool(2)
    does(program, 2, 1.0, 5.0)
    program.happens(TaskBegan, 1.0, 3, "brew")
    in_order(program)
    program.ends(5.0, 2, 3, exitcode=-15)
    assert program.found() == []


def test_pools_of_their_own_names_are_not_one() -> None:
    program = Program()
    station, _ = program.process("app.py")
    first = [program.thread(station, "ThreadPoolExecutor-0_0")]
    second = [program.thread(station, f"ThreadPoolExecutor-1_{one}") for one in range(2)]
    for maker in first:
        does(program, maker, 1.0, 50.0)
    for maker in second:
        does(program, maker, 50.0, 53.0)
    in_order(program)
    program.ends(60.0, *first, *second)
    assert program.found() == []


def test_an_event_loop_is_no_pool() -> None:
    program = pool(2, stem="worker")
    for maker in (2, 3):
        for began in (1.0, 1.0, 50.0):
            program.happens(TaskBegan, began, maker, "handle")
        for ended in (1.1, 1.2 if maker == 2 else 49.0, 50.1):
            program.happens(TaskEnded, ended, maker)
    in_order(program)
    program.ends(60.0, 2, 3)
    assert program.found() == []


# The same error


def test_the_same_exception_again_and_again() -> None:
    program = pool(2)
    for turn in range(12):
        does(program, 2 + turn % 2, turn, turn + 0.9, "ValueError: no milk")
        does(program, 2, turn + 0.91, turn + 0.92)
    (found,) = program.found()
    assert found.kind is FindingKind.SAME_ERROR
    assert found.sentence == "The same exception in 12 tasks: ValueError: no milk"
    assert found.evidence == (
        "12 of 23 tasks so far ended so",
        "12 × brew",
        "in #2 ForkPoolWorker-1 and #3 ForkPoolWorker-2",
    )
    assert found.at == BEGAN + 2.9
    assert found.is_over is None


@pytest.mark.parametrize(
    "errors",
    [
        ["ValueError: no milk"] * 2,
        [f"{kind}Error: no milk in cup {cup}" for cup in (1, 2) for kind in "ABCDE"],
        ["CancelledError"] * 20,
        ["asyncio.exceptions.CancelledError: by its user"] * 20,
        ["ExceptionGroup"] * 20,  # what is in it ended other tasks
        [""] * 20,
    ],
)
def test_errors_that_are_not_the_same_or_none(errors: list[str]) -> None:
    program = pool(2)
    for turn, error in enumerate(errors):
        does(program, 2 + turn % 2, turn / 10, turn / 10 + 0.05, error)
    assert program.found(FindingKind.SAME_ERROR) == []


def test_the_same_exception_whose_text_has_a_name_in_it() -> None:
    program = pool(2)
    for turn in range(20):
        error = f"ConnectionError: host {turn} unreachable" if turn % 2 else ""
        does(program, 2 + turn % 2, turn, turn + 0.9, error)
    does(program, 2, 20.0, 20.1, "ConnectionError")
    (found,) = program.found(FindingKind.SAME_ERROR)
    assert found.sentence == "11 tasks failed with ConnectionError, e.g. host 1 unreachable"


def passes_up(program: Program, at: float, number: int, *names: str) -> None:
    """A task waits for another one, that for a third, and so on; the last one fails."""
    for place, name in enumerate(names):
        program.happens(TaskBegan, at + place / 100, 2, name, number + place)
    for place in reversed(range(len(names))):
        program.happens(TaskEnded, at + 1.0 - place / 100, 2, "OSError: gone", number + place)


def test_an_exception_that_passes_from_task_to_task_is_one() -> None:
    program = pool(1)
    passes_up(program, 1.0, 1, "main", "stage1", "stage2", "stage3", "load")
    passes_up(program, 1.5, 11, "stage1", "stage2", "stage3", "load")
    in_order(program)
    assert program.found() == []
    passes_up(program, 3.0, 21, "stage1", "stage2", "stage3", "load")
    (found,) = program.found()
    assert found.sentence == "The same exception in 3 tasks of load: OSError: gone"
    assert found.evidence[:3] == ("13 of 13 tasks so far ended so", "3 × load", "3 × stage3")
    assert found.at == pytest.approx(BEGAN + 3.97)


def test_tasks_with_numbers_of_their_own_are_of_one_function() -> None:
    program = pool(1)
    for turn in range(12):
        does(program, 2, turn, turn + 0.5, f"OSError: {turn}", name=f"worker-{turn}")
    (found,) = program.found()
    assert found.sentence == "12 tasks failed with OSError, e.g. 0"
    assert found.evidence[1] == "12 × worker-…"


def test_of_a_task_that_nobody_knows_nothing_is_known() -> None:
    program = pool(1)
    for turn in range(12):
        program.happens(TaskEnded, turn, 2, "OSError: gone")
    assert program.found() == []


def test_what_a_program_says_is_made_safe_and_cut() -> None:
    program = pool(2)
    for turn in range(MOST_ERRORS + 10):
        does(program, 2, turn / 100, turn / 100 + 0.005, f"E{turn}")
    for turn in range(3):
        does(program, 3, turn, turn + 0.5, "\x1b[31mE" + "!" * 10_000)
    assert program.found(FindingKind.SAME_ERROR) == []
    program = pool(2)
    for turn in range(3):
        does(program, 3, turn, turn + 0.5, "\x1b[31mE" + "!" * 10_000)
    (found,) = program.found(FindingKind.SAME_ERROR)
    assert found.sentence.isprintable()
    assert len(found.sentence) < 300


# Lack of memory


@pytest.mark.parametrize("is_told_first", [True, False])
def test_a_process_that_the_system_killed_for_lack_of_memory(is_told_first: bool) -> None:
    program = pool(2, stem="Process-")
    program.samples(0.1, 1.0)
    program.happens(OutOfMemory, 1.0, 2)
    program.ends(1.2, 2, exitcode=-9)
    if not is_told_first:
        program.events[-2:] = [program.events[-1], program.events[-2]]
    (found,) = program.found()
    assert found.kind is FindingKind.OUT_OF_MEMORY
    assert found.sentence == "#2 Process-1 died by SIGKILL: memory ran out"
    assert found.evidence == (
        "the system killed one process there for lack of memory",
        "it held 4.0 MB when it was looked at last",
    )
    assert found.makers == (2,)


def test_a_process_that_a_person_killed_lacked_no_memory() -> None:
    program = pool(2, stem="Process-")
    program.ends(1.0, 2, exitcode=-9)
    program.ends(1.0, 3, exitcode=-9, ours=True)
    program.happens(OutOfMemory, 1.1, 3)
    program.happens(OutOfMemory, 9.0, 2)
    assert program.found() == []


def test_nor_one_that_ended_otherwise() -> None:
    program = pool(1)
    program.happens(OutOfMemory, 1.0, 2)
    program.ends(1.0, 2, exitcode=-15)
    assert program.found() == []


# Zombies


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ends, "UNJOINED_SECONDS", 2.0)


@pytest.mark.usefixtures("soon")
def test_processes_that_ended_and_that_nobody_joins() -> None:
    program = pool(3, stem="Process-")
    program.ends(1.0, 2, 3)
    for station in (2, 3):
        program.happens(Unjoined, 1.5, station)
    program.samples(1.6, 5.0)
    program.ends(5.0, 4)
    program.happens(Unjoined, 5.5, 4)
    program.samples(5.6, 9.0)
    (found,) = program.found()
    assert found.kind is FindingKind.ZOMBIES
    assert found.sentence == ("Three processes ended, and #1 app.py did not join them for over 2 s")
    assert found.evidence == ("not joined: #2 Process-1, #3 Process-2 and #4 Process-3",)
    assert found.makers == (2, 3, 4)
    assert found.is_over is False
    for station in (2, 3, 4):
        program.happens(Unjoined, 9.1, station, True)
    assert program.found()[0].is_over


@pytest.mark.usefixtures("soon")
def test_the_end_of_their_parent_is_the_end_of_it() -> None:
    program = pool(2, stem="Process-")
    program.ends(1.0, 2)
    program.happens(Unjoined, 1.5, 2)
    program.samples(1.6, 5.0)
    program.ends(5.0, 1)
    (found,) = program.found()
    assert found.sentence == "One process ended, and #1 app.py did not join it for over 2 s"
    assert found.is_over


@pytest.mark.usefixtures("soon")
def test_one_that_is_joined_soon_is_none() -> None:
    program = pool(2, stem="Process-")
    program.ends(1.0, 2)
    program.happens(Unjoined, 1.5, 2)
    program.samples(1.6, 3.0)
    program.happens(Unjoined, 3.0, 2, True)
    program.samples(3.1, 9.0)
    assert program.found() == []


@pytest.mark.parametrize("how", ["blocked", "thread", "pipe", "queue", "event", "paused", "ended"])
@pytest.mark.usefixtures("soon")
def test_a_parent_that_joins_another_one_first_or_cannot_is_not_to_blame(how: str) -> None:
    program = pool(2, stem="Process-")
    if how in {"blocked", "thread"}:
        program.happens(Blocked, 0.5, 1, BlockKind.JOIN, 3)
        if how == "thread":  # of its end the system only says so
            program.waits(0.6, 1, WaitKind.LOCK)
    elif how == "pipe":
        program.waits(0.5, 1, WaitKind.READ, "pipe from pid 103")
        program.waits(15.0, 1, WaitKind.NOTHING)  # it has read something
        program.waits(15.1, 1, WaitKind.READ, "pipe from pid 103")
    elif how == "queue":  # of the same wait again the system tells nothing
        program.waits(0.5, 1, WaitKind.READ, "pipe from pid 103")
        for turn in range(20):
            program.happens(Blocked, 1.0 + turn, 1, BlockKind.GET, 0, "Queue")
            program.happens(Unblocked, 1.5 + turn, 1)
    elif how == "event":
        program.happens(Blocked, 0.5, 1, BlockKind.CONDITION, 0, "Event.wait")
        program.waits(0.6, 1, WaitKind.LOCK)
    elif how == "paused":
        program.happens(Paused, 0.5, 1, False)
    program.ends(1.0, 2)
    program.happens(Unjoined, 1.5, 2)
    if how == "ended":
        program.ends(1.6, 1)
    program.samples(1.7, 20.0)
    in_order(program)
    assert program.found() == []
    if how == "blocked":
        program.happens(Unblocked, 20.0, 1)
        program.samples(20.1, 21.0)
        assert program.found() == []
        program.samples(21.0, 25.0)
        assert len(program.found()) == 1


@pytest.mark.parametrize(
    ("what", "subject", "is_told"),
    [
        (WaitKind.CHILD, "pid 103", False),
        (WaitKind.POLL, "", False),  # several files, or nobody may know
        (WaitKind.POLL, "pid 103", False),
        (WaitKind.POLL, "pipe from pid 103", False),
        (WaitKind.READ, "unix socket", False),  # one of a pair
        (WaitKind.READ, "socket", False),  # it is not known yet which
        (WaitKind.READ, "/dev/ptmx", False),
        (WaitKind.READ, "unix socket /run/served", True),
        (WaitKind.READ, "terminal /dev/pts/1", True),
        (WaitKind.POLL, "socket on *:8000", True),
        (WaitKind.POLL, "socket to 10.0.0.1:8000", True),
        (WaitKind.ACCEPT, "socket on *:8000", True),
        (WaitKind.SLEEP, "", True),
    ],
)
@pytest.mark.usefixtures("soon")
def test_who_waits_for_a_child_is_not_to_blame_and_a_server_that_waits_for_clients_is(
    what: WaitKind, subject: str, is_told: bool
) -> None:
    program = pool(2, stem="Process-")
    program.waits(0.5, 1, what, subject)
    program.ends(1.0, 2)
    program.happens(Unjoined, 1.5, 2)
    program.samples(1.7, 6.0)
    assert len(program.found()) == is_told


@pytest.mark.parametrize("how", ["turns", "thread"])
@pytest.mark.usefixtures("soon")
def test_a_condition_is_no_excuse_that_only_ends_a_pause_or_is_another_threads(how: str) -> None:
    program = pool(2, stem="Process-")
    if how == "turns":
        program.happens(Blocked, 0.5, 1, BlockKind.CONDITION, 0, "Event.wait", 9.0)
    else:  # one that feeds a queue, say
        thread = program.thread(1, "QueueFeederThread", at=0.4)
        program.happens(Blocked, 0.5, thread, BlockKind.CONDITION, 0, "Condition.wait")
    program.ends(1.0, 2)
    program.happens(Unjoined, 1.5, 2)
    program.samples(1.7, 6.0)
    assert [found.kind for found in program.found()] == [FindingKind.ZOMBIES]


@pytest.mark.usefixtures("soon")
def test_a_zombie_of_nobody_here_is_none() -> None:
    program = Program()
    program.process("app.py")
    program.events.append(Exited(BEGAN + 1.0, 1, 0, ours=False))
    program.happens(Unjoined, 1.0, 1)
    program.happens(Unjoined, 1.0, 77)
    assert program.found() == []


# Who is who


@pytest.mark.usefixtures("soon")
def test_of_very_many_that_ended_only_the_latest_are_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(people, "ENDED_KEPT", 10)
    program = Program()
    program.process("app.py")
    for number in range(50):
        station, maker = program.process(f"ForkPoolWorker-{number}", parent=1, at=number / 10)
        other = program.thread(station, "T", at=number / 10)
        program.happens(Unjoined, number / 10 + 0.05, station)
        does(program, maker, number / 10, number / 10 + 0.05, "E")
        program.ends(number / 10 + 0.06, other, maker)
    program.samples(5.1, 9.0)
    kinds = [found.kind for found in program.found()]
    assert kinds == [FindingKind.SAME_ERROR, FindingKind.ZOMBIES]
    who = program.findings._people
    assert len(who.names) == len(who.at) == len(who.seated_at) == 11
    assert len(who.places) == len(who.by_pid) == 6
