"""The app of a program that is not ours: how it leaves, and what it tells the shell."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, Exited, Seated, Started
from chai_tui.tui.common.bridge import Bridge
from chai_tui.tui.program_app import ProgramApp
from chai_tui.views.program_lines import exit_code
from tests.builders import BEGAN, HERE, FakeSource, floor_of
from tests.pilot.kitchen import Kitchen, StoppedClock

RUN = HERE._replace(source="run", program="python lesson.py 3")
ONE: list[Event] = [
    Seated(BEGAN, 1, 1, 101, Engine.PROCESS, "", ()),
    Started(BEGAN, 1, 101, 101),
]
OTHER: list[Event] = [
    Seated(BEGAN, 2, 2, 102, Engine.PROCESS, "", ()),
    Started(BEGAN, 2, 102, 102),
]
FIRST_ENDS = Exited(BEGAN + 1, 1, 7, ours=False)


@asynccontextmanager
async def program(
    *events: Event, source: str = "run", exit_when_over: bool = False
) -> AsyncIterator[Kitchen]:
    """Run the app of a program."""
    fake = FakeSource()
    bridge = Bridge(fake)
    clock = StoppedClock()
    app = ProgramApp(
        bridge,
        code=exit_code,
        exit_when_over=exit_when_over,
        floor=floor_of(RUN._replace(source=source), *events),
        clock=clock,
    )
    bridge.start()
    try:
        async with app.run_test(size=(120, 40), notifications=True) as pilot:
            await pilot.pause()
            yield Kitchen(app, fake, pilot, clock)
    finally:
        bridge.stop()


async def test_clearing_the_screen_does_not_clear_the_exit_code() -> None:
    async with program(*ONE, *OTHER) as shown:
        await shown.happens(FIRST_ENDS)
        await shown.press("c")
        assert 1 not in shown.floor.makers
        await shown.happens(Exited(BEGAN + 2, 2, 3, ours=False))
        await shown.press("c")
        assert not shown.floor.makers
        assert shown.app.exit_code([]) == 7


@pytest.mark.parametrize("source", ["run", "watch"])
async def test_leaving_ends_what_is_run_and_leaves_alone_what_is_watched(source: str) -> None:
    async with program(*ONE, source=source) as shown:
        await shown.press("q")
        await shown.until(lambda: not shown.app.is_running or shown.app._exit)
        told = "Ending the program…" in shown.notices
        assert told == (source == "run")


async def test_whoever_is_born_while_all_is_ended_is_ended_too() -> None:
    async with program(*ONE) as shown:
        await shown.press("q")
        await shown.until(lambda: not shown.app.is_running or shown.app._exit)
        ends = [Exited(BEGAN + 1, 1, -15, ours=True), Exited(BEGAN + 1, 2, 143, ours=False)]
        shown.app.exit_code([*OTHER, *ends])
        assert (
            shown.app.last_words()[0] == "python lesson.py 3: 2 processes were ended while at work"
        )


async def test_files_are_named_after_the_program() -> None:
    async with program(*ONE) as shown:
        assert shown.app.run_name.startswith("run-python")
        assert "/" not in shown.app.run_name


async def test_what_is_over_before_the_screen_is_shown_leaves_it() -> None:
    async with program(exit_when_over=True) as shown:
        await shown.happens(*ONE, FIRST_ENDS)
        await shown.until(lambda: shown.app._exit)
        assert shown.app.exit_code([]) == 7


@pytest.mark.parametrize(("source", "ended"), [("run", frozenset({1})), ("watch", frozenset())])
async def test_the_last_words_tell_of_nobody_ended_who_was_watched(
    source: str, ended: frozenset[int]
) -> None:
    async with program(*ONE, source=source) as shown:
        await shown.press("q")
        await shown.until(lambda: not shown.app.is_running or shown.app._exit)
        shown.app.exit_code([])
        assert shown.app.ended == ended
        told = "ended while at work" in " ".join(shown.app.last_words())
        assert told == (source == "run")
