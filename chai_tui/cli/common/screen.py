"""Whether a run is shown on a screen, why not, and how much of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TextIO

from chai_tui.cli.common.bad_request import BadRequestError
from chai_tui.host.patient_output import descriptor_of
from chai_tui.host.terminal import take_keyboard

SCREEN_SAMPLE_SECONDS = 0.5
"""Seconds between two samples for the screen."""
JSON_SAMPLE_SECONDS = 1.0
"""The same for JSON, whose reader keeps them all."""
SCREEN_LINES_PER_SECOND = 200
"""Lines a station may say a second on a screen: more than anybody reads."""


def check_outputs(*, plain: bool, as_json: bool, of_the_screen: Mapping[str, bool]) -> None:
    """See that the options that say where a run is shown go together.

    Args:
        plain: whether lines were asked for.
        as_json: whether JSON was.
        of_the_screen: options that change nothing but the screen, and whether each was given.

    Raises:
        BadRequestError: they do not.
    """
    if plain and as_json:
        raise BadRequestError("--plain and --json: expected one of them, found both.")
    for option, asked in of_the_screen.items():
        if asked and (plain or as_json):
            raise BadRequestError(f"{option}: only for the screen: lines are the same without it.")


def choose_screen(*, lines: bool, stdin_was_read: bool = False) -> tuple[bool, str | None]:
    """Return whether to show a screen, and why not, for a person; nothing or None needs no telling.

    Args:
        lines: whether lines were asked for.
        stdin_was_read: to its end, for items: keys come from the terminal itself.
    """
    if stdin_was_read and not lines:
        take_keyboard()
    reason = "" if lines else why_no_screen(sys.stdin, sys.stdout, sys.stderr)
    if reason is None and not _is_in_front():
        reason = (
            "this job is in the background, and no shell can bring it to the front: plain lines"
        )
    return not lines and reason is None, reason


def why_no_screen(stdin: TextIO | None, stdout: TextIO | None, stderr: TextIO | None) -> str | None:
    """Return why there can be no screen: None if there can be one.

    The empty text needs no telling: whoever sends stdout elsewhere wants lines.
    """
    if not _is_terminal(stdout):
        return ""
    if not _is_terminal(stdin):
        return "stdin is no terminal, so no keys can be read: showing plain lines"
    if not _is_terminal(stderr):
        return "stderr is no terminal, and the screen is drawn there: showing plain lines"
    if os.environ.get("TERM") in {"dumb", "unknown"}:
        return "TERM names a terminal that can draw no screen: showing plain lines"
    return None


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # it is closed
        return False


def _is_in_front() -> bool:
    """Wait, stopped by the system, until this job has the terminal; return whether it ever will."""
    if sys.platform == "win32":
        return True
    from chai_tui.host.job_control import wait_for_foreground  # noqa: PLC0415 - not on Windows

    terminal = descriptor_of(sys.stdin)
    return terminal is None or wait_for_foreground(terminal)
