"""What all dialogs have in common."""

from __future__ import annotations

from typing import TypeVar

from textual.content import Content
from textual.screen import ModalScreen

from chai_tui.state.floor import Floor
from chai_tui.tui.canvas.leaving import LeavesOnce

Answer = TypeVar("Answer")


class Dialog(LeavesOnce, ModalScreen[Answer]):
    """A box in the middle of the screen; Escape leaves it."""

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        #box {
            width: 72;
            max-width: 100%;
            height: auto;
            max-height: 100%;
            padding: 0 1;
            border: round $ink-chosen;
            border-title-color: $foreground;
            border-title-style: bold;
            background: $surface;
        }
        #buttons { height: 1; align-horizontal: right; }
        #buttons Button { margin-left: 2; }
        OptionList { background: $surface; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    def on_mount(self) -> None:
        """Say here too what the run is, if it is not live: a box may cover all else."""
        floor = getattr(self.app, "floor", None)  # an app that is not ours has none
        box = self.query_one("#box")
        if isinstance(floor, Floor) and floor.run.warning and box.border_title:
            box.border_title = Content(f"{floor.run.warning} · ") + Content(str(box.border_title))
