"""Nothing leaks: makers start and end one after the other, and everything is as it was before."""

from __future__ import annotations

import gc
import os
import signal
from multiprocessing import process as multiprocessing_process
from pathlib import Path
from random import Random
from typing import NamedTuple

import psutil

from chai_tui.model.commands import AddMakers, KillMaker
from chai_tui.model.engine import Engine
from chai_tui.model.events import Sampled
from chai_tui.model.recipe import Recipe
from tests.process.makers import doing, fail, leave_at_once, sleep_long, steps
from tests.storm.driving import Drive, kitchen_drive
from tests.storm.promise import Force, Promise, require

MEMORY_PER_MAKER = 1_500
"""Bytes that a forgotten maker may leave: the kitchen keeps what each brewed, to brew it again."""
MEMORY_SLACK = 3 << 20
"""Bytes that an allocator may keep, whatever ran."""


class Holdings(NamedTuple):
    """What this process, and the fork server below it, hold of the system."""

    descriptors: int
    server_descriptors: int
    threads: int
    zombies: int
    semaphores: int
    memory: int
    server_memory: int

    def __str__(self) -> str:
        return (
            f"{self.descriptors}+{self.server_descriptors} descriptors, {self.threads} threads,"
            f" {self.zombies} zombies, {self.semaphores} in /dev/shm,"
            f" {self.memory / 2**20:.1f}+{self.server_memory / 2**20:.1f} MB"
        )


def _fork_server() -> psutil.Process:
    from multiprocessing import forkserver

    return psutil.Process(forkserver._forkserver._forkserver_pid)  # type: ignore[attr-defined]


def _zombies(program: psutil.Process) -> int:
    family = program.children(recursive=True)
    return sum(1 for process in family if _status(process) == psutil.STATUS_ZOMBIE)


def _status(process: psutil.Process) -> str:
    try:
        return str(process.status())
    except psutil.NoSuchProcess:
        return "gone"


_SEMAPHORES = Path("/dev/shm")  # noqa: S108 - where Linux keeps them
PREFIX = f"/chai-storm-{os.getpid()}"
"""What the names of our semaphores begin with, so that nobody else's are counted."""


def holdings(
    server: psutil.Process | None, program: psutil.Process | None = None, prefix: str = PREFIX
) -> Holdings:
    """Count what a process and its fork server, if it has one, hold now.

    Args:
        server: the fork server.
        program: the process; None for this one.
        prefix: what the names of its semaphores begin with.
    """
    gc.collect()
    program = program or psutil.Process()
    return Holdings(
        descriptors=program.num_fds(),
        server_descriptors=server.num_fds() if server else 0,
        threads=program.num_threads(),
        zombies=_zombies(program),
        semaphores=sum(1 for _ in _SEMAPHORES.glob(f"sem.{prefix[1:]}-*")),
        memory=program.memory_full_info().uss,
        server_memory=server.memory_full_info().uss if server else 0,
    )


def _cycle(drive: Drive, recipe: Recipe, engine: Engine, *, killed: bool) -> None:
    (maker,) = drive.add(recipe, engine=engine)
    if killed:
        drive.submit(KillMaker(maker.number))
    drive.until_joined([maker])
    drive.floor.forget_finished()


def _settle(drive: Drive) -> None:
    """Wait until every station has ended and the sampler has let go of them."""
    drive.until(lambda: not drive.kitchen._pool.stations)
    while not any(isinstance(event, Sampled) for event in drive.poll()):
        pass


_MENU = (
    (steps(wait=0.001), Engine.PROCESS, False),
    (steps(wait=600), Engine.PROCESS, True),
    (doing(fail), Engine.PROCESS, False),
    (doing(leave_at_once(3)), Engine.PROCESS, False),
    (doing(sleep_long), Engine.PROCESS, True),
    (steps(wait=0.001), Engine.THREAD, False),
    (steps(wait=600), Engine.ASYNCIO, True),
)


def start_and_end(makers: int, random: Random, start_method: str = "forkserver") -> str:
    """Start and end makers one after the other; return what was held before and after."""
    config = multiprocessing_process.current_process()._config  # type: ignore[attr-defined]
    before_prefix, config["semprefix"] = config["semprefix"], PREFIX
    try:
        with kitchen_drive(start_method, sample_every=0.05, lines_per_second=100) as drive:
            for recipe, engine, killed in _MENU * 2:  # what is loaded on first use
                _cycle(drive, recipe, engine, killed=killed)
            server = _fork_server() if start_method == "forkserver" else None
            _settle(drive)
            began = holdings(server)
            for _ in range(makers):
                recipe, engine, killed = random.choice(_MENU)
                _cycle(drive, recipe, engine, killed=killed)
            _settle(drive)
            # The fork server reaps when it gets to it.
            drive.until(lambda: holdings(server).zombies <= began.zombies)
            drive.until(lambda: holdings(server).server_descriptors <= began.server_descriptors)
            ended = holdings(server)
    finally:
        config["semprefix"] = before_prefix
    told = f"before {began}; after {makers:,}: {ended}"
    require(ended.descriptors <= began.descriptors, f"descriptors: {told}")
    require(ended.threads <= began.threads, f"threads: {told}")
    require(ended.semaphores <= began.semaphores, f"semaphores: {told}")
    bound = MEMORY_SLACK + makers * MEMORY_PER_MAKER
    require(ended.memory - began.memory <= bound, f"memory: {told}")
    require(ended.server_memory - began.server_memory <= bound, f"fork server's memory: {told}")
    return told


def fail_to_start(tries: int) -> str:
    """Try to start makers where there are no descriptors; return what was held before and after."""
    import resource

    with kitchen_drive() as drive:
        (maker,) = drive.add(steps(wait=600))
        server = _fork_server()
        began = holdings(server)
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (began.descriptors + 20, hard))
            for number in range(tries):
                drive.submit(AddMakers(1, steps(wait=600), Engine.PROCESS))
                drive.until(lambda number=number: len(drive.troubles) > number)  # type: ignore[misc]
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        ended = holdings(server)
        os.kill(maker.pid, signal.SIGKILL)
        drive.until_joined([maker])
    told = f"before {began}; after {tries:,} refusals: {ended}"
    require(ended.descriptors <= began.descriptors, f"descriptors: {told}")
    require(ended.threads <= began.threads, f"threads: {told}")
    return told


def _storm(force: Force) -> str:
    return f"{start_and_end(force.times(2_000, 40), force.random)}; {fail_to_start(20)}"


PROMISE = Promise("leaks", "nothing leaks, however many makers come and go", _storm)
