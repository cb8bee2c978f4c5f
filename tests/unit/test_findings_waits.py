"""Findings about those who wait for each other."""

from __future__ import annotations

import pytest

from chai_tui.findings.evidence.finding import FindingKind
from chai_tui.model.events import RunBegan
from chai_tui.model.program_events import TIMED, Blocked, BlockKind, Unblocked, WaitKind
from tests.unit.made_program import BEGAN, Program

LOCK, JOIN, PUT, GET = BlockKind.LOCK, BlockKind.JOIN, BlockKind.PUT, BlockKind.GET
CONDITION = BlockKind.CONDITION


def two_threads() -> tuple[Program, int, int, int]:
    program = Program()
    station, main = program.process("app.py")
    return program, main, program.thread(station, "T-1"), program.thread(station, "T-2")


# Deadlocks


def test_two_threads_that_wait_for_each_others_lock() -> None:
    program, _, one, other = two_threads()
    program.happens(Blocked, 1.0, one, LOCK, other, "milk")
    program.happens(Blocked, 1.5, other, LOCK, one, "tea")
    program.samples(1.6, 4.0)
    (found,) = program.found()
    assert found.kind is FindingKind.DEADLOCK
    assert found.sentence == "Two threads wait for each other's lock: #2 T-1 and #3 T-2"
    assert found.evidence == (
        "#2 T-1 waits for lock milk that #3 T-2 has, since 00:01.0",
        "#3 T-2 waits for lock tea that #2 T-1 has, since 00:01.5",
    )
    assert found.makers == (one, other)
    assert found.is_over is False
    assert BEGAN + 2.5 < found.at < BEGAN + 3.0


def test_three_in_a_circle() -> None:
    program, *three = two_threads()
    for maker, whom in zip(three, (*three[1:], three[0]), strict=True):
        program.happens(Blocked, 1.0, maker, LOCK, whom)
    program.samples(1.1, 3.0)
    (found,) = program.found()
    assert found.sentence == (
        "Three threads wait in a circle for locks: #1 app.py, #2 T-1 and #3 T-2"
    )
    assert found.makers == tuple(three)


def test_a_join_in_the_circle() -> None:
    program, main, one, _ = two_threads()
    program.happens(Blocked, 1.0, one, LOCK, main, "milk")
    program.happens(Blocked, 1.0, main, JOIN, one)
    program.samples(1.1, 3.0)
    (found,) = program.found()
    assert found.sentence == (
        "#1 app.py joins #2 T-1, which waits for lock milk that #1 app.py has"
    )


def test_a_deadlock_that_ends_is_over_and_told_once() -> None:
    program, _, one, other = two_threads()
    for at in (1.0, 10.0):
        program.happens(Blocked, at, one, LOCK, other)
        program.happens(Blocked, at, other, LOCK, one)
        program.samples(at + 0.1, at + 3.0)
        program.happens(Unblocked, at + 3.1, one)
    first, second = program.found()
    assert first.is_over
    assert second.is_over
    assert second.at > BEGAN + 11


def test_a_killed_process_ends_a_deadlock() -> None:
    program, main, one, other = two_threads()
    program.happens(Blocked, 1.0, one, LOCK, other)
    program.happens(Blocked, 1.0, other, LOCK, one)
    program.samples(1.1, 3.0)
    program.ends(3.0, main, one, other, exitcode=-9)
    (found,) = program.found()
    assert found.is_over


def test_a_long_wait_for_a_lock_is_no_deadlock() -> None:
    program, _, one, other = two_threads()
    program.happens(Blocked, 1.0, one, LOCK, other)
    program.samples(1.1, 20.0)
    assert program.found() == []


def test_neither_are_those_who_wait_for_others_in_a_deadlock() -> None:
    program, main, one, other = two_threads()
    program.happens(Blocked, 1.0, one, LOCK, other)
    program.happens(Blocked, 1.0, other, LOCK, one)
    program.happens(Blocked, 1.0, main, JOIN, one)
    program.samples(1.1, 3.0)
    (found,) = program.found()
    assert found.makers == (one, other)


