"""A stopped reader loses nothing: the storm's short form."""

from __future__ import annotations

import sys

import pytest

from tests.storm.stopped_reader import stop_the_reader

if sys.platform == "win32":
    pytest.skip("Windows cannot stop a process", allow_module_level=True)


def test_a_stopped_reader_finds_everything_when_it_goes_on() -> None:
    """1,500 reports each are more than a pipe holds: everybody waits for the reader."""
    assert stop_the_reader(makers=32, numbers=1_500, seconds=0.5)
