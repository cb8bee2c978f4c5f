"""Descriptors of processes ("pidfds"), which tell their ends without being read one by one."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterable

from chai_tui.samplers.kernel.kept_file import Budget
from chai_tui.sources.program.processes.member import Member


class Ends:
    """Tells who of those that it watches has ended, all threads of theirs with it.

    Args:
        budget: taken from for each descriptor. Who is beyond it is not watched.
        works: whether numbers are those of this process's system calls.
    """

    def __init__(self, budget: Budget, *, works: bool) -> None:
        self._budget = budget
        self._epoll: select.epoll | None = None
        if sys.platform == "linux" and works:
            self._epoll = select.epoll()

    def fileno(self) -> int:
        """Return the descriptor that is ready to read when somebody ended; -1 if there is none."""
        return -1 if self._epoll is None else self._epoll.fileno()

    def watch(self, member: Member) -> None:
        """Watch one, if that is possible."""
        if sys.platform == "linux" and self._epoll is not None and self._budget.left > 0:
            try:
                member.pidfd = os.pidfd_open(member.pid)
            except OSError:  # it is gone, or the system has no such thing
                return
            self._budget.left -= 1
            self._epoll.register(member.pidfd, select.EPOLLIN)

    def ended(self, members: Iterable[Member]) -> list[Member]:
        """Return who of these ended since; children before their parents."""
        if sys.platform != "linux" or self._epoll is None:
            return []
        ready = {descriptor for descriptor, _ in self._epoll.poll(0)}
        if not ready:
            return []
        return sorted(
            (member for member in members if member.pidfd in ready),
            key=lambda member: (-member.began, -member.pid),
        )

    def release(self, member: Member) -> None:
        """Watch one no more."""
        if member.pidfd >= 0:
            os.close(member.pidfd)
            member.pidfd = -1
            self._budget.left += 1

    def close(self, members: Iterable[Member]) -> None:
        """Watch nobody any more; idempotent."""
        for member in members:
            self.release(member)
        if self._epoll is not None:
            self._epoll.close()
            self._epoll = None
