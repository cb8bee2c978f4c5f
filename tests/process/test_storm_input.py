"""Bad input is refused in one line: the storm's short form."""

from __future__ import annotations

import sys
from random import Random

import pytest

from tests.storm.bad_input import feed_command_lines, feed_files, feed_programs
from tests.storm.bad_programs import feed_bad_programs, feed_odd_programs

if sys.platform == "win32":
    pytest.skip("Windows has no SIGINT to interrupt who brews", allow_module_level=True)


@pytest.mark.long
def test_any_file_is_taken_or_refused_in_one_line() -> None:
    assert feed_files(80, Random(1))


@pytest.mark.thorough
def test_any_command_line_is_taken_or_refused_in_one_line() -> None:
    assert feed_command_lines(150, Random(1))


@pytest.mark.long
def test_the_program_itself_prints_no_traceback() -> None:
    assert feed_programs(8, Random(1))


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="programs are run and watched on Linux alone")
def test_what_can_neither_be_run_nor_watched_is_refused_in_one_line() -> None:
    assert feed_bad_programs(6, Random(1))


@pytest.mark.thorough
@pytest.mark.skipif(sys.platform != "linux", reason="programs are run and watched on Linux alone")
def test_odd_programs_are_run_and_watched() -> None:
    assert feed_odd_programs(3, Random(1))
