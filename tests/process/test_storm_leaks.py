"""Nothing leaks: the short form of the storm."""

from __future__ import annotations

import sys
from random import Random

import pytest

if sys.platform != "linux":
    pytest.skip("counts what Linux tells in /proc and /dev/shm", allow_module_level=True)

from tests.storm.leaks import fail_to_start, start_and_end
from tests.storm.screen_leaks import come_and_go
from tests.thorough import briefly


@briefly("method", ["forkserver", "spawn", "fork"])
def test_nothing_is_left_of_makers_that_come_and_go(method: str) -> None:
    assert start_and_end(60 if method == "forkserver" else 10, Random(1), method)


def test_nothing_is_left_of_makers_that_could_not_be_started() -> None:
    assert fail_to_start(4)


@pytest.mark.thorough
@pytest.mark.long
def test_nothing_is_left_of_makers_that_come_and_go_on_the_screen() -> None:
    assert come_and_go(30, Random(1))
