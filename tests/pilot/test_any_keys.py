"""Any sequence of keys: nothing breaks, and the screen goes on showing what happens."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from chai_tui.model.commands import (
    AddMakers,
    BrewAgain,
    Command,
    KillMaker,
    PauseMaker,
    RaceAgain,
    ResumeMaker,
    SignalMaker,
    StopMaker,
)
from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, Exited, Paused, Resumed
from chai_tui.state.makers.records import State
from chai_tui.tui.app import ChaiApp
from chai_tui.tui.keys.commands import COMMANDS
from chai_tui.tui.keys.screen_keys import PLACES
from tests.builders import BEGAN, FakeSource, brewing, in_states, sampled
from tests.pilot.kitchen import Kitchen, kitchen

NEWCOMER = 900
"""A maker that comes when all keys were pressed."""
QUITS = {"q", "ctrl+q", "ctrl+c"}
_ROWS = [*COMMANDS, *(row for place in PLACES for row in place.rows)]
OF_TABLES = sorted({key for row in _ROWS for key in row.keys.split(",")} - QUITS)
OTHERS = [*"bdfghijlmpsuvwxyBXZ", "tab", "backspace", "delete", "ctrl+a", "ctrl+u", "ctrl+z", "f2"]
OPENERS = ["enter", "slash", "e", "t", "f9", "question_mark", "ctrl+p", "space", "k", "c"]
"""What opens something, or changes what other keys do: every third key is one of these."""

keys = st.lists(
    st.sampled_from(OPENERS) | st.sampled_from(OF_TABLES) | st.sampled_from(OTHERS),
    min_size=30,
    max_size=60,
)


class Answers:
    """What a kitchen answers, so that keys change what there is to be shown."""

    def __init__(self) -> None:
        self._next = 50

    def __call__(self, command: Command) -> Iterable[Event]:
        match command:
            case AddMakers(how_many=how_many, engine=engine):
                return [event for _ in range(how_many) for event in self._newcomer(engine)]
            case BrewAgain():
                return self._newcomer(Engine.PROCESS)
            case PauseMaker(maker=maker):
                return [Paused(BEGAN + 5, maker, ours=True)]
            case ResumeMaker(maker=maker):
                return [Resumed(BEGAN + 5, maker, ours=True)]
            case StopMaker(maker=maker) | KillMaker(maker=maker) | SignalMaker(maker=maker):
                return [Exited(BEGAN + 5, maker, -9, ours=True)]
            case RaceAgain():
                return []  # nothing is tasted here

    def _newcomer(self, engine: Engine) -> list[Event]:
        self._next += 1
        return brewing(self._next, engine=engine, said=[f"I am {self._next}"])


class Patient(FakeSource):
    """Waits for as long as keys are typed, on however loaded a machine."""

    def poll(self, timeout: float | None) -> list[Event]:
        return super().poll(60.0 if timeout is None else timeout)


def _those_who_are_there() -> Iterator[Event]:
    yield from in_states(*State)
    for number in (11, 12):
        yield from brewing(number, engine=Engine.THREAD, said=["one", "\x1b[2Jtwo", "a" * 300])
    yield from sampled({0: [2], 1: [11, 12]})


_FEW = settings(
    max_examples=1,
    derandomize=True,
    deadline=None,
    database=None,
    phases=(Phase.generate,),  # each example is a run of the app: none is made smaller
    suppress_health_check=list(HealthCheck),
)


@_FEW
@given(keys)
def test_any_keys_leave_an_app_that_works(pressed: list[str]) -> None:
    _leave_it_working(pressed)


@pytest.mark.thorough
@settings(_FEW, max_examples=6)
@given(keys)
def test_more_keys_leave_an_app_that_works(pressed: list[str]) -> None:
    _leave_it_working(pressed)


def _leave_it_working(pressed: list[str]) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        # The palette can quit, and save a picture: neither is what is tried here.
        monkeypatch.setattr(ChaiApp, "leave", lambda _: None)
        monkeypatch.setattr(ChaiApp, "deliver_screenshot", lambda *_, **__: None)
        # The pilot waits after each key until nothing happens any more; nobody who types does.
        monkeypatch.setattr("textual.app.wait_for_idle", lambda _: asyncio.sleep(0.002))
        asyncio.run(_press(pressed))


async def _press(pressed: list[str]) -> None:
    source = Patient(answer=Answers())
    async with kitchen(*_those_who_are_there(), source=source) as shown:
        await shown.press(*pressed)
        _see_that_it_runs(shown)
        await _back_to_the_kitchen(shown)
        if shown.app.setup.frozen:
            await shown.press("space")
        await shown.happens(*brewing(NEWCOMER, said=["after all that"]))
        assert shown.floor.makers[NEWCOMER].said[-1].text == "after all that"
        shown.app.kitchen.select(NEWCOMER)
        await shown.until(lambda: f"#{NEWCOMER}" in shown.makers_text())
        await shown.until(lambda: f"#{NEWCOMER}" in shown.screen_text())
        await shown.press("question_mark")
        assert not shown.in_kitchen
        _see_that_it_runs(shown)


def _see_that_it_runs(shown: Kitchen) -> None:
    assert shown.app.crash is None
    assert shown.app.is_running
    assert shown.app.return_code in {None, 0}


async def _back_to_the_kitchen(shown: Kitchen) -> None:
    """Leave whatever is open, and a filter."""
    for _ in range(10):
        await shown.press("escape")
        if shown.in_kitchen and not shown.app.kitchen.makers.wanted:
            return
    raise AssertionError(f"nothing leads out of {shown.app.screen}")
