"""Which cores there are for us."""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

from chai_tui.host.cgroup import CpuQuota


class UsableCores(NamedTuple):
    """The cores that this process may use.

    Attributes:
        numbers: the system's numbers of the cores it may run on, ascending, never empty.
        quota: how many cores' worth of CPU time its control groups allow at once; None where they
            allow as much as the cores can give.
    """

    numbers: tuple[int, ...]
    quota: float | None


class CoresWatch:
    """Looks which cores this process may use, again and again: somebody may change it.

    Args:
        root: put before every path that is read, so that a test can lay out a system of its own.
    """

    def __init__(self, root: str = "") -> None:
        self._quota = CpuQuota(root)

    def look(self) -> UsableCores:
        """Return the cores as they are now; affinity and control groups are respected."""
        numbers = _affinity() or tuple(range(os.cpu_count() or 1))
        quota = self._quota.read()
        return UsableCores(numbers, quota if quota is not None and quota < len(numbers) else None)


def usable_cores() -> UsableCores:
    """Return the cores that this process may use now."""
    return CoresWatch().look()


def _affinity() -> tuple[int, ...]:
    """Return the cores this process is bound to; empty where the system cannot tell."""
    try:
        if sys.platform == "linux":
            # Those of the main thread: that is whom taskset(1) means by a process's number. A 0
            # would be the thread that asks.
            return tuple(sorted(os.sched_getaffinity(os.getpid())))
        elif sys.platform == "win32":  # noqa: RET505 - so that a type checker follows
            import psutil  # noqa: PLC0415 - there is none on Linux

            return tuple(sorted(psutil.Process().cpu_affinity()))
        else:
            return ()
    except (OSError, ImportError):
        return ()
