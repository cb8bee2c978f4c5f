"""The rows of the timeline: the visible ones are drawn, those that changed are drawn again."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import ClassVar, NamedTuple

from textual.binding import BindingType
from textual.events import Click, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Maker
from chai_tui.tui.canvas.line_view import ScrolledLines
from chai_tui.tui.keys import screen_keys
from chai_tui.tui.timeline.cells import Cell, cells
from chai_tui.tui.timeline.drawing import rows_of
from chai_tui.tui.timeline.legend import Seen, seen_in
from chai_tui.tui.timeline.station_columns import StationColumns
from chai_tui.tui.timeline.time_scale import NO_SCALE, TimeScale

_ROWS_KEPT = 256
"""Drawn rows kept: a tall screen's worth twice over."""


class _Row(NamedTuple):
    """A drawn row.

    Attributes:
        drawn_from: everything that it depends on.
        story: what its settled cells depend on.
        kept: who kept its event loop in each; they depend on that, too.
        found: its cells.
        first: the column of the first one, counted from the origin.
        settled: how many of them, from the left, will stay what they are.
        strips: its lines.
        seen: what is seen in them.
    """

    drawn_from: tuple[object, ...]
    story: tuple[object, ...]
    kept: Sequence[Mapping[int, float]]
    found: list[Cell]
    first: int
    settled: int
    strips: tuple[Strip, ...]
    seen: Seen


