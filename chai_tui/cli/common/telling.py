"""What the command line itself says: pages on stdout, one line about a problem on stderr."""

from __future__ import annotations

import sys

from chai_tui.config.toml_file import one_line
from chai_tui.views.output import ExitCode, OutputError, warn, write


def complain(text: str) -> None:
    """Write one line about a problem to stderr, if there is one."""
    warn(sys.stderr, one_line(text))


def say_to_a_person(text: str) -> None:
    """The same for whoever looks at the terminal that stdout is, where there is no stderr."""
    warn(sys.stderr or sys.stdout, one_line(text))


def cannot_write(error: OutputError) -> int:
    """Say why stdout takes nothing, unless its reader has just gone; return the exit code."""
    if not isinstance(error.__cause__, BrokenPipeError):
        complain(f"cannot write: {error}")
    return ExitCode.NOT_SERVED


def print_page(text: str) -> int:
    """Write text to stdout; return the exit code."""
    try:
        write(sys.stdout, text.splitlines())
    except OutputError as error:
        return cannot_write(error)
    return ExitCode.SERVED
