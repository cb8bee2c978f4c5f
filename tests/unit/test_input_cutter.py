"""What a terminal sends acts only when it is whole, however the line cuts it."""

from __future__ import annotations

import sys
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from textual.events import Key, Paste
from textual.message import Message

from chai_tui.tui.terminal.input_cutter import (
    ALT_SECONDS,
    ESCAPE_SECONDS,
    LATE_SECONDS,
    MOST_PASTED,
    MOST_SEQUENCE,
    UNFINISHED_SECONDS,
    InputCutter,
    Kind,
)
from chai_tui.tui.terminal.input_messages import InputMessages

if sys.platform == "win32":
    pytest.skip("a driver of its own", allow_module_level=True)

PAUSE = 0.5
"""The longest pause in the middle of a sequence that must change nothing."""


class Line:
    """A terminal's line, with a clock of its own."""

    def __init__(self) -> None:
        self.at = 0.0
        self.messages: list[Message] = []
        self._cutter = InputCutter()
        self._means = InputMessages()

    def send(self, text: str) -> None:
        self._take(self._cutter.feed(text, self.at))

    def wait(self, seconds: float) -> None:
        self.at += seconds
        self._take(self._cutter.tick(self.at))

    def _take(self, pieces: list) -> None:  # type: ignore[type-arg]
        for piece in pieces:
            self.messages += self._means.of(piece)

    @property
    def keys(self) -> list[str]:
        return [message.key for message in self.messages if isinstance(message, Key)]

    @property
    def pastes(self) -> list[str]:
        return [message.text for message in self.messages if isinstance(message, Paste)]


def sent(*parts: str | float) -> Line:
    """Send texts, with pauses in between."""
    line = Line()
    for part in parts:
        if isinstance(part, str):
            line.send(part)
        else:
            line.wait(part)
    return line


KEYS = {
    "\x1b[A": "up",
    "\x1bOB": "down",
    "\x1b[5~": "pageup",
    "\x1b[20~": "f9",
    "\x1b[1;5C": "ctrl+right",
    "\x1b[[A": "f1",
    "\x1b[Z": "shift+tab",
    "\x1b[32~": "f18",
    "\x1b[5C": "ctrl+right",
    "\x1b[27u": "escape",
    "\x1b[97;5u": "ctrl+a",
    "\x9bA": "up",
}

parameters = st.text("0123456789;:<=>?", max_size=12)
intermediates = st.text(" !\"#$%&'()*+,-./", max_size=2)
finals = st.characters(min_codepoint=0x40, max_codepoint=0x7E, exclude_characters="[M")
payloads = st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from("\r\n\t"))
strings = st.tuples(st.sampled_from("]PX^_"), payloads, st.sampled_from(["\x07", "\x1b\\"])).map(
    lambda parts: f"\x1b{''.join(parts)}"
)
answers = st.sampled_from(
    [
        "\x1b[?62;22;52c",
        "\x1b[>41;376;0c",
        "\x1b[=0;1c",
        "\x1b[0n",
        "\x1b[?1u",
        "\x1b[?2048;0$y",
        "\x1b[4;1200;1920t",
        "\x1b[8;40;120t",
        "\x1b[?997;1n",
        "\x1b[?1;2;256S",
        "\x1b]11;rgb:aaaa/kkkk/zzzz\x07",
        "\x1b]4;1;rgb:aa/aa/aa\x1b\\",
        "\x1b]52;c;YWFBQWtL\x07",
        "\x1bP>|kitty(0.35)\x1b\\",
        "\x1bP1+r436f=32\x1b\\",
        "\x1b_Gi=31;OK\x1b\\",
        "\x1b^aAkKzq\x1b\\",
        "\x1bXaAkKzq\x1b\\",
        "\x9d11;rgb:aaaa/kkkk/aaaa\x9c",
        "\x90>|aAkK\x9c",
    ]
)
reports = st.tuples(st.just("\x1b["), parameters, intermediates, finals).map("".join)


