"""Makers start and end wherever it is: the short form of the storms."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

if sys.platform != "linux":
    pytest.skip("namespaces and /proc are Linux's", allow_module_level=True)

from tests.storm.anywhere import folders, replaced_files, reused_number, shortages, stopped_server
from tests.storm.promise import Broken, Untried


def tried(trial: Callable[..., object], *arguments: object, **options: object) -> None:
    try:
        trial(*arguments, **options)
    except Untried as why:
        pytest.skip(str(why))


def mostly(trial: Callable[..., object], *arguments: object, **options: object) -> None:
    """Try something that must take two seconds at most: it is too slow if it is so three times."""
    for _ in range(2):
        try:
            return tried(trial, *arguments, **options)
        except Broken:
            continue
    return tried(trial, *arguments, **options)


@pytest.mark.parametrize("name", folders.PLACES)
def test_everybody_is_served_whatever_folders_there_are(name: str) -> None:
    tried(folders.brew_at, name, "forkserver", "process", "--plain")


@pytest.mark.parametrize("name", ["no shared memory", "a long name"])
def test_the_screen_is_shown_whatever_folders_there_are(name: str) -> None:
    tried(folders.brew_at, name, "forkserver", "thread", "")


def test_the_current_folder_may_go_while_the_screen_runs() -> None:
    tried(folders.remove_the_folder_meanwhile, "forkserver")


def test_a_maker_that_its_files_keep_from_starting_says_why() -> None:
    tried(replaced_files.add_on_the_screen, replaced_files.go, "spawn")


@pytest.mark.parametrize("refused", [False, True])
def test_a_signal_never_reaches_who_has_a_makers_number_now(refused: bool) -> None:
    tried(reused_number.try_among_reused_numbers, "kitchen", refused=refused)


@pytest.mark.parametrize("shortage", shortages.SHORTAGES)
def test_the_limit_that_was_met_is_named(shortage: str) -> None:
    tried(shortages.run_short, *shortages.SHORTAGES[shortage], "--plain")


def test_the_limit_of_a_control_group_is_named() -> None:
    tried(shortages.run_with_few_tasks, "--plain", "process")


@pytest.mark.parametrize("adding", [True, False])
def test_a_fork_server_that_does_not_answer_keeps_nobody(adding: bool) -> None:
    mostly(stopped_server.leave_the_screen, stopped_server.stopped, "q", adding=adding)


def test_lines_end_although_the_fork_server_does_not_answer() -> None:
    mostly(stopped_server.run_lines, stopped_server.stopped, "--plain", at_once=True)
