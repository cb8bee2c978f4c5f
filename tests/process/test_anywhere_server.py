"""The fork server does not answer, or a maker's number is somebody else's by now."""

from __future__ import annotations

import sys

import pytest

if sys.platform != "linux":
    pytest.skip("freezes and stops as Linux does it", allow_module_level=True)

from tests.storm.anywhere.reused_number import try_among_reused_numbers
from tests.storm.anywhere.stopped_server import (
    LEAVE_SECONDS,
    Halt,
    frozen,
    leave_the_screen,
    run_lines,
    stopped,
)
from tests.storm.promise import Untried


def test_the_screen_is_left_beside_a_stopped_server_that_is_asked_for_a_maker() -> None:
    leave_the_screen(stopped, "q", adding=True)


@pytest.mark.parametrize("halt", [stopped, frozen])
def test_a_start_is_given_up(halt: Halt) -> None:
    try:
        assert run_lines(halt, "--plain", at_once=True) < LEAVE_SECONDS
    except Untried as why:
        pytest.skip(str(why))


def test_makers_that_came_from_a_stopped_server_end_with_the_run() -> None:
    assert run_lines(stopped, "--json", at_once=False, leave="SIGTERM") < LEAVE_SECONDS


@pytest.mark.parametrize("refused", [False, True], ids=["pidfds", "no-pidfds"])
def test_nobody_else_gets_a_signal_that_was_meant_for_a_maker(*, refused: bool) -> None:
    try:
        try_among_reused_numbers("kitchen", refused=refused)
    except Untried as why:
        pytest.skip(str(why))
