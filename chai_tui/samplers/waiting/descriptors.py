"""What a descriptor of another process is, in words."""

from __future__ import annotations

import os
from collections.abc import Collection

from chai_tui.model.text import printable
from chai_tui.samplers.waiting.pipes import Pipes
from chai_tui.samplers.waiting.sockets import Sockets

_ANONYMOUS = {
    "eventfd": "event (eventfd)",
    "eventpoll": "several files (epoll)",
    "inotify": "changes of files (inotify)",
    "fanotify": "changes of files (fanotify)",
    "timerfd": "timer (timerfd)",
    "signalfd": "signals (signalfd)",
    "io_uring": "io_uring",
    "userfaultfd": "page faults (userfaultfd)",
}
_TERMINALS = ("/dev/pts/", "/dev/tty", "/dev/console")


class Descriptors:
    """What the descriptors of those that are watched are.

    Args:
        proc: where /proc is.
    """

    def __init__(self, proc: str) -> None:
        self._proc = proc
        self._pipes = Pipes(proc)
        self._sockets = Sockets(proc)
        self.pids: Collection[int] = ()
        """Of the processes that are watched."""

    def words(self, at: float, pid: int, number: int, *, writes: bool = False) -> tuple[str, bool]:
        """Return what a descriptor is.

        Args:
            at: now, in seconds.
            pid: of the process that has it.
            number: which one.
            writes: whether it waits for room to write.

        Returns:
            Empty if it may not be seen; and whether more may be known of it later.
        """
        try:
            link = os.readlink(f"{self._proc}/{pid}/fd/{number}")  # noqa: PTH115 - pathlib costs an import
        except OSError:
            return "", False
        kind, _, inode = link.partition(":[")
        if kind == "pipe":
            return self._pipes.words(at, pid, self.pids, inode[:-1], writes=writes)
        if kind == "socket":
            return self._sockets.words(at, pid, inode[:-1])
        if link.startswith("anon_inode:"):
            name = link[11:].strip("[]")
            if name == "pidfd":
                return self.process(pid, number), False
            return _ANONYMOUS.get(name, printable(name)), False
        if link.startswith(_TERMINALS):
            return f"terminal {printable(link)}", False
        if link.startswith("/memfd:"):
            return f"memory {printable(link[7:].removesuffix(' (deleted)'))}", False
        return printable(short(link)), False

    def process(self, pid: int, number: int) -> str:
        """Return which process a pidfd is of: ``pid 812``; empty if that is unknown."""
        for line in self.info(pid, number):
            name, _, value = line.partition(":")
            if name == "Pid" and value.strip().isdecimal() and value.strip() != "0":
                return f"pid {value.strip()}"
        return ""

    def polled(self, pid: int, number: int) -> list[int]:
        """Return the descriptors that an epoll looks at."""
        return [
            int(words[1])
            for words in (line.split() for line in self.info(pid, number))
            if len(words) > 1 and words[0] == "tfd:"
        ]

    def info(self, pid: int, number: int) -> list[str]:
        """Return the lines that the kernel tells of a descriptor; none if it may not be seen."""
        try:
            with open(  # noqa: PTH123 - pathlib costs an import
                f"{self._proc}/{pid}/fdinfo/{number}", encoding="utf-8", errors="replace"
            ) as file:
                return file.read().splitlines()
        except OSError:
            return []


def short(path: str) -> str:
    """Return the last two parts of a path, or all of it if it has no more."""
    parts = path.split("/")
    return path if len(parts) <= 3 else "/".join(parts[-2:])
