"""What is left in the shell once the screen is gone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chai_tui.explain.report import LISTED, report_lines
from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, Exited, Served, Unseated
from chai_tui.model.text import printable
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Maker
from tests.builders import (
    BEGAN,
    HERE,
    brewing,
    failed,
    floor_of,
    killed,
    served,
    stopped,
)
from tests.unit.any_maker import makers, of_several

THREAD = Engine.THREAD


@pytest.mark.parametrize(
    ("events", "lines"),
    [
        ([], []),
        (
            [Unseated(BEGAN, 2, "no pots")],
            ["0 of 2 chai served: 2 makers not seated"],
        ),
        (
            served(1),
            [
                "All chai served",
                "1 process: 3.01 s on the clock, 2.10 s of CPU time, 0.7 cores at once",
                "exit codes: #1 0",
            ],
        ),
        (
            [*served(1, after=4.0), *served(2), *killed(3)],
            [
                "2 of 3 chai served: Chai Maker #3 was killed by SIGKILL",
                "3 processes: 4.01 s on the clock, 4.30 s of CPU time, 1.1 cores at once",
                "order: #2 #1",
                "exit codes: #1 0, #2 0, #3 −9 (SIGKILL)",
            ],
        ),
        (
            [*served(1, engine=THREAD), *failed(2, engine=THREAD), *stopped(3)],
            [
                "1 of 3 chai served: Chai Maker #2 failed: ValueError: no milk, "
                "Chai Maker #3 was stopped",
                "2 threads and 1 process: 3.01 s on the clock, 2.60 s of CPU time, "
                "0.9 cores at once",
                "exit codes: #3 −15 (SIGTERM)",
                "ends: #1 served, #2 failed",
            ],
        ),
        (
            [*killed(1, engine=THREAD), *killed(2, engine=THREAD)],
            [
                "0 of 2 chai served: Chai Maker #1 was killed by SIGKILL, "
                "Chai Maker #2 was killed by SIGKILL",
                "2 threads: 1.10 s on the clock, 0.20 s of CPU time, 0.2 cores at once",
                "ends: #1 with its process, exit code −9 (SIGKILL), "
                "#2 with its process, exit code −9 (SIGKILL)",
            ],
        ),
    ],
)
def test_it_tells_who_brewed_how_long_in_which_order_and_each_exit_code(
    events: list[Event], lines: list[str]
) -> None:
    assert report_lines(floor_of(HERE, *events)) == lines


def test_those_who_were_ended_while_they_brewed_are_counted() -> None:
    floor = floor_of(HERE, *served(1), *stopped(2), *stopped(3))
    assert report_lines(floor, {2, 3})[0] == (
        "1 of 3 chai served; 2 makers were ended while they brewed"
    )
    assert report_lines(floor, {3})[0] == ("1 of 3 chai served; 1 maker was ended while it brewed")


def test_who_served_while_everybody_left_was_not_ended() -> None:
    assert report_lines(floor_of(HERE, *served(1)), {1})[0] == "All chai served"


def test_who_was_never_joined_has_no_exit_code() -> None:
    lines = report_lines(floor_of(HERE, *brewing(1), *brewing(2, engine=THREAD)), {1, 2})
    assert lines[0] == "0 of 2 chai served; 2 makers were ended while they brewed"
    assert lines[2:] == ["exit codes: #1 not joined", "ends: #2 not joined"]


def test_a_pause_between_two_rounds_does_not_count() -> None:
    floor = floor_of(HERE, *served(1, after=3.0), *served(2, at=BEGAN + 100, after=2.0))
    assert "2 processes: 5.02 s on the clock" in report_lines(floor)[1]


def test_many_makers_are_counted_after_the_first() -> None:
    many = [event for number in range(1, 61) for event in served(number, after=number / 10)]
    _, _, order, codes = report_lines(floor_of(HERE, *many))
    assert order == "order: #1 #2 #3 #4 #5 #6 #7 #8 #9 #10 and 50 more"
    assert codes.startswith("exit codes: #1 0, #2 0, ")
    assert codes.endswith("#10 0 and 50 more")
    assert LISTED == 10


def test_an_exit_code_that_was_lost_is_unknown() -> None:
    events = [*brewing(1), Served(BEGAN + 3, 1, 0.1), Exited(BEGAN + 3, 1, None, ours=False)]
    assert report_lines(floor_of(HERE, *events))[-1] == "exit codes: #1 unknown"


@of_several
@given(st.lists(makers(), max_size=6), st.sets(st.integers(0, 8)))
def test_it_is_printable_and_short_whatever_the_makers_are_like(
    all_of: list[Maker], ended: set[int]
) -> None:
    floor = Floor()
    for number, maker in enumerate(all_of, 1):
        maker.number = number
        floor.makers[number] = maker
        floor.counts[maker.state] += 1
        floor.open += not maker.joined
    lines = report_lines(floor, ended)
    assert len(lines) <= 5
    assert bool(lines) == bool(all_of)
    assert [printable(line) for line in lines] == lines
