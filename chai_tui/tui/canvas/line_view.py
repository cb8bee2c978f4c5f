"""Scrolling widgets that show drawn lines, and draw again only those that changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Resize
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from chai_tui.tui.canvas.painted import Drawn
from chai_tui.tui.canvas.styles import Line


class ScrolledLines(ScrollView, Drawn, can_focus=True, inherit_bindings=False):
    """Lines of which as many are shown as there is room for."""

    DEFAULT_CSS = """
    ScrolledLines {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        background: $background;
        color: $foreground;
    }
    """

    @property
    def line_width(self) -> int:
        """Cells in a line."""
        return self.scrollable_content_region.width


class LineView(ScrolledLines, inherit_bindings=False):
    """Lines made by a drawing function.

    Attributes:
        follows_end: whether new lines at the end scroll into view, as long as the end was.
    """

    # Without left and right, which screens use to go from maker to maker.
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "scroll_up", "Scroll up", show=False),
        Binding("down", "scroll_down", "Scroll down", show=False),
        Binding("pageup", "page_up", "Page up", show=False),
        Binding("pagedown", "page_down", "Page down", show=False),
        Binding("home", "scroll_home", "To the start", show=False),
        Binding("end", "scroll_end", "To the end", show=False),
    ]
    follows_end = False

    def __init__(
        self,
        draw: Callable[[int], list[Line]],
        *,
        id: str | None = None,  # noqa: A002 - Textual's name for it
        can_focus: bool = True,
    ) -> None:
        """Make a view.

        Args:
            draw: returns what to show, for a width in cells.
            id: the widget's id.
            can_focus: whether it can be scrolled by keys.
        """
        super().__init__(id=id, can_focus=can_focus)
        self._draw = draw
        self._lines: list[Line] = []

    def redraw(self) -> None:
        """Ask for the lines anew and refresh those that changed."""
        if not self.is_mounted or not self.size:
            return
        was_at_end = self.scroll_offset.y >= self.max_scroll_y
        before = self._lines
        self._lines = lines = self._draw(self.line_width)
        if len(lines) != len(before):
            self.virtual_size = Size(0, len(lines))
        top = self.scroll_offset.y
        for row in range(top, top + self.size.height):
            old = before[row] if row < len(before) else None
            if old != (lines[row] if row < len(lines) else None):
                self.refresh_line(row)
        if self.follows_end and was_at_end:
            self.scroll_end(animate=False, force=True, immediate=True)

    def render_line(self, y: int) -> Strip:
        """Draw one line of the part that is visible."""
        row = self.scroll_offset.y + y
        line = self._lines[row] if 0 <= row < len(self._lines) else []
        return self._styles.strip(line, self.line_width)

    def on_resize(self, _event: Resize) -> None:
        """Draw for the new width."""
        self.redraw()
