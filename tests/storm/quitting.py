"""Quitting always ends, whatever the makers do: within the grace, and said."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import termios
import time
from collections.abc import Sequence

import psutil

from chai_tui.model.commands import PauseMaker
from chai_tui.model.events import Exited, Said
from chai_tui.state.makers.records import Maker, State
from tests.process.program import alive
from tests.storm.awful import AWFUL
from tests.storm.driving import Drive, kitchen_drive
from tests.storm.promise import PATIENCE, Force, Promise, require
from tests.storm.screens import rude_program

QUIT_SECONDS = 1.0
"""What quitting may take."""
SCREEN_SECONDS = 1.5
"""The same with the screen to put away, and the interpreter to end."""
_FULL = 60_000
"""Bytes in a pipe of 65,536 that has no room for another report."""


def close_among(
    names: Sequence[str], start_method: str = "forkserver", *, paused: bool, unread: bool
) -> float:
    """Close a kitchen whose makers are hard to end; return the seconds it took.

    Args:
        names: of the makers in ``AWFUL``.
        start_method: how they are started.
        paused: whether one of them is paused first.
        unread: whether nobody reads their reports until every pipe is full.
    """
    with kitchen_drive(start_method) as drive:
        group = [maker for name in names for maker in drive.add(AWFUL[name][0], 1, AWFUL[name][1])]
        talking: set[int | None] = set()
        _until_started(drive, group, talking)
        if paused:
            drive.submit(PauseMaker(group[0].number))
            drive.until(lambda: group[0].paused)
        if unread:
            printers = [group[i] for i, name in enumerate(names) if "prints" in name]
            _leave_unread(drive, [printer for printer in printers if not printer.paused])
        processes = [psutil.Process(maker.pid) for maker in group]
        children = [child for process in processes for child in process.children()]
        daemons = [child for child in children if os.getsid(child.pid) == child.pid]
        processes += [child for child in children if child not in daemons]
        began = time.monotonic()
        told = drive.kitchen.close()
        took = time.monotonic() - began
        left = alive(processes)
        for daemon in daemons:
            with contextlib.suppress(psutil.NoSuchProcess):
                daemon.kill()
        require(not left, f"still there: {left}")
        drive.take(told)
        ends = {event.maker: event for event in told if isinstance(event, Exited)}
        for maker in group:
            require(maker.number in ends, f"nobody told the end of {maker.name}")
            require(
                maker.state in {State.STOPPED, State.KILLED}, f"{maker.name}: {maker.state} at quit"
            )
            require(
                maker.exitcode in {-signal.SIGTERM, -signal.SIGKILL}, f"{maker.name}: {maker.cause}"
            )
    return took


def _until_started(drive: Drive, group: list[Maker], talking: set[int | None]) -> None:
    """Poll until everybody has said something, or has what cannot be said."""
    deadline = time.monotonic() + PATIENCE
    while not all(maker.started_at and maker.said for maker in group):
        require(time.monotonic() < deadline, f"{talking} of {len(group)} speak")
        talking |= {event.maker for event in drive.poll() if isinstance(event, Said)}


def _leave_unread(drive: Drive, printers: list[Maker]) -> None:
    stations = {
        maker: station
        for station in drive.kitchen._pool.stations.values()
        for maker in station.makers
    }
    deadline = time.monotonic() + PATIENCE
    for printer in printers:
        reports = stations[printer.number].child.reports.reader
        while _waiting_bytes(reports.fileno()) < _FULL:
            require(time.monotonic() < deadline, f"{printer.name} fills no pipe")
            time.sleep(0.001)


def _waiting_bytes(descriptor: int) -> int:
    answer = fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4))
    return int.from_bytes(answer, "little")


def leave_the_screen_among(name: str) -> float:
    """Press q beside two makers that are hard to end; return the seconds until all is over."""
    with rude_program(
        name.replace(" ", "-"), "--makers", "2", "--engine", AWFUL[name][1], columns=120, rows=40
    ) as terminal:
        terminal.until_shows("#1", "›")
        terminal.look_around()
        began = time.monotonic()
        terminal.send("q")
        code = terminal.wait()
        took = time.monotonic() - began
        require(code == 1, f"{name}: left with {code}")
        require(terminal.is_restored, f"{name}: the terminal is not as it was")
        daemons = [process for process in terminal.survivors() if _is_on_its_own(process)]
        for daemon in daemons:
            daemon.kill()
        terminal.until(lambda: not terminal.survivors())
    return took


def _is_on_its_own(process: psutil.Process) -> bool:
    """Whether it left our sessions, so that nobody can know it is ours."""
    try:
        return "time.sleep(60)" in " ".join(process.cmdline())
    except psutil.NoSuchProcess:  # it ended meanwhile
        return False


def _storm(force: Force) -> str:
    took: list[float] = []
    methods = ("forkserver", "spawn", "fork")
    for round_number in range(force.times(60, 3)):
        names = force.random.sample(list(AWFUL), k=force.random.randint(1, len(AWFUL)))
        took.append(
            close_among(
                names,
                methods[round_number % 3],
                paused=force.random.random() < 0.5,
                unread=force.random.random() < 0.5,
            )
        )
        require(took[-1] < QUIT_SECONDS, f"{took[-1]:.2f} s to quit among {names}")
    screens = [leave_the_screen_among(name) for name in AWFUL]
    require(max(screens) < SCREEN_SECONDS, f"{max(screens):.2f} s to leave the screen")
    took.sort()
    middle = took[len(took) // 2]
    return (
        f"{len(took)} kitchens closed, median {middle:.2f} s, at most {took[-1]:.2f} s;"
        f" {len(screens)} screens left, at most {max(screens):.2f} s"
    )


PROMISE = Promise("quits", "quitting always ends, within a second, whatever the makers do", _storm)
