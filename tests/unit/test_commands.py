"""The table of commands: whole, without clashes, and fit for footer, help and keymaps."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from chai_tui.model.commands import AddMakers, KillMaker
from chai_tui.tui.app import ChaiApp
from chai_tui.tui.canvas.styles import as_text
from chai_tui.tui.detail.screen import DetailScreen
from chai_tui.tui.dialogs.findings import FindingsDialog
from chai_tui.tui.dialogs.shown import ConfirmDialog, EngineDialog, SignalDialog
from chai_tui.tui.help.screen import HelpScreen
from chai_tui.tui.keys.commands import (
    COMMANDS,
    bindings,
    is_accepted,
)
from chai_tui.tui.keys.fields import FilterField, SearchField
from chai_tui.tui.keys.key_line import Hint, hints_line, place_hints
from chai_tui.tui.keys.replay_keys import GO, REPLAY
from chai_tui.tui.keys.rows import key_sign, keys_text
from chai_tui.tui.keys.screen_keys import PLACES, Place
from chai_tui.tui.keys.taste_keys import PRINTED, ROUNDS, TASTE
from chai_tui.tui.kitchen.screen import KitchenScreen
from chai_tui.tui.timeline.rows import TimelineRows
from chai_tui.tui.timeline.screen import TimelineScreen

DIALOGS = (ConfirmDialog, EngineDialog, SignalDialog, FindingsDialog)
FIELDS = (FilterField, SearchField)
ROWS = [*COMMANDS, *(row for place in PLACES for row in place.rows)]
LISTED = [row for row in COMMANDS if keys_text(row)]
"""What help and README list."""
DESIGNED = {
    "a", "A", "k", "K", "f9", "z", "r", "enter", "up", "down", "left", "right", "tab", "space",
    "slash", "less_than_sign", "greater_than_sign", "e", "c", "t", "question_mark", "q",
    *"123456789",
}  # fmt: skip


def test_ids_and_keys_are_unique() -> None:
    assert len({row.id for row in ROWS}) == len(ROWS)
    keys = Counter(key for row in COMMANDS for key in row.keys.split(","))
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_designed_key_is_there() -> None:
    assert {key for row in COMMANDS for key in row.keys.split(",")} >= DESIGNED


def test_every_row_is_explained_and_can_be_done() -> None:
    for row in COMMANDS:
        node = ChaiApp if row.action.startswith("app.") else KitchenScreen
        assert row.tooltip, row.id
        assert hasattr(node, f"action_{row.action_name}"), row.id


def test_bindings_have_id_and_tooltip() -> None:
    kitchen = [*bindings("app"), *bindings("screen")]
    elsewhere = [binding for place in PLACES for binding in place.bindings]
    assert {binding.id for binding in (*kitchen, *elsewhere)} == {row.id for row in ROWS}
    assert all(binding.tooltip for binding in (*kitchen, *elsewhere))


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_no_key_means_two_things_in_one_place(place: Place) -> None:
    keys = Counter(key for row in place.rows for key in row.keys.split(","))
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_own_binding_is_in_a_table() -> None:
    """So that a user can give it another key."""
    for kind in (DetailScreen, TimelineScreen, TimelineRows, HelpScreen, *DIALOGS, *FIELDS):
        own = kind.__dict__["BINDINGS"]
        assert own
        assert {binding.id for binding in own} <= {row.id for row in ROWS}


def test_the_readme_lists_every_key() -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    keys = text.partition("\n## Keys\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(.+?)` \| (.+) \|$", keys, re.MULTILINE) == [
        (keys_text(row), row.tooltip) for row in LISTED
    ]
    elsewhere = [
        (place.name, keys_text(row), row.tooltip)
        for place in (*PLACES, TASTE, ROUNDS, PRINTED, REPLAY, GO)
        for row in place.rows
    ]
    assert re.findall(r"^\| ([^`|]+?) \| `(.+?)` \| (.+) \|$", keys, re.MULTILINE) == [
        row for row in elsewhere if row[1]
    ]


def test_what_needs_a_command_is_refused_without_it() -> None:
    accepted = frozenset({AddMakers})
    assert is_accepted("add", accepted)
    assert not is_accepted("kill", accepted)
    assert is_accepted("kill", frozenset({KillMaker}))
    assert is_accepted("quit", frozenset())
    assert is_accepted("something_of_textuals", frozenset())


@pytest.mark.parametrize(
    ("key", "sign"),
    [
        ("a", "a"),
        ("K", "K"),
        ("enter", "⏎"),
        ("f9", "F9"),
        ("ctrl+p", "^p"),
        ("shift+tab", "⇧Tab"),
        ("question_mark", "?"),
        ("alt+x", "alt+x"),
    ],
)
def test_keys_are_written_as_people_know_them(key: str, sign: str) -> None:
    assert key_sign(key) == sign


def test_help_lists_every_key_once() -> None:
    shown = " ".join(keys_text(row) for row in LISTED)
    for sign in ("a", "A", "↑", "1 – 9", "< >", "PgUp", "Esc", "^c"):
        assert sign in shown
    assert {row.id for row in LISTED if row.id.startswith("select")} == {
        "select-up", "select-next", "select-page-up", "select-first", "select-1",
    }  # fmt: skip


def hints(count: int) -> list[Hint]:
    return [
        Hint("x", f"label{number}", f"app.do({number})", "", enabled=number != 1)
        for number in range(count)
    ]


def test_the_footer_keeps_help_and_quit() -> None:
    placed = place_hints(hints(6), 36)
    assert [hint.label for _, hint in placed] == ["label0", "label4", "label5"]
    assert [x for x, _ in placed] == [0, 10, 20]
    assert as_text(hints_line(placed)) == " x label0  x label4  x label5 "


def test_on_80_columns_the_footer_has_the_keys_that_teach() -> None:
    rows = [row for row in COMMANDS if row.in_footer and row.id not in {"palette", "findings"}]
    labels = {
        width: [
            hint.label
            for _, hint in place_hints(
                [
                    Hint(key_sign(row.keys.split(",")[0]), row.label, row.action, "", enabled=True)
                    for row in rows
                ],
                width,
            )
        ]
        for width in (80, 120)
    }
    teaching = ["Add", "Stop", "Kill", "Pause", "Zoom", "Engine", "Timeline"]
    assert labels[80] == [*teaching, "Help", "Quit"]
    assert labels[120] == [*teaching, "Again", "Filter", "Freeze", "Clear", "Help", "Quit"]


def test_what_cannot_be_done_is_dim_in_the_footer() -> None:
    line = hints_line(place_hints(hints(4), 200))
    assert [style for text, style in line if "label" in text] == ["", "dim", "", ""]
