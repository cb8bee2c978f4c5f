"""The screen that shows one maker whole."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.screen import Screen
from textual.widgets import Input

from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Maker
from chai_tui.tui.canvas.leaving import LeavesOnce
from chai_tui.tui.canvas.line_view import LineView
from chai_tui.tui.canvas.prose import paragraph
from chai_tui.tui.canvas.styles import Line, fit, fit_text
from chai_tui.tui.detail.drawing import details, title
from chai_tui.tui.detail.facts import detail_of
from chai_tui.tui.detail.output_drawing import output_title
from chai_tui.tui.detail.output_view import OutputView
from chai_tui.tui.keys import screen_keys
from chai_tui.tui.keys.fields import SearchField
from chai_tui.tui.keys.key_line import foot


class DetailScreen(LeavesOnce, Screen[None]):
    """One maker: what it is, its steps, charts and end on one side, what it said on the other."""

    BINDINGS: ClassVar[list[BindingType]] = [*screen_keys.ZOOM.bindings]
    # Textual declares these two without ClassVar.
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (18, "-tall")]  # noqa: RUF012
    DEFAULT_CSS = """
    DetailScreen {
        background: $background;
        #title { height: 1; background: $panel; scrollbar-size-vertical: 0; }
        #said-title { height: 1; scrollbar-size-vertical: 0; }
        #search { display: none; }
        #search.-open { display: block; }
        #panes { layout: vertical; height: 1fr; }
        #details { height: 2fr; }
        #said-pane { height: 1fr; }
        &.-wide {
            #panes { layout: horizontal; }
            #details { width: 3fr; height: 1fr; }
            #said-pane { width: 2fr; height: 1fr; margin-left: 1; }
        }
        &.-narrow.-short {
            #said-pane { display: none; height: 1fr; }
            &.-saying #said-pane { display: block; }
            &.-saying #details { display: none; }
        }
    }
    """

    def __init__(self, floor: Floor, number: int) -> None:
        """Show a maker.

        Args:
            floor: where it stands; read, never changed.
            number: the maker's.
        """
        super().__init__()
        self._floor = floor
        self._number = number
        self._maker: Maker | None = None
        self._rewound = floor.rewound
        self._look()
        self._title_view = LineView(self._draw_title, id="title", can_focus=False)
        self._details = LineView(self._draw_details, id="details")
        self._said_title = LineView(self._draw_said_title, id="said-title", can_focus=False)
        self._said = OutputView(lambda: self._maker, id="said")
        self._search = SearchField()

    @property
    def number(self) -> int:
        """The number of the maker that is shown."""
        return self._number

    def compose(self) -> ComposeResult:
        """Put the panes together."""
        yield self._title_view
        with Container(id="panes"):
            yield self._details
            with Vertical(id="said-pane"):
                yield self._said_title
                yield self._said
                yield self._search
        yield from foot(self.app)

    def on_mount(self) -> None:
        """Begin at the facts."""
        self.set_focus(self._details)  # not later, when a search may have the focus already

    def on_screen_resume(self) -> None:
        """Catch up with what happened while another screen was in front."""
        self.floor_changed()

    def floor_changed(self) -> None:
        """Draw again what changed on the floor."""
        self._look()
        for view in (self._title_view, self._details, self._said_title, self._said):
            view.redraw()

    def _look(self) -> None:
        """Find the maker; one that the floor has forgotten is shown as it was last seen."""
        last_seen = self._maker if self._floor.rewound == self._rewound else None
        self._rewound = self._floor.rewound
        self._maker = self._floor.makers.get(self._number, last_seen)

    @property
    def _who(self) -> str:
        """Who is not there."""
        return f"#{self._number}" if self._floor.run.is_program else f"Chai Maker #{self._number}"

    # Drawing

    def _draw_title(self, width: int) -> list[Line]:
        if self._maker is None:
            return [fit([(f" {self._who}", "strong")], width)]
        return [title(detail_of(self._floor, self._maker), width)]

    def _draw_details(self, width: int) -> list[Line]:
        maker = self._maker
        if maker is None:
            return paragraph(f"There is no {self._who} on the floor.", width, indent=1)
        lines = details(detail_of(self._floor, maker), width)
        if self._number in self._floor.makers:
            return lines
        gone = "It was cleared from the floor: this is the last that was known of it."
        return [*paragraph(gone, width, "dim", indent=1), *lines]

    def _draw_said_title(self, width: int) -> list[Line]:
        if self._maker is None:
            return []
        status = self._said.status
        if not status:
            return [output_title(self._maker, width)]
        shown = f" /{self._said.sought} · {status} "
        cells = min(width // 2, 40)
        return [
            [*output_title(self._maker, width - cells), (fit_text(shown, cells), "chosen")],
        ]

    # What the keys do

    def action_back(self) -> None:
        """Leave the search if there is one, else the screen."""
        if self._search.has_class("-open") or self._said.sought:
            self._search.value = ""
            self._close_search()
        else:
            super().action_back()

    def action_neighbour(self, direction: int) -> None:
        """Go to the maker before (-1) or after (1), round the end."""
        numbers = list(self._floor.makers)
        if not numbers:
            return
        if direction > 0:
            index = bisect_right(numbers, self._number) % len(numbers)
        else:
            index = bisect_left(numbers, self._number) - 1
        self._number = numbers[index]
        self._maker = None
        self._details.scroll_home(animate=False)
        self.floor_changed()
        self._said.show_another()

    def action_other_pane(self) -> None:
        """Move the focus to the other pane; on a small screen that pane is shown instead."""
        if self.focused is self._details:
            self._to_said()
        else:
            self.remove_class("-saying")
            self._details.focus()

    def _to_said(self) -> None:
        self.add_class("-saying")
        self._said.focus()

    def action_search(self) -> None:
        """Open the search."""
        self.add_class("-saying")
        self._search.add_class("-open")
        self.set_focus(self._search)  # at once: the next key may have been typed already

    def action_find(self, backwards: bool) -> None:  # noqa: FBT001 - Textual passes it so
        """Go to another find."""
        if self._said.sought:
            self._to_said()
            self._said.find(backwards=backwards)
            self._said_title.redraw()

    def _close_search(self) -> None:
        self._search.remove_class("-open")
        self._said.search(self._search.value)
        self._said_title.redraw()
        self._to_said()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Mark the finds while the query is typed."""
        self._said.search(event.value)
        self._said_title.redraw()

    def on_input_submitted(self, _event: Input.Submitted) -> None:
        """Go to the first find."""
        self._close_search()
        self._said.find()
        self._said_title.redraw()
