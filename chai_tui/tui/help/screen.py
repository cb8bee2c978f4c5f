"""The screen that says what is on the others, and what the keys do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import MouseScrollDown, MouseScrollUp
from textual.screen import ModalScreen

from chai_tui.model.events import RunBegan
from chai_tui.tui.canvas.leaving import LeavesOnce
from chai_tui.tui.canvas.painted import Painted
from chai_tui.tui.canvas.styles import Line, fit
from chai_tui.tui.help.drawing import help_sections
from chai_tui.tui.help.pages import Page, Section, contents, page_with, pages
from chai_tui.tui.keys import screen_keys
from chai_tui.tui.keys.key_line import KeyLine
from chai_tui.tui.keys.rows import Row


class HelpTitle(Painted):
    """Says which page of the help is shown.

    Attributes:
        warning: what the run is, if it is not live.
        contents: of the page.
    """

    warning = ""
    contents = ""

    def paint(self, width: int, height: int) -> list[Line]:
        """Draw the title."""
        line = [(" help ", "strong"), (self.contents, "dim")]
        if self.warning:
            line.insert(0, (f" {self.warning} ", "chosen"))
        return [fit(line, width)][:height]


class HelpText(Painted):
    """The page that is shown."""

    def __init__(self, sections: Callable[[int], Sequence[Section]], title: HelpTitle) -> None:
        super().__init__(id="help")
        self._sections = sections
        self._title = title
        self._pages: list[Page] = []
        self._entry = 0  # which the page begins with; the size changes what a page is

    def paint(self, width: int, height: int) -> list[Line]:
        """Draw the page."""
        self._pages = pages(self._sections(width), width, height)
        index = page_with(self._entry, self._pages)
        if self._title.contents != (told := contents(self._pages, index)):
            self._title.contents = told
            self._title.repaint()
            self.screen.call_after_refresh(self.screen.refresh_bindings)
        return self._pages[index].lines[:height]

    def may_turn(self, pages: int) -> bool:
        """Whether there is such a page; so it is taken before it is known how many there are."""
        index = page_with(self._entry, self._pages)
        return not self._pages or (index > 0 if pages < 0 else index < len(self._pages) - 1)

    def show(self, index: int) -> None:
        """Show a page; the first or the last one where there is none of that index."""
        self._entry = self._pages[max(0, min(index, len(self._pages) - 1))].first
        self.repaint()

    def turn(self, pages: int) -> None:
        """Turn pages, back with a negative number."""
        self.show(page_with(self._entry, self._pages) + pages)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Turn to the next page."""
        event.stop()
        self.turn(1)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Turn to the page before."""
        event.stop()
        self.turn(-1)


class HelpScreen(LeavesOnce, ModalScreen[None]):
    """What is on the screen, words, engines and keys, on pages that fit.

    It is modal: whoever tries a key while reading about it shall not kill anybody.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*screen_keys.HELP.bindings]
    DEFAULT_CSS = """
    HelpScreen {
        background: $background;
        HelpTitle { height: 1; background: $panel; }
        HelpText { height: 1fr; }
    }
    """

    def __init__(
        self,
        rows: Sequence[Row],
        keymap: Mapping[str, str] | None = None,
        *,
        run: RunBegan,
        sections: Callable[[int], Sequence[Section]] | None = None,
    ) -> None:
        """Show the help.

        Args:
            rows: the table of commands.
            keymap: keys of the rows that a user gave others, by the row's id.
            run: what it explains.
            sections: returns what is explained, for a width in cells; None: the kitchen.
        """
        super().__init__()
        self._title = HelpTitle()
        self._title.warning = run.warning
        given = dict(keymap or {})

        def of_kitchen(width: int) -> list[Section]:
            return help_sections(
                rows,
                given,
                width,
                has_gil=run.gil,
                measures_gil=run.measures_gil,
                is_program=run.is_program,
            )

        self._text = HelpText(sections or of_kitchen, self._title)

    def compose(self) -> ComposeResult:
        """Put title, text and hints together."""
        yield self._title
        yield self._text
        yield KeyLine()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer a page only where there is one."""
        if action == "turn" and isinstance(pages := parameters[0], int) and abs(pages) == 1:
            return self._text.may_turn(pages)
        return super().check_action(action, parameters)

    def action_turn(self, pages: int) -> None:
        """Turn pages, back with a negative number."""
        self._text.turn(pages)

    def action_page(self, number: int) -> None:
        """Show a page by its number; the last one where there are fewer."""
        self._text.show(number - 1)
