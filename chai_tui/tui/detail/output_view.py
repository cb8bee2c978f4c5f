"""The pane with everything a maker said: it follows the end, wraps, and can be searched."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from chai_tui.state.makers.records import SAID_KEPT, Maker
from chai_tui.tui.canvas.line_view import LineView
from chai_tui.tui.canvas.styles import Line
from chai_tui.tui.detail.output_drawing import finds, next_find, output_lines, search_status


class OutputView(LineView):
    """What one maker said.

    Lines are counted from the first one ever said, because of many only the latest are kept.

    Attributes:
        sought: what is searched for; empty without a search.
    """

    follows_end = True

    def __init__(self, maker: Callable[[], Maker | None], *, id: str | None = None) -> None:  # noqa: A002
        """Make a view.

        Args:
            maker: returns the maker whose lines are shown, or None.
            id: the widget's id.
        """
        super().__init__(self._said, id=id)
        self._maker = maker
        self.sought = ""
        self._current: int | None = None
        self._first = 0
        self._heights: list[int] = []
        self._drawn_for: tuple[object, ...] = ()
        # Wrapping is what costs: a new line is wrapped once, the others are looked up.
        self._draw_line = lru_cache(maxsize=2 * SAID_KEPT)(output_lines)

    @property
    def status(self) -> str:
        """Where the search stands, in words."""
        maker = self._maker()
        if maker is None:
            return ""
        current = None if self._current is None else self._current - _first(maker)
        return search_status(finds(maker.said, self.sought), current, self.sought)

    def search(self, query: str) -> None:
        """Mark what matches ``query``; an empty one ends the search."""
        self.sought = query
        self._current = None
        self.redraw()

    def find(self, *, backwards: bool = False) -> None:
        """Go to the next find, or the one before; round the end."""
        maker = self._maker()
        if maker is None or not self.sought:
            return
        first = _first(maker)
        at = self._line_at(self.scroll_offset.y) - 1 if self._current is None else self._current
        found = next_find(finds(maker.said, self.sought), at - first, backwards=backwards)
        if found is None:
            return
        self._current = first + found
        self.redraw()
        row = sum(self._heights[:found])
        self.scroll_to(
            y=max(0, row - self.size.height // 2), animate=False, force=True, immediate=True
        )

    def show_another(self) -> None:
        """Start anew, at the end: the maker is another one."""
        self._current = None
        self._drawn_for = ()
        self.redraw()
        self.scroll_end(animate=False, force=True, immediate=True)

    def redraw(self) -> None:
        """Draw again; what a reader looks at stays where it is while old lines are let go."""
        maker = self._maker()
        if maker is not None:
            gone = max(0, _first(maker) - self._first)
            rows_gone = sum(self._heights[:gone])
            if rows_gone and self.scroll_offset.y < self.max_scroll_y:
                top = max(0, self.scroll_offset.y - rows_gone)
                super().redraw()
                self.scroll_to(y=top, animate=False, force=True, immediate=True)
                return
        super().redraw()

    def _line_at(self, row: int) -> int:
        """The number of the line that is drawn at a row."""
        for index, height in enumerate(self._heights):
            row -= height
            if row < 0:
                return self._first + index
        return self._first + len(self._heights)

    def _said(self, width: int) -> list[Line]:
        maker = self._maker()
        if maker is None:
            self._first, self._heights, self._drawn_for = 0, [], ()
            return []
        drawn_for = (maker.number, maker.said_count, width, self.sought, self._current)
        if drawn_for == self._drawn_for:
            return self._lines
        self._drawn_for = drawn_for
        self._first = first = _first(maker)
        blocks = [
            self._draw_line(
                line,
                maker.seated_at,
                width,
                self.sought,
                is_current=first + index == self._current,
            )
            for index, line in enumerate(maker.said)
        ]
        self._heights = [len(block) for block in blocks]
        return [line for block in blocks for line in block] or [[("  nothing yet", "dim")]]


def _first(maker: Maker) -> int:
    """The number of the first line that was kept."""
    return maker.said_count - len(maker.said)
