"""All makers in one scrolling widget, of which only the visible ones are ever looked at."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import State
from chai_tui.tui.canvas.notice import is_too_small, nobody, notice_lines, too_small
from chai_tui.tui.canvas.painted import Drawn
from chai_tui.tui.canvas.styles import Line
from chai_tui.tui.keys.move import Move
from chai_tui.tui.makers.arranging import Arranger, Asked, Room
from chai_tui.tui.makers.drawings import Drawings
from chai_tui.tui.makers.layout import Layout, Slot
from chai_tui.tui.makers.sort_filter import Sort, in_order

RESORT_SECONDS = 1.0
"""How often the order follows values that change by themselves."""
LOOK_SECONDS, LOOK_AT_ONCE = 0.1, 100
"""While nobody matches the filter it is looked at every change whether somebody does now; of more
makers than this only so often: to look at 1,000 takes 10 ms."""
AIM_SECONDS = 3.0
"""After a selection by hand nothing moves for so long: it may be aimed at."""


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
        self._rewound = floor.rewound
        self._looks_later = False  # whether a timer will have it looked at
        self._looked_at = float("-inf")  # when it was looked whether somebody matches
        self._aimed_at = float("-inf")
        self.drawings = Drawings(floor)
        self._arranger = Arranger(floor, self.drawings, clock)
        self._notice: list[Line] = []

    # What others ask and tell

    @property
    def selected(self) -> int | None:
        """The selected maker's number.

        It stays selected when it ends and when the order changes; None while there are no makers.
        """
        return self.drawings.selected

    @property
    def _arrangement(self) -> Layout:
        return self._arranger.arrangement

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
            self._arranger.forget()
            self._arrange()
            is_stale = True
        else:
            is_stale = self._arrangement_is_stale()
        if is_stale:
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
        self._arranger.wished = number
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
        if self._arranger.differ(self.app.size.width, self._room()):
            return True
        if self.wanted and not self._arrangement.slots:
            return self._somebody_matches()  # nothing is seen that could move, or be aimed at
        # Threads of a program that ended well go behind the others.
        has_ended = self._floor.counts[State.DONE] != self._arranger.done
        lively = self.sort is not Sort.NUMBER or bool(self.wanted) or has_ended
        return (
            lively
            and self._floor.version != self._arranger.version
            and self._is_time(self._arranger.at + RESORT_SECONDS, self._aimed_at + AIM_SECONDS)
        )

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

    def rearrange(self) -> None:
        """Find out who is shown where, and draw all that is visible."""
        self._arrange()
        # Without a width, so that there is nothing to scroll sideways.
        self.virtual_size = Size(0, self._arrangement.height)
        if self.lines_needed != self.size.height:
            self.post_message(self.Arranged())
        self.refresh()

    def _arrange(self) -> None:
        # As wide as the screen, which is known before anything is laid out.
        width, room = self.app.size.width, self._room()
        asked = Asked(self.sort, self.wanted, self.is_tree, self.is_large)
        shown = self._arranger.arrange(asked, width, room, is_too_small=self._is_too_small)
        self._notice = self._notice_for(width, room.most, shown=shown)

    def print_large(self, *, is_large: bool) -> None:
        """Tell fewer facts in larger panels, or all of them again."""
        if is_large != self.is_large:
            self.is_large = is_large
            self.rearrange()
            self.reveal()

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
