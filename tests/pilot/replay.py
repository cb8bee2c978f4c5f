"""The app of a recording over a file that a test wrote, with the real source in its thread."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from chai_tui.recording.playing.film import Film
from chai_tui.recording.playing.player import Player
from chai_tui.recording.reader import Reader
from chai_tui.sources.replay.source import RecordingSource
from chai_tui.tui.common.bridge import Bridge
from chai_tui.tui.replay_app import ReplayApp, TasteReplayApp, is_tasting
from tests.builders import BEGAN, FakeSource
from tests.pilot.kitchen import StoppedClock, Watched
from tests.still import settle


class Replay(Watched):
    """The app of a recording; its time goes only when a test says so."""

    app: ReplayApp | TasteReplayApp

    def __init__(
        self,
        app: ReplayApp | TasteReplayApp,
        reading: RecordingSource,
        pilot: Pilot[None],
        clock: StoppedClock,
    ) -> None:
        super().__init__(FakeSource(), pilot)
        self.app = app
        self.reading = reading
        self.clock = clock

    @property
    def player(self) -> Player:
        return self.app.player

    @property
    def seconds(self) -> float:
        """The moment that is shown, in seconds since the beginning."""
        return round(self.player.at - BEGAN, 3)

    @property
    def bar(self) -> str:
        """The bar of the screen that is shown."""
        return self.screen_text().split("\n")[-2]

    async def passes(self, seconds: float) -> None:
        """Let time go by, and wait until it was played."""
        self.clock.passes(seconds)
        await self.until(lambda: self.player._turned_at == self.clock.now)
        await self.pilot.pause()

    async def settled_text(self) -> str:
        """What is on the screen once nothing changes any more."""
        await settle(self.pilot)
        return self.screen_text()


@asynccontextmanager
async def replaying(
    path: Path, size: tuple[int, int] = (80, 24), **options: Any
) -> AsyncIterator[Replay]:
    """Replay a recording; the body begins when all that is there was read.

    Args:
        path: of the recording.
        size: of the screen, in cells.
        options: for the app.
    """
    reader = Reader.open(path)
    film = Film(reader.header)
    reading = RecordingSource(reader, film)
    reading.begin(10.0)
    bridge = Bridge(reading)
    clock = StoppedClock()
    app = (TasteReplayApp if is_tasting(film) else ReplayApp)(
        bridge,
        player=lambda: Player(film, clock=clock, most_seconds=math.inf),
        reading=reading,
        clock=clock,
        **options,
    )
    bridge.start()
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            replay = Replay(app, reading, pilot, clock)
            await replay.until(lambda: reading.is_caught_up and app._has_settled)
            await pilot.pause()
            yield replay
    finally:
        bridge.stop()
        film.close()
