"""A child's output as lines, and how many of them."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from chai_tui.sources.live.capture import LINE_LIMIT, LineAssembler, LineBudget


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=5))
def test_it_does_not_matter_how_bytes_are_cut(data: bytes, cuts: list[int]) -> None:
    def lines(parts: list[bytes]) -> list[str]:
        assembler = LineAssembler()
        return [line for part in parts for line in assembler.feed(part)] + assembler.finish()

    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    parts = [data[begin:end] for begin, end in pairwise(places)]
    assert lines(parts) == lines([data])
    assert all(line.isprintable() for line in lines([data]))


def test_ends_of_lines() -> None:
    assembler = LineAssembler()
    assert assembler.feed(b"one\ntwo\r\nthree\rfour") == ["one", "two", "three"]
    assert assembler.feed(b"\r") == []
    assert assembler.feed(b"\nfive") == ["four"]
    assert assembler.finish() == ["five"]
    assert assembler.finish() == []


def test_nothing_that_a_terminal_obeys_is_left() -> None:
    assembler = LineAssembler()
    assert assembler.feed(b"\x1b[2J\x07\nand at the end \x9b1m\xc3") == ["␛[2J␇"]
    assert assembler.finish() == ["and at the end �1m�"]


def test_a_long_line_is_cut_and_never_kept_whole() -> None:
    assembler = LineAssembler()
    lines = [line for _ in range(100) for line in assembler.feed(b"x" * 999)]
    assert len(lines) == 99, "what is left is less than one"
    lines += assembler.finish()
    assert "".join(lines) == "x" * 99_900
    assert max(map(len, lines)) == LINE_LIMIT


def test_a_budget_fills_up_with_time_and_no_further_than_a_second() -> None:
    budget = LineBudget(100)
    assert budget.take(150, 10.0) == 100
    assert budget.take(10, 10.0) == 0
    assert budget.take(10, 10.05) == 5
    assert budget.take(1_000, 99.0) == 100
    assert LineBudget(None).take(10**6, 0.0) == 10**6


def test_a_budget_is_not_filled_by_a_clock_that_goes_back() -> None:
    budget = LineBudget(200)
    budget.take(200, 10.0)
    assert sum(budget.take(200, at) for _ in range(100) for at in (9.95, 10.0)) == 0
