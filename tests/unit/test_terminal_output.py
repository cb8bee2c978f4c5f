"""What is drawn goes to the terminal while that is ours, and nowhere else."""

from __future__ import annotations

import os
import sys

import pytest

if sys.platform == "win32":
    pytest.skip("Windows has a driver of its own", allow_module_level=True)

from chai_tui.host.patient_output import PIECE
from chai_tui.tui.terminal.output import TerminalOutput, in_utf_8


def test_nothing_is_written_while_another_job_has_the_terminal() -> None:
    reader, writer = os.pipe()
    ours = [True, False, True]
    gone: list[str] = []
    with os.fdopen(reader, "rb") as read, os.fdopen(writer, "w", encoding="utf-8") as stream:
        output = TerminalOutput(stream, in_utf_8, lambda: gone.append("gone"), lambda: ours.pop(0))
        for text in ("one ", "two ", "drei ☕"):
            output.write(text)
        stream.close()
        assert read.read().decode() == "one drei ☕"
    assert gone == []


def test_what_is_long_ends_where_another_job_gets_the_terminal() -> None:
    reader, writer = os.pipe()
    ours = [True, True, False]
    with os.fdopen(reader, "rb") as read, os.fdopen(writer, "w", encoding="utf-8") as stream:
        output = TerminalOutput(stream, in_utf_8, lambda: None, lambda: ours.pop(0))
        output.write("x" * (4 * PIECE))
        stream.close()
        assert len(read.read()) == 2 * PIECE
    assert ours == []


def test_a_terminal_that_is_gone_is_told_of_once() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    gone: list[str] = []
    with os.fdopen(writer, "w", encoding="utf-8") as stream:
        output = TerminalOutput(stream, in_utf_8, lambda: gone.append("gone"), lambda: True)
        output.write("one")
        output.write("two")
    assert gone == ["gone"]
