"""What may reach a terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chai_tui.model.text import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain [red]text[/]", "plain [red]text[/]"),
        ("चाय 茶 🫖", "चाय 茶 🫖"),
        ("a\tb", "a    b"),
        ("\x1b[2J\x07\r\n\0\x7f", "␛[2J␇␍␊␀␡"),
        ("\x9b2J\x85", "�2J�"),
        ("\u202egnp.exe\u2066", "�gnp.exe�"),
        ("a\u2028b\u2029c", "a�b�c"),
        ("\ud800\udfff", "��"),
        ("\ue000\uffff", "��"),
        ("👩\u200d🍳", "👩🍳"),
        ("👩🏽 ❤\ufe0f 1\ufe0f\u20e3", "👩 ❤ 1\u20e3"),
        ("🇮🇳", "IN"),
        ("می\u200cخواهم", "میخواهم"),
        ("", ""),
    ],
)
def test_what_a_terminal_would_obey_is_shown_instead(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text(st.characters(codec=None)))
def test_whatever_comes_out_is_safe_and_stays_as_it_is(text: str) -> None:
    shown = printable(text)
    assert printable(shown) == shown
    shown.encode("utf-8")
    assert len(shown.splitlines()) <= 1
    for character in shown:
        category = unicodedata.category(character)
        assert category not in {"Cc", "Cs", "Zl", "Zp", "Co", "Cn"}
        assert category != "Cf" or character == "\u200d"
