"""Out of something: it is named, and those who run go on."""

from __future__ import annotations

import sys

import pytest

if sys.platform != "linux":
    pytest.skip("other systems have other limits", allow_module_level=True)

from tests.storm.limits import (
    CASES,
    START_METHODS,
    brew_without_semaphores,
    fill_the_disk,
    run_out,
    start_without,
)
from tests.storm.promise import Untried
from tests.thorough import briefly


@briefly(
    ("limit", "start_method", "engine"),
    [case for case in CASES if case[1] == "forkserver"],
    keep=(0, 2),
)
def test_the_limit_is_named_and_the_others_go_on(
    limit: str, start_method: str, engine: str
) -> None:
    try:
        run_out(limit, start_method, engine)
    except Untried as why:
        pytest.skip(str(why))


@briefly("start_method", START_METHODS)
def test_everybody_is_served_where_there_are_no_semaphores(start_method: str) -> None:
    try:
        brew_without_semaphores(start_method, makers=6)
    except Untried as why:
        pytest.skip(str(why))


def test_what_keeps_it_from_starting_is_said_in_one_line() -> None:
    assert start_without("RLIMIT_NOFILE")


@briefly("option", ["--plain", "--json"])
def test_a_full_disk_is_said_in_one_line(option: str) -> None:
    try:
        fill_the_disk(option)
    except Untried as why:
        pytest.skip(str(why))
