"""The screen that says what the keys do and what everything means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ModalScreen

from chai_tui.model.events import RunBegan
from chai_tui.tui.canvas.leaving import LeavesOnce
from chai_tui.tui.canvas.line_view import LineView
from chai_tui.tui.canvas.styles import Line, fit
from chai_tui.tui.help.drawing import help_lines
from chai_tui.tui.keys import screen_keys
from chai_tui.tui.keys.key_line import KeyLine
from chai_tui.tui.keys.rows import Row


class HelpScreen(LeavesOnce, ModalScreen[None]):
    """Keys, signs, words and bars, on one scroll.

    It is modal: whoever tries a key while reading about it shall not kill anybody.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*screen_keys.HELP.bindings]
    DEFAULT_CSS = """
    HelpScreen {
        background: $background;
        #help-title { height: 1; background: $panel; scrollbar-size-vertical: 0; }
    }
    """

    def __init__(
        self,
        rows: Sequence[Row],
        keymap: Mapping[str, str] | None = None,
        *,
        run: RunBegan,
    ) -> None:
        """Show the help.

        Args:
            rows: the table of commands.
            keymap: keys of the rows that a user gave others, by the row's id.
            run: what it explains.
        """
        super().__init__()
        self._rows = rows
        self._run = run
        self._keymap = dict(keymap or {})
        self._help = LineView(self._draw, id="help")

    def compose(self) -> ComposeResult:
        """Put title, text and hints together."""
        yield LineView(self._title, id="help-title", can_focus=False)
        yield self._help
        yield KeyLine()

    def on_mount(self) -> None:
        """Let the arrows scroll."""
        self._help.focus()

    def _draw(self, width: int) -> list[Line]:
        return help_lines(
            self._rows,
            self._keymap,
            width,
            has_gil=self._run.gil,
            measures_gil=self._run.measures_gil,
        )

    def _title(self, width: int) -> list[Line]:
        words = "what the keys do, and what is on the screen" if width >= 60 else ""
        line = [(" help ", "strong"), (self._run.warning, "chosen"), (f" {words}", "dim")]
        return [fit(line if self._run.warning else [line[0], (words, "dim")], width)]

    def action_scroll(self, how: str) -> None:
        """Scroll, for the keys that the text itself does not know."""
        getattr(self._help, f"action_{how}")()