@pytest.mark.parametrize("whom", [0, 2])
def test_a_lock_that_nobody_or_the_thread_itself_has_makes_none(whom: int) -> None:
    program, _, one, other = two_threads()
    assert one == 2
    program.happens(Blocked, 1.0, one, LOCK, whom)
    program.happens(Blocked, 1.0, other, LOCK, one)
    program.samples(1.1, 9.0)
    assert program.found() == []


def test_whoever_steps_back_in_time_is_in_none() -> None:
    program, _, one, other = two_threads()
    for turn in range(20):
        at = 1.0 + turn
        program.happens(Blocked, at, one, LOCK, other)
        program.happens(Blocked, at + 0.1, other, LOCK, one)
        program.samples(at + 0.1, at + 0.8)
        program.happens(Unblocked, at + 0.9, one)
        program.happens(Unblocked, at + 0.95, other)
    assert program.found() == []


def test_an_end_of_a_wait_that_is_told_a_little_late_is_believed() -> None:
    program, _, one, other = two_threads()
    program.happens(Blocked, 1.0, one, LOCK, other)
    program.happens(Blocked, 1.0, other, LOCK, one)
    program.samples(1.1, 2.2)
    program.happens(Unblocked, 1.9, one)
    program.samples(2.2, 5.0)
    assert program.found() == []


def test_who_now_waits_for_somebody_else_is_no_longer_in_the_circle() -> None:
    program, main, one, other = two_threads()
    program.happens(Blocked, 1.0, one, LOCK, other)
    program.happens(Blocked, 1.0, other, LOCK, one)
    program.samples(1.1, 1.5)
    program.happens(Blocked, 1.5, one, LOCK, main)
    program.samples(1.6, 5.0)
    assert program.found() == []


@pytest.mark.parametrize("kind", [LOCK, JOIN])
def test_who_joins_for_a_while_only_is_in_no_circle(kind: BlockKind) -> None:
    program, main, one, _ = two_threads()
    program.happens(Blocked, 1.0, one, kind, main)
    program.happens(Blocked, 1.0, main, JOIN, one, "", 3.0)
    program.samples(1.1, 4.0)
    assert program.found() == []
    program.happens(Blocked, 4.0, main, JOIN, one)
    program.samples(4.1, 6.0)
    assert len(program.found()) == 1


def test_who_joins_for_a_while_from_now_on_has_left_the_circle() -> None:
    program, main, one, _ = two_threads()
    program.happens(Blocked, 1.0, one, LOCK, main)
    program.happens(Blocked, 1.0, main, JOIN, one)
    program.happens(Blocked, 1.5, main, JOIN, one, "", 3.0)  # that it went on was lost
    program.samples(1.6, 4.0)
    assert program.found() == []


# A standstill: who has a plain lock, nobody tells


def all_wait() -> tuple[Program, int, int, int]:
    """The first thread joins the second, which waits for a lock, as the third does."""
    program, main, one, other = two_threads()
    program.happens(Blocked, 1.0, main, JOIN, one)
    for maker in (main, one, other):
        program.waits(1.0, maker, WaitKind.LOCK)
    return program, main, one, other


def test_a_process_none_of_whose_threads_moves() -> None:
    program, main, one, other = all_wait()
    program.process("python", command="python -c from multiprocessing.resource_tracker import m")
    program.process("make", gil=False)
    program.samples(1.1, 9.0)
    (found,) = program.found()
    assert found.kind is FindingKind.DEADLOCK
    assert found.sentence == (
        "None of the three threads of #1 app.py moves: "
        "#2 T-1 and #3 T-2 wait for locks, the other one joins one of them"
    )
    assert found.evidence[-1] == "nobody has moved since 00:01.0"
    assert found.makers == (main, one, other)
    assert found.is_over is False
    assert BEGAN + 6.0 <= found.at <= BEGAN + 6.3
    program.happens(Unblocked, 9.1, main)
    assert program.found()[0].is_over


@pytest.mark.parametrize(
    "what", [WaitKind.SLEEP, WaitKind.READ, WaitKind.POLL, WaitKind.SIGNAL, WaitKind.NOTHING]
)
def test_one_who_is_there_for_something_else_may_have_the_lock(what: WaitKind) -> None:
    program, _, _, other = all_wait()
    program.waits(1.1, other, what)
    program.samples(1.2, 20.0)
    assert program.found() == []


