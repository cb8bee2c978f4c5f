"""Who of the makers is shown where, and who of them is selected: what stays as others come."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import State
from chai_tui.tui.makers.drawings import Drawings, Manner
from chai_tui.tui.makers.layout import Layout, Shape, grouped
from chai_tui.tui.makers.layout_planner import arrange
from chai_tui.tui.makers.nesting import ended_last, nested
from chai_tui.tui.makers.sort_filter import Sort, in_order
from chai_tui.tui.panels.large import LARGE_HEIGHT
from chai_tui.tui.panels.panel import SAID_LINES, listed_steps, tall

SEEN_SECONDS = 1.0
"""An arrangement that was shown for so long was looked at: who is in it stays in place."""
_NOBODY = Layout(Shape.PANEL, (), (), 0)


class Room(NamedTuple):
    """Lines that makers can have.

    Attributes:
        beside_boxes: so many that there is room for timeline and log below; 0: there never is.
        most: the most, where panels do not fit into that.
    """

    beside_boxes: int
    most: int


class Asked(NamedTuple):
    """How somebody wants to see them; as the attributes of :class:`MakersView`."""

    sort: Sort
    wanted: str
    is_tree: bool
    is_large: bool


class Arranger:
    """Arranges them.

    Attributes:
        arrangement: where they are.
        at: when they were arranged.
        version: that of the floor then.
        done: how many had ended well then.
        wished: the one selected by hand, who may be there again later.

    Args:
        floor: whose makers; read, never changed.
        drawings: of them; it knows who is selected.
        clock: seconds of whoever looks.
    """

    def __init__(
        self, floor: Floor, drawings: Drawings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.arrangement = _NOBODY
        self.at = 0.0
        self.version = -1
        self.done = 0
        self.wished: int | None = None
        self._floor = floor
        self._drawings = drawings
        self._clock = clock
        self._arranged_for: tuple[object, ...] | None = None
        self._shown_at = 0.0  # since when these makers are shown, and on which width
        self._shown_width = 0
        self._said_lines = 1

    def forget(self) -> None:
        """Arrange as if nobody had been seen before."""
        self._said_lines, self.arrangement = 1, _NOBODY

    def differ(self, width: int, room: Room) -> bool:
        """Whether others are there than were arranged, or there is other room for them."""
        self._make_room_for_words()
        return self._arranged_for != self._members(width, room)

    def arrange(self, asked: Asked, width: int, room: Room, *, is_too_small: bool) -> bool:
        """Find out who is shown where; return whether there is anybody to show.

        Args:
            asked: how.
            width: of the screen, in cells.
            room: lines that there are.
            is_too_small: whether the screen is, for anybody.
        """
        floor = self._floor
        self._arranged_for = self._members(width, room)
        self.at = self._clock()
        self.version = floor.version
        self.done = floor.counts[State.DONE]
        numbers = in_order(floor, asked.sort, asked.wanted)
        depths: Mapping[int, int] = {}
        if floor.run.is_program and asked.is_tree:
            numbers, depths = nested(floor, numbers)
        self._keep_selection(numbers)
        shown = [floor.makers[number] for number in numbers]
        step_lines = listed_steps({len(maker.steps) for maker in shown})
        if floor.run.is_program:  # what each does now: a task, and what it waits for in that
            step_lines = 2 if any(maker.task or maker.tasks for maker in shown) else 1
        tallest = tall(step_lines, self._said_lines)
        groups = [] if is_too_small else grouped(floor, numbers)
        if floor.run.is_program and asked.sort is Sort.NUMBER:
            groups = [
                group
                if group.station is None
                else group._replace(numbers=ended_last(floor, group.numbers))
                for group in groups
            ]
        before = self.arrangement if self._may_stay(numbers, width) else None
        large = LARGE_HEIGHT if asked.is_large else 0
        place = partial(arrange, groups, width, tall=tallest, before=before, large=large)
        beside = place(height=room.beside_boxes)
        is_whole = beside.shape is Shape.PANEL and beside.height <= room.beside_boxes
        self.arrangement = beside if is_whole else place(height=room.most)
        pids = (maker.pid for maker in shown)
        self._drawings.begin(
            Manner(
                self.arrangement,
                digits=len(str(max(numbers, default=1))),
                ids=len(str(max(pids, default=1))),
                step_lines=step_lines,
                is_large=asked.is_large,
                depths=depths,
            )
        )
        return bool(numbers)

    def _make_room_for_words(self) -> None:
        """Give panels another line once everybody in them has said one; it stays theirs."""
        if self._said_lines < SAID_LINES and self.arrangement.shape is Shape.PANEL:
            shown = [self._floor.makers.get(slot.number) for slot in self.arrangement.slots]
            if shown and all(maker is not None and maker.said for maker in shown):
                self._said_lines = SAID_LINES

    def _members(self, width: int, room: Room) -> tuple[object, ...]:
        """Equal as long as the same makers are there: numbers only ever grow."""
        makers = self._floor.makers
        return len(makers), next(reversed(makers), None), width, room, self._said_lines

    def _may_stay(self, numbers: Sequence[int], width: int) -> bool:
        """Whether those who were shown shall stay in place: they were looked at, and nobody left.

        Many who come at once are placed as if they had always been there.
        """
        before = {slot.number for slot in self.arrangement.slots}
        same = before == {*numbers} and width == self._shown_width
        grown = before < {*numbers} and width == self._shown_width
        now = self._clock()
        seen = now >= self._shown_at + SEEN_SECONDS
        if not same:
            self._shown_at, self._shown_width = now, width
        return bool(before) and (same or (grown and seen))

    def _keep_selection(self, shown: Sequence[int]) -> None:
        """Select the neighbour of one that was taken off the floor, or the first of all."""
        makers = self._floor.makers
        if self.wished in makers:
            self._drawings.selected = self.wished
        if self._drawings.selected in makers:
            return
        before = self.arrangement.slots
        numbers = [slot.number for slot in before]
        place = numbers.index(self._drawings.selected) if self._drawings.selected in numbers else 0
        following = (number for number in numbers[place:] if number in makers)
        preceding = (number for number in reversed(numbers[:place]) if number in makers)
        first = shown[0] if shown else next(iter(makers), None)
        self._drawings.selected = next(following, None) or next(preceding, None) or first
