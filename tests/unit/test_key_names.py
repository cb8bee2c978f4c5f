"""Keys are known by any name that people give them."""

from __future__ import annotations

import pytest

from chai_tui.tui.keys.commands import COMMANDS
from chai_tui.tui.keys.key_names import key_name
from chai_tui.tui.keys.screen_keys import PLACES


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("a", "a"),
        ("A", "A"),
        ("+", "plus"),
        ("?", "question_mark"),
        ("é", "é"),
        ("question_mark", "question_mark"),
        ("F9", "f9"),
        ("Escape", "escape"),
        ("Ctrl+X", "ctrl+x"),
        ("ctrl+shift+F5", "ctrl+shift+f5"),
        ("alt++", None),
        ("", None),
        ("ctrl+", None),
        ("+a", None),
        ("nosuchkey", None),
        ("contrl+x", None),
        ("a+b", None),
        ("QUESTION_MARK", "question_mark"),
    ],
)
def test_a_key_has_one_name(written: str, name: str | None) -> None:
    assert key_name(written) == name


def test_the_tables_call_every_key_by_its_name() -> None:
    rows = [*COMMANDS, *(row for place in PLACES for row in place.rows)]
    for key in (key for row in rows for key in row.keys.split(",")):
        assert key_name(key) == key
