"""Hears what the hooks in Python programs tell that we started: Linux only.

Each process connects on its own. A packet is a message; nothing is ever answered, and nobody waits
for us: where reading does not keep up, the hooks drop messages, and count them.
"""

from __future__ import annotations

import array
import os
import select
import socket
import sys
import time
from collections.abc import Mapping
from operator import attrgetter
from pathlib import Path

from chai_tui.sources.program.hearing.door import FOR_OUTPUT, Door, Guest, close_all
from chai_tui.sources.program.hearing.messages import (
    MOST_BYTES,
    Dropped,
    Handed,
    Message,
    Output,
    SlateHanded,
    Told,
    read_packet,
    read_task,
)
from chai_tui.sources.program.hearing.slate import SLOTS, SlateReader

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
_MOST_HELD = 4 * SLOTS
_MOST_STRANGERS = 100
"""Who may stand there at once without having said the word that lets in."""
_HANDED_BY = 3
"""Which packet of a process brings its pipes at the latest."""
_REFUSED_SECONDS = 0.1
"""Until it is tried again to let in those for whom there was no room."""


class _Peer:
    """A process: its connection, and the memory that it writes in, if it has some.

    Of such a one messages come two ways. They are handed out in order up to the moment when the
    reading of both began; ``held`` is what came later. ``spares`` keep room for what it may hand
    over in one of its first ``packets``.
    """

    def __init__(self, guest: Guest) -> None:
        self.socket = guest.connection
        self.pid = guest.pid
        self.is_let_in = guest.is_ours
        self.slate: SlateReader | None = None
        self.held: list[Message] = []
        self.spares = guest.spares
        self.packets = 0


