"""A kitchen that runs out of something, in a process of its own.

Run as ``python -m tests.storm.confined LIMIT START_METHOD ENGINE``: seats two makers, then so many
that the limit is met, and prints what happened as one line of JSON. Exit code 3: this system does
not let us provoke it.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import psutil

from chai_tui.model.commands import AddMakers, KillMaker
from chai_tui.model.engine import Engine
from chai_tui.state.makers.records import Maker, State
from tests.process.makers import doing, steps
from tests.storm.driving import Drive, kitchen_drive
from tests.storm.numbered import wait_for

NOT_HERE = 3
"""The exit code for: it cannot be provoked here."""
CROWD = 40
"""How many makers are seated to meet a limit."""
ROOM = 30
"""How many processes and threads there are at most."""
_PR_CAPBSET_DROP = 24  # prctl(2)
_CAP_SYS_ADMIN, _CAP_SYS_RESOURCE = 21, 24  # capabilities(7): both lift RLIMIT_NPROC
_USERS = range(20_000, 60_000)
"""Numbers of users that nobody has, within what a container maps."""


def few_processes() -> None:
    """Allow few processes and threads, for good.

    The limit counts all that a user runs, and root is exempt: so root becomes a user that runs
    nothing else, but keeps its access to files.
    """
    room = ROOM
    if os.getuid() == 0:
        prctl = ctypes.CDLL(None).prctl
        user = _USERS[os.getpid() % len(_USERS)]
        for capability in (_CAP_SYS_ADMIN, _CAP_SYS_RESOURCE):
            if prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
                sys.exit(NOT_HERE)
        try:
            os.setresuid(user, 0, 0)
        except OSError:
            sys.exit(NOT_HERE)
        # Capabilities go with the next program.
        os.environ["CONFINED"] = "1"
        resource.setrlimit(resource.RLIMIT_NPROC, (room, room))
        again = [sys.executable, "-m", "tests.storm.confined", *sys.argv[1:]]
        os.execv(sys.executable, again)  # noqa: S606 - ourselves
    if "CONFINED" not in os.environ:
        room += _tasks_of_this_user()
        resource.setrlimit(resource.RLIMIT_NPROC, (room, room))


def _tasks_of_this_user() -> int:
    tasks = 0
    for process in psutil.process_iter():
        try:
            tasks += process.num_threads() if process.uids().real == os.getuid() else 0
        except psutil.Error:
            continue
    return tasks


@contextmanager
def few(limit: int, value: Callable[[], int]) -> Iterator[None]:
    """Lower a limit of this process for a while."""
    soft, hard = resource.getrlimit(limit)
    resource.setrlimit(limit, (value(), hard))
    try:
        yield
    finally:
        resource.setrlimit(limit, (soft, hard))


@contextmanager
def _short_of(limit: str) -> Iterator[None]:
    if limit == "RLIMIT_NOFILE":
        with few(resource.RLIMIT_NOFILE, lambda: psutil.Process().num_fds() + 60):
            yield
    else:  # it is met from the start
        yield


def main() -> int:
    """Meet the limit, and tell what happened."""
    limit, start_method, engine = sys.argv[1], sys.argv[2], Engine(sys.argv[3])
    if limit == "RLIMIT_NPROC":
        few_processes()
    with kitchen_drive(start_method, sample_every=0.5) as drive:
        first = drive.add(steps(wait=600), 2, engine)
        drive.until(lambda: all(maker.started_at for maker in first))
        with _short_of(limit):
            crowd = _crowd(drive, first, engine)
        running = all(maker.state is State.BREWING for maker in first)
        served = sum(maker.state is State.SERVED for maker in crowd)
        # Before they are killed: who shares a process with one of them is killed too late.
        told = [trouble.text for trouble in drive.troubles]
        for maker in first:
            drive.submit(KillMaker(maker.number))
        drive.until_joined(first)
        (after,) = drive.add(steps(wait=0.01), 1, engine)
        drive.until_joined([after])
        told += [maker.cause for maker in crowd if maker.state is not State.SERVED]
    print(
        json.dumps(
            {
                "troubles": told,
                "still_running": running,
                "served": served,
                "served_afterwards": after.state is State.SERVED,
            }
        )
    )
    return 0


def _is_answered(drive: Drive, orders: int) -> bool:
    return len(drive.floor.makers) + len(drive.troubles) >= orders


def _crowd(drive: Drive, first: list[Maker], engine: Engine) -> list[Maker]:
    """Seat more than there is room for, one by one as a person would, until all have ended.

    On a machine that takes long to seat them, too, the first are still there when the last one
    comes, and when it is looked at who was in the way.
    """
    with tempfile.TemporaryDirectory() as folder:
        gate = Path(folder) / "gate"
        for seated in range(CROWD):
            drive.submit(AddMakers(1, doing(partial(wait_for, gate)), engine))
            drive.until(partial(_is_answered, drive, len(first) + seated + 1))
        crowd = [maker for maker in drive.floor.makers.values() if maker not in first]
        drive.until(lambda: all(maker.started_at or maker.joined for maker in crowd))
        gate.touch()
        drive.until_joined(crowd)
    return crowd


if __name__ == "__main__":
    sys.exit(main())
