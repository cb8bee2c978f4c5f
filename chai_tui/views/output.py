"""What views without a screen have in common: how they write, and what may go wrong."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol, TextIO

from chai_tui.host import patient_output
from chai_tui.host.patient_output import write_text
from chai_tui.model.events import Event
from chai_tui.model.written import Piece

if TYPE_CHECKING:
    from chai_tui.state.floor import Floor  # 4 ms, and --version writes as views do


class ExitCode(IntEnum):
    """What chai-tui tells the shell; a signal that ends it adds its number to ``SIGNALLED``."""

    SERVED = 0
    NOT_SERVED = 1
    BAD_USAGE = 2
    NOT_EXPECTED = 3
    SIGNALLED = 128


class OutputError(Exception):
    """Nobody takes what a view writes; the text says why."""


class UnreadError(Exception):
    """A signal asked for an end while a view waited for somebody to read what it wrote.

    Attributes:
        code: what to tell the shell.
    """

    def __init__(self, code: int) -> None:
        super().__init__("nobody reads the output")
        self.code = code


class View(Protocol):
    """Shows a run without a screen. Each method may raise :class:`OutputError`.

    Attributes:
        needs_samples: whether the floor that it is shown is to know them; to fold them is a third
            of what a run of a hundred threads costs.
    """

    needs_samples: bool

    def show(self, events: Sequence[Event], floor: Floor) -> None:
        """Show what happened.

        Args:
            events: oldest first.
            floor: the state after them.
        """

    def close(self, floor: Floor, asked: int) -> None:
        """Show the end of a run in which ``asked`` makers were asked for."""


def write(stream: TextIO | None, lines: list[str]) -> None:
    """Write lines at once, so that they appear now; what cannot be encoded is escaped.

    Args:
        stream: where to; None: stdout was closed when the program was started.
        lines: without their ends.

    Raises:
        OutputError: nobody takes them.
    """
    if not lines:
        return
    if stream is None:
        raise OutputError("stdout is closed")
    try:
        write_text(stream, "\n".join([*lines, ""]))
    except OSError as error:
        raise OutputError(error.strerror or str(error)) from error


def write_piece(stream: TextIO, data: Piece) -> None:
    """Write what a program wrote, as it is.

    Raises:
        OutputError: nobody takes it.
    """
    try:
        if isinstance(data, bytes):
            patient_output.write_bytes(stream, data)
        else:
            write_text(stream, data)
    except OSError as error:
        raise OutputError(error.strerror or str(error)) from error


def warn(stream: TextIO | None, text: str) -> None:
    """Write a line about a problem; if nobody reads it, the run goes on."""
    with contextlib.suppress(OutputError):
        write(stream, [f"chai-tui: {text}"])
