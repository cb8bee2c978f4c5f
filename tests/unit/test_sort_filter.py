"""Which makers are shown, and in which order."""

from __future__ import annotations

import pytest

from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, Exited
from chai_tui.model.program_events import TaskBegan, WaitKind
from chai_tui.model.recipe import BUILT_IN
from chai_tui.tui.makers.sort_filter import SEARCHED_LINES, Sort, in_order
from tests.builders import BEGAN, brewing, failed, floor_of, killed, paused, sampled, served
from tests.program_floors import process, thread, waits

MIXED: list[Event] = [
    *brewing(1, cpu_seconds=0.5, said=["Start of Chai Maker #1 brewing", "the pot is full"]),
    *served(2, after=3.0, said=["Start of Chai Maker #2 brewing"]),
    *killed(3, recipe=BUILT_IN["masala"]),
    *brewing(4, cpu_seconds=1.5, engine=Engine.THREAD),
    *served(5, after=2.0),
    *paused(6),
]


@pytest.mark.parametrize(
    ("sort", "numbers"),
    [
        (Sort.NUMBER, [1, 2, 3, 4, 5, 6]),
        (Sort.STATE, [1, 4, 6, 3, 2, 5]),
        (Sort.CPU, [2, 5, 4, 1, 3, 6]),
        (Sort.PLACE, [5, 2, 1, 3, 4, 6]),
    ],
)
def test_equals_stay_in_the_order_of_their_numbers(sort: Sort, numbers: list[int]) -> None:
    assert in_order(floor_of(*MIXED), sort) == numbers


def test_who_holds_the_most_memory_comes_first() -> None:
    events = [*MIXED, *sampled({0: [4]}, memory=9_000_000), *sampled({0: [1]}, memory=3_000_000)]
    assert in_order(floor_of(*events), Sort.MEMORY)[:2] == [4, 1]


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ("", [1, 2, 3, 4, 5, 6]),
        ("#4", [4]),
        ("served", [2, 5]),
        ("MASALA", [3]),
        ("thread", [4]),
        ("pot FULL", [1]),
        ("sigkill", [3]),
        ("brewing thread", [4]),
        ("masala thread", []),
        ("no such thing", []),
        ("brewing", [1, 4]),
        ("Brew", [1, 4]),
        ("kill", [3]),
        ("paus", [6]),
        ("ser pot", []),
        ("se", [2, 5, 6]),
        ("brewings", []),
    ],
)
def test_every_word_must_be_part_of_what_a_maker_shows(wanted: str, numbers: list[int]) -> None:
    assert in_order(floor_of(*MIXED), wanted=wanted) == numbers


def test_an_error_can_be_looked_for() -> None:
    assert in_order(floor_of(*MIXED, *failed(7)), wanted="no milk") == [7]


def test_the_last_lines_are_looked_through() -> None:
    floor = floor_of(*brewing(1, said=[f"<{number}>" for number in range(SEARCHED_LINES + 1)]))
    assert in_order(floor, wanted=f"<1> <{SEARCHED_LINES}>") == [1]
    assert in_order(floor, wanted="<0>") == []


@pytest.mark.parametrize(
    ("is_program", "unknown"), [(False, Sort.NAME), (True, Sort.PLACE)], ids=["ours", "program"]
)
def test_the_sorts_go_round(is_program: bool, unknown: Sort) -> None:
    """A program has names, and no places."""
    sort = Sort.NUMBER
    seen = []
    for _ in range(len(Sort) - 1):
        seen.append(sort)
        sort = sort.next(1, is_program=is_program)
    assert seen == [one for one in Sort if one is not unknown]
    assert sort is Sort.NUMBER
    assert sort.next(-1, is_program=is_program) is seen[-1]


def test_a_program_is_found_by_its_names_tasks_and_waits() -> None:
    events = [
        *process(1, "python x.py", thread="MainThread"),
        *thread(2, 1, "loader_0", target="load"),
        *process(3, "make", target="brew_chai"),
        TaskBegan(BEGAN + 1, 2, "fetch"),
        waits(BEGAN + 1, m3=(WaitKind.READ, "socket to 127.0.0.1:5432")),
        Exited(BEGAN + 2, 1, 0, ours=False),
    ]
    floor = floor_of(*events)
    found = {
        wanted: in_order(floor, wanted=wanted)
        for wanted in ("x.py", "loader", "load fetch", "5432", "brew", "brewing", "run", "done")
    }
    assert found == {
        "x.py": [1, 2], "loader": [2], "load fetch": [2], "5432": [3], "brew": [3], "brewing": [],
        "run": [2, 3], "done": [1],
    }  # fmt: skip
    assert in_order(floor, Sort.NAME) == [2, 1, 3]
    assert in_order(floor, Sort.STATE) == [2, 3, 1]
