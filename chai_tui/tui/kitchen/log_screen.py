"""The screen that shows all that happened."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from chai_tui.tui.canvas.leaving import LeavesOnce
from chai_tui.tui.canvas.line_view import LineView
from chai_tui.tui.canvas.styles import Line, fit
from chai_tui.tui.keys import screen_keys
from chai_tui.tui.keys.key_line import foot
from chai_tui.tui.kitchen.event_log import EventLog


class LogScreen(LeavesOnce, Screen[None]):
    """The whole log, to be scrolled; new lines come into sight as long as its end is."""

    BINDINGS: ClassVar[list[BindingType]] = [*screen_keys.LOG.bindings]
    shows_log = True
    DEFAULT_CSS = """
    LogScreen {
        background: $background;
        #log-title { height: 1; background: $panel; scrollbar-size-vertical: 0; }
    }
    """

    def __init__(self, log: EventLog) -> None:
        """Show a log.

        Args:
            log: the kitchen's.
        """
        super().__init__()
        self._log = log
        self._lines = LineView(log.all_lines, id="whole-log")
        self._lines.follows_end = True

    def compose(self) -> ComposeResult:
        """Put title, lines and hints together."""
        yield LineView(self._title, id="log-title", can_focus=False)
        yield self._lines
        yield from foot(self.app)

    def on_mount(self) -> None:
        """Let the arrows scroll."""
        self._lines.focus()

    def on_screen_resume(self) -> None:
        """Catch up with what happened while another screen was shown."""
        self.floor_changed()

    def floor_changed(self) -> None:
        """Draw what is new."""
        self._log.floor_changed()
        self._lines.redraw()

    def _title(self, width: int) -> list[Line]:
        return [
            fit([(" log ", "strong"), (" all that happened, the newest at the end", "dim")], width)
        ]
