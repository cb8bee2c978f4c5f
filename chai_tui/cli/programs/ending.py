"""When a program is over, and what the shell is told of it."""

from __future__ import annotations

from chai_tui.state.floor import Floor
from chai_tui.views.output import ExitCode


def is_over(floor: Floor) -> bool:
    """Whether every process of a program has ended, or none was there."""
    return floor.run.source in {"run", "watch"} and not floor.open


def code_of_program(floor: Floor) -> int:
    """Return the exit code of a program that was run: that of its first process.

    Returns:
        128 and the signal's number where a signal ended it; 1 where nobody knows, or it never was
        there.
    """
    first = next(iter(floor.makers.values()), None)
    if first is None or not first.joined or first.exitcode is None:
        return ExitCode.NOT_SERVED
    return first.exitcode if first.exitcode >= 0 else ExitCode.SIGNALLED - first.exitcode


def code_of_watched(_floor: Floor) -> int:
    """Return the exit code of having watched: how programs end is their own affair."""
    return ExitCode.SERVED
