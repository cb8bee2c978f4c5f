"""An app that leaves in order, whatever ends it: a key, a signal, a crash, a terminal that goes."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable
from functools import partial

from rich.console import RenderableType
from textual import constants, on
from textual.app import App
from textual.command import CommandPalette
from textual.driver import Driver
from textual.worker import WorkerFailed

from chai_tui.host.encoding import UTF_8
from chai_tui.host.process_setup import HANG_UP, SIGNALLED
from chai_tui.tui.shell.crash_report import rendered

INTERRUPTED = SIGNALLED + signal.SIGINT


class ClosingApp(App[None]):
    """Leaves in order.

    Attributes:
        signalled: the exit code of the signal or key that ended the app; None if none did.
        crash: what broke the app; None if nothing did.
        encoding: the terminal's.
        hang_up: leaves because the terminal is gone; safe from any thread.
    """

    def __init__(self, *, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self.encoding = UTF_8
        self.hang_up: Callable[[], None] = partial(self.leave_signalled, HANG_UP)
        self.signalled: int | None = None
        self.crash: BaseException | None = None
        self._loop_of_app: asyncio.AbstractEventLoop | None = None

    def get_driver_class(self) -> type[Driver]:
        """Return our own driver; Textual's on Windows, which has no terminals of this kind."""
        if sys.platform == "win32" or constants.DRIVER is not None:  # somebody chose another
            return super().get_driver_class()
        from chai_tui.tui.terminal.driver import TerminalDriver  # noqa: PLC0415 - not there

        return TerminalDriver

    def on_load(self) -> None:
        """Leave at once if a signal said so before there was a loop to leave."""
        self._loop_of_app = asyncio.get_running_loop()
        if self.signalled is not None:
            self.exit()

    @on(Driver.SignalResume)
    def _draw_anew(self) -> None:
        """Whoever had the terminal meanwhile wrote over everything."""
        self.screen.refresh(layout=True)

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

    def hear(self, number: int) -> None:
        """Note that a signal ends the app; in the middle of anything."""
        self.signalled = SIGNALLED + number

    def leave_signalled(self, number: int) -> None:
        """Leave because of a signal, whatever else happened; safe from any thread.

        Args:
            number: the signal's.
        """
        self.hear(number)
        if self._loop_of_app is not None:
            with contextlib.suppress(RuntimeError):  # it is closed: the app has left
                self._loop_of_app.call_soon_threadsafe(self.exit)

    def _handle_exception(self, error: Exception) -> None:
        """Keep what broke the app for a report; nothing of it is printed on the screen."""
        if isinstance(error, WorkerFailed) and not self._shows_palette:
            return  # it looked for commands, for a palette that was closed meanwhile
        self.crash = self.crash or error
        super()._handle_exception(error)

    @property
    def _shows_palette(self) -> bool:
        """Whether the palette is open; nothing else here has workers."""
        return any(isinstance(screen, CommandPalette) for screen in self.screen_stack)

    def panic(self, *renderables: RenderableType) -> None:
        """Leave; Textual's own report is not for the terminal of somebody who brews chai."""
        self.crash = self.crash or RuntimeError(rendered(renderables))
        self._close_messages_no_wait()

    def _fatal_error(self) -> None:
        self._close_messages_no_wait()
