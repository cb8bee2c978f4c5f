"""The rows of the timeline: the visible ones are drawn, those that changed are drawn again."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.events import Click, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from chai_tui.state.contention import loop_kept
from chai_tui.state.floor import Floor
from chai_tui.state.records import Maker
from chai_tui.tui.canvas.line_view import ScrolledLines
from chai_tui.tui.keys import screen_keys
from chai_tui.tui.timeline.drawing import row
from chai_tui.tui.timeline.time_scale import TimeScale

_STRIPS_KEPT = 256
"""Drawn rows kept: a tall screen's worth twice over."""


class TimelineRows(ScrolledLines, inherit_bindings=False):
    """A row a maker, in the order of their numbers, one of them chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [*screen_keys.TIMELINE_ROWS.bindings]

    class Resized(Message):
        """The rows have another width."""

    class Opened(Message):
        """A click on the chosen row asks for more about it."""

    def __init__(self, floor: Floor, chosen: int | None = None) -> None:
        """Show a floor's makers.

        Args:
            floor: read, never changed.
            chosen: the number of the maker that is chosen first; None for the first one.
        """
        super().__init__()
        self._floor = floor
        self._numbers: list[int] = []
        self._chosen = chosen
        self._scale = TimeScale(0.0, 1.0, 0, 0)
        self._gutter = 0
        self._kept: dict[int, Sequence[int | None]] = {}  # by station, for the floor as it is
        self._kept_for: tuple[int, TimeScale] | None = None
        self._strips: dict[int, tuple[tuple[object, ...], Strip]] = {}

    @property
    def chosen(self) -> int | None:
        """The number of the chosen maker; None on an empty floor."""
        return self._chosen

    def show(self, scale: TimeScale, gutter: int) -> None:
        """Draw again what changed.

        Args:
            scale: which time each cell stands for.
            gutter: cells left of the time.
        """
        before = self._numbers
        self._numbers = list(self._floor.makers)
        self._scale = scale
        self._gutter = gutter
        self._keep_chosen()
        if len(before) != len(self._numbers):
            self.virtual_size = Size(0, len(self._numbers))
        if before != self._numbers:
            self.refresh()
            if not before:
                self._choose(self._chosen_index())
            return
        top = self.scroll_offset.y
        for index in range(top, min(top + self.size.height, len(self._numbers))):
            maker = self._floor.makers[self._numbers[index]]
            drawn = self._strips.get(maker.number)
            if drawn is None or drawn[0] != self._drawn_from(maker):
                self.refresh_line(index)

    def _keep_chosen(self) -> None:
        """The choice stays with its maker; if that was cleared away, the next one gets it."""
        if not self._numbers:
            self._chosen = None
        elif self._chosen not in self._floor.makers:
            index = bisect_left(self._numbers, self._chosen or 0)
            self._chosen = self._numbers[min(index, len(self._numbers) - 1)]

    def _drawn_from(self, maker: Maker) -> tuple[object, ...]:
        """Everything that the maker's row depends on, and nothing that changes more often."""
        scale = self._scale
        last = scale.cell_at(self._floor.now) if maker.ended_at is None else None
        return (
            scale,
            self._gutter,
            maker.number == self._chosen,
            None if last is None else min(last, scale.first + scale.width),
            maker.state,
            maker.ended_at,
            maker.started_at,
            len(maker.step_times),
            len(maker.pauses),
            maker.history[-1] if maker.history else None,
            self._kept_at(maker.station),
        )

    def _kept_at(self, station: int) -> Sequence[int | None]:
        """Who kept a station's event loop in each cell; worked out once for all who stand there."""
        known_for = (self._floor.version, self._scale)
        if self._kept_for != known_for:
            self._kept_for = known_for
            self._kept.clear()
        if station not in self._kept:
            scale = self._scale
            self._kept[station] = loop_kept(
                self._floor, station, scale.start, scale.seconds, scale.width
            )
        return self._kept[station]

    def render_line(self, y: int) -> Strip:
        """Draw the row of one maker."""
        index = self.scroll_offset.y + y
        maker = self._floor.makers.get(self._numbers[index]) if index < len(self._numbers) else None
        if maker is None:
            words = "  nobody is on the floor" if not self._numbers and y == 0 else ""
            return self._styles.strip([(words, "dim")], self.line_width)
        drawn_from = self._drawn_from(maker)
        drawn = self._strips.get(maker.number)
        if drawn is not None and drawn[0] == drawn_from:
            return drawn[1]
        line = row(
            maker,
            self._scale,
            self._floor.now,
            self._gutter,
            self._kept_at(maker.station),
            is_chosen=maker.number == self._chosen,
        )
        strip = self._styles.strip(line, self.line_width)
        if len(self._strips) >= _STRIPS_KEPT:
            self._strips.clear()
        self._strips[maker.number] = (drawn_from, strip)
        return strip

    def notify_style_update(self) -> None:
        """The theme may have changed: draw all of it anew."""
        super().notify_style_update()
        self._strips.clear()

    def on_resize(self, _event: Resize) -> None:
        """The scale depends on the width: ask for another one."""
        self.post_message(self.Resized())

    # What keys and mouse do

    def _choose(self, index: int) -> None:
        if not self._numbers:
            return
        index = min(max(0, index), len(self._numbers) - 1)
        self._chosen = self._numbers[index]
        self.scroll_to_region(Region(0, index, 1, 1), animate=False, force=True, immediate=True)
        self.refresh()

    def _chosen_index(self) -> int:
        return bisect_left(self._numbers, self._chosen or 0)

    def action_choose(self, rows: int) -> None:
        """Choose the maker so many rows further down."""
        self._choose(self._chosen_index() + rows)

    def action_choose_page(self, pages: int) -> None:
        """Choose the maker so many screens further down."""
        self._choose(self._chosen_index() + pages * max(1, self.size.height - 1))

    def action_choose_end(self, last: bool) -> None:  # noqa: FBT001 - Textual passes it so
        """Choose the first maker or the last."""
        self._choose(len(self._numbers) - 1 if last else 0)

    def on_click(self, event: Click) -> None:
        """Choose a row; a click on the chosen one opens it."""
        index = self.scroll_offset.y + event.y
        if index >= len(self._numbers):
            return
        if self._numbers[index] == self._chosen:
            self.post_message(self.Opened())
        else:
            self._choose(index)