def test_a_lock_of_which_the_program_tells_that_nobody_knows_who_has_it_counts_likewise() -> None:
    program, main, one, other = all_wait()
    program.happens(Blocked, 1.0, one, LOCK, 0, "of app.py:3")
    program.samples(1.1, 9.0)
    (found,) = program.found()
    assert found.makers == (main, one, other)
    assert "#2 T-1 and #3 T-2 wait for locks" in found.sentence


@pytest.mark.parametrize(("whom", "timeout"), [(0, 9.0), (3, None)])
def test_one_that_is_given_up_or_whose_owner_is_known_does_not(
    whom: int, timeout: float | None
) -> None:
    program, _, one, _ = all_wait()
    program.happens(Blocked, 1.0, one, LOCK, whom, "of app.py:3", timeout)
    program.samples(1.1, 20.0)
    assert program.found() == []


def test_a_join_that_is_given_up_does_not() -> None:
    program, main, one, _ = all_wait()
    program.happens(Blocked, 1.0, main, JOIN, one, "", 30.0)
    program.samples(1.1, 20.0)
    assert program.found() == []


def test_a_signals_handler_may_give_back_a_lock() -> None:
    program, main, one, _ = all_wait()
    program.events.append(Blocked(BEGAN + 1, main, JOIN, one, handles_signals=True))
    program.samples(1.1, 20.0)
    assert program.found() == []


@pytest.mark.parametrize("whom", [0, 1])
def test_the_only_thread_waits_for_a_lock_that_nobody_else_can_have(whom: int) -> None:
    program = Program()
    _, main = program.process("app.py")
    program.happens(Blocked, 1.0, main, LOCK, whom)
    program.samples(1.1, 9.0)
    (found,) = program.found()
    assert found.kind is FindingKind.DEADLOCK
    assert found.sentence == (
        "#1 app.py waits for a lock, and nobody else is there to give it back"
    )


def test_all_wait_for_locks_and_nobody_joins() -> None:
    program, main, *_ = all_wait()
    program.happens(Blocked, 1.0, main, LOCK)
    program.samples(1.1, 9.0)
    (found,) = program.found()
    assert found.sentence == (
        "None of the three threads of #1 app.py moves: #1 app.py, #2 T-1 and #3 T-2 wait for locks"
    )


def test_who_waits_with_a_timeout_goes_on_by_itself() -> None:
    program, _, one, _ = all_wait()
    program.waits(1.1, one, WaitKind.LOCK, TIMED)
    program.samples(1.2, 9.0)
    assert program.found() == []


@pytest.mark.parametrize("on", [CONDITION, GET, PUT])
def test_a_signal_may_wake_who_waits_for_an_event_or_a_queue(on: BlockKind) -> None:
    program, _, one, _ = all_wait()
    program.happens(Blocked, 1.0, one, on, 0, "Event.wait")
    program.samples(1.1, 20.0)
    assert program.found() == []


def test_another_process_may_have_the_lock() -> None:
    program, *_ = all_wait()
    program.process("Process-1", parent=1)
    program.samples(1.1, 20.0)
    assert program.found() == []


def test_of_what_is_watched_not_all_is_seen() -> None:
    program, *_ = all_wait()
    program.events[0] = RunBegan(BEGAN, "watch", cores=(0, 1))
    program.samples(1.1, 20.0)
    assert program.found() == []


def test_threads_that_move_every_now_and_then_do_not_stand_still() -> None:
    program, _, one, _ = all_wait()
    for turn in range(6):
        program.samples(1.1 + 4 * turn, 5.0 + 4 * turn)
        program.samples(5.0 + 4 * turn, 5.1 + 4 * turn, {one: (0.001, 0.0, None)})
    assert program.found() == []


def test_who_knows_for_what_the_first_one_waits_if_it_does_not_tell() -> None:
    program, main, _, _ = all_wait()
    program.happens(Unblocked, 1.1, main)
    program.samples(1.2, 20.0)
    assert program.found() == []


# A join before the queue is emptied


