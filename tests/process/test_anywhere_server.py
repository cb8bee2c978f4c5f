"""The fork server does not answer, or a maker's number is somebody else's by now."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

if sys.platform != "linux":
    pytest.skip("freezes and stops as Linux does it", allow_module_level=True)

from tests.slowness import as_if_alone
from tests.storm.anywhere.reused_number import try_among_reused_numbers
from tests.storm.anywhere.stopped_server import (
    LEAVE_SECONDS,
    Halt,
    frozen,
    leave_the_screen,
    run_lines,
    stopped,
)
from tests.storm.promise import Broken, Untried
from tests.thorough import briefly


def in_time(trial: Callable[..., float], *arguments: object, **options: object) -> None:
    """Try something that must take two seconds at most; too slow is what is so three times."""
    for turns_left in (2, 1, 0):
        try:
            took = as_if_alone(trial(*arguments, **options))
            if took < LEAVE_SECONDS or not turns_left:
                break
        except Untried as why:
            pytest.skip(str(why))
        except Broken:
            if not turns_left:
                raise
    assert took < LEAVE_SECONDS


@pytest.mark.thorough
def test_the_screen_is_left_beside_a_stopped_server_that_is_asked_for_a_maker() -> None:
    in_time(leave_the_screen, stopped, "q", adding=True)


@briefly("halt", [stopped, frozen])
def test_a_start_is_given_up(halt: Halt) -> None:
    in_time(run_lines, halt, "--plain", at_once=True)


def test_makers_that_came_from_a_stopped_server_end_with_the_run() -> None:
    in_time(run_lines, stopped, "--json", at_once=False, leave="SIGTERM")


@briefly("refused", [False, True], ids=["pidfds", "no-pidfds"])
def test_nobody_else_gets_a_signal_that_was_meant_for_a_maker(*, refused: bool) -> None:
    try:
        try_among_reused_numbers("kitchen", refused=refused)
    except Untried as why:
        pytest.skip(str(why))
