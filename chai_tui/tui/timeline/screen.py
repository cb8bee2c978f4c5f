"""The screen that shows when each maker did what."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from chai_tui.state.floor import Floor
from chai_tui.tui.canvas.leaving import LeavesOnce
from chai_tui.tui.canvas.line_view import LineView
from chai_tui.tui.canvas.styles import Line, width_of
from chai_tui.tui.keys import screen_keys
from chai_tui.tui.keys.key_line import foot
from chai_tui.tui.timeline.drawing import axis, gutter_width, headline
from chai_tui.tui.timeline.legend import legend, signs_of
from chai_tui.tui.timeline.rows import TimelineRows
from chai_tui.tui.timeline.time_scale import (
    LADDER,
    NO_SCALE,
    Grid,
    TimeView,
    grid_of,
    origin_of,
    panned,
    scale_for,
    until_of,
    zoomed_in,
)


class TimelineScreen(LeavesOnce, Screen[None]):
    """A row a maker and time to the right."""

    BINDINGS: ClassVar[list[BindingType]] = [*screen_keys.TIMELINE.bindings]
    DEFAULT_CSS = """
    TimelineScreen {
        background: $background;
        #headline { height: 1; background: $panel; }
        #axis, #legend { height: 1; }
        #headline, #axis, #legend { scrollbar-size-vertical: 0; }
    }
    """

    def __init__(self, floor: Floor, number: int | None = None) -> None:
        """Show a floor.

        Args:
            floor: read, never changed.
            number: the maker that is chosen first; None for the first one.
        """
        super().__init__()
        self._floor = floor
        self._origin: float | None = None
        self._rewound = floor.rewound
        self._view = TimeView()
        self._scale = NO_SCALE
        self._gutter = 0
        self._headline = LineView(self._draw_headline, id="headline", can_focus=False)
        self._axis = LineView(self._draw_axis, id="axis", can_focus=False)
        self._rows = TimelineRows(floor, number)
        self._legend = LineView(self._draw_legend, id="legend", can_focus=False)

    @property
    def view(self) -> TimeView:
        """The scale and the place that were chosen."""
        return self._view

    @property
    def number(self) -> int | None:
        """The number of the chosen maker; None on an empty floor."""
        return self._rows.chosen

    def compose(self) -> ComposeResult:
        """Put the lines together."""
        yield self._headline
        yield self._axis
        yield self._rows
        yield self._legend
        yield from foot(self.app)

    def on_mount(self) -> None:
        """Let the keys go to the rows."""
        self._rows.focus()

    def on_screen_resume(self) -> None:
        """Catch up with what happened while another screen was in front."""
        self.floor_changed()

    def on_timeline_rows_moved(self, _event: TimelineRows.Moved) -> None:
        """The time has more cells, or fewer, or other rows are seen."""
        self.floor_changed()

    def floor_changed(self) -> None:
        """Draw again what changed on the floor."""
        floor = self._floor
        if floor.rewound != self._rewound:
            self._rewound = floor.rewound
            self._origin = None
        if floor.makers:
            self._origin = origin_of(floor, self._origin)
        width = self._rows.line_width
        self._gutter = gutter_width(
            next(reversed(floor.makers), 0), width, has_names=floor.run.is_program
        )
        room = width - self._gutter
        self._scale = scale_for(self._view, self._grid(), until_of(floor), room)
        self._rows.show(self._scale, self._gutter)
        for view in (self._headline, self._axis, self._legend):
            view.redraw()

    def _grid(self) -> Grid:
        return grid_of(self._floor, self._floor.now if self._origin is None else self._origin)

    # Drawing

    def _draw_headline(self, width: int) -> list[Line]:
        warning = self._floor.run.warning
        label: Line = [(f" {warning}", "chosen")] if warning else []
        room = max(0, width - width_of(label))
        noun = "maker" if self._floor.race.began is None else "worker"
        noun = "thread" if self._floor.run.is_program else noun
        makers = len(self._floor.makers)
        return [[*label, *headline(self._view, self._scale, makers, room, noun=noun)]]

    def _draw_axis(self, _width: int) -> list[Line]:
        return [axis(self._scale, self._gutter)]

    def _draw_legend(self, width: int) -> list[Line]:
        floor = self._floor
        is_known = not floor.run.unseen or any(maker.history for maker in floor.makers.values())
        signs = signs_of(self._rows.seen, is_known=is_known, is_program=floor.run.is_program)
        return [legend(signs, width)]

    # What the keys do

    def action_zoom(self, steps: int) -> None:
        """Show time finer (1) or coarser (-1)."""
        self._show_view(zoomed_in(self._view, steps, self._scale))

    def action_fit(self) -> None:
        """Show all of the time, and keep on doing so."""
        self._show_view(TimeView())

    def action_follow(self) -> None:
        """Keep now at the right edge."""
        self._show_view(self._view._replace(first=None))

    def action_pan(self, direction: int) -> None:
        """Move by a quarter of a screen, earlier (-1) or later (1)."""
        columns = direction * max(1, self._scale.width // 4)
        following = scale_for(
            TimeView(LADDER.index(self._scale.samples)),
            self._grid(),
            until_of(self._floor),
            self._scale.width,
        )
        self._show_view(panned(columns, self._scale, following.first))

    def _show_view(self, view: TimeView) -> None:
        self._view = view
        self.floor_changed()

    def on_timeline_rows_opened(self, _event: TimelineRows.Opened) -> None:
        """A click asks for the chosen maker."""
        self.action_open()

    def action_open(self) -> None:
        """Show the chosen maker whole."""
        if self._rows.chosen is not None:
            from chai_tui.tui.detail.screen import DetailScreen  # noqa: PLC0415 - only when opened

            self.app.push_screen(DetailScreen(self._floor, self._rows.chosen))
