"""Where makers are on the screen, who is at a cell, and where the selection goes.

Pure. Finding what is at a line or a cell costs a bisection, however many makers there are.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from enum import Enum
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from chai_tui.state.floor import Floor
from chai_tui.tui.keys.move import Move


class Shape(Enum):
    """How a maker is drawn."""

    PANEL = "panel"
    CARD = "card"
    ROW = "row"


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


class Layout:
    """Slots and frames, top down and left to right.

    Attributes:
        shape: how every maker is drawn.
        slots: one for each maker.
        frames: one for each shared station.
        height: lines in all.
        columns: how many makers stand side by side where nothing narrows them.
    """

    def __init__(
        self,
        shape: Shape,
        slots: Sequence[Slot],
        frames: Sequence[Frame],
        height: int,
        columns: int = 1,
    ) -> None:
        self.columns = columns
        self.shape = shape
        self.slots = slots
        self.frames = frames
        self.height = height
        self._tops = [slot.y for slot in slots]
        self._frame_tops = [frame.y for frame in frames]
        self._index = {slot.number: index for index, slot in enumerate(slots)}

    @cached_property
    def _least(self) -> dict[bool, int]:
        """The narrowest width, in frames and outside of them; only panels ask."""
        least: dict[bool, int] = {}
        for slot in self.slots:
            framed = self._is_framed(slot)
            least[framed] = min(slot.width, least.get(framed, slot.width))
        return least

    def _is_framed(self, slot: Slot) -> bool:
        return self.frame_at(slot.y) is not None

    def least_width(self, slot: Slot) -> int:
        """Return the cells of the narrowest slot of those beside this one.

        Makers in frames, whose lines cost cells, have their own: what they have no room for may
        still be told outside.
        """
        return self._least[self._is_framed(slot)]

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
