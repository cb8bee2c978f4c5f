"""No orphan: whoever started them is killed, or quits, and no process of ours is left."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from random import Random

import psutil

from chai_tui.model.engine import Engine
from tests.process.program import alive, console_script, family_of
from tests.storm.promise import PATIENCE, Force, Promise, Untried, require
from tests.storm.screens import choose_next, rude_program

METHODS = ("forkserver", "spawn", "fork")
KILLED_SECONDS = 2.0
"""Within how many seconds nobody is left of a killed program (Linux)."""
QUIT_SECONDS = 1.0
"""The same after a plain quit."""

HARD = (
    ("threads", Engine.THREAD, "Start of Chai Maker #3"),
    ("one-after-another", Engine.SERIAL, "Start of Chai Maker #4"),
    ("tasks", Engine.ASYNCIO, "computing"),
    ("computes-and-ignores", Engine.PROCESS, "computing"),
    ("holds-the-GIL", Engine.PROCESS, "in C"),
)
"""Recipes and engines that are hard to end, and what each says first. Those that take a core come
last: they take it from the screen, too, on which the others are chosen."""


def _seconds_until_gone(processes: list[psutil.Process]) -> float:
    began = time.monotonic()
    while alive(processes):
        require(time.monotonic() - began < PATIENCE, f"left behind: {alive(processes)}")
        time.sleep(0.005)
    return time.monotonic() - began


def kill_the_kitchen(start_method: str, random: Random) -> float:
    """Kill a kitchen with waiting, computing, stuck and paused makers.

    Returns:
        The seconds until all of them were gone.
    """
    command = [sys.executable, "-m", "tests.process.parent", start_method]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as parent:
        assert parent.stdout is not None
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        family = [*family_of(parent.pid), *map(psutil.Process, pids)]
        time.sleep(random.uniform(0, 0.05))  # at any moment
        parent.kill()
        parent.wait()
        return _seconds_until_gone(family)


def kill_while_starting(start_method: str, random: Random) -> float:
    """Kill a program at any moment of its start; return the seconds until all were gone."""
    command = [console_script(), "--plain", "--makers", "20", "--start-method", start_method]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
        # Whoever appears in the meantime belongs to it, though its parent may be another already.
        family: dict[int, psutil.Process] = {}
        until = time.monotonic() + random.uniform(0, 0.6)
        while time.monotonic() < until:
            family |= {process.pid: process for process in family_of(program.pid)}
        program.send_signal(signal.SIGSTOP)  # so that nobody is started while we look
        family |= {process.pid: process for process in family_of(program.pid)}
        program.kill()
        program.wait()
        return _seconds_until_gone(list(family.values()))


def leave_the_screen(
    start_method: str,
    random: Random,
    hard: Sequence[tuple[str, Engine, str]] = HARD,
    *,
    quit_politely: bool,
) -> float:
    """Quit or kill the program on its screen; return the seconds until all were gone.

    Its stations are started from a thread of it, not from the main one as a bare kitchen's are:
    the system ends a child when the thread that started it ends.

    Args:
        start_method: how makers are started.
        random: draws the moment.
        hard: some of ``HARD``, in their order.
        quit_politely: whether it is quit; else it is killed.
    """
    waits = ("waits", "--makers", "2", "--start-method", start_method)
    with rude_program(*waits, columns=120, rows=60) as terminal:
        terminal.until_shows("2 brewing")
        for seated, (recipe, engine, words) in enumerate(hard, start=3):
            choose_next(terminal, recipe, engine)
            terminal.send("a")
            terminal.until_shows(f"{seated} brewing", words)
        terminal.send("1", "z")
        terminal.until_shows("1 paused")
        terminal.look_around()
        family = list(terminal.family.values())
        require(len(alive(family)) >= 2 + len(hard), f"too few to begin with: {family}")
        time.sleep(random.uniform(0, 0.05))
        began = time.monotonic()
        if quit_politely:
            terminal.send("q")
            terminal.wait()
            require(terminal.is_restored, "the terminal is not as it was")
        else:
            os.kill(terminal.process.pid, signal.SIGKILL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                terminal.process.wait(PATIENCE)
        _seconds_until_gone(family)
        return time.monotonic() - began


def _storm(force: Force) -> str:
    if sys.platform != "linux":
        raise Untried("only Linux has PR_SET_PDEATHSIG")
    killed: list[float] = []
    left: list[float] = []
    for number in range(force.times(30)):
        method = METHODS[number % 3]
        killed.append(kill_the_kitchen(method, force.random))
        killed.append(kill_while_starting(method, force.random))
        if method != "fork":  # refused on a screen
            killed.append(leave_the_screen(method, force.random, quit_politely=False))
            left.append(leave_the_screen(method, force.random, quit_politely=True))
    require(max(killed) < KILLED_SECONDS, f"{max(killed):.2f} s until a killed program's were gone")
    require(max(left) < QUIT_SECONDS, f"{max(left):.2f} s to quit")
    return (
        f"{len(killed)} programs killed, everybody gone within {max(killed):.2f} s;"
        f" {len(left)} quit, within {max(left):.2f} s"
    )


PROMISE = Promise("orphans", "no process outlives the program, however it ends", _storm)
