"""Linux's /proc, as far as it tells which processes there are and whose children they are.

Nothing here raises for a process that ends while it is read, or that we may not see.
"""

from __future__ import annotations

import os
import time
from typing import NamedTuple

from chai_tui.host.process_stat import ENDED_STATES

TICKS_A_SECOND = 100 if not hasattr(os, "sysconf") else os.sysconf("SC_CLK_TCK")
_STAT_BYTES = 1_024
_CHILDREN_BYTES = 4_096  # a page, which is what the kernel hands out at once
# Fields of stat counted from the state, the first one after the name; proc(5) counts from the pid.
_STATE, _PARENT, _SESSION, _UTIME, _STIME, _CUTIME, _CSTIME = 0, 1, 3, 11, 12, 13, 14
_THREADS, _BEGAN, _EXIT_STATUS = 17, 19, 49


class Stat(NamedTuple):
    """One process, at one moment.

    Attributes:
        name: its command's name, as it is: any bytes.
        has_ended: whether it is a zombie, all of its threads with it.
        parent: its parent's pid.
        session: the session that it belongs to.
        own_ticks: clock ticks of CPU time that its threads burned.
        children_ticks: the same of its children whom it waited for, and of theirs.
        threads: how many it has.
        began: when it began, in clock ticks since the system did.
        exit_status: what ``wait()`` will say of it; 0 too where we may not know.
    """

    name: bytes
    has_ended: bool
    parent: int
    session: int
    own_ticks: int
    children_ticks: int
    threads: int
    began: int
    exit_status: int


def read_stat(proc: str, pid: int) -> Stat | None:
    """Return what a process is at this moment; None if it is gone, or hidden.

    Args:
        proc: where /proc is.
        pid: whose; reading takes 10 µs.
    """
    text = _read(f"{proc}/{pid}/stat", _STAT_BYTES)
    try:
        name_end = text.rindex(b")")  # names hold anything
        fields = text[name_end + 2 :].split()
        threads = int(fields[_THREADS])
        return Stat(
            text[text.index(b"(") + 1 : name_end],
            # A leader that is a zombie while other threads of it live has not ended.
            fields[_STATE].decode() in ENDED_STATES and threads <= 1,
            int(fields[_PARENT]),
            int(fields[_SESSION]),
            int(fields[_UTIME]) + int(fields[_STIME]),
            int(fields[_CUTIME]) + int(fields[_CSTIME]),
            threads,
            int(fields[_BEGAN]),
            int(fields[_EXIT_STATUS]) if len(fields) > _EXIT_STATUS else 0,
        )
    except (ValueError, IndexError):
        return None


def children_of(proc: str, pid: int, threads: int = 2) -> list[int]:
    """Return the pids of a process's children, as its threads' files list them.

    Args:
        proc: where /proc is.
        pid: whose.
        threads: how many it has as far as is known: with one the folder of them is not read.
    """
    tids = [str(pid)] if threads == 1 else _names(f"{proc}/{pid}/task")
    children: list[int] = []
    for tid in tids:
        text = _read_all(f"{proc}/{pid}/task/{tid}/children")
        children += [int(word) for word in text.split() if word.isdigit()]
    return children


def lists_children(proc: str) -> bool:
    """Whether the kernel has the files that list them."""
    pid = os.getpid()
    return os.path.exists(f"{proc}/{pid}/task/{pid}/children")  # noqa: PTH110 - pathlib costs an import


def everybody(proc: str) -> list[int]:
    """Return the pids of all processes that may be seen."""
    return [int(name) for name in _names(proc) if name.isdigit()]


class Newest(NamedTuple):
    """What /proc/loadavg tells beside loads.

    Attributes:
        everything: how many threads there are in the system.
        last: the number that was given away last: as long as it is the same, nobody was born.
    """

    everything: int
    last: bytes


def read_newest(proc: str) -> Newest | None:
    """Return who came last, which takes 5 µs; None if nobody knows."""
    fields = _read(f"{proc}/loadavg", 256).split()
    try:
        return Newest(int(fields[3].partition(b"/")[2]), fields[4])
    except (ValueError, IndexError):
        return None


def is_hidden(proc: str, pid: int) -> bool:
    """Whether somebody has a number whom /proc does not show."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return read_stat(proc, pid) is None


def may_know_ends(proc: str, pid: int) -> bool:
    """Whether an exit status of 0 is one: nothing else is told of another user's process."""
    try:
        return os.geteuid() in (0, os.stat(f"{proc}/{pid}").st_uid)  # noqa: PTH116 - pathlib costs an import
    except OSError:
        return False


def boot_offset() -> float:
    """Return by how much the clock that counts sleep too is ahead of ``time.monotonic()``."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return 0.0 if boot is None else time.clock_gettime(boot) - time.monotonic()


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)  # noqa: PTH208 - pathlib costs an import
    except OSError:
        return []


def _read(path: str, size: int) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return b""
    try:
        return os.read(descriptor, size)
    except OSError:  # it ended in between
        return b""
    finally:
        os.close(descriptor)


def _read_all(path: str) -> bytes:
    """Return a whole file that comes a page at a time."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return b""
    parts = []
    try:
        while part := os.read(descriptor, _CHILDREN_BYTES):
            parts.append(part)
    except OSError:
        pass
    finally:
        os.close(descriptor)
    return b"".join(parts)
