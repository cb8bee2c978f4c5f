"""Pictures of replays: where one is, what is marked, what is still read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chai_tui.recording.playing.player import Player
from tests import races
from tests.builders import BEGAN
from tests.replays import Stopped, film_of, marked, still_replay, told
from tests.still import Size, pressing
from tests.thorough import briefly

Compare = Callable[..., bool]
SMALL, WINDOW, LARGE = (40, 12), (80, 24), (120, 40)
NAMES = {SMALL: "40x12", WINDOW: "80x24", LARGE: "120x40"}


@briefly("size", [SMALL, WINDOW, LARGE], ids=NAMES.get, keep=(1,))
def test_in_the_middle(snap_compare: Compare, size: Size) -> None:
    app = still_replay(told(), marked)
    assert snap_compare(app, terminal_size=size, run_before=pressing())


@briefly("keys", ["t", "enter", "g"], ids=["timeline", "zoom", "go"])
def test_over_the_kitchen(snap_compare: Compare, keys: str) -> None:
    app = still_replay(told(), marked)
    assert snap_compare(app, terminal_size=WINDOW, run_before=pressing("2", keys))


def test_while_it_is_read(snap_compare: Compare) -> None:
    reading = Stopped(film_of(told(), is_complete=False))
    reading.share_read = 0.43
    app = still_replay(told(), Player.to_end, reading=reading)
    assert snap_compare(app, terminal_size=WINDOW, run_before=pressing())


def test_the_end_in_a_light_theme(snap_compare: Compare) -> None:
    app = still_replay(told(), Player.to_end, theme="textual-light")
    assert snap_compare(app, terminal_size=WINDOW, run_before=pressing())


def test_sixteen_colours(snap_compare: Compare) -> None:
    app = still_replay(told(), marked, few_colours=True)
    assert snap_compare(app, terminal_size=WINDOW, run_before=pressing("m", "n"))


@pytest.mark.parametrize("size", [SMALL, WINDOW], ids=NAMES.get)
def test_a_race(snap_compare: Compare, size: Size) -> None:
    app = still_replay(races.verdict(), lambda player: player.seek(BEGAN + 4))
    assert snap_compare(app, terminal_size=size, run_before=pressing())
