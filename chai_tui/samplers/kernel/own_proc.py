"""Whether /proc hides processes from each other (``hidepid``, proc(5))."""

from __future__ import annotations

import os
from collections.abc import Iterable

HIDDEN = "/proc hides other processes"


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
