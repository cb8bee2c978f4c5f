"""Pictures of a tasting: from the import to the verdict, and of what can go wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests import races
from tests.races import still_race
from tests.still import Size, pressing
from tests.thorough import briefly

Compare = Callable[..., bool]
SMALL, WINDOW, LARGE = (40, 12), (80, 24), (120, 40)
NAMES = {SMALL: "40x12", WINDOW: "80x24", LARGE: "120x40"}


@briefly("size", [WINDOW, LARGE], ids=NAMES.get, keep=(0, 3))
@briefly("story", ["raced", "verdict"], keep=(0, 3))
def test_a_race(snap_compare: Compare, story: str, size: Size) -> None:
    app = still_race(getattr(races, story)())
    assert snap_compare(app, terminal_size=size, run_before=pressing())


@briefly("story", ["importing", "tasting", "noisy", "too_long", "failed", "out"], keep=(1, 4, 5))
def test_what_comes_before_and_what_comes_else(snap_compare: Compare, story: str) -> None:
    app = still_race(getattr(races, story)())
    assert snap_compare(app, terminal_size=WINDOW, run_before=pressing())


def test_every_engine(snap_compare: Compare) -> None:
    assert snap_compare(still_race(races.waits()), terminal_size=LARGE, run_before=pressing())


@pytest.mark.parametrize("story", ["raced", "verdict", "out"])
def test_hardly_any_room(snap_compare: Compare, story: str) -> None:
    app = still_race(getattr(races, story)())
    assert snap_compare(app, terminal_size=SMALL, run_before=pressing())


def test_rounds(snap_compare: Compare) -> None:
    keys = ("end", "enter")
    assert snap_compare(
        still_race(races.verdict()), terminal_size=(100, 24), run_before=pressing(*keys)
    )


def test_large_print(snap_compare: Compare) -> None:
    assert snap_compare(still_race(races.verdict()), terminal_size=WINDOW, run_before=pressing("L"))


def test_light_theme(snap_compare: Compare) -> None:
    app = still_race(races.verdict(), "textual-light")
    assert snap_compare(app, terminal_size=WINDOW, run_before=pressing())


def test_sixteen_colours(snap_compare: Compare) -> None:
    app = still_race(races.out(), few_colours=True)
    assert snap_compare(app, terminal_size=WINDOW, run_before=pressing())


def test_no_colours(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = still_race(races.verdict())
    assert snap_compare(app, terminal_size=WINDOW, run_before=pressing())
