"""The question which moment to go to."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from chai_tui.explain.wording.formatting import clock_text
from chai_tui.tui.dialogs.base import Dialog
from chai_tui.tui.keys.replay_keys import GO
from chai_tui.tui.replay.moments import MomentError, read_moment


class MomentField(Input):
    """Says which moment."""

    BINDINGS: ClassVar[list[BindingType]] = [*GO.bindings[:1]]


class GoDialog(Dialog[float | None]):
    """Asks which moment to go to; answers with seconds since the beginning."""

    AUTO_FOCUS = "#moment"
    BINDINGS: ClassVar[list[BindingType]] = [*GO.bindings[1:]]
    DEFAULT_CSS = """
    GoDialog {
        #box { width: 56; }
        #expected { height: auto; color: $ink-dim; }
        &.-wrong #expected { color: $text-error; }
    }
    """

    def __init__(self, length: float) -> None:
        """Ask.

        Args:
            length: of the recording, in seconds.
        """
        super().__init__()
        self._length = length

    def compose(self) -> ComposeResult:
        """Put field and words together."""
        with Vertical(id="box") as box:
            box.border_title = Content("Go to")
            field = MomentField(id="moment", placeholder="12.5 or 1:02 or 50%", compact=True)
            field.cursor_blink = False
            yield field
            yield Static(Content(f"It is {clock_text(self._length)} long."), id="expected")

    def on_input_changed(self, _event: Input.Changed) -> None:
        """Blame nobody while it is typed."""
        self.remove_class("-wrong")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go there, or say what was expected."""
        event.stop()
        try:
            moment = read_moment(event.value, self._length)
        except MomentError as error:
            self.query_one("#expected", Static).update(Content(str(error)))
            self.add_class("-wrong")
        else:
            self.dismiss(moment)
