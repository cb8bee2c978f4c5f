"""One station's process, as its parent sees it. Runs in the parent."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from multiprocessing import process as multiprocessing_process
from multiprocessing.connection import Connection
from typing import Any

from chai_tui.sources.live.pipes import OutletPipe, ReportPipe, RequestPipe
from chai_tui.sources.live.station.report_queue import ReportQueue


class Child:
    """One station's process, as its parent sees it.

    Attributes:
        pid: the process's number, and its process group's.
        sentinel: ready to read once the process has ended.
        reports: what it reports.
        outlet: what it writes to descriptors 1 and 2; None on Windows.
        requests: what it is told.
        ends: the parent's ends of all its pipes, which a forked sibling must not keep open.
    """

    def __init__(
        self,
        process: multiprocessing_process.BaseProcess,
        queue: ReportQueue,
        requests: Connection[Any, Any],
        outlet: Connection[Any, Any] | None,
    ) -> None:
        if process.pid is None:
            raise ValueError("the process was not started")
        self.pid: int = process.pid
        self._process = process
        self.ends = [end for end in (queue.reader, requests, outlet) if end is not None]
        self._pidfd = _open_pidfd(process)
        self.sentinel: int = process.sentinel if self._pidfd is None else self._pidfd
        self.sentinel_may_lie = (
            self._pidfd is None and sys.platform != "win32" and not _is_from_fork_server(process)
        )
        """Whether a process that it started can keep the sentinel from telling of its end."""
        self.reports = ReportPipe(queue)
        self.outlet = None if outlet is None else OutletPipe(outlet)
        self.requests = RequestPipe(requests)
        self.exitcode: int | None = None
        self.reaped = False

    @property
    def has_ended(self) -> bool:
        """Whether the process has ended, asked of the system without waiting.

        Only for a sentinel that may lie: asking takes the exit code out of the fork server's.
        """
        return self.reaped or self._process.exitcode is not None

    def send_signal(self, number: int, *, whole_group: bool = True) -> bool:
        """Send a signal to the station's process group, or to its process alone.

        Returns:
            Whether there still was anybody to get it.

        Raises:
            OSError: the system refused.
        """
        if self.reaped:
            return False
        if not hasattr(os, "killpg"):  # Windows knows only one way
            self._process.kill()
            return True
        try:
            if whole_group:
                # PermissionError: macOS, where only zombies are left in the group.
                zombies = PermissionError if sys.platform == "darwin" else ProcessLookupError
                with contextlib.suppress(ProcessLookupError, zombies):
                    os.killpg(self.pid, number)
                    return True
            # It has not become a group's leader yet, or this is for it alone.
            os.kill(self.pid, number)
        except ProcessLookupError:
            return False
        return True

    def reap(self) -> int | None:
        """Join the process, which has ended, and end whatever it left in its process group.

        Returns:
            Its exit code; None where the system lost it.
        """
        lost = _exit_code_was_lost(self._process)
        self._process.join()
        self.exitcode = None if lost else self._process.exitcode
        if hasattr(os, "killpg"):
            # ProcessLookupError: nobody is left. PermissionError: macOS, only zombies are left.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        self.reaped = True
        return self.exitcode

    def close(self) -> None:
        """Close the parent's ends; nothing more is read from it."""
        for end in self.ends:
            end.close()
        if self._pidfd is not None:
            os.close(self._pidfd)
        self._process.close()


def _is_from_fork_server(process: multiprocessing_process.BaseProcess) -> bool:
    return type(process).__name__ == "ForkServerProcess"  # the class is missing on Windows


def _open_pidfd(process: multiprocessing_process.BaseProcess) -> int | None:
    """Return a descriptor that is ready when our own child has ended, where there is such a thing.

    multiprocessing's sentinel is a pipe that a grandchild may hold open for ever; a pidfd is not.
    The fork server's sentinel does not have that fault: the server writes the exit code into it.
    """
    if not hasattr(os, "pidfd_open") or _is_from_fork_server(process):
        return None
    try:
        return os.pidfd_open(process.pid or 0)
    except OSError:
        return None


def _exit_code_was_lost(process: multiprocessing_process.BaseProcess) -> bool:
    """Whether the fork server took the exit code of an ended process with it to its own end.

    multiprocessing says 255 then, which is an exit code like any other; but the server writes the
    code into the sentinel, and an end of file has no bytes. Ask before joining reads them.
    """
    if not _is_from_fork_server(process):
        return False
    import fcntl  # noqa: PLC0415 - POSIX only
    import termios  # noqa: PLC0415

    waiting = fcntl.ioctl(process.sentinel, termios.FIONREAD, bytes(4))
    return not any(waiting)
