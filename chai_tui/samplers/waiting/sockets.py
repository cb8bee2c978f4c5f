"""Which socket has which number, and who is at its other end: /proc/PID/net, proc(5)."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable, Iterator

from chai_tui.model.text import printable

LEAST_SECONDS = 0.5
"""Between two readings of the tables."""
COST_SHARE = 0.005
"""Share of one core that reading them may take: large ones are read less often."""
_TABLES = ("tcp", "tcp6", "udp", "udp6")


class Sockets:
    """The sockets of a network namespace or several, in words.

    Args:
        proc: where /proc is.
        cpu_clock: CPU seconds of the thread that reads.
    """

    def __init__(self, proc: str, cpu_clock: Callable[[], float] = time.thread_time) -> None:
        self._proc = proc
        self._cpu_clock = cpu_clock
        self._spaces: dict[str, tuple[float, dict[str, str]]] = {}

    def words(self, at: float, pid: int, inode: str) -> tuple[str, bool]:
        """Return what a socket is.

        Args:
            at: now, in seconds.
            pid: of a process that has it.
            inode: its number.

        Returns:
            ``socket`` if no more is known of it; and whether more may be known later, because the
            tables are not to be read now.
        """
        try:
            space = os.readlink(f"{self._proc}/{pid}/ns/net")  # noqa: PTH115 - pathlib costs an import
        except OSError:
            space = ""
        next_at, known = self._spaces.get(space, (0.0, {}))
        if (words := known.get(inode)) is not None and at < next_at:
            return words, False
        if at < next_at:
            return "socket", True
        began = self._cpu_clock()
        known = dict(self._read(pid))
        cost = self._cpu_clock() - began
        self._spaces = {key: kept for key, kept in self._spaces.items() if kept[0] > at - 60.0}
        self._spaces[space] = at + max(LEAST_SECONDS, cost / COST_SHARE), known
        return known.get(inode, "socket"), False

    def _read(self, pid: int) -> Iterator[tuple[str, str]]:
        for line in self._lines(pid, "unix"):
            words = line.split(maxsplit=7)  # a name may hold spaces
            if len(words) > 6:
                yield words[6], f"unix socket {printable(' '.join(words[7:]))}".rstrip()
        for table in _TABLES:
            for line in self._lines(pid, table):
                words = line.split()
                if len(words) > 9 and words[9] != "0":
                    yield words[9], _in_words(words[1], words[2])

    def _lines(self, pid: int, table: str) -> list[str]:
        try:
            with open(  # noqa: PTH123 - pathlib costs an import
                f"{self._proc}/{pid}/net/{table}", encoding="utf-8", errors="replace"
            ) as file:
                return file.read().split("\n")[1:]
        except OSError:
            return []


def _in_words(here: str, there: str) -> str:
    if int(there.rpartition(":")[2], 16):
        return f"socket to {_address(there)}"
    return f"socket on {_address(here)}"


def _address(field: str) -> str:
    """``0100007F:1538`` is ``127.0.0.1:5432``: 32 bits at a time, in this machine's order."""
    digits, _, port = field.rpartition(":")
    packed = b"".join(
        int(digits[first : first + 8], 16).to_bytes(4, sys.byteorder)
        for first in range(0, len(digits), 8)
    )
    if not any(packed):
        address = "*"
    elif len(packed) == 4:
        address = socket.inet_ntop(socket.AF_INET, packed)
    elif packed.startswith(bytes(10) + b"\xff\xff"):  # of the old protocol, by the new one
        address = socket.inet_ntop(socket.AF_INET, packed[12:])
    else:
        address = f"[{socket.inet_ntop(socket.AF_INET6, packed)}]"
    return f"{address}:{int(port, 16)}"