@st.composite
def cut(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> tuple[str, list[str | float]]:
    """A text, and the same in parts with pauses between them."""
    text = draw(texts)
    places = draw(st.lists(st.integers(1, max(1, len(text) - 1)), max_size=5))
    ends = [0, *sorted(set(places)), len(text)]
    parts: list[str | float] = []
    for begin, end in pairwise(ends):
        parts += [text[begin:end], draw(st.floats(0, PAUSE))]
    return text, parts


@given(cut(st.sampled_from(list(KEYS))))
def test_a_key_is_the_same_however_slowly_it_comes(told: tuple[str, list[str | float]]) -> None:
    text, parts = told
    assert sent(*parts, 5.0).keys == [KEYS[text]]


@given(cut(answers | strings))
def test_an_answer_is_no_key_however_it_is_cut(told: tuple[str, list[str | float]]) -> None:
    text, parts = told
    line = sent(*parts)
    assert line.keys == []
    line.send("q")
    assert line.keys == ["q"], f"after {text!r}"


@given(cut(reports))
def test_no_report_is_a_letter(told: tuple[str, list[str | float]]) -> None:
    """Some are keys of their own (arrows, say, or the letters of the keyboard protocol)."""
    text, parts = told
    keys = sent(*parts, 5.0).keys
    assert len(keys) <= 1
    assert not keys or keys == sent(text, 5.0).keys
    if text[-1] != "u":
        assert all(len(key) > 1 for key in keys)


@given(answers, st.data())
def test_the_rest_of_a_report_that_comes_too_late_is_no_key(text: str, data: st.DataObject) -> None:
    begin = 3 if text[0] == "\x1b" else 2
    place = data.draw(st.integers(begin, max(begin, len(text) - 2)))
    assume(place < len(text) - 1 and text[place - 1] != "\x1b")
    line = sent(text[:place], UNFINISHED_SECONDS + 0.1, text[place:])
    assert line.keys == []
    line.send("q")
    assert line.keys == ["q"]


def test_after_a_report_that_never_ends_keys_work_again() -> None:
    for begun in ("\x1b]11;rgb:", "\x1b[?62;", "\x1bP", "\x1b[", "\x1bO"):
        line = sent(begun, UNFINISHED_SECONDS, LATE_SECONDS, "q")
        assert line.keys == ["q"], f"{begun!r}"


def test_escape_waits_for_the_rest_of_a_sequence_and_no_longer() -> None:
    assert sent("\x1b", PAUSE).keys == []
    assert sent("\x1b", ESCAPE_SECONDS).keys == ["escape"]
    assert sent("\x1b\x1b", ESCAPE_SECONDS).keys == ["escape"] * 2


def test_escape_and_then_a_key_are_two_and_with_alt_it_is_one() -> None:
    assert sent("\x1b", ALT_SECONDS + 0.05, "q").keys == ["escape", "q"]
    assert sent("\x1bq", 5.0).keys == ["alt+q"]
    assert sent("\x1b", 0.15, "a", 5.0).keys == ["alt+a"]
    assert sent("\x1b", 0.3, "\x1b[A", 5.0).keys == ["escape", "up"]
    assert sent("\x1b\x1b[A", 5.0).keys == []


def test_a_sequence_that_another_one_breaks_off_is_no_key() -> None:
    assert sent("\x1b]11;rgb:aa\x1b[A").keys == ["up"]
    assert sent("\x1b[12;\x1b[A").keys == ["up"]
    assert sent("\x1b[12;\x18q").keys == ["q"]


@given(cut(st.just("\x1b[200~a\x1b[1mk\x1b[201~")))
def test_what_is_pasted_is_no_key(told: tuple[str, list[str | float]]) -> None:
    _, parts = told
    line = sent(*parts)
    assert line.keys == []
    assert line.pastes == ["a\x1b[1mk"]


def test_a_paste_without_an_end_ends_after_a_while() -> None:
    line = sent("\x1b[200~aaa", 0.9, "kkk", UNFINISHED_SECONDS + 0.01)
    assert line.pastes == ["aaakkk"]
    line.send("q")
    assert line.keys == ["q"]
    line.send("\x1b[201~")
    assert line.keys == ["q"]


def test_a_mouse_that_reports_in_three_bytes_is_no_key() -> None:
    assert sent("\x1b[Maak", 5.0).keys == []
    assert sent("\x1b[M", "a", "a", "k", 5.0).keys == []


@pytest.mark.parametrize("number", ["1114112", "9999999"])
def test_a_character_that_there_is_not_is_no_key(number: str) -> None:
    assert sent(f"\x1b[{number}u", "a").keys == ["a"]


def test_bytes_that_are_no_text_are_read_as_a_sign() -> None:
    line = sent(b"a\xffb".decode("utf-8", "surrogateescape"))
    assert line.keys == ["a", "replacement_character", "b"]


def test_nothing_without_an_end_is_kept() -> None:
    cutter = InputCutter()
    for begin in ("\x1b[", "\x1b]"):
        cutter.feed(begin, 0.0)
        for _ in range(100):
            assert not cutter.feed("1" * 4_096, 0.0)
        assert len(cutter._rest) <= MOST_SEQUENCE
        cutter.tick(5.0)
    cutter.feed("\x1b[200~", 10.0)
    for _ in range(400):
        cutter.feed("x" * 4_096, 10.0)
    (paste,) = cutter.feed("\x1b[201~", 10.0)
    assert paste.kind is Kind.PASTE
    assert len(paste.text) == MOST_PASTED


@given(st.text(), st.lists(st.integers(0, 40), max_size=4))
def test_anything_can_come(text: str, places: list[int]) -> None:
    line = Line()
    begin = 0
    for place in [*sorted(places), len(text)]:
        line.send(text[begin:place])
        begin = max(begin, place)
    line.wait(UNFINISHED_SECONDS)
    line.wait(LATE_SECONDS)
    line.send("\x1b[A")
    assert line.keys[-1] == "up"
