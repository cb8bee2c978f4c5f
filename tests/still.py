"""The app standing still, so that it can be drawn: over a floor made by hand, with no live source.

What would differ between two machines, two runs or two moments is passed in here or frozen by
:func:`freeze`; then :func:`settle` waits until a picture can be taken.
"""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual._compositor import LayoutUpdate
from textual.app import App
from textual.pilot import Pilot
from textual.strip import Strip

from chai_tui.config.settings import Settings
from chai_tui.model.engine import Engine
from chai_tui.model.events import RunBegan
from chai_tui.model.launch import Launch
from chai_tui.model.recipe import BUILT_IN, Recipe
from chai_tui.state.floor import Floor
from chai_tui.tui.app import ChaiApp
from chai_tui.tui.common.bridge import Bridge
from tests.builders import FakeSource

Size = tuple[int, int]
"""Columns and rows."""
Prepare = Callable[[Pilot[Any]], Awaitable[None]]

SIGNALS = (
    (1, "SIGHUP"),
    (2, "SIGINT"),
    (6, "SIGABRT"),
    (9, "SIGKILL"),
    (11, "SIGSEGV"),
    (15, "SIGTERM"),
)
"""Those whose numbers are the same wherever there are signals."""

PATIENCE = 120.0
"""Seconds: what takes longer on any machine never comes."""
QUIET_ROUNDS = 3
"""So often nothing may change until the screen is said to be settled: a message may lead to
another that changes nothing yet."""


def freeze(patch: pytest.MonkeyPatch) -> None:
    """Let nothing depend on this terminal, this interpreter or this system.

    Textual reads most of its variables when it is imported, so what came of them is set too.
    """
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "COLUMNS", "LINES"):
        patch.delenv(name, raising=False)
    for name in list(os.environ):
        if name.startswith("TEXTUAL") and not name.startswith("TEXTUAL_SNAPSHOT"):
            patch.delenv(name)
    patch.setattr("textual.constants.FILTERS", "")
    patch.setattr("textual.constants.SCREENSHOT_DELAY", -1)
    patch.setattr("textual.constants.PRESS", "")
    patch.setattr("textual.filter.DIM_FACTOR", 0.66)


def still_app(
    floor: Floor,
    *,
    cores: int = 2,
    quota: float | None = None,
    maps_cores: bool = True,
    has_gil: bool = True,
    start_method: str = "forkserver",
    recipe: Recipe | None = None,
    engine: Engine | None = None,
    theme: str = "textual-dark",
    **options: Any,
) -> ChaiApp:
    """Return the app over a floor; nothing will happen on it by itself.

    Args:
        floor: what happened before.
        cores: how many cores may be used.
        quota: how many cores' worth of time may be used at once; None for all.
        maps_cores: whether the system tells a process's core.
        has_gil: whether Python has one.
        start_method: how processes are started.
        recipe: of the makers added next.
        engine: likewise.
        theme: one of Textual's.
        options: more for the app.
    """
    run = RunBegan(
        0.0,
        start_method=start_method,
        gil=has_gil,
        cores=tuple(range(cores)),
        quota=quota,
        maps_cores=maps_cores,
        signals=SIGNALS,
    )
    floor.fold([run])
    launch = None
    if recipe is not None or engine is not None:
        launch = Launch(1, recipe or BUILT_IN["chai"], engine or Engine.PROCESS, start_method)
    return ChaiApp(
        Bridge(FakeSource()),  # never started: no thread
        launch,
        floor=floor,
        settings=Settings(theme=theme),
        **options,
    )


async def _until(holds: Callable[[], bool], pilot: Pilot[Any]) -> None:
    """Give the app turns until something holds."""
    gives_up_at = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < gives_up_at, "it never held"
        await pilot.pause(0)


async def settle(pilot: Pilot[Any]) -> None:
    """Wait until every message was handled and no picture differs from the one before.

    The kitchen's first screen does without some of it, which comes a while later.
    """
    app = pilot.app
    if isinstance(app, ChaiApp):
        await _until(lambda: not app.is_running or app.kitchen._timeline is not None, pilot)
    quiet = 0
    before: list[list[Strip]] = []
    while quiet < QUIET_ROUNDS:
        await pilot.pause()  # a frame, or more while there is work: some is done after the next
        now = _picture(pilot.app)
        quiet = quiet + 1 if now == before else 0
        before = now


def _picture(app: App[Any]) -> list[list[Strip]]:
    """All that a screenshot would show: to write one costs ten times as much."""
    drawn = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    assert isinstance(drawn, LayoutUpdate)
    return [list(strips) for strips in drawn.strips]


async def resize(pilot: Pilot[Any], columns: int, rows: int) -> None:
    """Resize the terminal, and wait until all is laid out and drawn anew.

    The app passes its new size on to the screen in a message of its own: on a loaded machine a
    pilot's pause, which waits until this process is idle, is over before that.
    """
    await pilot.resize_terminal(columns, rows)
    size = (columns, rows)
    app = pilot.app
    await _until(lambda: app.size == app.screen.size == app.screen._compositor.size == size, pilot)
    await settle(pilot)


def pressing(*keys: str) -> Prepare:
    """Return what presses keys, each on a settled screen, and waits until all is drawn."""

    async def prepare(pilot: Pilot[Any]) -> None:
        await settle(pilot)
        for key in keys:
            await pilot.press(key)
            await settle(pilot)

    return prepare
