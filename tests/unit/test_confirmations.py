"""What is said before and instead of acting on a maker."""

from __future__ import annotations

import pytest

from chai_tui.model.engine import Engine
from chai_tui.model.events import Event
from chai_tui.tui.dialogs.confirmations import names, question, refusal, sharers
from tests.builders import brewing, ended, failed, floor_of, killed, served, stopped


@pytest.mark.parametrize(
    ("events", "words"),
    [
        (brewing(1), ""),
        (served(1, joined=False), ""),
        (served(1), "Chai Maker #1 has already served"),
        (killed(1, signal=11), "Chai Maker #1 was already killed by SIGSEGV"),
        (stopped(1), "Chai Maker #1 has already stopped"),
        (failed(1), "Chai Maker #1 has already failed: ValueError: no milk"),
        (ended(1, exitcode=3), "Chai Maker #1 has already failed: exit code 3"),
    ],
)
def test_what_ended_can_be_done_nothing_to(events: list[Event], words: str) -> None:
    assert refusal(floor_of(*events).makers[1]) == words


def test_nobody_is_nobody() -> None:
    assert refusal(None) == "No maker is selected"


def test_only_those_still_at_work_share() -> None:
    thread = Engine.THREAD
    floor = floor_of(
        *brewing(1, engine=thread), *brewing(2, engine=thread), *served(3, engine=thread)
    )
    assert sharers(floor, floor.makers[1]) == [2]
    asked = question(floor, floor.makers[1], "Kill", "end with it")
    assert asked == (
        "Kill the process of Chai Maker #1?",
        "Chai Maker #2 shares it (pid 4720) and ends with it.",
    )


def test_nobody_is_asked_about_a_process_of_ones_own() -> None:
    floor = floor_of(*brewing(1), *brewing(2))
    assert question(floor, floor.makers[1], "Kill", "end with it") is None


def test_several_share_in_the_plural() -> None:
    floor = floor_of(*(e for n in (1, 2, 3) for e in brewing(n, engine=Engine.SERIAL)))
    asked = question(floor, floor.makers[2], "Pause", "pause with it")
    assert asked is not None
    assert asked.detail == "Chai Maker #1 and #3 share it (pid 4720) and pause with it."


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ([2], "Chai Maker #2"),
        ([2, 3], "Chai Maker #2 and #3"),
        ([2, 3, 4], "Chai Maker #2, #3 and #4"),
        (list(range(1, 19)), "Chai Maker #1, #2, #3, #4, #5, #6 and 12 more"),
    ],
)
def test_many_are_counted(numbers: list[int], text: str) -> None:
    assert names(numbers) == text
