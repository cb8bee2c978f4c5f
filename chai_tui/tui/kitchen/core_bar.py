"""The widget that shows the cores; as high as their number and the screen ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content
from textual.geometry import Size

from chai_tui.model.events import RunBegan
from chai_tui.state.makers.records import Core
from chai_tui.tui.canvas.painted import Painted
from chai_tui.tui.canvas.styles import Line
from chai_tui.tui.kitchen.core_drawing import (
    LEGEND,
    LEGEND_NAMED,
    LEGEND_UNMAPPED,
    core_lines,
    rows_wanted,
)


class CoreBar(Painted):
    """The cores; what changed of them is drawn again.

    Args:
        run: says which cores there are, so that their place is kept from the start.
    """

    DEFAULT_CSS = """
    CoreBar {
        height: auto;
    }
    """

    def __init__(self, run: RunBegan) -> None:
        super().__init__(id="cores")
        self._numbers: tuple[int, ...] = ()
        self._run = run
        self._names: Mapping[int, str] | None = None
        self._wanted: dict[tuple[int, int], int] = {}  # rows, for a width and a screen's height
        self.show(run, ())

    def show(
        self, run: RunBegan, cores: Sequence[Core], names: Mapping[int, str] | None = None
    ) -> bool:
        """Show the cores as they are now; whoever calls may go on changing them.

        Args:
            run: where they are.
            cores: in the order of their numbers; nothing before the first sample.
            names: what makers are called, by number; without one they are called by that.

        Returns:
            Whether they may need another number of rows from now on.
        """
        self._cores = cores or [Core(number) for number in run.cores]
        before = self._numbers, self._run, self._names is None
        self._numbers, self._run = tuple(core.number for core in self._cores), run
        self._names = names
        is_another = before != (self._numbers, self._run, names is None)
        if is_another:
            legend = LEGEND if names is None else LEGEND_NAMED
            self.tooltip = Content(legend if run.maps_cores else LEGEND_UNMAPPED)
            self._wanted.clear()
            self.refresh(layout=True)
        self.repaint()
        return is_another

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """Return how many rows the cores need; Textual asks."""
        screen = width, viewport.height
        if screen not in self._wanted:
            self._wanted = {screen: rows_wanted(self._numbers, *screen, self._run)}
        return self._wanted[screen]

    def paint(self, width: int, height: int) -> list[Line]:
        """Draw the cores."""
        return core_lines(self._cores, width, height, self._run, self._names)
