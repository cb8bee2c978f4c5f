"""A stopped reader loses nothing: the storm's short form."""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("Windows cannot stop a process", allow_module_level=True)

from tests.storm.stopped_reader import read_json, stop_the_reader, stop_the_screen
from tests.thorough import briefly

MAKERS = 12
"""Enough for two or three of each way to send; the storm has 32."""


def test_a_stopped_reader_finds_everything_when_it_goes_on() -> None:
    """1,500 reports each are more than a pipe holds: everybody waits for the reader."""
    assert stop_the_reader(makers=MAKERS, numbers=1_500, seconds=0.5)


@briefly("stopped", [True, False], ids=["stopped", "not read"])
def test_no_event_is_missing_in_json(stopped: bool) -> None:
    assert read_json(makers=MAKERS, numbers=1_300, seconds=0.5, stopped=stopped)


@pytest.mark.thorough
@pytest.mark.long
def test_everybody_is_served_on_a_screen_that_was_stopped() -> None:
    assert stop_the_screen(makers=MAKERS, numbers=1_300, seconds=0.5)
