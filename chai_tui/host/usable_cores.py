"""Which cores there are for us."""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

from chai_tui.host.cgroup import cpu_quota


class UsableCores(NamedTuple):
    """The cores that this process may use.

    Attributes:
        numbers: the system's numbers of the cores it may run on, ascending, never empty.
        quota: how many cores' worth of CPU time its control groups allow at once; None where they
            allow as much as the cores can give.
    """

    numbers: tuple[int, ...]
    quota: float | None


def usable_cores(root: str = "") -> UsableCores:
    """Return the cores that this process may use; affinity and control groups are respected.

    Args:
        root: put before every path that is read, so that a test can lay out a system of its own.
    """
    numbers = _affinity() or tuple(range(os.cpu_count() or 1))
    quota = cpu_quota(root)
    return UsableCores(numbers, quota if quota is not None and quota < len(numbers) else None)


def _affinity() -> tuple[int, ...]:
    """Return the cores this process is bound to; empty where the system cannot tell."""
    try:
        if sys.platform == "linux":
            return tuple(sorted(os.sched_getaffinity(0)))
        elif sys.platform == "win32":  # noqa: RET505 - so that a type checker follows
            import psutil  # noqa: PLC0415 - there is none on Linux

            return tuple(sorted(psutil.Process().cpu_affinity()))
        else:
            return ()
    except (OSError, ImportError):
        return ()
