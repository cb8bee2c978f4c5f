"""Give processes and threads the names of their makers, for ps and htop (Linux only)."""

from __future__ import annotations

import contextlib
import sys


def name_process(title: str) -> None:
    """Show ``title`` as this process's command line and name."""
    if sys.platform == "linux":
        from setproctitle import setproctitle  # noqa: PLC0415 - a small C extension, Linux only

        setproctitle(title)


def name_thread(title: str) -> None:
    """Show the beginning of ``title`` (the kernel keeps 15 bytes) as this thread's name."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # /proc may not be mounted
            # By no number: those of /proc may be another namespace's.
            with open("/proc/thread-self/comm", "wb", buffering=0) as file:  # noqa: PTH123 - pathlib costs an import
                file.write(title.encode()[:15])
