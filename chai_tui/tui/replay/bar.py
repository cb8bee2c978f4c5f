"""The bar of a replay: a line that shows where it is, and takes it elsewhere by the mouse."""

from __future__ import annotations

from collections.abc import Callable

from textual.events import MouseDown, MouseMove, MouseUp

from chai_tui.tui.canvas.painted import Painted
from chai_tui.tui.canvas.styles import Line
from chai_tui.tui.replay.bar_drawing import Marks, Moment, Track, bar_line


class ReplayBar(Painted):
    """The bar.

    Args:
        moment: returns what to show.
        marks: when makers ended.
        seek: goes to a moment, in the events' seconds; it must cost nothing, as a drag asks for it
            with every cell.
    """

    DEFAULT_CSS = "ReplayBar { height: 1; background: $panel; color: $foreground; }"

    def __init__(
        self, moment: Callable[[], Moment], marks: Marks, seek: Callable[[float], None]
    ) -> None:
        super().__init__(id="replay")
        self._moment = moment
        self._marks = marks
        self._seek = seek
        self._track: Track | None = None
        self._is_dragged = False

    def paint(self, width: int, height: int) -> list[Line]:
        """Draw the bar."""
        line, self._track = bar_line(self._moment(), self._marks, width)
        return [line][:height]

    def on_mouse_down(self, event: MouseDown) -> None:
        """Go where it is clicked, and from there as the mouse is dragged."""
        track = self._track
        if event.button == 1 and track is not None and self._is_on(track, event.x):
            event.stop()
            self._is_dragged = True
            self.capture_mouse()
            self._go(event.x)

    def on_mouse_move(self, event: MouseMove) -> None:
        """Go along."""
        if self._is_dragged:
            event.stop()
            self._go(event.x)

    def on_mouse_up(self, event: MouseUp) -> None:
        """Stay there."""
        if self._is_dragged:
            event.stop()
            self._is_dragged = False
            self.release_mouse()

    def _is_on(self, track: Track, x: int) -> bool:
        """Whether a cell, or the edge beside it, is on the part that shows time."""
        return track.first - 1 <= x <= track.first + track.width

    def _go(self, x: int) -> None:
        if self._track is not None:
            self._seek(self._track.moment(x, self._marks, self._moment().bookmarks))
