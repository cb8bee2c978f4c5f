"""Killing one maker costs no other an event and stalls none: the short form of the storm."""

from __future__ import annotations

import os
import signal
import sys
from random import Random

import pytest

from chai_tui.model.engine import Engine
from chai_tui.sources.live.kitchen import Kitchen
from chai_tui.state.makers.records import State
from tests.process.conftest import Watch
from tests.process.makers import steps
from tests.storm.kills import KillStorm, kill_beside

if sys.platform == "win32":
    pytest.skip("Windows has no SIGKILL", allow_module_level=True)


@pytest.mark.long
def test_the_survivors_of_a_storm_miss_nothing() -> None:
    assert kill_beside(16, 8, Random(1))


@pytest.mark.thorough
def test_nobody_is_silenced_by_many_who_talk_without_end() -> None:
    """One turn's reading has no time for so many: they must take turns."""
    kitchen = Kitchen("forkserver")
    try:
        storm = KillStorm(kitchen, Random(1))
        storm.seat_survivors(16)
        storm.see_that_all_go_on()
    finally:
        kitchen.close()


@pytest.mark.parametrize("engine", [Engine.THREAD, Engine.ASYNCIO, Engine.SERIAL])
def test_nobody_is_seated_at_a_station_that_was_killed_from_outside(
    watch: Watch, engine: Engine
) -> None:
    first, _ = watch.add(steps(wait=60), how_many=2, engine=engine)
    watch.started(first)
    os.kill(first.pid, signal.SIGKILL)
    watch.joined(first)
    (after,) = watch.add(steps(wait=0.01), engine=engine)
    watch.joined(after)
    assert after.state is State.SERVED
