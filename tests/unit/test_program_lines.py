"""A program that is not ours without a screen: its own output, and what became of its processes."""

from __future__ import annotations

import io

import pytest

from chai_tui.model.events import Dropped, Event, Said, Trouble, Unseated
from chai_tui.state.floor import Floor
from chai_tui.views.output import OutputError
from chai_tui.views.program_lines import ProgramLinesView, exit_code
from chai_tui.views.starts import NAME_SECONDS
from tests.builders import BEGAN, floor_of
from tests.made_programs import RUN, WATCH, ends, process, thread

PROGRAM = "python lesson.py"
MAIN = process(1, PROGRAM)
CHILD = process(2, "Process-1", parent=1, at=BEGAN + 0.25)


def told(*batches: list[Event], err: bool = True) -> tuple[list[str], list[str]]:
    """What is printed on stdout, and on stderr."""
    out, errors = io.StringIO(), io.StringIO()
    view, floor = ProgramLinesView(out, errors if err else None), Floor()
    run: list[Event] = [RUN]
    for events in (run, *batches):
        floor.fold(events)
        view.show(events, floor)
    view.close(floor, 0)
    return out.getvalue().splitlines(), errors.getvalue().splitlines()


def said(line: str, stream: str = "out") -> Said:
    return Said(BEGAN, None, line, stream, 1)


def test_stdout_has_the_programs_own_lines_and_nothing_else() -> None:
    out, err = told(
        [*MAIN, said("Start of chai brewing"), said("[b]\x1b[1m ü\tx  "), said("oops", "err")],
        [*CHILD, *thread(3, 1), said("")],
        [*ends(2, exitcode=-9, at=BEGAN + 1.5), *ends(3, at=BEGAN + 1), *ends(1, at=BEGAN + 2)],
    )
    assert out == ["Start of chai brewing", "[b]\x1b[1m ü\tx  ", ""]
    assert err == [
        f"chai-tui: 00.000 #1 {PROGRAM} started, pid 4711",
        "oops",
        "chai-tui: 00.250 #2 Process-1 started, pid 4712",
        "chai-tui: 01.500 Process-1 #2, pid 4712: killed by SIGKILL",
        f"chai-tui: 02.000 {PROGRAM} #1, pid 4711: ended with exit code 0",
        "chai-tui: 1 of 2 processes was killed or ended with another code than 0: "
        "Process-1 #2 killed by SIGKILL",
    ]


def test_who_has_no_name_but_its_number_is_told_with_it_once() -> None:
    _, err = told([*MAIN, *process(2, "pid 4712", parent=1)], ends(2, exitcode=1))
    assert err[1:3] == [
        "chai-tui: 00.000 #2 pid 4712 started",
        "chai-tui: 03.000 pid 4712 #2: ended with exit code 1",
    ]


def child(number: int, name: str) -> list[Event]:
    return process(number, name, parent=1, at=BEGAN + 0.25)


def test_a_start_waits_for_a_name_for_a_moment_and_for_no_end_and_no_word() -> None:
    now = [50.0]
    err = io.StringIO()
    view, floor = ProgramLinesView(io.StringIO(), err, lambda: now[0]), Floor()

    def show(*events: Event) -> list[str]:
        before = err.tell()
        floor.fold(events)
        view.show(events, floor)
        return [line.removeprefix("chai-tui: ") for line in err.getvalue()[before:].splitlines()]

    assert len(show(RUN, *MAIN)) == 1
    assert view.patience() is None
    # It is named in time.
    assert show(*child(2, PROGRAM)) == []
    assert view.patience() == pytest.approx(NAME_SECONDS)
    assert show(child(2, "Process-1")[0], child(2, "Process-1")[2]) == [
        "00.250 #2 Process-1 started, pid 4712"
    ]
    assert view.patience() is None
    # At once, for it has a name already; not before one that waits; and nobody names it.
    assert len(show(*child(3, "python other.py"))) == 1
    assert show(*child(4, PROGRAM)) == []
    now[0] += NAME_SECONDS + 0.01
    assert view.patience() == 0.0
    assert show() == [f"00.250 #4 {PROGRAM} started, pid 4714"]
    assert show(*child(8, PROGRAM), *child(9, "make")) == []
    assert [line[7:9] for line in show(child(8, "Process-8")[0])] == ["#8", "#9"]
    # It says something, or ends; what others do is no reason.
    assert show(*child(5, PROGRAM)) == []
    assert show(Said(BEGAN, 5, "x", "err", 5)) == [f"00.250 #5 {PROGRAM} started, pid 4715", "x"]
    assert show(*child(6, PROGRAM)) == []
    assert len(show(*ends(5, at=BEGAN + 0.3))) == 1
    started, ended = show(*ends(6, at=BEGAN + 0.3))
    assert "started" in started
    assert "ended with exit code 0" in ended
    assert show(*child(7, PROGRAM)) == []
    view.close(floor, 0)
    assert err.getvalue().count("pid 4717") == 1


