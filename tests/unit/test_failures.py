"""What is told of an exception in one line: its type, and as much of its message as a line has."""

from __future__ import annotations

import pytest

from chai_tui.sources.live.station.failures import told_of


def noted() -> ValueError:
    error = ValueError("no milk")
    error.add_note("buy some\nand soon")
    return error


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("no milk"), "ValueError: no milk"),
        (ValueError("no milk\nnone at all"), "ValueError: no milk …"),
        (ValueError("\nno milk"), "ValueError:  …"),
        (ValueError(), "ValueError"),
        (KeyError("tea"), "KeyError: 'tea'"),
        (noted(), "ValueError: no milk"),
        (ExceptionGroup("many", [ValueError("a\nb")]), "ExceptionGroup: many (1 sub-exception)"),
        (SyntaxError("invalid syntax", ("work.py", 3, 1, "a b")), "SyntaxError: invalid syntax"),
    ],
    ids=repr,
)
def test_one_line_has_the_type_and_the_beginning_of_the_message(
    error: Exception, line: str
) -> None:
    told, traceback = told_of(error)
    assert told == line
    assert line.removesuffix(" …") in traceback
