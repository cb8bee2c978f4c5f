"""Whom a station's signals are meant for: a process and its group, not a number. In the parent.

A number is free for another process once somebody has taken the exit code of the one that had it.
Our own children's are taken here; the fork server takes those of its children whenever it likes,
and this process may be stopped meanwhile.
"""

from __future__ import annotations

import os
import select
import signal
import sys

from chai_tui.host.process_stat import ENDED_STATES, process_stat

_PROCESS_GROUP = 1 << 2  # PIDFD_SIGNAL_PROCESS_GROUP, linux/pidfd.h, from Linux 6.9 on


class Recipient:
    """A process that was started, and the group that it leads.

    Args:
        pid: its number.

    Attributes:
        pid: likewise.
        descriptor: a pidfd, ready to read once the process has ended; None where the system has
            none to give. Then number and time of start together say who it is.
    """

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.descriptor = _open_pidfd(pid)
        stat = None if self.descriptor is not None else process_stat(pid)
        self._began = None if stat is None else stat.began
        self._lost = False

    def lose(self) -> None:
        """Take note that it had ended before it was looked at: its number may be another's."""
        self._lost = True
        self.close()

    @property
    def has_ended(self) -> bool:
        """Whether it is known to have ended; its exit code may still be there to be taken."""
        if self._lost:
            return True
        if self.descriptor is not None:
            poll = select.poll()
            poll.register(self.descriptor, select.POLLIN)
            return bool(poll.poll(0))
        if self._began is None:
            return False
        stat = process_stat(self.pid)
        return stat is None or stat.began != self._began or stat.state in ENDED_STATES

    @property
    def has_its_number(self) -> bool:
        """Whether the number is its own: it runs, or its exit code was not taken."""
        if self._lost:
            return False
        if self.descriptor is not None:
            try:
                signal.pidfd_send_signal(self.descriptor, 0)
            except ProcessLookupError:
                return False
            except OSError:
                return True
            return True
        stat = None if self._began is None else process_stat(self.pid)
        return stat is None or stat.began == self._began  # gone, or nothing tells: the system will

    def send(self, number: int) -> None:
        """Send a signal to the process alone.

        Raises:
            ProcessLookupError: it is gone.
            OSError: the system refused.
        """
        if self.descriptor is not None:
            signal.pidfd_send_signal(self.descriptor, number)
        elif self.has_its_number:
            os.kill(self.pid, number)
        else:
            raise ProcessLookupError

    def send_to_group(self, number: int) -> None:
        """Send a signal to everybody in its group, who may be there without it.

        Raises:
            ProcessLookupError: nobody is there.
            OSError: the system refused.
        """
        if self.descriptor is not None:
            # EINVAL: an older kernel. ESRCH and EPERM are the answer.
            try:
                signal.pidfd_send_signal(self.descriptor, number, None, _PROCESS_GROUP)
            except OSError as error:
                if isinstance(error, (ProcessLookupError, PermissionError)):
                    raise
            else:
                return
        # A group keeps its number from everybody else, but an empty one is none.
        if not self.has_its_number and _exists(self.pid):
            raise ProcessLookupError
        os.killpg(self.pid, number)

    def close(self) -> None:
        """Close its descriptor; it knows nothing more of the process then."""
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None


def _open_pidfd(pid: int) -> int | None:
    if sys.platform != "linux":
        return None
    try:
        descriptor = os.pidfd_open(pid)
    except OSError:  # an older kernel, or a sandbox that refuses it
        return None
    try:
        signal.pidfd_send_signal(descriptor, 0)
    except ProcessLookupError:
        pass
    except OSError:  # it may be refused on its own
        os.close(descriptor)
        return None
    return descriptor


def _exists(pid: int) -> bool:
    """Whether any process has this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
