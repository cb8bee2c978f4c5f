"""The app of a tasting over a source that a test feeds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot

from chai_tui.model.commands import Command, RaceAgain
from chai_tui.model.events import Event
from chai_tui.tui.common.bridge import Bridge
from chai_tui.tui.taste_app import TasteApp
from tests.builders import FakeSource, floor_of
from tests.pilot.kitchen import Watched


class Tasting(Watched):
    """The app of a tasting."""

    app: TasteApp

    def __init__(self, app: TasteApp, source: FakeSource, pilot: Pilot[None]) -> None:
        super().__init__(source, pilot)
        self.app = app

    @property
    def in_race(self) -> bool:
        """Whether no other screen is shown."""
        return self.app.screen is self.app.race

    def row(self, text: str) -> str:
        """The first line of the screen that has a text."""
        return next(line for line in self.screen_text().split("\n") if text in line)


@asynccontextmanager
async def tasting(
    *events: Event,
    size: tuple[int, int] = (120, 40),
    answer: Callable[[Command], Iterable[Event]] | None = None,
    commands: frozenset[type[Command]] = frozenset({RaceAgain}),
    **options: Any,
) -> AsyncIterator[Tasting]:
    """Run the app.

    Args:
        events: what happened before it started.
        size: of the screen, in cells.
        answer: what the source answers to a command.
        commands: what the source accepts.
        options: for the app.
    """
    source = FakeSource(answer=answer, commands=commands)
    bridge = Bridge(source)
    app = TasteApp(bridge, floor=floor_of(*events), **options)
    bridge.start()
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            await pilot.pause()
            yield Tasting(app, source, pilot)
    finally:
        bridge.stop()
