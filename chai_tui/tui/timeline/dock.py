"""The timeline as a part of another screen: all of the time, as it goes on."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget

from chai_tui.state.floor import Floor
from chai_tui.tui.canvas.line_view import LineView
from chai_tui.tui.canvas.styles import Line
from chai_tui.tui.timeline.drawing import axis, gutter_width
from chai_tui.tui.timeline.rows import TimelineRows
from chai_tui.tui.timeline.time_scale import (
    NO_SCALE,
    TimeView,
    grid_of,
    origin_of,
    scale_for,
    until_of,
)

_ALL = TimeView()


class TimelineDock(Widget, can_focus=False, can_focus_children=False):
    """An axis, and under it a row a maker; it only shows, and draws only what changed."""

    DEFAULT_CSS = """
    TimelineDock {
        layout: vertical;
        height: 1fr;
        #dock-axis { height: 1; scrollbar-size-vertical: 0; }
    }
    """

    def __init__(
        self,
        floor: Floor,
        number: int | None = None,
        *,
        id: str | None = None,  # noqa: A002 - Textual's name for it
    ) -> None:
        """Show a floor.

        Args:
            floor: read, never changed.
            number: the maker that is chosen; None for the first one.
            id: the widget's id.
        """
        super().__init__(id=id)
        self._floor = floor
        self._origin: float | None = None
        self._rewound = floor.rewound
        self._scale = NO_SCALE
        self._gutter = 0
        self._drawn_width = 0
        self._axis = LineView(self._draw_axis, id="dock-axis", can_focus=False)
        self._rows = TimelineRows(floor, number, is_docked=True)

    def compose(self) -> ComposeResult:
        """Put the lines together."""
        yield self._axis
        yield self._rows

    def on_mount(self) -> None:
        """Draw once there is room: not every widget that comes late is told of its size."""
        self.screen.screen_layout_refresh_signal.subscribe(self, self._laid_out, immediate=True)

    def _laid_out(self, _screen: Screen[object]) -> None:
        if self._drawn_width != self._rows.line_width:
            self.floor_changed()

    def choose(self, number: int | None) -> None:
        """Mark a maker by its number, and let it be seen."""
        self._rows.choose(number)

    def on_timeline_rows_moved(self, event: TimelineRows.Moved) -> None:
        """The time has more cells, or fewer."""
        event.stop()
        self.floor_changed()

    def floor_changed(self) -> None:
        """Draw again what changed on the floor."""
        floor, width = self._floor, self._rows.line_width
        if not self.is_mounted or not width:
            return
        self._drawn_width = width
        if floor.rewound != self._rewound:
            self._rewound = floor.rewound
            self._origin = None
        if floor.makers:
            self._origin = origin_of(floor, self._origin)
        origin = floor.now if self._origin is None else self._origin
        self._gutter = gutter_width(
            next(reversed(floor.makers), 0), width, has_names=floor.run.is_program
        )
        room = width - self._gutter
        self._scale = scale_for(_ALL, grid_of(floor, origin), until_of(floor), room)
        self._rows.show(self._scale, self._gutter)
        self._axis.redraw()

    def _draw_axis(self, _width: int) -> list[Line]:
        return [axis(self._scale, self._gutter)]
