"""Gives every maker its cells: panels, cards or rows, and frames round those who share.

Pure: numbers and sizes in, an arrangement out. It is made again only when who is shown, in which
order, or the size changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chai_tui.tui.makers.layout import Frame, Group, Layout, Shape, Slot

PANEL_WIDTH = 36
"""The narrowest panel in which a pid, a core, CPU time and memory fit."""
CARD_WIDTH = 36
ROW_WIDTH = 56
"""The narrowest row that is worth a second column."""
PANEL_HEIGHT = 5
"""Frame, facts, step and one line said."""
SCROLLBAR = 1


class _Plan(NamedTuple):
    """One way to draw them all: what each slot measures, before any is placed."""

    shape: Shape
    height: int
    columns: int
    least_width: int

    @property
    def padding(self) -> int:
        """Cells between a frame round a station and what is in it, left and right."""
        return 1 if self.shape is Shape.PANEL else 0

    def columns_in(self, width: int) -> int:
        return max(1, min(self.columns, width // self.least_width))

    def lines(self, groups: Sequence[Group], width: int) -> int:
        total = 0
        for group in groups:
            inner = self.inner(group, width)
            total += -(-len(group.numbers) // self.columns_in(inner)) * self.height
            total += 0 if group.station is None else 2
        return total

    def narrowed(self, groups: Sequence[Group], width: int, least: int) -> _Plan:
        """The same with as few columns as do without another line, but not fewer than ``least``."""
        if self.shape is Shape.ROW:
            return self
        lines = self.lines(groups, width)
        for columns in range(max(1, least), self.columns):
            plan = self._replace(columns=columns)
            if plan.lines(groups, width) == lines:
                return plan
        return self

    def inner(self, group: Group, width: int) -> int:
        return width if group.station is None else width - 2 - 2 * self.padding

    def _in_row(self, group: Group, row: int, columns: int) -> int:
        """How many columns a row has: the last panels of all share the whole line."""
        if self.shape is Shape.PANEL:
            return min(columns, len(group.numbers) - row * columns)
        return columns

    def place(self, groups: Sequence[Group], width: int) -> Layout:
        slots: list[Slot] = []
        frames: list[Frame] = []
        y = 0
        for group in groups:
            left, framed = 0, group.station is not None
            inner = max(1, self.inner(group, width))
            columns = self.columns_in(inner)
            top = y
            if framed:
                left, y = 1 + self.padding, y + 1
            for index, number in enumerate(group.numbers):
                row, column = divmod(index, columns)
                if column == 0:
                    edges = _edges(left, inner, self._in_row(group, row, columns))
                slots.append(
                    Slot(
                        number,
                        edges[column],
                        y + row * self.height,
                        edges[column + 1] - edges[column],
                        self.height,
                    )
                )
            y += -(-len(group.numbers) // columns) * self.height
            if group.station is not None:
                y += 1
                frames.append(Frame(group.station, 0, top, width, y - top))
        return Layout(self.shape, slots, frames, y, self.columns)


def _edges(left: int, width: int, columns: int) -> list[int]:
    """Where columns begin and end; cells that are left over go to the first ones."""
    return [left + -(-column * width // columns) for column in range(columns + 1)]


def arrange(
    groups: Sequence[Group],
    width: int,
    height: int,
    tall: int = PANEL_HEIGHT,
    before: Layout | None = None,
    *,
    large: int = 0,
) -> Layout:
    """Choose how to draw the makers so that all fit, as large as they can be.

    Panels first, the tallest that fit; then cards, with and without a line between; then rows, in
    as few columns as do. If nothing fits, as many rows as can be seen at once, to be scrolled.
    Panels and cards take as few columns as they can without another line of them, so that four
    stand as two and two and not as three and one.

    Args:
        groups: whom to show.
        width: cells there are.
        height: lines there are.
        tall: lines of a panel that shows all it has to say.
        before: what somebody has been looking at, if makers were only added to it since: then its
            columns stay as long as that costs no line, and nobody in it moves.
        large: lines of a panel in large print; 0: the usual print.
    """
    *plans, last = _plans(width, tall, large)
    for plan in (*plans, last):
        if plan.lines(groups, width) <= height:
            seen = before.columns if before is not None and before.shape is plan.shape else 1
            return plan.narrowed(groups, width, seen).place(groups, width)
    return last.place(groups, width - SCROLLBAR)


def _plans(width: int, tall: int, large: int) -> Iterator[_Plan]:
    # The same number of columns inside and outside of frames looks calm; a few cells less in a
    # frame must not cost one.
    columns = max(1, width // PANEL_WIDTH)
    if large:
        yield _Plan(Shape.PANEL, large, columns, PANEL_WIDTH - 2)
    else:
        for panel_height in range(max(tall, PANEL_HEIGHT), PANEL_HEIGHT - 1, -1):
            yield _Plan(Shape.PANEL, panel_height, columns, PANEL_WIDTH - 2)
    columns = max(1, width // CARD_WIDTH)
    for card_height in (3, 2):
        yield _Plan(Shape.CARD, card_height, columns, CARD_WIDTH - 1)
    for columns in range(1, max(1, width // ROW_WIDTH) + 1):
        yield _Plan(Shape.ROW, 1, columns, ROW_WIDTH - 2)
