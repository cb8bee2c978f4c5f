"""Hears what the hooks in Python programs tell that we started: Linux only.

Each process connects on its own. A packet is a message; nothing is ever answered, and nobody waits
for us: where reading does not keep up, the hooks drop messages, and count them.
"""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from chai_tui.sources.program.hearing.door import Door, Guest
from chai_tui.sources.program.hearing.messages import Message
from chai_tui.sources.program.hearing.peer import Peer, Tally

FOLDER = Path(__file__).parent.with_name("hook")
"""What a program gets on its path."""
ADDRESS = "CHAI_TUI_HOOK"
OUTPUT = ("CHAI_TUI_HOOK_OUT", "CHAI_TUI_HOOK_ERR")
MOST_NEW = 256
"""Connections taken in one turn: 10 µs each."""
MOST_OF_ONE = 256
"""Packets read of one process in one turn: a flood of one makes nobody else wait."""
MOST_OF_THE_DEAD = 4_096
"""Packets read of one that has ended; the system keeps less than that."""
MOST_READY = 16
"""Processes that are read in one turn; with that many packets of each it takes 20 ms."""
SLATE_SECONDS = 0.1
"""Between two looks at what processes write in memory."""
_HELD_SECONDS = 0.02
"""The same while some is held: it came while it was being read."""
_MOST_STRANGERS = 100
"""Who may stand there at once without having said the word that lets in."""
_REFUSED_SECONDS = 0.1
"""Until it is tried again to let in those for whom there was no room."""


