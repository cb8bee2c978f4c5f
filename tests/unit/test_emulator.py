"""The fast screen of the tests shows what pyte's own shows."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

import pyte

from tests.emulator import Screen, Stream

COLUMNS, ROWS = 12, 4


class _Slow(pyte.Screen):
    """What pyte shows, colours and all; only what it has no argument for is passed over."""

    def report_device_status(self, mode: int, **_: object) -> None:
        pass

    def select_graphic_rendition(self, *attributes: int, **_: object) -> None:
        if not _:
            super().select_graphic_rendition(*attributes)


PIECES = [
    *(
        "a",
        "words",
        "│ ━▁⣿ ─╯",
        "much longer than a row is",
        "茶",
        "茶茶茶茶茶茶",
        "e\u0301",
        "\u0301",
    ),
    *("\r", "\n", "\r\n", "\b", "\t", "\x07", "\x00", "\x0e", "\x0f", "\x01", "\x7f"),
    *("\x1b[m", "\x1b[1;38;2;1;2;3m", "\x1b[38;5;9m", "\x1b[7m", "\x1b[>4;1m", "\x1b[4:3m"),
    *("\x1b[H", "\x1b[2;3H", "\x1b[4;12H", "\x1b[99;9999H", "\x1b[0;0H", "\x1b[2;3f", "\x1b[3;H"),
    *("\x1b[A", "\x1b[2B", "\x1b[3C", "\x1b[D", "\x1b[5G", "\x1b[2d", "\x1bM", "\x1bD", "\x1bE"),
    *(
        "\x1b[J",
        "\x1b[1J",
        "\x1b[2J",
        "\x1b[K",
        "\x1b[1K",
        "\x1b[2K",
        "\x1b[3X",
        "\x1b[2P",
        "\x1b[2@",
    ),
    *("\x1b[L", "\x1b[M", "\x1b[2;3r", "\x1b[r", "\x1b[4h", "\x1b[4l"),
    *("\x1b[?7l", "\x1b[?7h", "\x1b[?5h", "\x1b[?5l", "\x1b[?25l", "\x1b[?1049h", "\x1b[?2026h"),
    *(
        "\x1b7",
        "\x1b8",
        "\x1bc",
        "\x1b#8",
        "\x1b(0",
        "\x1b]0;title\x07",
        "\x1b]2;title\x1b\\",
        "\x1b[6n",
    ),
    *("\x1b[12", "\x1b[", "\x1b", "\x9b1m", "\x18"),
]


@settings(max_examples=60)
@given(st.lists(st.sampled_from(PIECES), max_size=40), st.integers(1, 60))
def test_it_shows_what_pyte_shows(pieces: list[str], cut: int) -> None:
    """However what is written comes in parts, and whenever somebody looks."""
    fast, slow = Screen(COLUMNS, ROWS), _Slow(COLUMNS, ROWS)
    fast_stream, slow_stream = Stream(fast), pyte.ByteStream(slow)
    written = "".join(pieces).encode()
    for start in range(0, len(written), cut):
        part = written[start : start + cut]
        problems = [_problem(fast_stream, part), _problem(slow_stream, part)]
        assert problems[0] == problems[1]
        assert fast.display == [fast._row(slow.buffer[y]) for y in range(ROWS)]
        assert (fast.cursor.x, fast.cursor.y) == (slow.cursor.x, slow.cursor.y)


def _problem(stream: pyte.ByteStream, part: bytes) -> str:
    try:
        stream.feed(part)
    except TypeError as error:  # a sequence cut off, with another's parameters
        return str(error).split("()")[-1]
    return ""


def test_a_screen_of_another_size_is_drawn_anew() -> None:
    screen = Screen(COLUMNS, ROWS)
    Stream(screen).feed(b"one\r\ntwo\r\nthree\r\nfour")
    assert screen.display == ["one".ljust(12), "two".ljust(12), "three".ljust(12), "four".ljust(12)]
    screen.resize(2, 5)
    assert screen.display == ["three", "four "]
    screen.reset()
    assert screen.display == [" " * 5] * 2
