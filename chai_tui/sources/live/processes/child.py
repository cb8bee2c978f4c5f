"""One station's process, as its parent sees it. Runs in the parent."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from chai_tui.sources.live.processes.pipes import OutletPipe, ReportPipe, RequestPipe
from chai_tui.sources.live.processes.recipient import Recipient
from chai_tui.sources.live.station.report_queue import ReportQueue

_LOST = 255
"""What multiprocessing takes for an exit code that nobody knows."""


class Child:
    """One station's process, as its parent sees it.

    Args:
        process: it was started.
        queue: its reports.
        requests: what it is told.
        outlet: what it writes to descriptors 1 and 2; None on Windows.

    Attributes:
        pid: the process's number, and its process group's.
        signs: ready to read, one of them, once the process has ended.
        reports: what it reports.
        outlet: what it writes to descriptors 1 and 2; None on Windows.
        requests: what it is told.
        ends: the parent's ends of all its pipes, which a forked sibling must not keep open.
    """

    def __init__(
        self,
        process: BaseProcess,
        queue: ReportQueue,
        requests: Connection[Any, Any],
        outlet: Connection[Any, Any] | None,
    ) -> None:
        if process.pid is None:
            raise ValueError("the process was not started")
        self.pid: int = process.pid
        self._process = process
        self.ends = [end for end in (queue.reader, requests, outlet) if end is not None]
        self._is_elsewhere = _is_from_fork_server(process)
        self._recipient = Recipient(self.pid)
        if self._is_elsewhere and _is_readable(process.sentinel):
            self._recipient.lose()
        pidfd = self._recipient.descriptor
        self.signs: tuple[int, ...] = () if pidfd is None else (pidfd,)
        # Our own child's sentinel is a pipe that a grandchild may hold open for ever; a pidfd is
        # not. The fork server's has no such fault: the exit code comes through it, and only there.
        if pidfd is None or self._is_elsewhere:
            self.signs += (process.sentinel,)
        self.must_be_looked_at = pidfd is None and sys.platform != "win32"
        """Whether no sign of its end can be relied on."""
        self.reports = ReportPipe(queue)
        self.outlet = None if outlet is None else OutletPipe(outlet)
        self.requests = RequestPipe(requests)
        self.exitcode: int | None = None
        self.reaped = False

    @property
    def has_ended(self) -> bool:
        """Whether the process has ended, asked of the system without waiting."""
        if self.reaped or self._recipient.has_ended:
            return True
        return not self._is_elsewhere and self._process.exitcode is not None

    @property
    def awaits_exit_code(self) -> bool:
        """Whether it has ended, but the fork server has not told its exit code."""
        return self._is_elsewhere and self.has_ended and not _is_readable(self._process.sentinel)

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
                    self._recipient.send_to_group(number)
                    return True
            # It has not become a group's leader yet, or this is for it alone.
            self._recipient.send(number)
        except ProcessLookupError:
            return False
        return True

    def reap(self) -> int | None:
        """Join the process, which has ended, and end whatever it left in its process group.

        Returns:
            Its exit code; None where nobody knows it.
        """
        if hasattr(os, "killpg"):
            # Before it is joined: its number, and so its group's, is nobody else's until then.
            # ProcessLookupError: nobody is left. PermissionError: macOS, only zombies are left.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                self._recipient.send_to_group(signal.SIGKILL)
        if self._is_elsewhere and not _has_bytes(self._process.sentinel):
            # The server took the code with it to its own end, or does not tell it.
            self._process._popen.returncode = _LOST  # type: ignore[attr-defined]  # noqa: SLF001
        else:
            self._process.join()
            self.exitcode = self._process.exitcode
        self.reaped = True
        return self.exitcode

    def close(self) -> None:
        """Close the parent's ends; nothing more is read from it."""
        for end in self.ends:
            end.close()
        self._recipient.close()
        self._process.close()


def _is_from_fork_server(process: BaseProcess) -> bool:
    return getattr(process, "_start_method", "") == "forkserver"


def _is_readable(descriptor: int) -> bool:
    """Whether there is something to read, or nothing will ever come."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


def _has_bytes(descriptor: int) -> bool:
    """Whether there are bytes to read: an end of file has none.

    multiprocessing says 255 when the fork server ended before its child, which is an exit code
    like any other; but the server writes the code into the sentinel.
    """
    import fcntl  # noqa: PLC0415 - POSIX only
    import termios  # noqa: PLC0415

    return any(fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4)))
