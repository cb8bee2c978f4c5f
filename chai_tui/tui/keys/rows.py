"""A row of a table of keys, and how keys are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from textual.binding import Binding

from chai_tui.model.commands import Command


class Row(NamedTuple):
    """One thing a person can ask for.

    Attributes:
        id: what a user's keymap calls it.
        keys: Textual's names of its keys, with commas between.
        label: one or two words, for the footer.
        tooltip: one sentence, for help, palette and README.
        action: Textual's action; ``app.`` works on every screen, ``screen.`` on the one that is
            shown, and without either it is the business of whoever binds it.
        needs: the command that the source must accept; None if it needs none.
        in_footer: whether the footer has it, as long as there is room.
        shown: how help writes its keys; None for as they are, empty where another row speaks
            for this one.
        priority: whether it works even while something is typed in.
    """

    id: str
    keys: str
    label: str
    tooltip: str
    action: str
    needs: type[Command] | None = None
    in_footer: bool = False
    shown: str | None = None
    priority: bool = False

    @property
    def action_name(self) -> str:
        """The action without its namespace and parameters."""
        return self.action.partition("(")[0].rpartition(".")[2]

    @property
    def binding(self) -> Binding:
        """What Textual binds."""
        return Binding(
            self.keys,
            self.action,
            self.label,
            show=self.in_footer,
            tooltip=self.tooltip,
            id=self.id,
            priority=self.priority,
        )


_KEY_SIGNS = {
    "enter": "⏎",
    "escape": "Esc",
    "space": "Space",
    "slash": "/",
    "comma": ",",
    "full_stop": ".",
    "plus": "+",
    "minus": "−",
    "question_mark": "?",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "tab": "Tab",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}


def key_sign(key: str) -> str:
    """Return how a key is written: ``⏎``, ``^p``, ``F9``, ``/``."""
    *modifiers, plain = key.split("+")
    sign = _KEY_SIGNS.get(plain, plain)
    if re.fullmatch(r"f\d+", sign):
        sign = sign.upper()
    for modifier in modifiers:
        sign = {"ctrl": "^", "shift": "⇧"}.get(modifier, f"{modifier}+") + sign
    return sign


def keys_text(row: Row) -> str:
    """Return a row's keys as help and README write them; empty if another row speaks for it."""
    if row.shown is not None:
        return row.shown
    return " ".join(key_sign(key) for key in row.keys.split(","))


def keys_bound(row: Row, keymap: Mapping[str, str]) -> str:
    """Return the keys that do what a row says, as they are written.

    Args:
        row: of a table of keys.
        keymap: keys of the rows that a user gave others, by the row's id.
    """
    keys = keymap.get(row.id, row.keys).split(",")
    return " ".join(key_sign(key.strip()) for key in keys if key.strip())


def keys_now(row: Row, keymap: Mapping[str, str]) -> str:
    """Return a row's keys as the help writes them; empty if another row speaks for it.

    Args:
        row: of a table of keys.
        keymap: keys of the rows that a user gave others, by the row's id.
    """
    return keys_bound(row, keymap) if row.id in keymap else keys_text(row)
