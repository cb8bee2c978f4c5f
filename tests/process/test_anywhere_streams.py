"""Standard streams that are closed, full, gone or shared: the storm's short form."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("other systems have other devices", allow_module_level=True)

from tests.storm.anywhere import streams as storm
from tests.thorough import briefly

QUICK = "--simulate --speed 1000"


@pytest.fixture
def quick(tmp_path: Path) -> str:
    path = tmp_path / "quick.toml"
    path.write_text('[[steps]]\nname = "pour"\nwait = 0.1\n')
    return str(path)


@briefly("streams", storm.UNWRITABLE, keep=2)
@pytest.mark.parametrize("arguments", ["--help", "--json"])
def test_stdout_that_takes_nothing_is_told_in_a_line(arguments: str, streams: str) -> None:
    storm.spoil_stdout(arguments, streams)


@briefly("deaf", storm.DEAF)
def test_the_exit_code_is_right_where_there_is_nobody_to_tell(deaf: str) -> None:
    storm.spoil_stdout_and_stderr("--help", ">/dev/full", deaf)
    storm.spoil_stdout_and_stderr("--json", ">&-", deaf)
    storm.complain_to_nobody(deaf)


@briefly("arguments", ["--json", "--help"])
def test_a_reader_that_has_gone_is_told_nothing(arguments: str) -> None:
    storm.lose_the_reader(arguments)


@briefly("streams", storm.HARMLESS, keep=(2, 3))
def test_a_run_needs_neither_stdin_nor_stderr(streams: str) -> None:
    storm.brew_all_the_same(f"{QUICK} --json", streams)


def test_what_was_closed_leads_nowhere_here_and_in_makers() -> None:
    storm.nobody_takes_their_place()


def test_a_screen_that_cannot_be_shown_says_why(quick: str) -> None:
    storm.show_no_screen(quick)


@pytest.mark.parametrize("mode", ["--json"])
def test_a_shared_pipe_that_is_read_slowly_loses_nothing(mode: str) -> None:
    storm.share_a_pipe(f"{QUICK} --makers 100 {mode}", served=100, pause=0.3)


def test_makers_are_served_whose_events_wait_in_a_shared_pipe(quick: str) -> None:
    arguments = f"{quick} --makers 100 --engine asyncio --json"
    storm.share_a_pipe(arguments, served=100, pause=0.5)


def test_pages_and_complaints_wait_for_room_too() -> None:
    storm.print_through_a_full_pipe("--help")
    storm.warn_through_a_full_pipe()


def test_a_signal_ends_a_run_that_waits_for_room() -> None:
    storm.end_while_nobody_reads(storm.ENDLESS)
