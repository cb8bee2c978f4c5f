"""A pilot that goes on as soon as an app has nothing to do, and never before.

Textual's own sleeps 20 ms at a time until this process has computed for less than one of them:
three times after each key, for most of the time of most tests. And a process that gets no core for
20 ms looks as if it were idle. Here the event loop is asked instead whether anybody has a turn
to come, and a frame that is due is drawn at once and not when its 60th of a second is over.

What comes by the clock or of another thread is waited for by whoever needs it.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from textual._context import active_app
from textual.app import App

LONGEST = 1.0
"""Seconds after which an app is left to what it does without end: as long as Textual waits."""


def wait_for_turns(patch: pytest.MonkeyPatch) -> None:
    """Have the pilots of this process look at the event loop's queue."""
    for module in ("app", "pilot"):
        patch.setattr(f"textual.{module}.wait_for_idle", _until_idle)


async def _until_idle(min_sleep: float = 0.0, max_sleep: float = LONGEST) -> None:
    """Wait until nobody has anything to do; a stand-in for Textual's ``wait_for_idle``."""
    app = active_app.get()
    gives_up_at = time.monotonic() + max_sleep
    await asyncio.sleep(min_sleep)
    while time.monotonic() < gives_up_at:
        await asyncio.sleep(0)
        if _somebody_has_a_turn():
            continue
        if not _draws_a_frame(app):
            break


def _somebody_has_a_turn() -> bool:
    """Whether the loop would go on with somebody else now: it has no public word for that."""
    return bool(asyncio.get_running_loop()._ready)  # type: ignore[attr-defined]


def _draws_a_frame(app: App[Any]) -> bool:
    """Draw what waits for the next frame, as a pilot's pause does; return whether there was any."""
    if not app.screen_stack:  # it has left
        return False
    timer: Any = app.screen._update_timer
    is_due: bool = timer._active.is_set()  # it is resumed when there is something to draw
    if is_due:
        app.screen._on_timer_update()
    return is_due
