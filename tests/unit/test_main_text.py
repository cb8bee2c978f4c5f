"""The process that starts and joins, in a line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from chai_tui.explain.main_text import main_text, numbers_text
from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, RunBegan, Unseated
from chai_tui.model.text import printable
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Maker
from tests.builders import BEGAN, HERE, brewing, floor_of, killed, seated, served
from tests.unit.any_maker import makers, of_several

THREAD = Engine.THREAD


@pytest.mark.parametrize(
    ("events", "line"),
    [
        ([], "main  pid 4700  started nobody yet"),
        (seated(1), "main  pid 4700  started #1 · waits for #1"),
        (
            [*served(1), *brewing(2), *brewing(3)],
            "main  pid 4700  started #1 #2 #3 · waits for #2 #3 · joined #1: exit code 0",
        ),
        (
            [*served(1, after=4.0), *killed(2), *brewing(3)],
            "main  pid 4700  started #1 #2 #3 · waits for #3 · joined #2: exit code −9 · "
            "joined #1: exit code 0",
        ),
        (
            [*served(1, joined=False), *killed(2)],
            "main  pid 4700  started #1 #2 · waits for #1 · joined #2: exit code −9",
        ),
        (
            [*served(1, engine=THREAD), *brewing(2, engine=THREAD), *brewing(3)],
            "main  pid 4700  started #3, pid 4720 with #1 #2 · waits for #2 #3 · "
            "pid 4720 joined #1",
        ),
        (
            [*killed(1, engine=THREAD), *brewing(2)],
            "main  pid 4700  started #2, pid 4720 with #1 · waits for #2 · "
            "joined pid 4720: exit code −9",
        ),
        (
            [*served(1, after=3.2), *served(2, after=3.0)],
            "main  pid 4700  joined #1 #2: exit code 0 each · All chai served · order #2 #1",
        ),
        (served(1), "main  pid 4700  joined #1: exit code 0 · All chai served"),
        (
            [*served(1, engine=THREAD), *served(2, engine=THREAD)],
            "main  pid 4700  joined #1 #2 · All chai served · order #1 #2",
        ),
        (
            [*served(1), *killed(2)],
            "main  pid 4700  joined #1 #2 · "
            "1 of 2 chai served: Chai Maker #2 was killed by SIGKILL",
        ),
        (
            [Unseated(BEGAN, 2, "no pots")],
            "main  pid 4700  0 of 2 chai served: 2 makers not seated",
        ),
    ],
)
def test_main_tells_whom_it_started_whom_it_waits_for_and_whom_it_joined(
    events: list[Event], line: str
) -> None:
    assert main_text(floor_of(HERE, *events), 120) == line


def test_a_pid_that_nobody_knows_is_left_out() -> None:
    assert main_text(floor_of(RunBegan(0.0), *seated(1)), 80) == "main  started #1 · waits for #1"


def test_a_floor_that_was_cleared_is_not_one_where_nobody_ever_was() -> None:
    floor = floor_of(HERE, *served(1))
    floor.forget_finished()
    assert main_text(floor, 80) == "main  pid 4700  waits for nobody"


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (120, "main  pid 4700  started #1–#60 · waits for #2–#60 · joined #1: exit code 0"),
        (70, "main  pid 4700  waits for #2–#60 · joined #1: exit code 0"),
        (50, "main  pid 4700  waits for #2–#60"),
        (24, "main  waits for #2–#60"),
        (20, "main  waits for #2–…"),
        (1, "…"),
        (0, ""),
    ],
)
def test_where_there_is_little_room_the_line_says_less(width: int, line: str) -> None:
    events = [event for number in range(2, 61) for event in brewing(number)]
    assert main_text(floor_of(HERE, *served(1), *events), width) == line


def test_many_numbers_become_ranges_and_then_a_count() -> None:
    assert numbers_text([], 3) == ""
    assert numbers_text([1, 2, 4, 5, 6, 7], 9) == "#1 #2 #4–#7"
    assert numbers_text([1, 3, *range(5, 61)], 2) == "#1 #3 +56"


@of_several
@given(st.lists(makers(), max_size=6), st.integers(0, 200), st.booleans())
def test_it_fits_whatever_the_makers_are_like(
    all_of: list[Maker], width: int, is_over: bool
) -> None:
    floor = Floor()
    for number, maker in enumerate(all_of, 1):
        floor.fold(seated(number, engine=maker.engine))
        maker.number, maker.station = number, floor.makers[number].station
        floor.makers[number] = maker
        floor.open -= maker.joined or is_over
    line = main_text(floor, width)
    assert cell_len(line) <= width
    assert printable(line) == line
