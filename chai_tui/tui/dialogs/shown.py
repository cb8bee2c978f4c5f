"""The questions: are you sure, which signal, which recipe and engine."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from chai_tui.model.text import printable
from chai_tui.tui.dialogs.base import Dialog
from chai_tui.tui.dialogs.engine import EngineDialog
from chai_tui.tui.dialogs.signal import SignalDialog
from chai_tui.tui.keys import screen_keys

__all__ = ["ConfirmDialog", "EngineDialog", "SignalDialog"]


class ConfirmDialog(Dialog[bool]):
    """A question with yes and no; no is where Enter goes until somebody moves."""

    AUTO_FOCUS = "#no"
    BINDINGS: ClassVar[list[BindingType]] = [*screen_keys.CONFIRM.bindings]
    DEFAULT_CSS = """
    ConfirmDialog {
        #detail { height: auto; max-height: 6; margin: 1 0; }
    }
    """

    def __init__(self, question: str, detail: str) -> None:
        """Ask.

        Args:
            question: one line.
            detail: what a yes would do, to whom.
        """
        super().__init__()
        self._question = printable(question)
        self._detail = "\n".join(printable(line) for line in detail.splitlines())

    def compose(self) -> ComposeResult:
        """Put the question and its answers together."""
        with Vertical(id="box") as box:
            box.border_title = Content("Sure?")
            yield Static(Content(self._question).stylize("bold"), id="question")
            with VerticalScroll(id="detail", can_focus=False):
                yield Static(Content(self._detail))
            with Horizontal(id="buttons"):
                yield Button(Content("No (n)"), id="no", compact=True)
                yield Button(Content("Yes (y)"), id="yes", variant="error", compact=True)

    def action_answer(self, answer: bool) -> None:  # noqa: FBT001 - Textual passes it so
        """Leave with an answer."""
        self.dismiss(answer)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Leave with the button's answer."""
        self.dismiss(event.button.id == "yes")
