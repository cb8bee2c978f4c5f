"""Nothing leaks from the program on its screen: makers come and go, and it stays as it was."""

from __future__ import annotations

import os
import sys
import time
from random import Random

import psutil

from chai_tui.samplers.schedule import IDLE_SECONDS
from tests.process.program import family_of
from tests.storm.awful_program import SEMAPHORES
from tests.storm.leaks import MEMORY_PER_MAKER, Holdings, holdings
from tests.storm.promise import PATIENCE, Force, Promise, Untried, require
from tests.storm.screens import rude_program
from tests.terminal import Terminal

PREFIX = f"/chai-screen-{os.getpid()}"
"""What the names of the program's semaphores begin with."""
WARM_UP = 30
"""Makers that load what is loaded on first use, and fill what is kept."""
MEMORY_SLACK = 5 << 20
"""Bytes that an allocator may keep, and the log, which is not full after the warm-up."""
KEYS = {"A": 10, "a": 1, "r": 1}
"""How many makers a key seats."""
CROWD = 60
"""Makers on the screen from which on it is cleared."""


class _Visitor:
    """Presses keys that seat makers, and waits until each was served."""

    def __init__(self, terminal: Terminal, random: Random) -> None:
        self._terminal = terminal
        self._random = random
        self._shown = 1  # the one that the program begins with
        self._until_served()

    def seat(self, makers: int) -> None:
        """Seat so many, some at a time; clear the screen now and then, and at the end."""
        while makers > 0:
            ten = makers >= 10 and self._random.random() < 0.7
            # With nobody there is nobody to brew for again.
            key = "A" if ten else self._random.choice("ar") if self._shown else "a"
            self._terminal.send(key)
            self._shown += KEYS[key]
            makers -= KEYS[key]
            self._until_served()
            if self._shown > self._random.randrange(CROWD):
                self.clear()
        if self._shown:
            self.clear()

    def clear(self) -> None:
        """Take everybody off the screen; whoever is not joined yet stays, so ask until all are."""
        deadline = time.monotonic() + PATIENCE
        while "served" in self._terminal.lines[0]:
            require(time.monotonic() < deadline, f"never cleared:\n{self._terminal.text}")
            self._terminal.send("c")
            answered = time.monotonic() + 0.5
            while "served" in self._terminal.lines[0] and time.monotonic() < answered:
                self._terminal.read()
        self._shown = 0

    def _until_served(self) -> None:
        self._terminal.until(lambda: f" {self._shown} served" in self._terminal.lines[0])


def come_and_go(makers: int, random: Random) -> str:
    """Seat makers who are served at once; return what the program held before and after."""
    variables = {SEMAPHORES: PREFIX}
    with rude_program("quick", "--makers", "1", columns=100, rows=40, **variables) as terminal:
        program = psutil.Process(terminal.process.pid)
        visitor = _Visitor(terminal, random)
        visitor.seat(WARM_UP)
        server = next(each for each in family_of(program.pid) if _is_fork_server(each))
        # By then the sampler has let go of those who ended.
        until = time.monotonic() + IDLE_SECONDS + 0.5
        while time.monotonic() < until:
            terminal.read()
        began = holdings(server, program, PREFIX)
        visitor.seat(makers)
        # What is let go of with the next sample, or when the fork server gets to it.
        deadline = time.monotonic() + PATIENCE / 4
        while not _is_over(began, ended := holdings(server, program, PREFIX)):
            if time.monotonic() > deadline:
                break
            terminal.read()
        terminal.send("q")
        code = terminal.wait()
        require(code == 0, f"left with {code}")
    told = f"before {began}; after {makers:,} on the screen: {ended}"
    require(ended.descriptors <= began.descriptors, f"descriptors: {told}")
    require(ended.server_descriptors <= began.server_descriptors, f"server's descriptors: {told}")
    require(ended.threads <= began.threads, f"threads: {told}")
    require(ended.zombies <= began.zombies, f"zombies: {told}")
    require(ended.semaphores <= began.semaphores, f"semaphores: {told}")
    bound = MEMORY_SLACK + makers * MEMORY_PER_MAKER
    require(ended.memory - began.memory <= bound, f"memory: {told}")
    require(ended.server_memory - began.server_memory <= bound, f"fork server's memory: {told}")
    return told


def _is_over(began: Holdings, ended: Holdings) -> bool:
    """Whether everything but memory is as it was."""
    return all(now <= before for before, now in zip(began[:5], ended[:5], strict=True))


def _is_fork_server(process: psutil.Process) -> bool:
    return "forkserver" in " ".join(process.cmdline())


def _storm(force: Force) -> str:
    if sys.platform != "linux":
        raise Untried("counts what Linux tells in /proc and /dev/shm")
    return come_and_go(force.times(2_000, 60), force.random)


PROMISE = Promise("screen-leaks", "nothing leaks from the program on its screen", _storm)
