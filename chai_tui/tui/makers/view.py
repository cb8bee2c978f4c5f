"""All makers in one scrolling widget, of which only the visible ones are ever looked at."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from chai_tui.state.floor import Floor
from chai_tui.tui.canvas.notice import is_too_small, nobody, notice_lines, too_small
from chai_tui.tui.canvas.painted import Drawn
from chai_tui.tui.canvas.styles import Line
from chai_tui.tui.keys.move import Move
from chai_tui.tui.makers.drawings import Drawings, Manner
from chai_tui.tui.makers.large import LARGE_HEIGHT
from chai_tui.tui.makers.layout import Layout, Shape, Slot, grouped
from chai_tui.tui.makers.layout_planner import arrange
from chai_tui.tui.makers.nesting import nested
from chai_tui.tui.makers.panel import SAID_LINES, listed_steps, tall
from chai_tui.tui.makers.sort_filter import Sort, in_order

RESORT_SECONDS = 1.0
"""How often the order follows values that change by themselves."""
LOOK_SECONDS, LOOK_AT_ONCE = 0.1, 100
"""While nobody matches the filter it is looked at every change whether somebody does now; of more
makers than this only so often: to look at 1,000 takes 10 ms."""
SEEN_SECONDS = 1.0
"""An arrangement that was shown for so long was looked at: who is in it stays in place."""
AIM_SECONDS = 3.0
"""After a selection by hand nothing moves for so long: it may be aimed at."""


class Room(NamedTuple):
    """Lines that makers can have.

    Attributes:
        beside_boxes: so many that there is room for timeline and log below; 0: there never is.
        most: the most, where panels do not fit into that.
    """

    beside_boxes: int
    most: int


class MakersView(ScrollView, Drawn, can_focus=False):
    """The makers as panels, cards or rows.

    Attributes:
        drawings: what is drawn of them.
        sort: what they are sorted by.
        wanted: the filter; empty shows all.
        expecting: whether makers were ordered that are not there yet, so that nobody is told
            that the kitchen is empty.
        is_large: whether they are in large print.
        is_tree: whether processes of a program that is not ours stand under those that started
            them.
    """

    class Opened(Message):
        """A maker was double-clicked; it is the selected one now."""

    class Arranged(Message):
        """The makers need another height now: see :attr:`MakersView.lines_needed`."""

    def __init__(
        self,
        floor: Floor,
        room: Callable[[], Room],
        hint: str = "",
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Show the makers of a floor.

        Args:
            floor: read, never changed.
            room: returns how many lines there can be for them.
            hint: what to say while there are none.
            clock: seconds of whoever looks; the floor's time may stand still meanwhile.
        """
        super().__init__(id="makers")
        self.expecting = False
        self.is_large = False
        self._room = room
        self.sort = Sort.NUMBER
        self.wanted = ""
        self.is_tree = True
        self._hint = hint
        self._floor = floor
        self._clock = clock
        self._arrangement = Layout(Shape.PANEL, (), (), 0)
        self._arranged_for: tuple[object, ...] | None = None
        self._arranged_at = 0.0
        self._arranged_version = -1  # of the floor
        self._rewound = floor.rewound
        self._looks_later = False  # whether a timer will have it looked at
        self._looked_at = float("-inf")  # when it was looked whether somebody matches
        self._shown_at = 0.0  # since when these makers are shown, and on which width
        self._shown_width = 0
        self._aimed_at = float("-inf")
        self._wished: int | None = None  # the one selected by hand, who may be there again later
        self._said_lines = 1
        self.drawings = Drawings(floor)
        self._notice: list[Line] = []

    # What others ask and tell

    @property
    def selected(self) -> int | None:
        """The selected maker's number.

        It stays selected when it ends and when the order changes; None while there are no makers.
        """
        return self.drawings.selected

    @property
    def lines_needed(self) -> int:
        """Lines that show all makers, at most as many as there can be."""
        room = self._room().most
        return min(self._arrangement.height, room) if self._arrangement.slots else room

    @property
    def aimed(self) -> int | None:
        """The selected maker's number if it is shown: nobody acts on what is not seen."""
        number = self.selected
        return number if number is not None and self._arrangement.slot(number) else None

    @property
    def seen(self) -> tuple[int, int] | None:
        """How many makers are wholly in sight, and how many are to be shown; None: all are."""
        slots = self._arrangement.slots
        if not slots or self._arrangement.height <= (height := self.lines_needed):
            return None
        top = self.scroll_offset.y
        inside = [
            slot
            for slot in self._arrangement.slots_between(top, top + height)
            if slot.y >= top and slot.y + slot.height <= top + height
        ]
        return len(inside), len(slots)

    def floor_changed(self) -> None:
        """Draw again what changed and is visible."""
        if self._floor.rewound != self._rewound:  # as if nobody had been seen before
            self._rewound = self._floor.rewound
            self._said_lines, self._arrangement = 1, Layout(Shape.PANEL, (), (), 0)
            self._arrange()
            self._arranged_for = None
        if self._arrangement_is_stale():
            was_visible = self._is_selected_visible
            self.rearrange()
            if was_visible:  # the order may have carried it away
                self.reveal()
            return
        regions = self.drawings.changed(self.scroll_offset.y, self.size.height)
        if regions:
            self.refresh(*regions)

    def show_only(self, wanted: str) -> None:
        """Filter; if that hides the selected maker, the first that is shown is selected."""
        self.wanted = wanted
        self.rearrange()
        if self.aimed is None and self._arrangement.slots:
            self.select(self._arrangement.slots[0].number)
        self.reveal()

    def sort_by(self, sort: Sort) -> None:
        """Sort."""
        self.sort = sort
        self.rearrange()
        self.reveal()

    def nest(self, *, is_tree: bool) -> None:
        """Let processes stand under those that started them, or all in one list."""
        self.is_tree = is_tree
        self.rearrange()
        self.reveal()

    def select(self, number: int) -> bool:
        """Select a maker by hand; return whether it is shown."""
        if self._arrangement.slot(number) is None:
            return False
        self._aimed_at = self._clock()
        self._wished = number
        if number != self.selected:
            self.drawings.selected = number
            self.floor_changed()
        self.reveal()
        return True

    def move(self, move: Move) -> None:
        """Move the selection."""
        number = self._arrangement.moved(self.selected, move, self.size.height)
        if number is not None:
            self.select(number)

    @property
    def _is_selected_visible(self) -> bool:
        return any(slot.number == self.selected for slot in self._visible_slots())

    def reveal(self) -> None:
        """Scroll until the selected maker is visible."""
        slot = self._arrangement.slot(self.selected) if self.selected is not None else None
        if slot is None:
            return
        top, height = self.scroll_offset.y, self.size.height
        if slot.y < top:
            # The edge of a frame above the first row is part of what one wants to see.
            self._scroll_to_line(0 if slot.y <= 1 else slot.y)
        elif slot.y + slot.height > top + height:
            below = self._arrangement.height - slot.y - slot.height
            self._scroll_to_line(slot.y + slot.height + (1 if below == 1 else 0) - height)

    def _scroll_to_line(self, line: int) -> None:
        self.scroll_to(y=max(0, line), animate=False, force=True)

    # Who is where

    @property
    def _is_too_small(self) -> bool:
        return is_too_small(*self.app.size)

    def _arrangement_is_stale(self) -> bool:
        floor = self._floor
        self._make_room_for_words()
        if self._arranged_for != self._members():
            return True
        if self.wanted and not self._arrangement.slots:
            return self._somebody_matches()  # nothing is seen that could move, or be aimed at
        lively = self.sort is not Sort.NUMBER or bool(self.wanted)
        return (
            lively
            and floor.version != self._arranged_version
            and self._is_time(self._arranged_at + RESORT_SECONDS, self._aimed_at + AIM_SECONDS)
        )

    def _make_room_for_words(self) -> None:
        """Give panels another line once everybody in them has said one; it stays theirs."""
        if self._said_lines < SAID_LINES and self._arrangement.shape is Shape.PANEL:
            shown = [self._floor.makers.get(slot.number) for slot in self._arrangement.slots]
            if shown and all(maker is not None and maker.said for maker in shown):
                self._said_lines = SAID_LINES

    def _is_time(self, *moments: float) -> bool:
        """Whether all moments have passed; if not it is looked again then, be there news or not."""
        wait = max(moments) - self._clock()
        if wait > 0 and not self._looks_later:
            self._looks_later = True
            self.set_timer(wait, self._look_again)
        return wait <= 0

    def _look_again(self) -> None:
        self._looks_later = False
        self.floor_changed()

    def _somebody_matches(self) -> bool:
        """Whether somebody would be shown now where nobody was."""
        floor = self._floor
        pause = LOOK_SECONDS if len(floor.makers) > LOOK_AT_ONCE else 0.0
        if self._is_too_small or not self._is_time(self._looked_at + pause):
            return False
        self._looked_at = self._clock()
        return bool(in_order(floor, wanted=self.wanted))

    def _members(self) -> tuple[object, ...]:
        """Equal as long as the same makers are there: numbers only ever grow."""
        makers = self._floor.makers
        return (
            len(makers),
            next(reversed(makers), None),
            self.app.size.width,
            self._room(),
            self._said_lines,
        )

    def rearrange(self) -> None:
        """Find out who is shown where, and draw all that is visible."""
        self._arrange()
        # Without a width, so that there is nothing to scroll sideways.
        self.virtual_size = Size(0, self._arrangement.height)
        if self.lines_needed != self.size.height:
            self.post_message(self.Arranged())
        self.refresh()

    def _arrange(self) -> None:
        floor = self._floor
        # As wide as the screen, which is known before anything is laid out.
        width, room = self.app.size.width, self._room()
        height = room.most
        self._arranged_for = self._members()
        self._arranged_at = self._clock()
        self._arranged_version = floor.version
        numbers = in_order(floor, self.sort, self.wanted)
        depths: Mapping[int, int] = {}
        if floor.run.is_program and self.is_tree:
            numbers, depths = nested(floor, numbers)
        self._keep_selection(numbers)
        shown = [floor.makers[number] for number in numbers]
        step_lines = listed_steps({len(maker.steps) for maker in shown})
        if floor.run.is_program:  # what each does now: a task, and what it waits for in that
            step_lines = 2 if any(maker.task or maker.tasks for maker in shown) else 1
        tallest = tall(step_lines, self._said_lines)
        groups = [] if self._is_too_small else grouped(floor, numbers)
        before = self._arrangement if self._may_stay(numbers, width) else None
        place = partial(
            arrange, groups, width, tall=tallest, before=before, large=self._large_lines
        )
        beside = place(height=room.beside_boxes)
        is_whole = beside.shape is Shape.PANEL and beside.height <= room.beside_boxes
        self._arrangement = beside if is_whole else place(height=height)
        pids = (maker.pid for maker in shown)
        self.drawings.begin(
            Manner(
                self._arrangement,
                digits=len(str(max(numbers, default=1))),
                ids=len(str(max(pids, default=1))),
                step_lines=step_lines,
                is_large=self.is_large,
                depths=depths,
            )
        )
        self._notice = self._notice_for(width, height, shown=bool(numbers))

    @property
    def _large_lines(self) -> int:
        return LARGE_HEIGHT if self.is_large else 0

    def print_large(self, *, is_large: bool) -> None:
        """Tell fewer facts in larger panels, or all of them again."""
        if is_large != self.is_large:
            self.is_large = is_large
            self.rearrange()
            self.reveal()

    def _may_stay(self, numbers: Sequence[int], width: int) -> bool:
        """Whether those who were shown shall stay in place: they were looked at, and nobody left.

        Many who come at once are placed as if they had always been there.
        """
        before = {slot.number for slot in self._arrangement.slots}
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
        if self._wished in makers:
            self.drawings.selected = self._wished
        if self.selected in makers:
            return
        before = self._arrangement.slots
        numbers = [slot.number for slot in before]
        place = numbers.index(self.selected) if self.selected in numbers else 0
        following = (number for number in numbers[place:] if number in makers)
        preceding = (number for number in reversed(numbers[:place]) if number in makers)
        first = shown[0] if shown else next(iter(makers), None)
        self.drawings.selected = next(following, None) or next(preceding, None) or first

    def _visible_slots(self) -> Sequence[Slot]:
        top = self.scroll_offset.y
        return self._arrangement.slots_between(top, top + self.size.height)

    # Drawing

    def render_line(self, y: int) -> Strip:
        """Draw one line of the part that is visible."""
        line = (
            (self._notice[y] if y < len(self._notice) else [])
            if self._notice
            else self.drawings.line_at(y + self.scroll_offset.y)
        )
        return self._styles.strip(line, self.size.width)

    def _notice_for(self, width: int, height: int, *, shown: bool) -> list[Line]:
        """What is said where no maker is to be seen; nothing where one is, or will be."""
        if self._is_too_small:
            return notice_lines(too_small(*self.app.size), width, height)
        if shown or self.expecting:
            return []
        return notice_lines(self._nobody(), width, height)

    def _nobody(self) -> tuple[str, str]:
        return nobody(self.wanted, self._hint, is_program=self._floor.run.is_program)

    # What Textual tells

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Others may be in sight now."""
        super().watch_scroll_y(old_value, new_value)
        self.post_message(self.Arranged())

    def on_resize(self, _event: Resize) -> None:
        """Arrange for the new size, and keep the selected maker in sight."""
        self.rearrange()
        self.reveal()

    def on_click(self, event: Click) -> None:
        """Select what is clicked; a second click at once opens it."""
        number = self._arrangement.maker_at(event.x, event.y + self.scroll_offset.y)
        if number is None:
            return
        event.stop()
        self.select(number)
        if event.chain == 2:
            self.post_message(self.Opened())