def parent_and_child() -> tuple[Program, int, int, int]:
    """A parent, and a child with a feeder; the parent joins the child."""
    program = Program()
    parent, main = program.process("app.py")
    station, child = program.process("Process-1", parent=parent)
    feeder = program.thread(station, "QueueFeederThread")
    program.happens(Blocked, 1.0, main, JOIN, child)
    return program, main, child, feeder


def test_a_join_of_a_process_whose_queue_nobody_empties() -> None:
    program, main, child, feeder = parent_and_child()
    program.waits(1.0, child, WaitKind.LOCK)
    program.waits(1.0, feeder, WaitKind.WRITE, "pipe to pid 101")
    program.samples(1.1, 5.0)
    (found,) = program.found()
    assert found.kind is FindingKind.JOIN_BEFORE_DRAIN
    assert found.sentence == (
        "#1 app.py joins #2 Process-1, which waits to put something into a queue: "
        "nobody has taken anything out for 1 s"
    )
    assert found.makers == (main, child, feeder)
    assert found.is_over is False
    assert found.at < BEGAN + 3


def test_it_is_over_when_somebody_empties_it() -> None:
    program, _, _, feeder = parent_and_child()
    program.waits(1.0, feeder, WaitKind.WRITE, "pipe held open by pid 101, 103")
    program.samples(1.1, 5.0)
    program.waits(5.0, feeder, WaitKind.NOTHING)
    (found,) = program.found()
    assert found.is_over


def test_a_put_as_the_program_tells_it() -> None:
    program, main, child, feeder = parent_and_child()
    program.waits(1.0, feeder, WaitKind.LOCK)
    program.happens(Blocked, 1.0, child, PUT, 0, "cups")
    program.samples(1.1, 5.0)
    (found,) = program.found()
    assert "put something into queue cups" in found.sentence
    assert found.makers == (main, child)


def test_a_subprocess_whose_pipe_nobody_reads_as_the_system_alone_tells_it() -> None:
    program = Program()
    parent, main = program.process("app.py")
    _, child = program.process("yes", parent=parent, gil=False)
    program.waits(1.0, main, WaitKind.CHILD, "pid 102")
    program.waits(1.0, child, WaitKind.WRITE, "pipe to pid 101")
    program.samples(1.1, 5.0)
    (found,) = program.found()
    assert found.sentence.startswith("#1 app.py waits for the end of #2 yes, which waits to put")


def test_the_librarys_own_processes_do_not_matter() -> None:
    program, _, _, feeder = parent_and_child()
    _, tracker = program.process(
        "python", parent=1, command="python -c from multiprocessing.resource_tracker import main"
    )
    program.waits(1.0, tracker, WaitKind.READ, "pipe from pid 101")
    program.waits(1.0, feeder, WaitKind.WRITE, "pipe to pid 101")
    program.samples(1.1, 3.0)
    assert len(program.found()) == 1


@pytest.mark.parametrize(
    ("what", "subject"),
    [
        (WaitKind.NOTHING, ""),
        (WaitKind.SLEEP, ""),
        (WaitKind.POLL, ""),
        (WaitKind.READ, "socket to 127.0.0.1:5432"),
        (WaitKind.READ, "pipe"),
        (WaitKind.LOCK, TIMED),
        (WaitKind.LOCK, "tmp/lockfile"),
        (WaitKind.DISK, ""),
    ],
)
@pytest.mark.parametrize("is_thread", [True, False])
def test_somebody_else_may_empty_it_sooner_or_later(
    what: WaitKind, subject: str, is_thread: bool
) -> None:
    program, _, _, feeder = parent_and_child()
    if is_thread:
        drainer = program.thread(1, "drain")
    else:
        _, drainer = program.process("Process-2", parent=1)
    program.waits(1.0, drainer, what, subject)
    program.waits(1.0, feeder, WaitKind.WRITE, "pipe to pid 101")
    program.samples(1.1, 20.0)
    assert program.found() == []


@pytest.mark.parametrize("on", [LOCK, JOIN, CONDITION, GET])
def test_who_waits_with_a_timeout_may_empty_it_then(on: BlockKind) -> None:
    program, main, _, feeder = parent_and_child()
    drainer = program.thread(1, "drain")
    program.happens(Blocked, 1.0, drainer, on, main if on is JOIN else 0, "", 30.0)
    program.waits(1.0, feeder, WaitKind.WRITE, "pipe to pid 101")
    program.samples(1.1, 20.0)
    assert program.found() == []


