"""What one process with a hook tells, in the order in which it happened. Linux only.

Its packets come over a socket; what it tells thousands of times a second, it writes in memory.
"""

from __future__ import annotations

import array
import os
import socket
import time
from operator import attrgetter

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

_MOST_HELD = 4 * SLOTS
_HANDED_BY = 3
"""Which packet of a process brings its pipes at the latest."""


class Tally:
    """What was lost of what processes said.

    Attributes:
        dropped: messages that hooks could not send, because reading did not keep up.
        passed_over: packets that were no messages.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self.passed_over = 0


class Peer:
    """A process: its connection, and the memory that it writes in, if it has some.

    Of such a one messages come two ways. They are handed out in order up to the moment when the
    reading of both began; what came later is held until the next time.

    Attributes:
        socket: the connection.
        pid: who it is, as the kernel says.
        is_let_in: whether it may say something: it has our user, or has said the word.
        is_over: whether nothing comes any more.
        held: what was read, and not handed out yet.

    Args:
        guest: it.
        door: where it came in.
        tally: where to count what is lost.
    """

    def __init__(self, guest: Guest, door: Door, tally: Tally) -> None:
        self.socket = guest.connection
        self.pid = guest.pid
        self.is_let_in = guest.is_ours
        self.is_over = False
        self.held: list[Message] = []
        self._door = door
        self._tally = tally
        self._slate: SlateReader | None = None
        self._spares = guest.spares
        """They keep room for what it may hand over in one of its first packets."""
        self._packets = 0

    @property
    def writes(self) -> bool:
        """Whether it writes in memory, of which nothing wakes who reads."""
        return self._slate is not None

    def read(self, most: int) -> list[Message]:
        """Return what has come; never waits. The descriptors of :class:`Output` are the caller's.

        Args:
            most: packets to read.
        """
        now = time.monotonic()
        came, self.held = self.held, []
        has_read_all = self._has_read_socket(most, came)
        if self._slate is None:
            return came
        until = now if has_read_all or not came else min(now, came[-1].at)
        # Second: who wrote there, and said something afterwards, is heard in this order.
        self._read_slate(came)
        came.sort(key=attrgetter("at"))
        messages: list[Message] = []
        for message in came:
            # Nobody's clock is ahead of ours.
            is_later = until < message.at < now + 1
            (self.held if is_later else messages).append(message)
        if len(self.held) > _MOST_HELD:  # nobody's of ours, who says when it likes
            messages += self.held
            self.held = []
        return messages

    def _read_slate(self, came: list[Message], *, is_over: bool = False) -> None:
        if self._slate is not None:
            for at, told in self._slate.read(is_over=is_over):
                self._take(read_task(at, told, self.pid), came)
            self._tally.dropped += self._slate.lost
            self._slate.lost = 0

    def _has_read_socket(self, most: int, came: list[Message]) -> bool:
        """Read so many packets; returns whether there were no more."""
        for _ in range(most):
            try:
                packet, descriptors = self._receive()
            except BlockingIOError:
                return True
            except OSError:
                packet, descriptors = b"", []
            if not self.is_let_in and packet:
                self.is_let_in = self._door.is_key(packet) and not descriptors
                if self.is_let_in:
                    continue
                packet = b""
            if not packet:
                close_all(descriptors)
                self._end_slate(came)
                self.is_over = True
                return True
            said = read_packet(packet, self.pid)
            if isinstance(said, Handed):
                said = _output(said, self.pid, descriptors)
            elif isinstance(said, SlateHanded) and len(descriptors) == 1 and self._slate is None:
                self._begin_slate(descriptors[0])
                continue
            else:
                close_all(descriptors)
            self._take(said, came)
        return False

    def _receive(self) -> tuple[bytes, list[int]]:
        """Return a packet, and what came with it, for which there is room where it was kept."""
        if not self._spares:
            return _receive(self.socket)
        close_all(self._spares)
        self._spares = []
        descriptors: list[int] = []
        try:
            packet, descriptors = _receive(self.socket)
            self._packets += 1
            return packet, descriptors
        finally:
            if not descriptors and self._packets < _HANDED_BY:
                self._spares = self._door.reserve(FOR_OUTPUT)

    def _take(self, said: Told | None, messages: list[Message]) -> None:
        if isinstance(said, Dropped):
            self._tally.dropped += said.messages
        elif said is None or isinstance(said, Handed | SlateHanded):
            self._tally.passed_over += 1
        else:
            messages.append(said)

    def _begin_slate(self, descriptor: int) -> None:
        try:
            self._slate = SlateReader(descriptor)
        except ValueError:
            self._tally.passed_over += 1

    def _end_slate(self, came: list[Message]) -> None:
        if self._slate is not None:
            self._read_slate(came, is_over=True)
            came.sort(key=attrgetter("at"))
            self._slate.close()
            self._slate = None

    def close(self) -> None:
        """Hear it no more; what it handed over and nobody took is closed, too."""
        self.socket.close()
        close_all(self._spares)
        if self._slate is not None:
            self._slate.close()
        for message in self.held:
            if isinstance(message, Output):
                close_all({message.out, message.err})


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
