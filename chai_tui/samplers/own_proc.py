"""Whether /proc shows this process and its children, and nobody else under their numbers.

It does not after ``unshare -pf``, where it goes on showing the processes of the namespace outside;
nor in a chroot without it, nor where it hides processes from each other (``hidepid``, proc(5)).
"""

from __future__ import annotations

import os
from collections.abc import Iterable

NOT_SHOWN = "/proc does not show this process"
OTHERS = "/proc shows the processes of another namespace"
HIDDEN = "/proc hides other processes"


def why_unseen(proc: str) -> str:
    """Return why processes cannot be looked up by their numbers; empty where they can be.

    Args:
        proc: where /proc is; asking takes 2 µs, and no descriptor.
    """
    try:
        shown = os.readlink(f"{proc}/self")  # noqa: PTH115 - pathlib costs an import
    except OSError:
        return NOT_SHOWN
    return "" if shown == str(os.getpid()) else OTHERS


def hides_any(proc: str, pids: Iterable[int]) -> bool:
    """Whether a process that there is cannot be seen.

    Args:
        proc: where /proc is.
        pids: of this process's children.
    """
    return any(
        not os.path.exists(folder) and _is_there(pid) and not os.path.exists(folder)  # noqa: PTH110 - pathlib costs an import
        for pid, folder in ((pid, f"{proc}/{pid}") for pid in pids)
    )


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is somebody else's
        pass
    return True
