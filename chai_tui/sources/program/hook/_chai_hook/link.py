"""The socket: one packet a message, sent at once or dropped; the program never waits for us."""

from __future__ import annotations

import _socket
import errno
import fcntl
import os
import select
import sys
import time
from _thread import get_native_id

TYPE_CHECKING = False  # typing takes 5 ms
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Any


ADDRESS = "CHAI_TUI_HOOK"
"""Where to tell; and behind a colon, if there is one, the word by which another user is let in."""
HIGH = (900, 200, 50)
"""Descriptors from here on are ours: a program's first file shall have number 3, as without us."""
SEPARATOR = "\x1f"
MOST = 4_000
"""Bytes of a message."""
FLAGS = _socket.MSG_NOSIGNAL | _socket.MSG_DONTWAIT
AGAIN = 0.05
"""Seconds until it is tried again to reach a receiver that has its hands full."""
_LATER = (errno.EAGAIN, errno.ENOBUFS, errno.ENOMEM, errno.EBADF, errno.ENOTSOCK)
"""It may work the next time: the receiver has its hands full, or the program has just closed it."""
_GONE = (errno.EPIPE, errno.ECONNRESET, errno.ENOTCONN, errno.ECONNREFUSED, errno.ENOENT)
_HERE = os.path.dirname(__file__)  # noqa: PTH120 - pathlib takes 10 ms


class State:
    """What this process has of the hook.

    Attributes:
        is_on: whether anything is told at all.
        key: by what we are let in where we run with another user's rights; empty: we are not.
        socket: the connection; None: there is none (yet).
        identity: device and inode of its socket: whether the descriptor is still ours.
        who: how this process introduces itself, first of all on every connection.
        dropped: messages that could not be sent, and were not told of yet.
        not_before: when it may be tried again to connect.
        connections: how many this process has had.
        slate: the memory of this connection, once something was to be written; None: it has none.
        unbegun: holds something for as long as nobody tried to have one.
    """

    def __init__(self) -> None:
        self.is_on = False
        self.address = ""
        self.key = ""
        self.socket: _socket.socket | None = None
        self.identity: tuple[int, int] | None = None
        self.who: tuple[object, ...] = ()
        self.dropped = 0
        self.not_before = 0.0
        self.connections = 0
        self.slate: Any = None
        self.unbegun: list[None] = []


state = State()


def identity_of(descriptor: int) -> tuple[int, int] | None:
    """Return what file a descriptor is; None if it is closed."""
    try:
        status = os.fstat(descriptor)
    except OSError as error:
        if is_foreign(error):
            raise
        return None
    return status.st_dev, status.st_ino


def may_begin() -> bool:
    """Return whether there is somebody to tell, and no interpreter of ours tells already."""
    state.address, _, state.key = os.environ.get(ADDRESS, "").partition(":")
    if not state.address.startswith("@"):
        return False
    for first in HIGH:
        try:
            other = _socket.socket(fileno=first)
        except OSError:
            continue
        try:
            if other.getpeername() == _address():
                return False  # we are a subinterpreter of it
        except OSError:
            pass
        finally:
            other.detach()
    return True


def begin(who: tuple[object, ...]) -> None:
    """Connect, and introduce this process."""
    state.who = who
    state.is_on = True
    connect()


def introduce(who: tuple[object, ...]) -> None:
    """Say it anew: there is more to say now. Nobody is told twice where nobody was told yet."""
    state.who = who
    if state.socket is None:
        connect()
    else:
        tell("P", *who)


def tell(kind: str, *fields: object) -> None:
    """Send a message, or drop it; only what a signal handler of the program raises leaves here."""
    if state.is_on:
        guarded(send, kind, fields)


def guarded(call: Callable[..., object], *args: object) -> None:
    """Call something of ours; if it fails, say so once, and be silent from then on."""
    try:
        call(*args)
    except OSError as error:
        if is_foreign(error):
            raise
        if error.errno in _LATER:
            state.dropped += 1
        else:
            _give_up("" if error.errno in _GONE else _line(error))
    except (RecursionError, MemoryError):
        state.dropped += 1  # it is the program that has come so far
    except Exception as error:
        if is_foreign(error):
            raise
        _give_up(_line(error))


