"""No process of ours outlives the kitchen, however the kitchen ends."""

from __future__ import annotations

import contextlib
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import psutil
import pytest

from chai_tui.model.commands import PauseMaker
from chai_tui.model.engine import Engine
from chai_tui.sources.live.kitchen import Kitchen
from chai_tui.state.makers.records import State
from tests.process import makers
from tests.process.conftest import PATIENCE, Watch
from tests.process.makers import doing, steps
from tests.slowness import as_if_alone
from tests.thorough import briefly

METHODS = ["forkserver", "spawn", "fork"]


def _alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [
        process
        for process in processes
        if process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    ]


@contextlib.contextmanager
def _parent(method: str) -> Iterator[tuple[subprocess.Popen[str], list[psutil.Process]]]:
    command = [sys.executable, "-m", "tests.process.parent", method]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        family = psutil.Process(parent.pid).children(recursive=True)
        everyone = {process.pid: process for process in family}
        everyone |= {pid: psutil.Process(pid) for pid in pids}
        try:
            yield parent, list(everyone.values())
        finally:
            parent.kill()
            for process in _alive(list(everyone.values())):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has PR_SET_PDEATHSIG")
@pytest.mark.parametrize("method", METHODS)
def test_a_killed_parent_leaves_nobody(method: str) -> None:
    """Waiting, computing, holding the GIL in C, and paused: all are gone within two seconds."""
    took = [_seconds_to_vanish(method)]
    if took[0] >= 2.0:  # once may be the machine's doing; two times of three are ours
        took += [_seconds_to_vanish(method), _seconds_to_vanish(method)]
    assert statistics.median(took) < 2.0, took


def _seconds_to_vanish(method: str) -> float:
    with _parent(method) as (parent, family):
        assert len(family) >= 4
        parent.kill()
        parent.wait()
        killed_at = time.monotonic()
        while _alive(family):
            assert time.monotonic() - killed_at < PATIENCE
            time.sleep(0.01)
        return as_if_alone(time.monotonic() - killed_at)


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has PR_SET_PDEATHSIG")
# fork is refused on a screen
@pytest.mark.parametrize(
    "method", ["forkserver", pytest.param("spawn", marks=pytest.mark.thorough)]
)
def test_a_killed_screen_leaves_nobody(method: str) -> None:
    """The screen starts its stations from a thread; one is paused.

    Every engine is there beside the fork server, where a station's parent is not the screen.
    Where it is, one that is shared stands for all of those.
    """
    from tests.storm.orphans import HARD, KILLED_SECONDS, leave_the_screen

    hard = HARD if method == "forkserver" else (HARD[0], *HARD[-2:])
    took = leave_the_screen(method, Random(1), hard, quit_politely=False)
    assert as_if_alone(took) < KILLED_SECONDS


@briefly("method", METHODS)
def test_closing_ends_everyone_within_a_second(method: str) -> None:
    # Three tries: a machine that is busy with something else says nothing of ours.
    assert any(_seconds_to_close(method) < 1.0 for _ in range(3))


def _seconds_to_close(method: str) -> float:
    kitchen = Kitchen(method)
    watch = Watch(kitchen)
    group = [
        *watch.add(steps(wait=600), how_many=2),
        *watch.add(doing(makers.ignore_sigterm, makers.compute_for_ever)),
        *watch.add(doing(makers.hold_the_gil_in_c)),
        *watch.add(doing(makers.print_for_ever)),
        *watch.add(doing(makers.sleep_long), how_many=2, engine=Engine.THREAD),
        *watch.add(steps(wait=600)),
    ]
    watch.until(lambda: all(maker.started_at for maker in group))
    watch.submit(PauseMaker(group[-1].number))
    watch.until(lambda: group[-1].paused)
    processes = [psutil.Process(maker.pid) for maker in group]
    began = time.monotonic()
    events = kitchen.close()
    took = as_if_alone(time.monotonic() - began)
    assert not _alive(processes)
    watch.floor.fold(events)
    assert all(maker.joined for maker in group)
    assert {maker.state for maker in group} == {State.STOPPED, State.KILLED}
    assert kitchen.close() == []
    return took


@pytest.mark.skipif(sys.platform == "win32", reason="there is no hangup to ask for")
@pytest.mark.parametrize(("alone", "code"), [(True, 1), (False, 0)])
def test_a_station_that_is_born_too_late_ends_at_once(alone: bool, code: int) -> None:
    """Its parent died before the kernel could be told to tell."""
    script = (
        "import os, sys\n"
        "from chai_tui.sources.live.station.lifeline import leave_if_alone\n"
        "reader, writer = os.pipe()\n"
        f"if {alone}: os.close(writer)\n"
        "leave_if_alone(reader)\n"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == code


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it is no file")
@briefly("method", METHODS)
def test_shared_memory_of_a_killed_maker_does_not_outlive_the_kitchen(method: str) -> None:
    command = [sys.executable, "-m", "tests.process.sharer", method]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True)
    held = Path("/dev/shm", done.stdout.strip())  # noqa: S108 - where Linux keeps it
    assert held.name.startswith("psm_")
    deadline = time.monotonic() + PATIENCE
    while held.exists():  # until the resource tracker finds itself alone
        assert time.monotonic() < deadline
        time.sleep(0.01)