class TimelineRows(ScrolledLines, inherit_bindings=False):
    """A row a maker, in the order of their numbers, one of them chosen.

    As long as all of them fit so, each has two lines: shares of a core, and why not more.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*screen_keys.TIMELINE_ROWS.bindings]

    class Moved(Message):
        """The rows have another width, or others are seen."""

    class Opened(Message):
        """A click on the chosen row asks for more about it."""

    def __init__(self, floor: Floor, chosen: int | None = None, *, is_docked: bool = False) -> None:
        """Show a floor's makers.

        Args:
            floor: read, never changed.
            chosen: the number of the maker that is chosen first; None for the first one.
            is_docked: whether it only shows: it takes no focus, and no clicks.
        """
        super().__init__(can_focus=not is_docked)
        self._floor = floor
        self._is_docked = is_docked
        self._numbers: list[int] = []
        self._chosen = chosen
        self._replaced: tuple[int | None, int | None] = (chosen, chosen)  # who is gone, and by whom
        self._scale = NO_SCALE
        self._gutter = 0
        self._lines_each = 1
        self._stations = StationColumns(floor)
        self._rows: dict[int, _Row] = {}
        self._rewound = floor.rewound

    @property
    def chosen(self) -> int | None:
        """The number of the chosen maker; None on an empty floor."""
        return self._chosen

    @property
    def seen(self) -> Seen:
        """What is seen in the visible rows; nothing where no legend asks."""
        return reduce(or_, (self._row(maker).seen for _, maker in self._visible()), Seen())

    def show(self, scale: TimeScale, gutter: int) -> None:
        """Draw again what changed.

        Args:
            scale: which time each cell stands for.
            gutter: cells left of the time.
        """
        before, lines_before = self._numbers, self._lines_each
        if self._floor.rewound != self._rewound:  # what was settled has yet to happen
            self._rewound = self._floor.rewound
            self._rows = {number: row._replace(settled=0) for number, row in self._rows.items()}
        self._numbers = list(self._floor.makers)
        self._scale = scale
        self._stations.show(scale)
        self._gutter = gutter
        self._lines_each = 2 if 2 * len(self._numbers) <= self.size.height else 1
        self._keep_chosen()
        lines = len(self._numbers) * self._lines_each
        if lines != self.virtual_size.height:
            self.virtual_size = Size(0, lines)
        if before != self._numbers or lines_before != self._lines_each:
            self.refresh()
            if not before or self._is_docked or lines_before != self._lines_each:
                self._choose(self._chosen_index())
            return
        each, top, width = self._lines_each, self.scroll_offset.y, self.size.width
        changed = [
            Region(0, index * each - top, width, each)
            for index, maker in self._visible()
            if (drawn := self._rows.get(maker.number)) is None
            or drawn.drawn_from != self._drawn_from(maker)
        ]
        if changed:
            self.refresh(*changed)

    def choose(self, number: int | None) -> None:
        """Choose a maker by its number, and let it be seen."""
        if number != self._chosen and number in self._floor.makers:
            self._chosen = number
            self._numbers = list(self._floor.makers)
            self._choose(self._chosen_index())

    def _visible(self) -> list[tuple[int, Maker]]:
        """The makers whose rows are seen, with the indices of these."""
        top = self.scroll_offset.y
        first, last = top // self._lines_each, (top + self.size.height - 1) // self._lines_each
        makers = self._floor.makers
        return [
            (index, makers[number])
            for index, number in enumerate(self._numbers[first : last + 1], first)
            if number in makers
        ]

    def _keep_chosen(self) -> None:
        """The choice stays with its maker; while that is not there, the next one has it."""
        makers = self._floor.makers
        chosen, stand_in = self._replaced
        if self._chosen != stand_in:
            chosen = self._chosen
        elif chosen in makers:  # a replay went on to it again
            self._chosen = chosen
        if self._chosen not in makers:
            index = min(bisect_left(self._numbers, self._chosen or 0), len(self._numbers) - 1)
            self._chosen = self._numbers[index] if self._numbers else None
        self._replaced = chosen, self._chosen

    def _drawn_from(self, maker: Maker) -> tuple[object, ...]:
        """Everything that the maker's row depends on, and nothing that changes more often."""
        scale = self._scale
        is_over = maker.ended_at is not None
        return (
            scale.first,
            scale.width,
            scale.cells,
            self._gutter,
            self._lines_each,
            maker.number == self._chosen,
            maker.called,
            None if is_over else scale.told_until,
            None if is_over else scale.index_at(scale.now),
            self._stations.kept(maker.station),
            *self._story(maker),
        )

    def _story(self, maker: Maker) -> tuple[object, ...]:
        """What a maker's cells depend on beside samples and time."""
        times = self._floor.sample_times
        return (
            self._scale.samples,
            self._scale.origin,
            times[0] if times else None,
            maker.state,
            maker.ended_at,
            maker.started_at,
            len(maker.step_times),
            len(maker.pauses),
            maker.paused,
        )

    def _row(self, maker: Maker) -> _Row:
        """Return the row of a maker, drawn anew only if it changed."""
        drawn_from = self._drawn_from(maker)
        drawn = self._rows.get(maker.number)
        if drawn is not None and drawn.drawn_from == drawn_from:
            return drawn
        kept = self._stations.kept(maker.station)
        story = self._story(maker)
        found = self._cells_kept(drawn, story, kept)
        scale = self._scale
        found += cells(
            maker,
            scale._replace(edges=scale.edges[len(found) :]),
            self._floor.sample_times,
            kept[len(found) :],
            self._stations.together(maker.station)[len(found) :],
        )
        in_two = self._lines_each == 2
        is_chosen = maker.number == self._chosen
        lines = rows_of(
            maker, found, self._gutter, is_chosen=is_chosen, in_two=in_two, cells=scale.cells
        )
        width = self.line_width
        strips = tuple(self._styles.strip(line, width) for line in lines)
        if len(self._rows) >= _ROWS_KEPT:
            self._rows.clear()
        seen = Seen() if self._is_docked else seen_in(found, in_two=in_two)
        row = _Row(drawn_from, story, kept, found, scale.first, scale.settled, strips, seen)
        self._rows[maker.number] = row
        return row

    def _cells_kept(
        self, drawn: _Row | None, story: tuple[object, ...], kept: Sequence[Mapping[int, float]]
    ) -> list[Cell]:
        """The first cells of a row, as far as they were drawn before and will not change."""
        from_left = -1 if drawn is None else self._scale.first - drawn.first
        if drawn is None or from_left < 0 or drawn.story != story:
            return []
        found = drawn.found[from_left : drawn.settled][: self._scale.width]
        is_same = drawn.kept[from_left : drawn.settled] == kept[: len(found)]
        return found if is_same else []

    def render_line(self, y: int) -> Strip:
        """Draw a line of one maker."""
        index, part = divmod(self.scroll_offset.y + y, self._lines_each)
        maker = self._floor.makers.get(self._numbers[index]) if index < len(self._numbers) else None
        if maker is None:
            words = "  nobody is on the floor" if not self._numbers and y == 0 else ""
            return self._styles.strip([(words, "dim")], self.line_width)
        return self._row(maker).strips[part]

    def notify_style_update(self) -> None:
        """The theme may have changed: draw all of it anew."""
        super().notify_style_update()
        self._rows.clear()

    def on_resize(self, _event: Resize) -> None:
        """Keep the chosen one in sight; the scale depends on the width: ask for another one."""
        if self._numbers:
            self._choose(self._chosen_index())
        self.post_message(self.Moved())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Other rows are seen: what explains them may be other signs."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.post_message(self.Moved())

    # What keys and mouse do

    def _choose(self, index: int) -> None:
        if not self._numbers:
            return
        index = min(max(0, index), len(self._numbers) - 1)
        self._chosen = self._numbers[index]
        each = self._lines_each
        self.scroll_to_region(
            Region(0, index * each, 1, each), animate=False, force=True, immediate=True
        )
        self.refresh()

    def _chosen_index(self) -> int:
        return bisect_left(self._numbers, self._chosen or 0)

    def action_choose(self, rows: int) -> None:
        """Choose the maker so many rows further down."""
        self._choose(self._chosen_index() + rows)

    def action_choose_page(self, pages: int) -> None:
        """Choose the maker so many screens further down."""
        a_page = max(1, self.size.height // self._lines_each - 1)
        self._choose(self._chosen_index() + pages * a_page)

    def action_choose_end(self, last: bool) -> None:  # noqa: FBT001 - Textual passes it so
        """Choose the first maker or the last."""
        self._choose(len(self._numbers) - 1 if last else 0)

    def on_click(self, event: Click) -> None:
        """Choose a row; a click on the chosen one opens it."""
        index = (self.scroll_offset.y + event.y) // self._lines_each
        if self._is_docked or index >= len(self._numbers):
            return
        if self._numbers[index] == self._chosen:
            self.post_message(self.Opened())
        else:
            self._choose(index)
