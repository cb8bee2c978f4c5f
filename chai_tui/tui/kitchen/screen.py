"""The main screen: what runs, where, who, what happened, what can be done."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from chai_tui.state.floor import Floor
from chai_tui.tui.canvas.notice import LEAST_HEIGHT, LEAST_WIDTH, is_too_small
from chai_tui.tui.keys.commands import bindings
from chai_tui.tui.keys.key_line import KeyLine
from chai_tui.tui.keys.move import Move
from chai_tui.tui.kitchen.core_bar import CoreBar
from chai_tui.tui.kitchen.event_log import EventLog
from chai_tui.tui.kitchen.title_line import Setup, Title, TitleLine
from chai_tui.tui.makers.sort_filter import Sort
from chai_tui.tui.makers.view import MakersView

if TYPE_CHECKING:
    from textual.widgets import Input


def least_log_lines(height: int) -> int:
    """Return how many lines the log has at least on a screen of so many."""
    return 7 if height >= 30 else 3 if height >= 16 else 1


class KitchenScreen(Screen[None], inherit_bindings=False):
    """Header, cores, makers, log and keys, from the top down."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("screen")]
    AUTO_FOCUS = ""
    SAYS_TOO_SMALL = True
    """So that it needs not be covered: it says so itself, from the first frame on."""
    # Textual declares these two without ClassVar.
    HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (LEAST_WIDTH, "-usable")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (LEAST_HEIGHT, "-usable-height")]  # noqa: RUF012

    def __init__(
        self,
        floor: Floor,
        setup: Setup,
        hint: str = "",
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Show a floor.

        Args:
            floor: read, never changed.
            setup: likewise; the app changes it.
            hint: what to say while the kitchen is empty.
            clock: seconds of whoever looks.
        """
        super().__init__()
        self._floor = floor
        self._setup = setup
        self._cores_drawn = -1
        self.makers = MakersView(floor, self._room_for_makers, hint, clock=clock)
        self.log_view = EventLog(floor)
        self._title_line = TitleLine(self._title())
        self._core_bar = CoreBar(floor.run)

    def compose(self) -> ComposeResult:
        """Put the screen together."""
        yield self._title_line
        yield self._core_bar
        yield self.makers
        yield self.log_view
        yield KeyLine()

    def _room_for_makers(self) -> int:
        """The most lines that makers can have, so that everything else fits too."""
        size = self.app.size
        if is_too_small(*size):
            return size.height  # nothing else is shown
        core_lines = self._core_bar.get_content_height(size, size, size.width)
        filter_lines = 1 if self.query("#filter") else 0
        others = 2 + core_lines + filter_lines  # header, keys
        return max(1, size.height - others - least_log_lines(size.height))

    def on_makers_view_arranged(self, _event: MakersView.Arranged) -> None:
        """Give the makers the lines they need; the log gets the rest."""
        self._share_lines()

    def _share_lines(self) -> None:
        self.makers.styles.height = self.makers.lines_needed

    def on_resize(self) -> None:
        """Share the lines anew, before anything is laid out."""
        self.makers.rearrange()
        self._share_lines()

    def floor_changed(self) -> None:
        """Draw what changed."""
        self.setup_changed()
        if self._cores_drawn != self._floor.cores_version:
            self._cores_drawn = self._floor.cores_version
            cores = self._floor.cores
            shown = [cores[number] for number in sorted(cores)]
            if self._core_bar.show(self._floor.run, shown) and self.is_mounted:
                self.makers.rearrange()
                self._share_lines()
        self.makers.floor_changed()
        self.log_view.floor_changed()

    def setup_changed(self) -> None:
        """Draw the header again."""
        self._title_line.show(self._title())

    def announce(self, text: str, style: str) -> None:
        """Let a line stand out in the log."""
        self.log_view.floor_changed()
        self.log_view.announce(text, style)

    @property
    def shows_log(self) -> bool:
        """Whether the log can be read: nothing is in front of it, and it has a line."""
        return self.is_active and self.log_view.region.height > 0

    @property
    def number(self) -> int | None:
        """The number of the maker that keys act on: the selected one, if it is shown."""
        return self.makers.aimed

    def _title(self) -> Title:
        floor, makers = self._floor, self.makers
        return Title(
            self._setup,
            floor.run,
            counts=floor.counts,
            elapsed=floor.elapsed,
            at_once=floor.cores_at_once,
            is_over=floor.all_joined,
            sorted_by="" if makers.sort is Sort.NUMBER else makers.sort,
            wanted=makers.wanted,
        )

    def on_mount(self) -> None:
        """Show a floor that was folded before."""
        self.floor_changed()
        self._share_lines()

    def on_screen_resume(self) -> None:
        """Catch up with what happened while another screen was shown."""
        self.floor_changed()

    # What keys do

    def action_move(self, move: str) -> None:
        """Move the selection."""
        self.makers.move(Move(move))

    def action_choose(self, number: int) -> None:
        """Select a maker by its number."""
        if not self.makers.select(number):
            self.notify(f"Chai Maker #{number} is not on the screen", timeout=2, markup=False)

    def action_zoom(self) -> None:
        """Show the selected maker whole; who was looked at last stays selected."""
        number = self.makers.aimed
        if number is None:
            return
        from chai_tui.tui.detail.screen import DetailScreen  # noqa: PLC0415 - not for the first screen

        detail = DetailScreen(self._floor, number)
        self.app.push_screen(detail, lambda _: self.select(detail.number))

    def select(self, number: int | None) -> None:
        """Select a maker, if it is still there and shown."""
        if number is not None:
            self.makers.select(number)

    def on_makers_view_opened(self, _event: MakersView.Opened) -> None:
        """A double click shows the maker whole."""
        self.action_zoom()

    def action_sort(self, step: int) -> None:
        """Sort by the next or the previous of what can be sorted by."""
        self.makers.sort_by(self.makers.sort.next(step))
        self.setup_changed()

    async def action_filter(self) -> None:
        """Ask what to show only."""
        from chai_tui.tui.keys.fields import FilterField  # noqa: PLC0415 - not for the first screen

        if not self.query(FilterField):
            field = FilterField(self.makers.wanted)
            await self.mount(field, before="#keys")
            self.set_focus(field)  # at once: the next key may have been typed already

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter while it is typed."""
        self.makers.show_only(event.value)
        self.setup_changed()

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the filter and give the keys back."""
        await event.input.remove()

    async def action_show_all(self) -> None:
        """Leave the filter."""
        await self.query("#filter").remove()
        self.makers.show_only("")
        self.setup_changed()
