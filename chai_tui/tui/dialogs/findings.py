"""What was found to be wrong with a program: a list that grows, and the evidence of one of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from chai_tui.explain.wording.formatting import time_text
from chai_tui.findings.evidence.finding import Finding
from chai_tui.findings.evidence.words import nothing_found
from chai_tui.model.text import printable
from chai_tui.state.floor import Floor
from chai_tui.tui.dialogs.base import Dialog
from chai_tui.tui.keys import screen_keys


class FindingsDialog(Dialog[int | None]):
    """A list of findings; leaves with the number of the maker to look at, or None."""

    AUTO_FOCUS = ""
    shows_log = True  # what is found is seen here
    BINDINGS: ClassVar[list[BindingType]] = [*screen_keys.FINDINGS.bindings]
    DEFAULT_CSS = """
    FindingsDialog {
        #box { width: 100; }
        #findings { height: auto; max-height: 8; text-wrap: wrap; }
        #evidence { height: auto; max-height: 12; margin: 1 0; }
        &.-short #findings { max-height: 6; }
        &.-short #evidence { max-height: 6; }
    }
    """
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]  # noqa: RUF012 - declared so there

    def __init__(self, floor: Floor, found: Callable[[], Sequence[Finding]]) -> None:
        """Show findings.

        Args:
            floor: read: whom of those that findings tell of it still knows, and when it began.
            found: returns what is found by now, oldest first.
        """
        super().__init__()
        self._floor = floor
        self._found = found
        self._shown: list[Finding] | None = None
        self._clicked: int | None = None

    def compose(self) -> ComposeResult:
        """Put the list together."""
        with Vertical(id="box") as box:
            box.border_title = Content("Found")
            # Nothing has the focus: what keys do is the screen's.
            findings = OptionList(id="findings", compact=True, markup=False)
            findings.can_focus = False
            yield findings
            with VerticalScroll(id="evidence", can_focus=False):
                yield Static(id="words")
            with Horizontal(id="buttons"):
                for name in ("close", "open"):
                    button = Button(Content(name.title()), id=name, compact=True)
                    button.can_focus = False
                    yield button

    def on_mount(self) -> None:
        """Show what there is."""
        self.floor_changed()

    def floor_changed(self) -> None:
        """Show what is new; who reads stays where they are."""
        found = [*self._found()]
        if found == self._shown:
            return
        self._shown = found
        findings = self.query_one("#findings", OptionList)
        chosen = findings.highlighted or 0
        findings.clear_options()
        findings.add_options(Option(Content(self._line(finding))) for finding in found)
        findings.display = bool(found)
        findings.highlighted = min(chosen, len(found) - 1) if found else None
        self._show_evidence()

    @property
    def _chosen(self) -> Finding | None:
        index = self.query_one("#findings", OptionList).highlighted
        return None if index is None or not self._shown else self._shown[index]

    @property
    def _whom(self) -> int | None:
        """Who can be looked at: the first one that the finding tells of, and that is known."""
        makers = () if self._chosen is None else self._chosen.makers
        return next((number for number in makers if number in self._floor.makers), None)

    def _time(self, finding: Finding) -> str:
        began = self._floor.run.at if self._floor.began is None else self._floor.began
        return time_text(finding.at - began)

    def _line(self, finding: Finding) -> str:
        over = "over: " if finding.is_over else ""
        return f"{self._time(finding)}  {over}{printable(finding.sentence)}"

    def _show_evidence(self) -> None:
        finding, whom = self._chosen, self._whom
        words = Content(nothing_found(self._floor.run.source))
        if finding is not None:
            is_over = {True: "over by now", False: "still so", None: ""}[finding.is_over]
            told = [*map(printable, finding.evidence), *filter(None, [is_over])]
            words = Content("\n").join([Content(f"· {line}") for line in told])
        self.query_one("#words", Static).update(words)
        opens = self.query_one("#open", Button)
        opens.display = finding is not None
        opens.disabled = whom is None
        opens.label = Content("forgotten by now" if whom is None else f"Open #{whom}")

    def on_option_list_option_highlighted(self, _event: OptionList.OptionHighlighted) -> None:
        """Show the evidence of the one under the hand."""
        self._show_evidence()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click chooses, a second one on the same opens."""
        if event.option_index == self._clicked:
            self.action_open()
        self._clicked = event.option_index

    def action_move(self, how: str) -> None:
        """Choose another finding."""
        getattr(self.query_one("#findings", OptionList), f"action_{how}")()

    def action_scroll(self, how: str) -> None:
        """Scroll in the evidence."""
        getattr(self.query_one("#evidence", VerticalScroll), f"action_{how}")()

    def action_open(self) -> None:
        """Leave, to look at whom the finding tells of."""
        if (whom := self._whom) is not None:
            self.dismiss(whom)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Leave, in one way or the other."""
        if event.button.id == "open":
            self.action_open()
        else:
            self.dismiss(None)