def is_foreign(error: BaseException) -> bool:
    """Return whether it was raised by code that is not ours: by a handler of a signal."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and not is_our_frame(trace)


def is_our_frame(trace: TracebackType) -> bool:
    """Return whether an entry of a traceback is in a file of the hook."""
    return trace.tb_frame.f_code.co_filename.startswith(_HERE)


def _line(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" ({trace.tb_frame.f_code.co_name}:{trace.tb_lineno})" if trace is not None else ""
    return f"{type(error).__name__}: {error}{where}"


def _give_up(why: str) -> None:
    """Be silent from now on; the socket stays open, which costs nothing and closes nothing."""
    if why:
        try:
            if state.socket is not None and is_ours():
                state.socket.send(packed("F", (why,)), FLAGS)
        except Exception as error:
            if is_foreign(error):
                raise
    state.is_on = False


def packed(kind: str, fields: tuple[object, ...]) -> bytes:
    """Return a message as it is sent."""
    parts = [kind, f"{time.monotonic():.6f}"]
    parts += [str(field).replace(SEPARATOR, " ") for field in fields]
    data = SEPARATOR.join(parts).encode("utf-8", "replace")
    return data if len(data) <= MOST else data[:MOST]


def send(kind: str, fields: tuple[object, ...]) -> None:
    """Send a message, and connect first where we are not; raises what the system says."""
    socket = state.socket
    if socket is not None and not _is_still_there(socket):
        socket.detach()  # the program closed it, and may have opened something else there
        if state.socket is socket:  # no other thread has made another one meanwhile
            state.socket = state.slate = None
            state.unbegun = []
    if state.socket is None and not connect():
        state.dropped += 1
        return
    socket = state.socket
    if socket is None:
        state.dropped += 1
        return
    if state.dropped:
        socket.send(packed("D", (state.dropped,)), FLAGS)
        state.dropped = 0
    socket.send(packed(kind, fields), FLAGS)


def is_ours() -> bool:
    """Return whether there is a connection, and its descriptor is still that."""
    socket = state.socket
    return socket is not None and _is_still_there(socket)


def _is_still_there(socket: _socket.socket) -> bool:
    return identity_of(socket.fileno()) == state.identity


def _address() -> bytes:
    return b"\0" + state.address[1:].encode("ascii")


def connect() -> bool:
    """Connect and introduce ourselves; returns whether that worked."""
    now = time.monotonic()
    if now < state.not_before:
        return False
    state.not_before = now + AGAIN * (1 << min(state.connections, 8))
    state.connections += 1
    kind = _socket.SOCK_SEQPACKET | _socket.SOCK_CLOEXEC | _socket.SOCK_NONBLOCK
    low = _socket.socket(_socket.AF_UNIX, kind)
    try:
        low.connect(_address())
        is_another = _owner(low) != os.geteuid()
        if is_another and not state.key:  # whatever we hand over would be gone
            low.close()
            state.is_on = False
            return False
        socket = low
        for first in HIGH:
            try:
                high = fcntl.fcntl(low.fileno(), fcntl.F_DUPFD_CLOEXEC, first)
            except OSError as error:
                if is_foreign(error):
                    raise
                continue  # fewer files may be open than that
            socket = _socket.socket(fileno=high)
            socket.setblocking(False)  # noqa: FBT003
            break
    except BaseException:
        low.close()
        raise
    if socket is not low:
        low.close()
    state.identity = identity_of(socket.fileno())
    state.socket = socket
    state.slate, state.unbegun = None, [None]
    if is_another:
        socket.send(state.key.encode("ascii"), FLAGS)
    socket.send(packed("P", state.who), FLAGS)
    return True


def _owner(socket: _socket.socket) -> int:
    """Return the user of whoever listens."""
    credentials = socket.getsockopt(_socket.SOL_SOCKET, _socket.SO_PEERCRED, 12)
    return int.from_bytes(credentials[4:8], sys.byteorder)


def forget_parent() -> None:
    """In a forked child: let go of the connection, which is the parent's."""
    if state.socket is not None:
        guarded(_let_go)
        state.socket = None
    state.slate, state.unbegun = None, []
    state.dropped = state.connections = 0
    state.not_before = 0.0
    state.who = (os.getppid(), "", "", *state.who[3:])


def _let_go() -> None:
    if state.socket is None:
        return
    ours = is_ours()
    descriptor = state.socket.detach()
    if ours:
        os.close(descriptor)


def leave() -> None:
    """Be silent from now on: the interpreter ends, and would warn of a socket left open."""
    state.is_on = False
    if state.socket is not None:
        state.socket.detach()
        state.socket = None


def hand_over(kind: str, *fields: object, descriptors: list[int]) -> None:
    """Send a message with descriptors, where we are connected; raises what the system says."""
    rights = b"".join(descriptor.to_bytes(4, sys.byteorder) for descriptor in descriptors)
    ancillary = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, rights)]
    state.socket.sendmsg([packed(kind, fields)], ancillary, FLAGS)  # type: ignore[union-attr]


def thread_id() -> int:
    """Return the system's number of this thread."""
    return get_native_id()


def is_readable(descriptor: int, seconds: float) -> bool:
    """Wait so long until there is something to read; nothing is taken.

    What a handler of a signal raises meanwhile is the program's, and goes its way.
    """
    return _is_ready(descriptor, select.POLLIN, seconds)


def is_writable(descriptor: int, seconds: float) -> bool:
    """Wait so long until there is room to write a little."""
    return _is_ready(descriptor, select.POLLOUT, seconds)


def _is_ready(descriptor: int, what: int, seconds: float) -> bool:
    waiting = select.poll()
    waiting.register(descriptor, what)
    return bool(waiting.poll(seconds * 1_000))
