"""How cores are laid out: how much of each is told, in how many columns and rows.

Only the number of cores and the room decide, never how busy they are: so nothing on the screen
moves when figures change.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from chai_tui.state.makers.records import HISTORY_KEPT

SCREEN_SHARE = 5
"""The cores take at most every fifth row of the screen (and never less than two rows)."""
FEW = 2
"""So many cores have a line each wherever there are lines for them."""
MARKS_TOGETHER = 8
"""Where a core is one character, so many stand together: more cannot be counted by eye."""
PERCENT = 6
"""Cells of `` 100 %``."""


class Cell(NamedTuple):
    """Cells of each part of what one core shows; 0: it does not show that part."""

    label: int
    bar: int
    makers: int
    history: int

    @property
    def width(self) -> int:
        """Cells of the whole, with a blank between parts and after it."""
        makers = 2 + self.makers if self.makers else 0
        history = 1 + self.history if self.history else 0
        return self.label + self.bar + PERCENT + makers + history + 1


class Grid(NamedTuple):
    """Each core has a bar; they go from left to right, then down."""

    cell: Cell
    columns: int
    column_width: int
    rows: int
    has_word: bool
    """Whether the label is ``core 0``, not just ``0``."""


class Marks(NamedTuple):
    """Each core is a character (or several cores share one), in labelled rows."""

    cores_a_mark: int
    marks_a_row: int
    is_spaced: bool
    """Whether there is a blank after every eighth character."""
    label: int
    mark_rows: int
    has_who: bool
    """Whether a row below says who is where, because there is one to spare."""

    @property
    def rows(self) -> int:
        """All rows."""
        return self.mark_rows + self.has_who


class _Level(Enum):
    """What a core tells, most first: least and most cells of bar, makers' numbers and history."""

    FULL = ((12, 40), (8, 24), (8, HISTORY_KEPT))
    MEDIUM = ((8, 40), (6, 24), (0, 0))
    SMALL = ((5, 12), (0, 0), (0, 0))


def lay_out(numbers: Sequence[int], width: int, rows: int, *, maps_cores: bool) -> Grid | Marks:
    """Return the layout that tells most of what fits.

    Args:
        numbers: the cores' numbers, at least one.
        width: cells in a row.
        rows: the most rows to use, at least 1.
        maps_cores: whether it is known who is on a core; else nobody's number is shown.
    """
    digits = len(str(max(numbers)))
    for level in _Level:
        has_word = level is not _Level.SMALL
        label = digits + (len(" core  ") if has_word else len("  "))
        bar, makers, history = level.value
        if not maps_cores:
            makers = (0, 0)
        least = Cell(label, bar[0], makers[0], history[0])
        columns = min(width // least.width, len(numbers))
        if columns == 0:
            continue
        if level is _Level.FULL and len(numbers) <= min(FEW, rows):
            columns = 1  # a line each, with a history as wide as the screen
        needed = -(-len(numbers) // columns)
        if needed > rows:
            continue
        columns = -(-len(numbers) // needed)  # as even as it gets
        cell = _widened(least, width // columns, bar[1], makers[1], history[1])
        return Grid(cell, columns, width // columns, needed, has_word)
    marks = _marks(len(numbers), digits, width, rows)
    return marks._replace(has_who=maps_cores and marks.mark_rows < rows)


def rows_allowed(screen_height: int) -> int:
    """Return how many rows of a screen the cores may take."""
    return max(2, screen_height // SCREEN_SHARE)


def _widened(cell: Cell, width: int, bar: int, makers: int, history: int) -> Cell:
    """Return the cell in a column of ``width``, with parts that grow up to the given cells."""
    spare = width - cell.width
    wider = min(spare // 2 if makers or history else spare, bar - cell.bar)
    cell = cell._replace(bar=cell.bar + wider)
    spare -= wider
    wider = min(spare // 2 if history else spare, makers - cell.makers)
    cell = cell._replace(makers=cell.makers + wider)
    spare -= wider
    return cell._replace(history=cell.history + min(spare, history - cell.history))


def _marks(count: int, digits: int, width: int, rows: int) -> Marks:
    label = 2 * digits + 3  # " 128–191 "
    # Groups have a blank between them, so the last one needs none.
    spaced = (width - label + 1) // (MARKS_TOGETHER + 1) * MARKS_TOGETHER
    if spaced > 0 and -(-count // spaced) <= rows:
        return Marks(1, spaced, True, label, -(-count // spaced), False)  # noqa: FBT003
    cores_a_mark = 1
    while True:
        whole_label = label + (len(f"×{cores_a_mark} ") if cores_a_mark > 1 else 0)
        if whole_label >= width:
            whole_label = 0  # better no label than no cores
        marks_a_row = max(1, width - whole_label)
        if marks_a_row > MARKS_TOGETHER:
            marks_a_row -= marks_a_row % MARKS_TOGETHER  # so that rows begin with round numbers
        needed = -(-count // (marks_a_row * cores_a_mark))
        if needed <= rows:
            return Marks(cores_a_mark, marks_a_row, False, whole_label, needed, False)  # noqa: FBT003
        cores_a_mark += 1
