"""Widgets that are drawn line by line, by functions; only lines that changed are drawn again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from textual.events import Resize
from textual.filter import ANSIToTruecolor, LineFilter
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from chai_tui.tui.canvas.styles import Line, StyleSheet


class Drawn(Widget):
    """What all of them have in common: the theme's styles, and no text to select."""

    ALLOW_SELECT = False

    @cached_property
    def _styles(self) -> StyleSheet:
        return StyleSheet(self)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return those that lines drawn here need.

        All their colours are the theme's. To look whether one is the terminal's, which has to be
        translated, takes longer than to draw the line.
        """
        filters = super().get_line_filters()
        if self.app.current_theme.ansi:
            return filters
        return [one for one in filters if type(one) is not ANSIToTruecolor]

    def notify_style_update(self) -> None:
        """The theme may have changed: look the styles up again."""
        super().notify_style_update()
        self._styles.clear()


class Painted(Drawn):
    """Lines made by :meth:`paint`, which a subclass defines."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self._lines: list[Line] = []
        self._painted_for = Size(0, 0)

    def paint(self, width: int, height: int) -> list[Line]:
        """Return the lines to show, at most ``height``."""
        raise NotImplementedError

    def repaint(self) -> None:
        """Ask for the lines anew and refresh those that changed."""
        if not self.size:
            return
        before = self._lines
        lines = self._paint_all()
        for row in range(max(len(lines), len(before))):
            if lines[row : row + 1] != before[row : row + 1]:
                self.refresh(Region(0, row, self.size.width, 1))

    def _paint_all(self) -> list[Line]:
        self._painted_for = self.size
        self._lines = self.paint(*self.size)
        return self._lines

    def on_resize(self, _event: Resize) -> None:
        """Paint for the new size."""
        self.repaint()

    def render_line(self, y: int) -> Strip:
        """Draw one line; a new size may be drawn before anybody is told of it."""
        if self._painted_for != self.size:
            self._paint_all()
        return self._styles.strip(self._lines[y] if y < len(self._lines) else [], self.size.width)
