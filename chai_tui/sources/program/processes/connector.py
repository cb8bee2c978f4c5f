"""The kernel's process events: who forked, called exec or ended, told by the kernel as it happens.

Linux's process connector (``linux/cn_proc.h``) multicasts them on a netlink socket, of the whole
system. Where it answers, no child is missed however short it lives. It does so in the first
network, pid and user namespace alone; kernels before 6.6 want ``CAP_NET_ADMIN`` too.

An event that is of no interest costs 2 µs here: 500 processes a second that somebody else starts
(a fork, an exec and an exit each) take 0.3 % of a core.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import socket
import struct
import sys
import time
from typing import NamedTuple

ANSWER_SECONDS = 0.1
"""How long the kernel has to say that it heard us; it takes less than 0.1 ms."""
BUFFER_BYTES = 16 << 20
"""Room for what happens between two reads: 20,000 events."""
MOST_AT_ONCE = 20_000
"""Messages that one read takes: so that it ends, whatever the system does."""

_NETLINK_CONNECTOR = 11
_PROC = 1  # CN_IDX_PROC, and CN_VAL_PROC
_LISTEN, _IGNORE = 1, 2  # PROC_CN_MCAST_*
_SO_RCVBUFFORCE = 33  # which Python names from 3.14 on only
_DONE = 3  # NLMSG_DONE: what the connector sends has this type
_NONE, _FORK, _EXEC, _EXIT = 0, 1, 2, 0x8000_0000  # PROC_EVENT_*
_NETLINK_HEADER = struct.Struct("=IHHII")  # length, type, flags, sequence, sender
_CONNECTOR_HEADER = struct.Struct("=IIIIHH")  # idx, val, seq, ack, length, flags
_IDENTITY = struct.Struct("=4xH10xII4xI")  # type, idx, val, ack
_EVENT = struct.Struct("=I4xQ4I")  # what, (cpu), nanoseconds, and the first four of its fields
_EVENT_AT = _NETLINK_HEADER.size + _CONNECTOR_HEADER.size
_SHORTEST = _EVENT_AT + _EVENT.size
_MESSAGE_BYTES = 1_024
_NS = 1e-9
_REFUSED = {
    errno.ECONNREFUSED: "the kernel answers in the first network namespace only",
    errno.EPERM: "it takes the right CAP_NET_ADMIN on this system",
    errno.EACCES: "it takes the right CAP_NET_ADMIN on this system",
    errno.EPROTONOSUPPORT: "this kernel has no process events",
    errno.EAFNOSUPPORT: "this kernel has no process events",
}
"""What a system that refuses says, in words."""
NO_ANSWER = "the kernel answers in the first pid and user namespace only"


class Forked(NamedTuple):
    """A process was started; ``at`` is seconds of ``time.monotonic()``, here as below."""

    pid: int
    parent: int
    at: float = 0.0


class ThreadBegan(NamedTuple):
    """A process has one thread more."""

    pid: int
    tid: int
    at: float = 0.0


class ThreadLeft(NamedTuple):
    """A thread ended that was not its process's first; ``exitcode`` as of :class:`Exited`."""

    pid: int
    tid: int
    exitcode: int = 0
    at: float = 0.0


class Execed(NamedTuple):
    """A process runs another program now."""

    pid: int
    at: float = 0.0


class Exited(NamedTuple):
    """A process's first thread ended, and with it the process unless other threads go on.

    ``exitcode`` is as multiprocessing's: ``-N`` if signal N killed it.
    """

    pid: int
    exitcode: int
    at: float = 0.0


class Lost(NamedTuple):
    """More happened than there was room for: what is known must be looked up."""


Record = Forked | ThreadBegan | ThreadLeft | Execed | Exited | Lost
"""Anything of them."""


def exitcode_of(status: int) -> int:
    """Return what multiprocessing calls exit code, of what ``wait()`` calls status."""
    killer = status & 0x7F
    return -killer if killer else status >> 8 & 0xFF


def parse(message: bytes) -> Record | None:
    """Return what one message of the kernel's says; None if it is of no interest, or none.

    Args:
        message: as it was received, its netlink header included.
    """
    if len(message) < _SHORTEST or _IDENTITY.unpack_from(message)[:3] != (_DONE, _PROC, _PROC):
        return None
    what, nanoseconds, first, second, third, fourth = _EVENT.unpack_from(message, _EVENT_AT)
    at = nanoseconds * _NS
    if what == _FORK:  # the parent's thread and process, the child's thread and process
        if third == fourth:
            return Forked(fourth, second, at)
        return ThreadBegan(fourth, third, at)
    if what == _EXIT:  # thread, process, status
        if first == second:
            return Exited(second, exitcode_of(third), at)
        return ThreadLeft(second, first, exitcode_of(third), at)
    if what == _EXEC:
        return Execed(second, at)
    return None


