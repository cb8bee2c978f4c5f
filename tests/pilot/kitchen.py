"""The whole app over a source that a test feeds."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot

from chai_tui.model.commands import Command
from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, RunBegan
from chai_tui.model.launch import Launch
from chai_tui.model.recipe import BUILT_IN
from chai_tui.state.floor import Floor
from chai_tui.tui.app import ChaiApp
from chai_tui.tui.canvas.styles import as_text
from chai_tui.tui.common.bridge import Bridge
from chai_tui.tui.common.watching import WatchingApp
from tests.builders import HERE, FakeSource, brewing, floor_of

LAUNCH = Launch(1, BUILT_IN["chai"], Engine.PROCESS, "forkserver")
LEAVES = LAUNCH._replace(exit_when_served=True)
THREE: list[Event] = [*brewing(1), *brewing(2), *brewing(3)]
PATIENCE = 60.0
"""Seconds after which a condition is said never to hold: threads and disks are waited for, too."""


class StoppedClock:
    """The clock of whoever looks: it goes only when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now

    def passes(self, seconds: float) -> None:
        """Let time go by."""
        self.now += seconds


class Watched:
    """An app, its source, and what a test asks of them."""

    app: WatchingApp

    def __init__(self, source: FakeSource, pilot: Pilot[None]) -> None:
        self.source = source
        self.pilot = pilot

    @property
    def floor(self) -> Floor:
        return self.app.floor

    @property
    def submitted(self) -> list[Command]:
        submitted: list[Command] = self.source.submitted
        return submitted

    @property
    def notices(self) -> list[str]:
        """What was notified and is still shown."""
        return [notice.message for notice in self.app._notifications]

    async def press(self, *keys: str) -> None:
        """Press keys, each after all that the one before led to."""
        for key in keys:
            await self.pilot.press(key)
        await self.pilot.pause()

    async def until(self, condition: Callable[[], object], case: object = "") -> None:
        """Wait for a condition; fail if it does not come true, and name the case."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, f"what was waited for did not happen {case}"
            await self.pilot.pause(0.01)

    async def happens(self, *events: Event) -> None:
        """Let events come through the bridge, and wait until they are folded."""
        version = self.floor.version + len(events)
        self.source.feed(*events)
        await self.until(lambda: self.floor.version >= version)
        await self.pilot.pause()

    def screen_text(self) -> str:
        """Return what is on the screen, line by line, as it was painted."""
        width, height = self.app.size
        strips = self.app.screen._compositor.render_strips()
        assert len(strips) == height
        return "\n".join(strip.text[:width] for strip in strips)


class Kitchen(Watched):
    """The kitchen's app."""

    app: ChaiApp

    def __init__(
        self, app: ChaiApp, source: FakeSource, pilot: Pilot[None], clock: StoppedClock
    ) -> None:
        super().__init__(source, pilot)
        self.app = app
        self.clock = clock

    @property
    def selected(self) -> int | None:
        return self.app.kitchen.makers.selected

    @property
    def in_kitchen(self) -> bool:
        """Whether no other screen is shown."""
        return self.app.screen is self.app.kitchen

    def log_text(self) -> str:
        """Return what the log says, an entry a line."""
        return "\n".join(entry.text for entry in self.app.kitchen.log_view._entries)

    def makers_text(self) -> str:
        view = self.app.kitchen.makers
        visible = range(view.scroll_offset.y, view.scroll_offset.y + view.size.height)
        return "\n".join(as_text(view.drawings.line_at(y)) for y in visible)


@asynccontextmanager
async def kitchen(
    *events: Event,
    size: tuple[int, int] = (120, 40),
    answer: Callable[[Command], Iterable[Event]] | None = None,
    commands: frozenset[type[Command]] | None = None,
    source: FakeSource | None = None,
    launch: Launch | None = None,
    run: RunBegan = HERE,
    **options: Any,
) -> AsyncIterator[Kitchen]:
    """Run the app.

    Args:
        events: what happened before it started.
        size: of the screen, in cells.
        answer: what the source answers to a command.
        commands: what the source accepts; None for all.
        source: None for one that answers so.
        launch: what the run was started with; None: nobody was asked to brew yet.
        run: what the run is.
        options: for the app.
    """
    source = source or FakeSource(answer=answer)
    if commands is not None:
        source.commands = commands
    bridge = Bridge(source)
    clock = StoppedClock()
    app = ChaiApp(
        bridge,
        launch,
        floor=floor_of(run, *events),
        clock=clock,
        **options,
    )
    bridge.start()
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            await pilot.pause()
            yield Kitchen(app, source, pilot, clock)
    finally:
        bridge.stop()
