"""The tables of a replay's keys: whole, without clashes, and every one can be done."""

from __future__ import annotations

from collections import Counter

import pytest

from chai_tui.tui.keys.commands import COMMANDS
from chai_tui.tui.keys.replay_keys import (
    GO,
    KEYS_OF_ITS_OWN,
    KITCHEN_REPLAY,
    REPLAY,
    TASTE_REPLAY,
    Table,
    why_not,
)
from chai_tui.tui.keys.screen_keys import PLACES
from chai_tui.tui.keys.taste_keys import TASTE
from chai_tui.tui.kitchen.screen import KitchenScreen
from chai_tui.tui.replay_app import ReplayApp, TasteReplayApp
from chai_tui.tui.taste.screen import TasteScreen

TABLES = pytest.mark.parametrize(
    ("table", "app", "screen"),
    [(KITCHEN_REPLAY, ReplayApp, KitchenScreen), (TASTE_REPLAY, TasteReplayApp, TasteScreen)],
    ids=["kitchen", "tasting"],
)


def test_ids_are_unique_and_bindings_explained() -> None:
    others = [*COMMANDS, *TASTE.rows, *(row for place in PLACES for row in place.rows)]
    own = [*REPLAY.rows, *GO.rows]
    assert not {row.id for row in own} & {row.id for row in others}
    assert len({row.id for row in own}) == len(own)
    assert all(row.tooltip and row.binding.id == row.id for row in own)


@TABLES
def test_no_key_means_two_things(table: Table, app: type, screen: type) -> None:  # noqa: ARG001
    keys = Counter(key for row in table.all for key in row.keys.split(","))
    assert [key for key, count in keys.items() if count > 1] == []


@TABLES
def test_every_row_can_be_done_or_says_why_not(table: Table, app: type, screen: type) -> None:
    reasons = why_not(table, {})
    for row in table.all:
        node = app if row.action.startswith("app.") else screen
        assert hasattr(node, f"action_{row.action_name}"), row.id
        assert (row.action in reasons) == (row in table.live)
    assert all(row in table.live for row in table.all if row.needs is not None)


@TABLES
def test_help_and_quit_stay_last_in_the_footer(table: Table, app: type, screen: type) -> None:  # noqa: ARG001
    labels = [row.label for row in table.all if row.in_footer]
    assert labels[-2:] == ["Help", "Quit"]
    assert labels[0] == "Play"


def test_the_keys_that_were_promised_are_there() -> None:
    assert {key for row in REPLAY.rows for key in row.keys.split(",")} >= {
        "space", "comma", "full_stop", "left_square_bracket", "right_square_bracket", "shift+left",
        "shift+right", "home", "end", "n", "N", "m", "g",
    }  # fmt: skip


def test_a_user_can_give_each_another_key() -> None:
    given = {row_id for keys in KEYS_OF_ITS_OWN for row_id in keys}
    assert {row.id for row in (*REPLAY.rows, *GO.rows)} == given