class HookReceiver:
    """The end at which all hooks of a program arrive.

    It is one thing to wait for, however many processes are connected: :meth:`fileno` is readable
    when :meth:`read` has something to read, but for what processes write in memory: that wakes
    nobody (see :attr:`due_in`).

    Attributes:
        tally: what was lost of what they said.
        welcomed: how many have connected.

    Raises:
        OSError: a socket cannot be made; or this is not Linux.
    """

    def __init__(self) -> None:
        self._door = Door()
        self.tally = Tally()
        self.welcomed = 0
        self._peers: dict[int, Peer] = {}
        self._strangers: list[Peer] = []
        self._writing: set[int] = set()
        """The connections of those who write in memory."""
        self._is_accepting = False
        self._refused_at = float("-inf")
        try:
            self._ready = select.epoll()
        except BaseException:
            self._door.close()
            raise
        self._accept_again()

    def fileno(self) -> int:
        """Return what is readable when there is something to read."""
        return self._ready.fileno()

    @property
    def connections(self) -> int:
        """How many processes are connected."""
        return len(self._peers)

    @property
    def is_full(self) -> bool:
        """Whether somebody may wait for whom there was no room: too many files are open here."""
        return not (self._is_accepting or self._ready.closed)

    @property
    def due_in(self) -> float:
        """In how many seconds to read at the latest, though nothing is readable."""
        if self.is_full:
            return _HELD_SECONDS
        if not self._writing:
            return float("inf")
        is_held = any(self._peers[descriptor].held for descriptor in self._writing)
        return _HELD_SECONDS if is_held else SLATE_SECONDS

    def environment(
        self, base: Mapping[str, str], stdout: int | None = None, stderr: int | None = None
    ) -> dict[str, str]:
        """Return the environment of a program that is to tell what it does.

        Args:
            base: the environment it would have.
            stdout: either end of the pipe that it gets as its output, for its processes to be
                given pipes of their own instead; None: they all write into the same.
            stderr: likewise, of its error output.
        """
        variables = dict(base)
        folder = str(FOLDER)
        there = [part for part in base.get("PYTHONPATH", "").split(os.pathsep) if part != folder]
        variables["PYTHONPATH"] = os.pathsep.join([folder, *(there if any(there) else [])])
        variables[ADDRESS] = self._door.address
        for name, descriptor in zip(OUTPUT, (stdout, stderr), strict=True):
            variables.pop(name, None)
            if descriptor is not None:
                status = os.fstat(descriptor)
                variables[name] = f"{status.st_dev}:{status.st_ino}"
        return variables

    def read(self) -> list[Message]:
        """Return what has come; never waits, and leaves the rest of a flood for the next turn.

        The descriptors of :class:`Output` are the caller's to close.
        """
        messages: list[Message] = []
        if self._ready.closed or sys.platform != "linux":
            return messages
        if time.monotonic() >= self._refused_at + _REFUSED_SECONDS:
            self._accept_again()
        if self._is_accepting:
            self._accept()
        # The kernel begins with those that were ready longest: nobody is left out for ever.
        ready = [descriptor for descriptor, _ in self._ready.poll(0, MOST_READY)]
        for descriptor in dict.fromkeys([*ready, *self._writing]):
            if peer := self._peers.get(descriptor):
                self._read_peer(peer, MOST_OF_ONE, messages)
        return messages

    def read_all(self) -> list[Message]:
        """Return what has come of everybody until now: of many who are over, too, and all of it."""
        messages: list[Message] = []
        if self._ready.closed:
            return messages
        self._accept_again()
        known = -1
        while self._is_accepting and known != self.welcomed:
            known = self.welcomed
            self._accept()
        for peer in [*self._peers.values()]:
            self._read_peer(peer, MOST_OF_THE_DEAD, messages)
        return messages

    def read_of(self, pid: int) -> list[Message]:
        """Return what has come of one process until now; of one that has ended, all of it."""
        messages: list[Message] = []
        if self._ready.closed or sys.platform != "linux":
            return messages
        if self._is_accepting:
            self._accept()
        for peer in [each for each in self._peers.values() if each.pid == pid]:
            self._read_peer(peer, MOST_OF_THE_DEAD, messages)
        return messages

    def _accept_again(self) -> None:
        if not self._is_accepting and sys.platform == "linux":
            self._ready.register(self._door, select.EPOLLIN)
            self._is_accepting = True

    def _accept(self) -> None:
        for _ in range(MOST_NEW):
            guest = self._door.let_in()
            if guest is not None:
                self._welcome(guest)
                continue
            if not self._door.has_room and sys.platform == "linux":
                # They wait at the door, and it would wake us without end.
                self._ready.unregister(self._door)
                self._is_accepting = False
                self._refused_at = time.monotonic()
            return

    def _welcome(self, guest: Guest) -> None:
        if sys.platform != "linux":
            return
        peer = self._peers[guest.connection.fileno()] = Peer(guest, self._door, self.tally)
        self.welcomed += 1
        self._ready.register(guest.connection, select.EPOLLIN)
        if not guest.is_ours:
            self._strangers.append(peer)
            if len(self._strangers) > _MOST_STRANGERS:
                self._see_off()

    def _see_off(self) -> None:
        """Let go of those who have not said the word, as far as they are too many."""
        for peer in self._strangers:
            if not peer.is_let_in and peer.socket.fileno() >= 0:
                self._read_peer(peer, 1, [])
        left = [
            each for each in self._strangers if not each.is_let_in and each.socket.fileno() >= 0
        ]
        for peer in left[:-_MOST_STRANGERS]:
            self._forget(peer)
        self._strangers = left[-_MOST_STRANGERS:]

    def _read_peer(self, peer: Peer, most: int, messages: list[Message]) -> None:
        messages += peer.read(most)
        if peer.is_over:
            self._forget(peer)
        elif peer.writes:
            self._writing.add(peer.socket.fileno())

    def _forget(self, peer: Peer) -> None:
        descriptor = peer.socket.fileno()
        del self._peers[descriptor]
        self._writing.discard(descriptor)
        peer.close()  # the kernel waits for it no longer
        self._accept_again()

    def close(self) -> None:
        """Hear nobody any more; the hooks are silent from then on. May be called again."""
        self._door.close()
        self._ready.close()
        for peer in self._peers.values():
            peer.close()
        self._peers.clear()
        self._writing.clear()
