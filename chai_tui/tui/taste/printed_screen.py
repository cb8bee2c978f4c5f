"""The screen that shows what the function printed."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from chai_tui.explain.wording.formatting import counted, time_text
from chai_tui.model.text import printable
from chai_tui.state.floor import Floor
from chai_tui.tui.canvas.leaving import LeavesOnce
from chai_tui.tui.canvas.line_view import LineView
from chai_tui.tui.canvas.prose import folded
from chai_tui.tui.canvas.styles import Line, fit
from chai_tui.tui.keys.key_line import foot
from chai_tui.tui.keys.taste_keys import PRINTED


class PrintedScreen(LeavesOnce, Screen[None]):
    """Every line that is kept; new ones come into sight as long as the end is."""

    BINDINGS: ClassVar[list[BindingType]] = [*PRINTED.bindings]
    DEFAULT_CSS = """
    PrintedScreen {
        background: $background;
        #printed-title { height: 1; background: $panel; scrollbar-size-vertical: 0; }
    }
    """

    def __init__(self, floor: Floor) -> None:
        """Show what was printed on a floor."""
        super().__init__()
        self._floor = floor
        self._title = LineView(self._draw_title, id="printed-title", can_focus=False)
        self._lines = LineView(self._draw_lines, id="printed")
        self._lines.follows_end = True

    def compose(self) -> ComposeResult:
        """Put title, lines and hints together."""
        yield self._title
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
        self._title.redraw()
        self._lines.redraw()

    def _draw_title(self, width: int) -> list[Line]:
        race = self._floor.race
        kept = len(race.printed)
        told = f" · {counted(race.printed_count, 'line')}"
        if kept < race.printed_count:
            told += f", the last {kept} of them"
        return [fit([(" what it printed", "strong"), (told, "dim")], width)]

    def _draw_lines(self, width: int) -> list[Line]:
        race = self._floor.race
        if not race.printed:
            return [fit([(" It printed nothing.", "dim")], width)]
        began = race.began.at if race.began else race.printed[0].at
        lines: list[Line] = []
        for printed in race.printed:
            time = f" {time_text(printed.at - began)}  "
            first, *more = folded(printable(printed.line), max(1, width - len(time)))
            lines.append([(time, "dim"), (first, "")])
            lines += [[(" " * len(time), ""), (piece, "")] for piece in more]
        return lines
