"""Folders that are gone, read-only, or have too long a name."""

from __future__ import annotations

import sys

import pytest

if sys.platform != "linux":
    pytest.skip(
        "needs namespaces, or a folder that can go while it is used", allow_module_level=True
    )

from tests.storm.anywhere.folders import PLACES, brew_at, brew_where_nobody_may_enter
from tests.storm.promise import Untried
from tests.thorough import briefly


@briefly("place", PLACES, keep=3)
def test_everybody_is_served_where_folders_are_not_as_usual(place: str) -> None:
    try:
        brew_at(place, "forkserver", "process", "--json")
    except Untried as why:
        pytest.skip(str(why))


@pytest.mark.thorough
def test_makers_are_spawned_where_the_current_folder_was_removed() -> None:
    brew_at("removed before", "spawn", "process", "--plain")


def test_makers_need_not_find_the_current_folder() -> None:
    try:
        brew_where_nobody_may_enter("spawn")
    except Untried as why:
        pytest.skip(str(why))