def test_both_streams_keep_their_order_where_they_are_one() -> None:
    both = io.StringIO()
    view = ProgramLinesView(both, both)
    view.show([said("a"), said("b", "err"), said("c"), said("d", "err")], floor_of(RUN, *MAIN))
    assert both.getvalue() == "a\nb\nc\nd\n"


def test_the_end_of_a_process_is_told_once_and_once_all_its_threads_have_ended() -> None:
    _, err = told([*MAIN, *thread(2, 1)], ends(1, 2, exitcode=3))
    assert [line for line in err if "pid 4711: ended" in line] == [
        f"chai-tui: 03.000 {PROGRAM} #1, pid 4711: ended with exit code 3"
    ]


def test_trouble_and_what_was_left_out_are_told_on_the_other_stream() -> None:
    out, err = told(
        [Unseated(BEGAN, 1, "no such\nfile"), Trouble(BEGAN, None, "\x1b"), Dropped(BEGAN, 1, 7, 1)]
    )
    assert out == []
    assert err == [
        "chai-tui: no such␊file",
        "chai-tui: ␛",
        "chai-tui: 7 lines came faster than they can be shown, and were left out",
        f"chai-tui: {PROGRAM}: never started",
    ]


def test_without_stderr_the_program_goes_on_and_without_a_reader_it_is_over() -> None:
    assert told([*MAIN, said("x"), said("y", "err")], err=False) == (["x"], [])

    class Gone(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    with pytest.raises(OutputError):
        ProgramLinesView(Gone(), None).show([said("x")], floor_of(RUN, *MAIN))


def test_of_very_many_that_end_at_once_every_end_is_told() -> None:
    makers = range(2, 302)
    children = [event for number in makers for event in process(number, "w", parent=1)]
    floor_forgets = [*MAIN, *children, *ends(*makers), *ends(1)]
    _, err = told(floor_forgets)
    assert sum("started" in line for line in err) == 301
    assert sum("exit code 0" in line for line in err) == 301
    assert "chai-tui: 03.000 #2, pid 4712: exit code 0" in err


def test_the_exit_code_stays_when_the_finished_are_forgotten() -> None:
    floor = floor_of(RUN, *MAIN, *CHILD, *ends(1, exitcode=5), *ends(2))
    floor.forget_finished()
    assert exit_code(floor) == 5


@pytest.mark.parametrize(
    ("events", "code"),
    [
        ([RUN, *MAIN, *CHILD, *ends(2, exitcode=5), *ends(1)], 0),
        ([RUN, *MAIN, *CHILD, *ends(2), *ends(1, exitcode=5)], 5),
        ([RUN, *MAIN, *ends(1, exitcode=-9)], 137),
        ([RUN, *MAIN, *ends(1, exitcode=-15)], 143),
        ([RUN, *MAIN, *thread(2, 1), *ends(1, at=BEGAN), *ends(2, exitcode=4)], 4),
        ([RUN, *MAIN, *ends(1, exitcode=None)], 1),
        ([RUN, *MAIN], 1),
        ([RUN, Unseated(BEGAN, 1, "no such file")], 2),
        ([RUN], 1),
        ([WATCH, *MAIN, *ends(1, exitcode=-9)], 0),
        ([WATCH], 0),
    ],
)
def test_the_exit_code_is_that_of_the_first_process(events: list[Event], code: int) -> None:
    assert exit_code(floor_of(*events)) == code
