"""Where each maker is on the screen: panels, cards or rows, and frames round those who share.

Pure: numbers and sizes in, cells out. An arrangement is made again only when who is shown, in
which order, or the size changes; finding what is at a line or a cell costs a bisection.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from enum import Enum, StrEnum
from itertools import groupby
from typing import NamedTuple

from chai_tui.floor import Floor

PANEL_WIDTH = 36
"""The narrowest panel in which a pid, a core, CPU time and memory fit."""
CARD_WIDTH = 36
ROW_WIDTH = 56
"""The narrowest row that is worth a second column."""
COMFORTABLE_WIDTH = 60
"""Panels and cards grow to this width before they leave room for more of them."""
PANEL_HEIGHT = 5
"""Frame, facts, step and one line said."""
SCROLLBAR = 1


class Shape(Enum):
    """How a maker is drawn."""

    PANEL = "panel"
    CARD = "card"
    ROW = "row"


class Move(StrEnum):
    """Where the selection goes."""

    UP = "up"
    DOWN = "down"
    LEFT = "left"
    RIGHT = "right"
    NEXT = "next"
    PREVIOUS = "previous"
    PAGE_UP = "page_up"
    PAGE_DOWN = "page_down"
    FIRST = "first"
    LAST = "last"


class Slot(NamedTuple):
    """The cells of one maker, from the top left of the whole arrangement."""

    number: int
    x: int
    y: int
    width: int
    height: int


class Frame(NamedTuple):
    """The cells of a frame round the makers of one station, its lines included."""

    station: int
    x: int
    y: int
    width: int
    height: int


class Group(NamedTuple):
    """Makers that are drawn together; with a ``station``, a frame goes round them."""

    station: int | None
    numbers: Sequence[int]


class Arrangement:
    """Slots and frames, top down and left to right.

    Attributes:
        shape: how every maker is drawn.
        slots: one for each maker.
        frames: one for each shared station.
        height: lines in all.
    """

    def __init__(
        self, shape: Shape, slots: Sequence[Slot], frames: Sequence[Frame], height: int
    ) -> None:
        self.shape = shape
        self.slots = slots
        self.frames = frames
        self.height = height
        self._tops = [slot.y for slot in slots]
        self._frame_tops = [frame.y for frame in frames]
        self._index = {slot.number: index for index, slot in enumerate(slots)}

    def slot(self, number: int) -> Slot | None:
        """Return where a maker is, None if it is not shown."""
        index = self._index.get(number)
        return None if index is None else self.slots[index]

    def slots_between(self, top: int, bottom: int) -> Sequence[Slot]:
        """Return the slots that have a line from ``top`` up to, not including, ``bottom``."""
        if not self.slots:
            return ()
        height = self.slots[0].height  # all are equal
        return self.slots[bisect_right(self._tops, top - height) : bisect_left(self._tops, bottom)]

    def frame_at(self, y: int) -> Frame | None:
        """Return the frame that has a line at ``y``: they never stand side by side."""
        index = bisect_right(self._frame_tops, y) - 1
        if index < 0:
            return None
        frame = self.frames[index]
        return frame if y < frame.y + frame.height else None

    def maker_at(self, x: int, y: int) -> int | None:
        """Return whose cell this is."""
        for slot in self.slots_between(y, y + 1):
            if slot.x <= x < slot.x + slot.width:
                return slot.number
        return None

    def moved(self, number: int | None, move: Move, page: int) -> int | None:
        """Return whom to select next.

        Args:
            number: who is selected; nobody, or somebody who is not shown, leads to the first.
            move: where to.
            page: lines that a page has.

        Returns:
            A shown maker; None when none is.
        """
        if not self.slots:
            return None
        index = self._index.get(number) if number is not None else None
        if index is None:
            return self.slots[-1 if move is Move.LAST else 0].number
        last = len(self.slots) - 1
        match move:
            case Move.FIRST | Move.LAST:
                index = 0 if move is Move.FIRST else last
            case Move.LEFT | Move.RIGHT:
                index = min(last, max(0, index + (1 if move is Move.RIGHT else -1)))
            case Move.NEXT | Move.PREVIOUS:
                index = (index + (1 if move is Move.NEXT else -1)) % len(self.slots)
            case Move.UP | Move.DOWN:
                index = self._nearest(self.slots[index], 1 if move is Move.DOWN else -1)
            case Move.PAGE_UP | Move.PAGE_DOWN:
                page = max(1, page)
                index = self._nearest(self.slots[index], page if move is Move.PAGE_DOWN else -page)
        return self.slots[index].number

    def _nearest(self, slot: Slot, lines: int) -> int:
        """The slot about so many lines further (at least one row), nearest to the same column."""
        tops = self._tops
        if lines > 0:
            following = bisect_right(tops, slot.y)
            row = max(following, bisect_right(tops, slot.y + lines) - 1)
            if row >= len(tops):
                row = following - 1  # the last row stays
        else:
            row = min(bisect_left(tops, slot.y) - 1, bisect_left(tops, slot.y + lines))
            row = max(row, 0)
        first, end = bisect_left(tops, tops[row]), bisect_right(tops, tops[row])
        centre = 2 * slot.x + slot.width
        return min(
            range(first, end),
            key=lambda index: abs(2 * self.slots[index].x + self.slots[index].width - centre),
        )


def grouped(floor: Floor, numbers: Sequence[int]) -> list[Group]:
    """Put the makers that share a station together, where the first of them stands.

    Args:
        floor: who stands where.
        numbers: whom to show, in order; the order within a station is kept.
    """
    shared: dict[int, list[int]] = {}
    groups: list[Group] = []
    for is_shared, run in groupby(numbers, lambda n: floor.makers[n].engine.shares_station):
        if not is_shared:
            groups.append(Group(None, list(run)))
            continue
        for number in run:
            station = floor.makers[number].station
            if station not in shared:
                groups.append(Group(station, shared.setdefault(station, [])))
            shared[station].append(number)
    return _with_runs_joined(groups)


def _with_runs_joined(groups: Sequence[Group]) -> list[Group]:
    """Join what stands alone side by side, because the shared ones between moved up."""
    joined: list[Group] = []
    for group in groups:
        if joined and group.station is None and joined[-1].station is None:
            joined[-1] = Group(None, [*joined[-1].numbers, *group.numbers])
        else:
            joined.append(group)
    return joined


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

    def inner(self, group: Group, width: int) -> int:
        return width if group.station is None else width - 2 - 2 * self.padding

    def place(self, groups: Sequence[Group], width: int) -> Arrangement:
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
            # Cells that are left over go to the first columns, so that a row is exactly full.
            edges = [left + -(-column * inner // columns) for column in range(columns + 1)]
            for index, number in enumerate(group.numbers):
                row, column = divmod(index, columns)
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
        return Arrangement(self.shape, slots, frames, y)


def arrange(
    groups: Sequence[Group], width: int, height: int, tall: int = PANEL_HEIGHT
) -> Arrangement:
    """Choose how to draw the makers so that all fit, as large as they can be.

    Panels first, the tallest that fit; then cards, with and without a line between; then rows, in
    as few columns as do. If nothing fits, as many rows as can be seen at once, to be scrolled.

    Args:
        groups: whom to show.
        width: cells there are.
        height: lines there are.
        tall: lines of a panel that shows all it has to say.
    """
    most = max((len(group.numbers) for group in groups), default=0)
    *plans, last = _plans(width, most, tall)
    for plan in (*plans, last):
        if plan.lines(groups, width) <= height:
            return plan.place(groups, width)
    return last.place(groups, width - SCROLLBAR)


def _plans(width: int, most: int, tall: int) -> Iterator[_Plan]:
    # The same number of columns inside and outside of frames looks calm; a few cells less in a
    # frame must not cost one.
    for panel_height in range(max(tall, PANEL_HEIGHT), PANEL_HEIGHT - 1, -1):
        yield _Plan(Shape.PANEL, panel_height, _columns(width, PANEL_WIDTH, most), PANEL_WIDTH - 2)
    for card_height in (3, 2):
        yield _Plan(Shape.CARD, card_height, _columns(width, CARD_WIDTH, most), CARD_WIDTH - 1)
    for columns in range(1, max(1, width // ROW_WIDTH) + 1):
        yield _Plan(Shape.ROW, 1, columns, ROW_WIDTH - 2)


def _columns(width: int, least: int, most: int) -> int:
    return max(1, min(width // least, max(most, width // COMFORTABLE_WIDTH)))
