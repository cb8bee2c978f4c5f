"""A tasting without a screen: progress, then the table and the verdict; or one JSON object."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from typing import TextIO

from chai_tui.explain.tasting.naming import failure_text
from chai_tui.explain.tasting.phase import phase_text
from chai_tui.explain.tasting.report import report_lines
from chai_tui.model.engine import Engine
from chai_tui.model.events import Event
from chai_tui.model.race_events import Phase
from chai_tui.race.result import result_json
from chai_tui.state.floor import Floor
from chai_tui.views.output import ExitCode, OutputError, warn, write

PROGRESS_SECONDS = 0.2
"""Seconds between two lines of progress, so that they can be read."""
_CLEAR = "\r\x1b[K"


class _Progress:
    """Says on a terminal what happens now, always on the same line."""

    def __init__(self, err: TextIO | None) -> None:
        self._err = err if err is not None and _is_terminal(err) else None
        self._told_at = float("-inf")
        self._is_shown = False

    def show(self, floor: Floor) -> None:
        """Say what happens now."""
        race = floor.race
        if self._err is None or race.phase is Phase.OVER:
            return
        if floor.now < self._told_at + PROGRESS_SECONDS:
            return
        self._told_at = floor.now
        self._write(f"{_CLEAR}{phase_text(race, floor.now)}")
        self._is_shown = True

    def clear(self) -> None:
        """Leave the line empty."""
        if self._is_shown:
            self._write(_CLEAR)
            self._is_shown = False

    def _write(self, text: str) -> None:
        if self._err is not None:
            with contextlib.suppress(OSError, ValueError):  # nobody reads it: the race goes on
                self._err.write(text)
                self._err.flush()


class _WithProgress:
    """Says what happens now on the stream for errors, if that is a terminal."""

    needs_samples = True

    def __init__(self, out: TextIO, err: TextIO | None) -> None:
        self._out = out
        self._err = err
        self._progress = _Progress(err)

    def show(self, _events: Sequence[Event], floor: Floor) -> None:
        """Say what happens now."""
        self._progress.show(floor)


class TastingLines(_WithProgress):
    """Prints a table and the verdict; what went wrong goes to the other stream."""

    def close(self, floor: Floor, _asked: int) -> None:
        """Print what came of it."""
        self._progress.clear()
        race = floor.race
        if race.failed is not None:
            if race.failed.traceback:
                with contextlib.suppress(OutputError):
                    write(self._err, race.failed.traceback.split("\n"))
            warn(self._err, failure_text(race))
        elif race.judged is not None:
            write(self._out, report_lines(race))


class TastingJson(_WithProgress):
    """Prints one JSON object; what went wrong goes to the other stream, too."""

    def close(self, floor: Floor, _asked: int) -> None:
        """Print what came of it, whatever that is."""
        self._progress.clear()
        race = floor.race
        if race.failed is not None:
            warn(self._err, failure_text(race))
        if race.is_over:
            write(self._out, [json.dumps(result_json(race, floor.run), allow_nan=False)])


def exit_code(floor: Floor, expected: Sequence[Engine] | None) -> int:
    """Return what to tell the shell of a tasting that has ended.

    Args:
        floor: as it is at the end.
        expected: the engines of which the verdict should be one; None: any.
    """
    race = floor.race
    if race.failed is not None:
        return ExitCode.BAD_USAGE if race.failed.is_usage else ExitCode.NOT_SERVED
    if race.judged is None:
        return ExitCode.NOT_SERVED
    return ExitCode.NOT_EXPECTED if unexpected_text(floor, expected) else ExitCode.SERVED


def unexpected_text(floor: Floor, expected: Sequence[Engine] | None) -> str:
    """Return what to say of a verdict that is none of those expected; empty if it is one."""
    judged = floor.race.judged
    if expected is None or judged is None or judged.engine in expected:
        return ""
    found = judged.engine or "no verdict"
    return f"--expect: expected {' or '.join(expected)}, found {found}"


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # it is closed
        return False