def test_who_joins_or_puts_with_a_timeout_goes_on_by_itself() -> None:
    program, main, child, feeder = parent_and_child()
    program.happens(Blocked, 1.1, main, JOIN, child, "", 30.0)
    program.waits(1.0, feeder, WaitKind.WRITE, "pipe to pid 101")
    program.samples(1.1, 20.0)
    assert program.found() == []
    program, _, child, _ = parent_and_child()
    program.happens(Blocked, 1.0, child, PUT, 0, "cups", 30.0)
    program.samples(1.1, 20.0)
    assert program.found() == []


def test_what_is_not_seen_may_empty_it() -> None:
    program, _, _, feeder = parent_and_child()
    program.waits(1.0, feeder, WaitKind.WRITE, "pipe")  # none of the program has its other end
    program.samples(1.1, 20.0)
    assert program.found() == []
    program.waits(20.0, feeder, WaitKind.WRITE, "pipe to pid 101")
    program.samples(20.1, 30.0)
    assert len(program.found()) == 1
    program.events[0] = RunBegan(BEGAN, "watch", cores=(0, 1))
    assert program.found() == []


def test_who_waits_for_a_lock_may_empty_it_for_a_while() -> None:
    program, _, _, feeder = parent_and_child()
    drainer = program.thread(1, "drain")
    program.waits(1.0, drainer, WaitKind.LOCK)
    program.waits(1.0, feeder, WaitKind.WRITE, "pipe to pid 101")
    program.samples(1.1, 5.5)
    program.samples(5.5, 5.6, {drainer: (0.01, 0.0, None)})
    program.samples(5.6, 10.0)
    assert program.found() == []
    program.samples(10.0, 12.0)
    assert len(program.found()) == 1


def test_a_consumer_in_the_same_process_may_empty_a_queue_between_threads() -> None:
    program, _, child, feeder = parent_and_child()
    program.waits(1.0, feeder, WaitKind.LOCK)
    program.waits(1.0, program.thread(2, "drink"), WaitKind.SLEEP)
    program.happens(Blocked, 1.0, child, PUT, 0, "cups")
    program.samples(1.1, 20.0)
    assert program.found() == []


def test_a_slow_reader_moves_the_writer_every_now_and_then() -> None:
    program, _, _, feeder = parent_and_child()
    program.waits(1.0, feeder, WaitKind.WRITE, "pipe to pid 101")
    for turn in range(10):
        program.samples(1.1 + turn, 2.0 + turn)
        program.samples(2.0 + turn, 2.1 + turn, {feeder: (0.001, 0.0, None)})
    assert program.found() == []


def test_nor_is_it_one_to_join_a_process_that_does_something_else() -> None:
    program, _, child, feeder = parent_and_child()
    program.waits(1.0, feeder, WaitKind.LOCK)
    program.waits(1.0, child, WaitKind.READ, "pipe from pid 101")
    program.samples(1.1, 20.0)
    assert program.found() == []


def test_or_a_thread_of_the_same_process() -> None:
    program, main, one, _ = two_threads()
    program.happens(Blocked, 1.0, main, JOIN, one)
    program.happens(Blocked, 1.0, one, PUT, 0, "cups")
    program.samples(1.1, 20.0)
    assert program.found(FindingKind.JOIN_BEFORE_DRAIN) == []


def test_to_write_to_what_is_no_pipe_is_none() -> None:
    program, _, _, feeder = parent_and_child()
    program.waits(1.0, feeder, WaitKind.WRITE, "socket to 127.0.0.1:80")
    program.samples(1.1, 20.0)
    assert program.found() == []


def test_a_short_wait_is_none() -> None:
    program, main, _, feeder = parent_and_child()
    program.waits(1.0, feeder, WaitKind.WRITE, "pipe to pid 101")
    program.samples(1.1, 2.0)
    program.happens(Unblocked, 2.0, main)
    program.samples(2.0, 9.0)
    assert program.found() == []
