"""An app that says of every screen when there is too little room for it."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.command import CommandPalette
from textual.events import Resize
from textual.geometry import Size
from textual.screen import Screen

from chai_tui.tui.canvas.notice import is_too_small, notice_lines, too_small
from chai_tui.tui.canvas.painted import Painted
from chai_tui.tui.canvas.styles import Line
from chai_tui.tui.shell.shutdown import ClosingApp


class _Notice(Painted):
    """Says so, in the middle."""

    DEFAULT_CSS = "_Notice { width: 1fr; height: 1fr; }"

    def paint(self, width: int, height: int) -> list[Line]:
        """Draw the notice."""
        return notice_lines(too_small(width, height), width, height)


class TooSmallScreen(Screen[None]):
    """Covers whatever is open until there is room for it again; the program's keys still work."""

    DEFAULT_CSS = "TooSmallScreen { background: $background; }"
    AUTO_FOCUS = ""

    def compose(self) -> ComposeResult:
        """Say so."""
        yield _Notice()


class MinimumSizeApp(ClosingApp):
    """Covers screens that there is no room for; one that has a notice of its own is left alone.

    Such a screen has an attribute ``SAYS_TOO_SMALL`` that is true.
    """

    def on_resize(self, event: Resize) -> None:
        """Cover what is open, or uncover it; the app's own size follows in a moment."""
        self._mind_the_room(event.size)

    def push_screen(self, *args: Any, **kwargs: Any) -> Any:
        """Open a screen; cover it if there is no room."""
        if self.screen_stack and isinstance(self.screen_stack[-1], TooSmallScreen):
            # One that stayed below would be uncovered by no resize when what is above it is left.
            self.pop_screen()
        pushed = super().push_screen(*args, **kwargs)
        if not isinstance(self.screen_stack[-1], TooSmallScreen):
            self._mind_the_room(self.size)
        return pushed

    def action_command_palette(self) -> None:
        """Open the palette, unless it is open already and only covered: Textual allows but one."""
        if not any(isinstance(screen, CommandPalette) for screen in self.screen_stack):
            super().action_command_palette()

    def _mind_the_room(self, size: Size) -> None:
        if not self.screen_stack:
            return
        top = self.screen_stack[-1]
        covered = isinstance(top, TooSmallScreen)
        if covered and not is_too_small(*size):
            self.pop_screen()
        elif not covered and not getattr(top, "SAYS_TOO_SMALL", False) and is_too_small(*size):
            self.push_screen(TooSmallScreen())
