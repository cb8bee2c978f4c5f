"""An app with nothing but one screen, so that a screen is tested alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Generic, TypeVar

from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen

import chai_tui.tui
from chai_tui.tui.canvas.styles import as_text
from chai_tui.tui.shell.colours import colours

Result = TypeVar("Result")
NO_ANSWER = object()


class ScreenApp(App[None], Generic[Result]):
    """Shows one screen and keeps what it answers."""

    CSS_PATH = str(Path(chai_tui.tui.__file__).with_name("app.tcss"))

    def __init__(self, shown: Callable[[], Screen[Result]]) -> None:
        super().__init__()
        self._shown = shown
        self.answer: object = NO_ANSWER
        self.animation_level = "none"  # as in the app itself

    def get_css_variables(self) -> dict[str, str]:
        variables = super().get_css_variables()
        theme = self.current_theme
        variables |= colours(variables, dark=theme.dark, ansi=theme.ansi)
        self.theme_variables = variables  # as in the app itself
        return variables

    def on_mount(self) -> None:
        self.push_screen(self._shown(), self._keep)

    async def ask(
        self, pilot: Pilot[None], shown: Callable[[], Screen[Result]], *keys: str
    ) -> object:
        """Show another such screen, press keys, and return what it answers.

        Starting an app costs more than ten of these: a table of keys is tried out in one.
        """
        self.answer = NO_ANSWER
        screen = shown()
        self.push_screen(screen, self._keep)
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
        if self.answer is NO_ANSWER:
            self.pop_screen()
        return self.answer

    def _keep(self, answer: object) -> None:
        self.answer = answer

    @property
    def text(self) -> str:
        """What is on the screen, without colours and without spaces at the ends of lines."""
        width = self.size.width
        strips = self.screen._compositor.render_strips(self.size)
        return "\n".join(as_text([(strip.crop(0, width).text, "")]).rstrip() for strip in strips)

    def rows(self) -> list[str]:
        return self.text.split("\n")

    def row_of(self, text: str) -> int:
        """The row in which a text stands."""
        return next(index for index, row in enumerate(self.rows()) if text in row)

    def at(self, text: str) -> tuple[int, int]:
        """Where a text stands: column and row, for a click."""
        row = self.row_of(text)
        return self.rows()[row].index(text), row


@asynccontextmanager
async def showing(
    shown: Callable[[], Screen[Result]], size: tuple[int, int] = (120, 40)
) -> AsyncIterator[tuple[ScreenApp[Result], Pilot[None]]]:
    """Run an app with a screen; the body sees it drawn."""
    app = ScreenApp(shown)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield app, pilot
