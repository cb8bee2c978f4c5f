"""One process as Linux's /proc shows it, at this moment. Standard library only."""

from __future__ import annotations

import os
from typing import NamedTuple

NOT_SHOWN = "/proc does not show this process"
OTHERS = "/proc shows the processes of another namespace"
"""Why processes cannot be looked up."""
ENDED_STATES = "ZXx"
"""Of a process that has ended, though its number may still be taken; proc(5)."""
STOPPED_STATES = "Tt"
"""Of one that a signal or a debugger stopped."""
READY_STATE = "R"
"""Of one that runs, or would if it had a core."""
# Fields of stat counted from the state, the first one after the name; proc(5) counts from the pid.
_STATE, _UTIME, _STIME, _BEGAN = 0, 11, 12, 19


class ProcessStat(NamedTuple):
    """What a process does.

    Attributes:
        state: one letter.
        effort: grows with the CPU time that it uses; good for nothing but a comparison.
        began: when it was started, in clock ticks since the system was: with its number, this
            is what no other process has.
    """

    state: str
    effort: tuple[bytes, ...]
    began: int


def process_stat(pid: int) -> ProcessStat | None:
    """Return what a process does; None if it is gone, or if /proc tells of others than ours."""
    if why_unseen():
        return None
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - pathlib costs an import
            # The name may hold anything, spaces and brackets too.
            fields = file.read().rpartition(b") ")[2].split()
        clock = _clock(pid)
    except OSError:
        return None
    if len(fields) <= _BEGAN:
        return None
    effort = (clock, fields[_UTIME], fields[_STIME])
    return ProcessStat(fields[_STATE].decode(), effort, int(fields[_BEGAN]))


def why_unseen(proc: str = "/proc") -> str:
    """Return why processes cannot be looked up by their numbers; empty where they can be.

    They cannot after ``unshare -pf``, where /proc goes on showing the processes of the namespace
    outside, nor in a chroot without it.

    Args:
        proc: where /proc is; asking takes 2 µs, and no descriptor.
    """
    try:
        shown = os.readlink(f"{proc}/self")  # noqa: PTH115 - pathlib costs an import
    except OSError:
        return NOT_SHOWN
    return "" if shown == str(os.getpid()) else OTHERS


def _clock(pid: int) -> bytes:
    """Return its first thread's nanoseconds on a core, where the kernel counts them."""
    try:
        with open(f"/proc/{pid}/schedstat", "rb") as file:  # noqa: PTH123 - as above
            return file.read()
    except OSError:
        return b""
