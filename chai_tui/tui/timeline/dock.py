"""stub"""

from textual.widgets import Static

from chai_tui.state.floor import Floor


class TimelineDock(Static):
    """Stub."""

    def __init__(self, floor: Floor) -> None:
        super().__init__("timeline", id="dock")

    def lines_wanted(self, makers: int) -> int:
        return 1 + 2 * makers

    def floor_changed(self) -> None:
        """Stub."""

    def choose(self, number: int | None) -> None:
        """Stub."""
