"""Puts the terminal back where Textual could not: when it failed on its way in or out."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from chai_tui.host.patient_output import write_all

LEAVE = (
    "\x1b[?2004l"  # no bracketed paste
    "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l"  # no mouse
    "\x1b[?1004l"  # no word of the focus
    "\x1b[?2048l"  # no word of its size
    "\x1b[<u"  # the keyboard's usual protocol
    "\x1b[?7h"  # lines wrap
    "\x1b[?25h"  # a cursor
    "\x1b[?1049l"  # the usual screen
)
"""Takes back everything that Textual asks of a terminal."""

UNREAD_SECONDS = 1.0
"""How long a terminal may take to take that."""


@contextlib.contextmanager
def terminal_put_back() -> Iterator[Callable[[], None]]:
    """Leave the terminal as it is now, whatever happens inside; nothing to do on Windows.

    Yields:
        What does it at once, without waiting for a terminal that takes nothing; for a thread that
        ends the program while the main one is stuck.
    """
    if sys.platform == "win32":
        yield lambda: None
        return
    import termios  # noqa: PLC0415 - no such module on Windows

    from chai_tui.host.job_control import is_in_background  # noqa: PLC0415 - likewise

    try:
        keyboard = sys.__stdin__.fileno()  # type: ignore[union-attr] # the next line but one
        modes = termios.tcgetattr(keyboard)
    except (AttributeError, OSError, ValueError, termios.error):  # no terminal, or none at all
        yield lambda: None
        return

    def put_back_now() -> None:
        _set_modes(keyboard, modes)
        with contextlib.suppress(AttributeError, OSError, ValueError):
            name = os.ttyname(sys.__stderr__.fileno())  # type: ignore[union-attr] # suppressed
            # Opened anew: whoever shares our own descriptor must not find it changed. What does not
            # fit is not waited for, however little that is.
            screen = os.open(name, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
            os.write(screen, LEAVE.encode())

    try:
        yield put_back_now
    finally:
        # Textual puts the modes back last of all: if it did, all is well.
        with contextlib.suppress(OSError, ValueError, termios.error):  # the terminal is gone
            if termios.tcgetattr(keyboard) != modes and not is_in_background(keyboard):
                if sys.__stderr__ is not None:
                    gives_up_at = time.monotonic() + UNREAD_SECONDS
                    write_all(
                        sys.__stderr__.fileno(),
                        LEAVE.encode(),
                        lambda: time.monotonic() > gives_up_at,
                    )
                _set_modes(keyboard, modes)


def _set_modes(terminal: int, modes: Any) -> None:
    """Set a terminal's modes, unless they are another job's."""
    import termios  # noqa: PLC0415 - no such module on Windows

    from chai_tui.host.job_control import is_in_background  # noqa: PLC0415 - likewise

    with contextlib.suppress(OSError, ValueError, termios.error):
        if not is_in_background(terminal):
            termios.tcsetattr(terminal, termios.TCSANOW, modes)
