"""What changes in the tree of a program's processes, from look to look."""

from __future__ import annotations

from typing import NamedTuple

from chai_tui.sources.program.processes.connector import Execed


class Came(NamedTuple):
    """A process belongs to the program.

    Attributes:
        pid: its number.
        parent: the pid of who started it; 0 for the first ones, and where nobody knows.
        began: when it began, in clock ticks since the system did.
        at: the same, in seconds of ``time.monotonic()``.
    """

    pid: int
    parent: int
    began: int
    at: float


class ThreadsChanged(NamedTuple):
    """A process has other threads now than at the last look.

    ``left`` is who is told to have ended, and with which exit code: 0 where a thread just returned,
    the process's own where that ends and its threads with it. Empty where the kernel does not tell.
    """

    pid: int
    left: tuple[tuple[int, int], ...] = ()


class Went(NamedTuple):
    """A process ended, all its threads with it.

    Attributes:
        pid: its number.
        exitcode: as multiprocessing's, ``-N`` if signal N killed it; None if nobody knows.
        cpu_seconds: what it burned itself; None if it could not be read after its end.
        at: when, in seconds of ``time.monotonic()``; where the kernel does not tell, when it was
            found out.
    """

    pid: int
    exitcode: int | None
    cpu_seconds: float | None
    at: float


class Zombie(NamedTuple):
    """A process went a while ago, and its parent has not joined it; told once, after ``Went``.

    ``parent`` is whose zombie it is.
    """

    pid: int
    parent: int


Change = Came | Execed | ThreadsChanged | Went | Zombie
"""Anything of them."""
