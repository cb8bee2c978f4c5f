"""The widget that shows the cores; as high as their number and the screen ask for."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.geometry import Size

from chai_tui.state.records import Core
from chai_tui.tui.canvas.painted import Painted
from chai_tui.tui.canvas.styles import Line
from chai_tui.tui.kitchen.core_drawing import LEGEND, LEGEND_UNMAPPED, core_lines, rows_wanted


class CoreBar(Painted):
    """The cores; what changed of them is drawn again.

    Args:
        numbers: the cores that will be shown, so that their place is kept from the start.
        quota: how many cores' worth of CPU time may be used at once; None: as much as there is.
        maps_cores: whether this system tells which core a process is on.
        id: the widget's id.
    """

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
    ) -> None:
        super().__init__(id=id)
        self._cores: Sequence[Core] = [Core(number) for number in numbers]
        self._numbers = tuple(numbers)
        self._quota = quota
        self._maps_cores = maps_cores
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
        self.repaint()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """Return how many rows the cores need; Textual asks."""
        return rows_wanted(
            self._numbers, width, viewport.height, quota=self._quota, maps_cores=self._maps_cores
        )

    def paint(self, width: int, height: int) -> list[Line]:
        """Draw the cores."""
        return core_lines(
            self._cores, width, height, quota=self._quota, maps_cores=self._maps_cores
        )
