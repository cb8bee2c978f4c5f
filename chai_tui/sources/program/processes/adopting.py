"""Taking in processes whose parent is gone, and taking their exit codes. Linux only.

A process that daemonises has its parent end, so that the system gives it another: the nearest
ancestor that says it takes them ("subreaper", prctl(2)), or else init.
"""

from __future__ import annotations

import os
import sys

from chai_tui.sources.program.processes.connector import exitcode_of

_SET, _GET = 36, 37  # PR_*_CHILD_SUBREAPER


class Adoption:
    """This process takes in every descendant whose parent is gone, until this is closed.

    Attributes:
        works: whether the system does it.
    """

    def __init__(self) -> None:
        self._was = _subreaper()
        self.works = self._was is not None and _set_subreaper(1)

    def close(self) -> None:
        """Have it as it was before; idempotent."""
        if self.works and self._was is not None:
            _set_subreaper(self._was)
        self.works = False


def reap(pid: int) -> int | None:
    """Take the exit code of a child of ours that has ended, and with it its number.

    Args:
        pid: a zombie's. It is asked for alone, so that other children's codes stay where they are.

    Returns:
        As multiprocessing's; None if it is no child of ours, or somebody else has taken it.
    """
    try:
        reaped, status = os.waitpid(pid, os.WNOHANG)
    except OSError:
        return None
    return exitcode_of(status) if reaped else None


def _subreaper() -> int | None:
    """Return whether this process is one; None if nobody knows."""
    if sys.platform != "linux":
        return None
    try:
        import ctypes  # noqa: PLC0415 - some interpreters have none

        value = ctypes.c_int()
        failed = ctypes.CDLL(None).prctl(_GET, ctypes.byref(value), 0, 0, 0)
    except (ImportError, OSError, AttributeError):
        return None
    return None if failed else value.value


def _set_subreaper(value: int) -> bool:
    import ctypes  # noqa: PLC0415 - it was there before

    number = ctypes.c_ulong(value)
    return not ctypes.CDLL(None).prctl(_SET, number, *(ctypes.c_ulong(0),) * 3)