class HookReceiver:
    """The end at which all hooks of a program arrive.

    It is one thing to wait for, however many processes are connected: :meth:`fileno` is readable
    when :meth:`read` has something to read, but for what processes write in memory: that wakes
    nobody (see :attr:`due_in`).

    Attributes:
        dropped: messages that hooks could not send, because reading did not keep up.
        passed_over: packets that were no messages.
        welcomed: how many have connected.

    Raises:
        OSError: a socket cannot be made; or this is not Linux.
    """

    def __init__(self) -> None:
        self._door = Door()
        self.dropped = 0
        self.passed_over = 0
        self.welcomed = 0
        self._peers: dict[int, _Peer] = {}
        self._strangers: list[_Peer] = []
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
        peer = self._peers[guest.connection.fileno()] = _Peer(guest)
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
                self._has_read_socket(peer, 1, [])
        left = [
            each for each in self._strangers if not each.is_let_in and each.socket.fileno() >= 0
        ]
        for peer in left[:-_MOST_STRANGERS]:
            self._forget(peer, [])
        self._strangers = left[-_MOST_STRANGERS:]

    def _read_peer(self, peer: _Peer, most: int, messages: list[Message]) -> None:
        now = time.monotonic()
        came: list[Message] = peer.held
        peer.held = []
        has_read_all = self._has_read_socket(peer, most, came)
        if peer.slate is None:
            messages += came
            return
        until = now if has_read_all or not came else min(now, came[-1].at)
        # Second: who wrote there, and said something afterwards, is heard in this order.
        self._read_slate(peer, came)
        came.sort(key=attrgetter("at"))
        for message in came:
            # Nobody's clock is ahead of ours.
            is_later = until < message.at < now + 1
            (peer.held if is_later else messages).append(message)
        if len(peer.held) > _MOST_HELD:  # nobody's of ours, who says when it likes
            messages += peer.held
            peer.held = []

    def _read_slate(self, peer: _Peer, came: list[Message], *, is_over: bool = False) -> None:
        if peer.slate is not None:
            for at, told in peer.slate.read(is_over=is_over):
                self._take(read_task(at, told, peer.pid), came)
            self.dropped += peer.slate.lost
            peer.slate.lost = 0

    def _has_read_socket(self, peer: _Peer, most: int, came: list[Message]) -> bool:
        """Read so many packets; returns whether there were no more."""
        for _ in range(most):
            try:
                packet, descriptors = self._receive(peer)
            except BlockingIOError:
                return True
            except OSError:
                packet, descriptors = b"", []
            if not peer.is_let_in and packet:
                peer.is_let_in = self._door.is_key(packet) and not descriptors
                if peer.is_let_in:
                    continue
                packet = b""
            if not packet:
                close_all(descriptors)
                self._forget(peer, came)
                return True
            said = read_packet(packet, peer.pid)
            if isinstance(said, Handed):
                said = _output(said, peer.pid, descriptors)
            elif isinstance(said, SlateHanded) and len(descriptors) == 1 and peer.slate is None:
                self._begin_slate(peer, descriptors[0])
                continue
            else:
                close_all(descriptors)
            self._take(said, came)
        return False

    def _receive(self, peer: _Peer) -> tuple[bytes, list[int]]:
        """Return a packet, and what came with it, for which there is room where it was kept."""
        if not peer.spares:
            return _receive(peer.socket)
        close_all(peer.spares)
        peer.spares = []
        descriptors: list[int] = []
        try:
            packet, descriptors = _receive(peer.socket)
            peer.packets += 1
            return packet, descriptors
        finally:
            if not descriptors and peer.packets < _HANDED_BY:
                peer.spares = self._door.reserve(FOR_OUTPUT)

    def _take(self, said: Told | None, messages: list[Message]) -> None:
        if isinstance(said, Dropped):
            self.dropped += said.messages
        elif said is None or isinstance(said, Handed | SlateHanded):
            self.passed_over += 1
        else:
            messages.append(said)

    def _begin_slate(self, peer: _Peer, descriptor: int) -> None:
        try:
            peer.slate = SlateReader(descriptor)
        except ValueError:
            self.passed_over += 1
        else:
            self._writing.add(peer.socket.fileno())

    def _end_slate(self, peer: _Peer, came: list[Message]) -> None:
        if peer.slate is not None:
            self._read_slate(peer, came, is_over=True)
            came.sort(key=attrgetter("at"))
            self._writing.discard(peer.socket.fileno())
            peer.slate.close()
            peer.slate = None

    def _forget(self, peer: _Peer, came: list[Message]) -> None:
        self._end_slate(peer, came)
        del self._peers[peer.socket.fileno()]
        peer.socket.close()  # the kernel waits for it no longer
        close_all(peer.spares)
        self._accept_again()

    def close(self) -> None:
        """Hear nobody any more; the hooks are silent from then on. May be called again."""
        self._door.close()
        self._ready.close()
        for peer in self._peers.values():
            peer.socket.close()
            close_all(peer.spares)
            if peer.slate is not None:
                peer.slate.close()
            for message in peer.held:
                if isinstance(message, Output):
                    close_all({message.out, message.err})
        self._peers.clear()
        self._writing.clear()


def _receive(connection: socket.socket) -> tuple[bytes, list[int]]:
    """Return a packet, and the descriptors that came with it: ours from now on."""
    room = socket.CMSG_LEN(8 * array.array("i").itemsize)
    packet, ancillary, _, _ = connection.recvmsg(MOST_BYTES + 1, room, socket.MSG_CMSG_CLOEXEC)
    descriptors = array.array("i")
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptors.frombytes(data[: len(data) - len(data) % descriptors.itemsize])
    return packet, list(descriptors)


def _output(handed: Handed, pid: int, descriptors: list[int]) -> Output | None:
    """Return whose the descriptors are; None, and they are closed, if not those were to come."""
    wanted = {place for place in handed[:2] if place is not None}
    if len(wanted) != len(descriptors):
        close_all(descriptors)
        return None
    try:
        for descriptor in descriptors:
            os.set_blocking(descriptor, False)
    except OSError:  # not every descriptor can be read at all
        close_all(descriptors)
        return None
    out, err = (None if place is None else descriptors[place] for place in handed[:2])
    return Output(pid, out, err, handed.at, handed.before)
