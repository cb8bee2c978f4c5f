"""CPU seconds of other threads, and how long they were ready to run but had no core."""

from __future__ import annotations

import os
import sys
import time
from typing import NamedTuple


class Seat(NamedTuple):
    """One that works: its process and thread, and Python's own number of that thread."""

    pid: int
    tid: int
    ident: int


class Used(NamedTuple):
    """Seconds on a core, and ready without one; None: not known."""

    cpu: float | None
    ready: float | None

    def since(self, before: Used) -> Used:
        """Return what was used since another reading."""
        return Used(_minus(self.cpu, before.cpu), _minus(self.ready, before.ready))


def _minus(now: float | None, before: float | None) -> float | None:
    return None if now is None or before is None else max(now - before, 0.0)


def used_by(seats: list[Seat]) -> Used:
    """Return what all of these have used."""
    return Used(_total([_cpu(seat) for seat in seats]), _total([_ready(seat) for seat in seats]))


def _total(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _cpu(seat: Seat) -> float | None:
    """Return a worker's CPU seconds, right to the microsecond also while it runs.

    The schedstat file has them too, but only as of the last tick of a thread that runs.
    """
    try:
        if seat.ident == _main_ident(seat):
            return time.thread_time()
        if seat.pid == os.getpid():
            return time.clock_gettime(time.pthread_getcpuclockid(seat.ident))
        if sys.platform == "linux":
            # Another process's clock, as clock_getcpuclockid(3) makes it: a worker has one thread.
            return time.clock_gettime((~seat.pid << 3) | 2)
    except (OSError, AttributeError):
        pass
    return None


def _main_ident(seat: Seat) -> int | None:
    import threading  # noqa: PLC0415

    return threading.get_ident() if seat.pid == os.getpid() else None


def _ready(seat: Seat) -> float | None:
    try:
        path = f"/proc/{seat.pid}/task/{seat.tid}/schedstat"
        with open(path, "rb") as file:  # noqa: PTH123 - it is read very often
            return int(file.read().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return None


def private_bytes(pid: int) -> int | None:
    """Return the bytes of memory that a process shares with none; None if that is unknown."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:  # noqa: PTH123
            lines = file.read().splitlines()
    except OSError:
        return None
    private = [line.split()[1] for line in lines if line.startswith(b"Private_")]
    return 1024 * sum(map(int, private)) if private else None


def child_cpu() -> float:
    """Return the CPU seconds of the processes that this one started and that have ended."""
    times = os.times()
    return times.children_user + times.children_system
