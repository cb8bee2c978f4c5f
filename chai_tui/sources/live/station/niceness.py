"""How a station gives way to the screen where cores are scarce. Runs in the child.

A process that computes and one that draws have equal shares by default: beside forty that compute
on two cores, a screen has a twentieth of one. A process may always be nicer than it is.
"""

from __future__ import annotations

import contextlib
import os
import sys

RETRY_SECONDS = 0.3
"""About how long to wait after a refusal: Linux lets somebody do it once in 100 ms."""


def give_way(niceness: int) -> None:
    """Give way to others where cores are scarce.

    Args:
        niceness: 0 to 19, as of nice(1); added to what this process has already.
    """
    if niceness and hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(niceness)


def session_gives_way(niceness: int) -> bool:
    """Have this process's session give way as well.

    Linux may share cores between sessions first and only then within each (sched(7), "The
    autogroup feature"), and a station leads a session of its own.

    Args:
        niceness: 0 to 19.

    Returns:
        Whether that is done, or cannot be done; False: it was refused for the moment.
    """
    if not niceness or sys.platform != "linux":
        return True
    try:
        with open("/proc/self/autogroup", "wb", buffering=0) as file:  # noqa: PTH123 - pathlib costs an import
            file.write(b"%d" % niceness)
    except BlockingIOError:
        return False
    except OSError:  # a kernel without it
        pass
    return True
