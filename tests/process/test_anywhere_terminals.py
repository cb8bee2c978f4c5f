"""Any terminal, any shell, any line: the short form of the storms."""

from __future__ import annotations

import signal
import sys

import pytest

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

from tests.storm.anywhere import jobs, terminals, typed
from tests.storm.promise import Untried
from tests.thorough import briefly


@briefly("why_deaf", terminals.DEAF)
def test_a_terminal_that_is_gone_ends_it(why_deaf: str) -> None:
    terminals.go_away(why_deaf)


@briefly("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_that_were_blocked_end_it_and_makers_do_not_inherit_that(number: int) -> None:
    terminals.end_it(number)


@pytest.mark.thorough
def test_hang_ups_that_were_ignored_do_not_end_it_and_a_term_does() -> None:
    terminals.stay_ignored(signal.SIGHUP)


@briefly("number", terminals.DEADLY)
def test_the_terminal_is_given_back_before_any_end(number: int) -> None:
    terminals.die_by(number)


def test_a_terminal_that_somebody_made_non_blocking_is_waited_for() -> None:
    terminals.share_without_blocking()


def test_the_terminals_own_size_wins() -> None:
    terminals.lie_about_the_size()
    terminals.begin_without_size()


@briefly("place", ["Latin-1 locale", "LC_ALL=C", "PYTHONIOENCODING=ascii"])
def test_every_encoding_gets_a_drawing(place: str) -> None:
    terminals.draw_in(place)


def _as_a_job(trial: object, *arguments: object) -> None:
    try:
        trial(*arguments)  # type: ignore[operator] # one of the storm's
    except Untried as why:
        pytest.skip(str(why))


@briefly("then", ["fg", "TERM"])
def test_a_job_in_the_background_waits_for_its_terminal(then: str) -> None:
    _as_a_job(jobs.begin_in_background, then)


def test_a_time_limit_ends_a_job_in_the_background() -> None:
    _as_a_job(jobs.time_out)


def test_a_job_that_nobody_can_bring_to_the_front_prints_lines() -> None:
    _as_a_job(jobs.orphan)


@pytest.mark.thorough
def test_a_job_whose_terminal_is_taken_is_stopped_until_it_has_it_again() -> None:
    _as_a_job(jobs.lose_terminal)


@briefly("ways", [["fg", "bg", "TERM"], ["TERM"]], ids=" ".join)
@briefly("number", [signal.SIGTSTP, signal.SIGSTOP])
def test_a_job_that_was_stopped_goes_on_as_it_was(number: int, ways: list[str]) -> None:
    _as_a_job(jobs.stop_and_go_on, number, *ways)


def test_a_key_that_comes_in_parts_is_that_key() -> None:
    typed.type_slowly(0.15)


@pytest.mark.thorough
def test_what_a_terminal_says_of_itself_is_no_key() -> None:
    typed.answer_all()


@pytest.mark.thorough
def test_a_paste_without_an_end_leaves_keys_alive() -> None:
    typed.paste_without_end()


@briefly("what", ["filter", "keys"])
def test_a_signal_is_answered_whatever_is_typed(what: str) -> None:
    typed.type_without_end(what, signal.SIGTERM, bytes_before=5_000)
