"""The widget that shows the cores; it draws again only the rows that changed."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.events import Resize
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from chai_tui.state import Core
from chai_tui.tui.core_drawing import LEGEND, LEGEND_UNMAPPED, core_lines, rows_wanted
from chai_tui.tui.ink import InkWell, Line


class CoreBar(Widget):
    """The cores, as high as their number and the screen ask for.

    Args:
        numbers: the cores that will be shown, so that their place is kept from the start.
        quota: how many cores' worth of CPU time may be used at once; None: as much as there is.
        maps_cores: whether this system tells which core a process is on.
        id: the widget's id.
        classes: the widget's classes.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    CoreBar {
        height: auto;
    }
    """

    def __init__(
        self,
        numbers: Sequence[int],
        *,
        quota: float | None = None,
        maps_cores: bool = True,
        id: str | None = None,  # noqa: A002 - Textual's name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._cores: Sequence[Core] = [Core(number) for number in numbers]
        self._numbers = tuple(numbers)
        self._quota = quota
        self._maps_cores = maps_cores
        self._inks = InkWell(self)
        self._lines: list[Line] = []
        self.tooltip = Content(LEGEND if maps_cores else LEGEND_UNMAPPED)

    def show(self, cores: Sequence[Core]) -> None:
        """Show the cores as they are now; whoever calls may go on changing them.

        Args:
            cores: in the order of their numbers.
        """
        self._cores = cores
        numbers = tuple(core.number for core in cores)
        if numbers != self._numbers:
            self._numbers = numbers
            self.refresh(layout=True)
        self._draw()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """Return how many rows the cores need; Textual asks."""
        return rows_wanted(
            self._numbers, width, viewport.height, quota=self._quota, maps_cores=self._maps_cores
        )

    def render_line(self, y: int) -> Strip:
        """Draw one row."""
        return self._inks.strip(self._lines[y] if y < len(self._lines) else [], self.size.width)

    def notify_style_update(self) -> None:
        """The theme may have changed: look the inks up again."""
        super().notify_style_update()
        self._inks.clear()

    def on_resize(self, _event: Resize) -> None:
        """Draw for the new size."""
        self._draw()

    def _draw(self) -> None:
        before = self._lines
        width, height = self.size
        self._lines = lines = core_lines(
            self._cores, width, height, quota=self._quota, maps_cores=self._maps_cores
        )
        for row in range(max(len(lines), len(before))):
            if lines[row : row + 1] != before[row : row + 1]:
                self.refresh(Region(0, row, width, 1))
