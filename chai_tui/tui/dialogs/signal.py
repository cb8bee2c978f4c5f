"""The menu of signals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Input, OptionList
from textual.widgets.option_list import Option

from chai_tui.model.text import printable
from chai_tui.tui.dialogs.base import Dialog
from chai_tui.tui.dialogs.signal_menu import matching, preselected, signal_choices
from chai_tui.tui.keys import screen_keys


class SignalDialog(Dialog[int | None]):
    """A menu of the system's signals; typing a number or a name narrows it."""

    AUTO_FOCUS = "#typed"
    BINDINGS: ClassVar[list[BindingType]] = [*screen_keys.SIGNAL.bindings]
    DEFAULT_CSS = """
    SignalDialog {
        #box { width: 60; }
        #signals { max-height: 14; }
        &.-short #signals { max-height: 6; }
    }
    """
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]  # noqa: RUF012 - declared so there

    def __init__(self, maker_name: str, signals: Iterable[tuple[int, str]]) -> None:
        """Ask which signal to send.

        Args:
            maker_name: who gets it.
            signals: number and name of those that there are.
        """
        super().__init__()
        self._maker_name = printable(maker_name)
        self._all = signal_choices(signals)
        self._shown = self._all
        self._clicked: int | None = None

    def compose(self) -> ComposeResult:
        """Put the menu together."""
        with Vertical(id="box") as box:
            box.border_title = Content(f"Send {self._maker_name} a signal")
            typed = Input(id="typed", placeholder="number or name", compact=True)
            typed.cursor_blink = False
            yield typed
            # It never has the focus: keys go to the input, which hands the arrows on.
            signals = OptionList(id="signals", compact=True, markup=False)
            signals.can_focus = False
            yield signals
            with Horizontal(id="buttons"):
                yield Button(Content("Cancel"), id="cancel", compact=True)
                yield Button(Content("Send"), id="send", variant="error", compact=True)

    def on_mount(self) -> None:
        """Show all of them, SIGTERM first under the hand."""
        self._narrow("")

    def on_resize(self) -> None:
        """Keep the one under the hand in sight."""
        self.call_after_refresh(self.query_one("#signals", OptionList).scroll_to_highlight)

    def _narrow(self, typed: str) -> None:
        self._shown = matching(self._all, typed)
        self._clicked = None
        signals = self.query_one("#signals", OptionList)
        signals.clear_options()
        signals.add_options(
            Option(Content(f"{number:>3}  {name:<10} {meaning}"))
            for number, name, meaning in self._shown
        )
        signals.highlighted = preselected(self._shown, typed=typed)
        self._name_send()

    def _name_send(self) -> None:
        """The button says what it would send."""
        index = self.query_one("#signals", OptionList).highlighted
        send = self.query_one("#send", Button)
        send.disabled = index is None
        send.label = Content("Send" if index is None else f"Send {self._shown[index].name}")

    def action_cancel(self) -> None:
        """Send nothing."""
        self.dismiss(None)

    def action_move(self, how: str) -> None:
        """Move in the menu while the input keeps the focus."""
        getattr(self.query_one("#signals", OptionList), f"action_{how}")()

    def _send(self) -> None:
        index = self.query_one("#signals", OptionList).highlighted
        if index is not None:
            self.dismiss(self._shown[index].number)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the menu."""
        self._narrow(event.value)

    def on_input_submitted(self, _event: Input.Submitted) -> None:
        """Send the one under the hand."""
        self._send()

    def on_option_list_option_highlighted(self, _event: OptionList.OptionHighlighted) -> None:
        """Say on the button what it would send."""
        self._name_send()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click chooses, a second one on the same sends: one slip shall end nobody."""
        if event.option_index == self._clicked:
            self._send()
        self._clicked = event.option_index

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Send, or not."""
        if event.button.id == "send":
            self._send()
        else:
            self.dismiss(None)
