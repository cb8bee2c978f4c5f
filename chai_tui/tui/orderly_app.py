"""An app that leaves in order, whatever ends it: a key, a signal, a crash, a terminal that goes."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from typing import TextIO

from rich.console import RenderableType
from textual.app import App

from chai_tui.tui.crash_report import rendered

SIGNALLED = 128
"""What a shell adds to the number of the signal that ended a program."""
INTERRUPTED = SIGNALLED + signal.SIGINT
HUNG_UP = SIGNALLED + 1


class OrderlyApp(App[None]):
    """Leaves in order.

    Attributes:
        signalled: the exit code of the signal or key that ended the app; None if none did.
        crash: what broke the app; None if nothing did.
    """

    def __init__(self) -> None:
        super().__init__()
        self.signalled: int | None = None
        self.crash: BaseException | None = None

    def on_load(self) -> None:
        """Listen to signals, from before the terminal is taken."""
        loop = asyncio.get_running_loop()
        for name in ("SIGTERM", "SIGHUP", "SIGINT"):
            number = getattr(signal, name, None)
            # There are none on Windows, and none outside of the main thread.
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                if number is not None:
                    loop.add_signal_handler(number, self.leave_signalled, SIGNALLED + number)

    def action_interrupt(self) -> None:
        """Leave as after Ctrl-C."""
        self.signalled = INTERRUPTED
        self.leave()

    async def action_quit(self) -> None:
        """Leave."""
        self.leave()

    def leave(self) -> None:
        """Leave because a key asked for it; a subclass may have something to end first."""
        self.exit()

    def leave_signalled(self, code: int) -> None:
        """Leave with this exit code, whatever else happened."""
        self.signalled = code
        self.exit()

    def _handle_exception(self, error: Exception) -> None:
        """Keep what broke the app for a report; nothing of it is printed on the screen."""
        self.crash = self.crash or error
        super()._handle_exception(error)

    def panic(self, *renderables: RenderableType) -> None:
        """Leave; Textual's own report is not for the terminal of somebody who brews chai.

        Its input thread ends here too when the terminal goes away under it: that is a hang-up.
        """
        if self.crash is None and not self.is_headless and not _is_terminal(sys.__stdin__):
            self.signalled = HUNG_UP
        elif self.crash is None:
            self.crash = RuntimeError(rendered(renderables))
        self._close_messages_no_wait()

    def _fatal_error(self) -> None:
        self._close_messages_no_wait()


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and not stream.closed and stream.isatty()
