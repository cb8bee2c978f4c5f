"""The door at which hooks knock: who is let in, and when there is room. Linux only.

Whoever has to wait there keeps all that it has for us, and goes on meanwhile: what it hands over is
not lost. Only what comes when it was let in, and finds no descriptor free, is.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import select
import socket
import struct
import sys
from collections.abc import Iterable
from typing import NamedTuple

BACKLOG = 4_096
"""Processes that may knock before the next turn; the kernel cuts it to its own limit."""
FOR_OUTPUT = 2
"""Descriptors that are kept free for a process until it has handed over its pipes: for what finds
no room here is closed, and what it prints could not be read."""
_FOR_OTHERS = 8
"""Descriptors that are left to the rest of us."""
_MOST_SENT_AWAY = 256
"""Others' processes that are sent away in one turn."""
_CREDENTIALS = struct.Struct("iII")


class Guest(NamedTuple):
    """A process that was let in.

    Attributes:
        connection: to it.
        pid: who it is, as the kernel says.
        is_ours: whether it has our user; who has not has to say a word first.
        spares: descriptors in whose place others may come.
    """

    connection: socket.socket
    pid: int
    is_ours: bool
    spares: list[int]


class Door:
    """It has a name that cannot be guessed, but anybody can read it in /proc/net/unix.

    So who knocks must be of our user. Where that is root, a program may go on as another user: such
    a process has to say a word, which is in its environment alone.

    Attributes:
        address: where to knock: its name, and the word, if there is one.
        key: the word; empty: no other user is let in.
        has_room: whether the last one who knocked found room.

    Raises:
        OSError: a socket cannot be made; or this is not Linux.
    """

    def __init__(self) -> None:
        if sys.platform != "linux":
            raise OSError("programs can be asked what they do on Linux only")
        name = f"chai-tui-{secrets.token_hex(16)}"
        self.key = secrets.token_hex(16) if _is_root() else ""
        self.address = f"@{name}:{self.key}" if self.key else f"@{name}"
        self.has_room = True
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK)
        try:
            self._listener.bind("\0" + name)
            self._listener.listen(BACKLOG)
            self._knocking = select.poll()
            self._knocking.register(self._listener, select.POLLIN)
        except BaseException:
            self._listener.close()
            raise

    def fileno(self) -> int:
        """Return what is readable when somebody knocks."""
        return self._listener.fileno()

    def is_key(self, packet: bytes) -> bool:
        """Whether somebody says the word."""
        return bool(self.key) and secrets.compare_digest(packet, self.key.encode("ascii"))

    def let_in(self) -> Guest | None:
        """Let in the next one; None if nobody knocks whom there is room for."""
        for _ in range(_MOST_SENT_AWAY):
            if not self._knocking.poll(0):
                break
            spares = self.reserve(FOR_OUTPUT + _FOR_OTHERS)
            self.has_room = bool(spares)
            if not spares:
                return None
            try:
                connection, _ = self._listener.accept()
            except OSError:  # it went away, or all of the system is full
                close_all(spares)
                return None
            close_all(spares[FOR_OUTPUT:])
            guest = self._guest(connection, spares[:FOR_OUTPUT])
            if guest.is_ours or self.key:
                return guest
            connection.close()
            close_all(guest.spares)
        return None

    def _guest(self, connection: socket.socket, spares: list[int]) -> Guest:
        connection.setblocking(False)  # noqa: FBT003
        pid, user = 0, -1
        if sys.platform == "linux":
            credentials = connection.getsockopt(
                socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size
            )
            pid, user, _ = _CREDENTIALS.unpack(credentials)
        return Guest(connection, pid, user == os.geteuid(), spares)

    def reserve(self, count: int) -> list[int]:
        """Keep so many descriptors, for others to take their place; none if there are fewer."""
        kept: list[int] = []
        try:
            for _ in range(count):
                kept.append(os.dup(self._listener.fileno()))  # noqa: PERF401 - it may fail halfway
        except OSError:
            close_all(kept)
            return []
        return kept

    def close(self) -> None:
        """Let in nobody any more; may be called again."""
        self._listener.close()


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def close_all(descriptors: Iterable[int | None]) -> None:
    """Close those that there are."""
    for descriptor in descriptors:
        if descriptor is not None:
            with contextlib.suppress(OSError):
                os.close(descriptor)