class ProcessEvents:
    """The kernel's process events, from now on.

    Making one takes up to ``ANSWER_SECONDS`` where nobody answers. It raises nothing.

    Attributes:
        why_not: why it is not at work, for a person; empty while it is.
    """

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._early: list[Record] = []
        self.why_not = ""
        if sys.platform != "linux":
            self.why_not = "this system is not Linux"
            return
        try:
            self._open()
        except OSError as error:
            self._give_up(_REFUSED.get(error.errno or 0, error.strerror or str(error)))

    def fileno(self) -> int:
        """Return the descriptor that is ready to read once something happened; -1 if none is."""
        return -1 if self._socket is None else self._socket.fileno()

    def read(self) -> list[Record]:
        """Return what happened since it was read last, in order, without waiting."""
        records, self._early = self._early, []
        if self._socket is None:
            return records
        receive = self._socket.recv
        for _ in range(MOST_AT_ONCE):
            try:
                record = parse(receive(_MESSAGE_BYTES))
            except BlockingIOError:
                break
            except OSError as error:
                records.append(Lost())
                if error.errno != errno.ENOBUFS:
                    self._give_up(error.strerror or str(error))
                    break
            else:
                if record is not None:
                    records.append(record)
        return records

    def close(self) -> None:
        """Tell the kernel that nobody listens any more; idempotent."""
        self._give_up(self.why_not or "it was closed")

    def _give_up(self, why: str) -> None:
        self.why_not = why
        if self._socket is not None:
            with contextlib.suppress(OSError):  # it counts who listens, and does not see who leaves
                self._say(struct.pack("=I", _IGNORE))
            self._socket.close()
            self._socket = None

    def _open(self) -> None:
        """Have the kernel tell; raises OSError where it does not."""
        if sys.platform != "linux":
            return
        kind = socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC
        self._socket = socket.socket(socket.AF_NETLINK, kind, _NETLINK_CONNECTOR)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, BUFFER_BYTES)
        except OSError:  # it takes a right; else there is a limit
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
        self._socket.bind((0, _PROC))
        # Everybody hears every answer; it has the next number, which says whether it is ours.
        number = time.monotonic_ns() & 0x7FFF_FFFF
        self._say(struct.pack("=I", _LISTEN), number)
        if not self._is_answered(number):
            self._early.clear()  # numbers of another namespace
            self._give_up(self.why_not or NO_ANSWER)
            return
        # From Linux 6.6 on nothing else is sent, answers neither. Others take no notice of this.
        self._say(struct.pack("=II", _LISTEN, _FORK | _EXEC | _EXIT))

    def _say(self, words: bytes, number: int = 0) -> None:
        assert self._socket is not None  # noqa: S101 - for the type checker
        message = _CONNECTOR_HEADER.pack(_PROC, _PROC, 0, number, len(words), 0) + words
        length = _NETLINK_HEADER.size + len(message)
        self._socket.send(_NETLINK_HEADER.pack(length, _DONE, 0, 0, os.getpid()) + message)

    def _is_answered(self, number: int) -> bool:
        """Whether the kernel says that it heard us; what else it says meanwhile is kept."""
        assert self._socket is not None  # noqa: S101 - for the type checker
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        deadline = time.monotonic() + ANSWER_SECONDS
        while poll.poll(max(0.0, deadline - time.monotonic()) * 1_000):
            try:
                message = self._socket.recv(_MESSAGE_BYTES)
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                self._early.append(Lost())
                continue
            refusal = _answer(message, number)
            if refusal is not None:
                self.why_not = (refusal and _REFUSED.get(refusal, os.strerror(refusal))) or ""
                return not refusal
            record = parse(message)
            if record is not None:
                self._early.append(record)
        return False


def _answer(message: bytes, number: int) -> int | None:
    """Return the error in the kernel's answer, 0 if there is none; None if it is none to us."""
    if len(message) < _SHORTEST:
        return None
    what, _, error, *_ = _EVENT.unpack_from(message, _EVENT_AT)
    is_ours = _IDENTITY.unpack_from(message) == (_DONE, _PROC, _PROC, number + 1)
    return int(error) if is_ours and what == _NONE else None
