"""A tasting without a screen: what stands on which stream."""

from __future__ import annotations

import io
import json

from chai_tui.explain.tasting.report import printed_text
from chai_tui.model.race_events import PRINTED_AT_MOST, Printed
from chai_tui.views.tasting import TastingJson, TastingLines
from tests import races
from tests.builders import BEGAN


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Gone(Terminal):
    """One that nobody reads any more."""

    def write(self, _text: str) -> int:
        raise BrokenPipeError


def shown(err: io.StringIO) -> str:
    """Show a whole race, event by event; return what stands on stdout."""
    out = io.StringIO()
    view = TastingLines(out, err)
    events = races.verdict()
    for end in range(1, len(events) + 1):
        view.show([], races.told(*events[:end]))
    view.close(races.told(*events), 0)
    return out.getvalue()


def test_progress_stands_on_a_terminal_in_one_line_and_is_gone_at_the_end() -> None:
    err = Terminal()
    out = shown(err)
    assert "Use processes" in out
    told = err.getvalue().split("\r\x1b[K")
    assert told[-1] == ""  # the line is left empty
    assert any(line.startswith("tastes single calls") for line in told)
    assert any("round" in line and "left" in line for line in told)
    assert "\n" not in err.getvalue()


def test_where_stderr_is_no_terminal_nothing_is_told_there() -> None:
    err = io.StringIO()
    assert "Use processes" in shown(err)
    assert err.getvalue() == ""


def test_progress_that_nobody_reads_stops_no_race() -> None:
    assert "Use processes" in shown(Gone())


def test_json_is_one_object_and_says_what_failed_on_the_other_stream() -> None:
    out, err = io.StringIO(), io.StringIO()
    TastingJson(out, err).close(races.told(*races.verdict()), 0)
    assert json.loads(out.getvalue())["verdict"]["engine"] == "process"
    assert err.getvalue() == ""
    out = io.StringIO()
    TastingJson(out, err).close(races.told(*races.failed()), 0)
    assert json.loads(out.getvalue())["error"]["text"]
    assert err.getvalue().startswith("chai-tui: ")


def test_of_a_function_that_prints_without_end_it_is_not_said_how_many_lines() -> None:
    def told(lines: int) -> str:
        printed = [Printed(BEGAN + 3, "steeping") for _ in range(lines)]
        return printed_text(races.told(*races.verdict(), *printed).race)

    assert "199 lines:" in told(PRINTED_AT_MOST - 1)
    assert "200 lines or more:" in told(PRINTED_AT_MOST)
