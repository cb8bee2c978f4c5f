"""What a program writes is passed on: as it is, or with what a terminal would obey made visible."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from chai_tui.model.written import Piece
from chai_tui.sources.program.hearing.passing import Passing


def passed(data: bytes, cuts: list[int], *, is_visible: bool, at_once: bool) -> list[Piece]:
    """What comes out of data that is read in parts; if at once, each beginning of a line too."""
    passing = Passing(is_visible=is_visible)
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    for begin, end in pairwise(places):
        passing.feed(data[begin:end], 1.0)
        if at_once:
            passing.pass_on()
    passing.pass_on(is_last=True)
    assert passing.begun is None
    return passing.pieces


some = st.lists(
    st.sampled_from([b"a", b"\n", b"\r", b"\r\n", "é".encode(), b"\xff", b"\x1b[1m", b"x" * 9_000])
).map(b"".join)


@given(some, st.lists(st.integers(0, 30_000), max_size=5), st.booleans())
def test_no_byte_is_lost_or_changed(data: bytes, cuts: list[int], at_once: bool) -> None:
    pieces = passed(data, cuts, is_visible=False, at_once=at_once)
    assert b"".join(piece for piece in pieces if isinstance(piece, bytes)) == data


@given(some, st.lists(st.integers(0, 30_000), max_size=5), st.booleans())
def test_a_text_is_the_same_however_it_is_cut_and_nothing_obeys_it(
    data: bytes, cuts: list[int], at_once: bool
) -> None:
    pieces = passed(data, cuts, is_visible=True, at_once=at_once)
    text = "".join(piece for piece in pieces if isinstance(piece, str))
    assert text == "".join(map(str, passed(data, [], is_visible=True, at_once=False)))
    assert all(line.isprintable() for line in text.split("\n"))


def test_a_long_line_stays_one_and_its_beginning_says_since_when_it_waits() -> None:
    passing = Passing(is_visible=True)
    passing.feed(b"one\n" + b"x" * 3_000, 1.0)
    passing.feed(b"y" * 3_000, 2.0)
    assert passing.begun == 1.0
    assert passing.pieces == ["one\n"]
    passing.feed(b"\nthree\r", 3.0)
    assert passing.begun == 3.0
    assert passing.pieces[1:] == ["x" * 3_000 + "y" * 3_000 + "\n"]
    passing.pass_on()
    passing.feed(b"\nfour\x1b\n", 4.0)
    assert passing.pieces[2:] == ["three\n", "four␛\n"]
