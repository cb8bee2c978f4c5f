"""Writes all of something to a descriptor, however slowly the other end takes it.

Whoever shares a descriptor with us (a shell, a program at the other end of the same pipe) may have
made it non-blocking: then a write fails where it would wait. The mode is theirs as much as ours, so
it is left as it is, and room is waited for here. Standard library only.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import sys
import time
from collections.abc import Callable
from typing import TextIO

PIECE = getattr(select, "PIPE_BUF", 4096)
"""Bytes written at once: a pipe that has room at all has room for so many, so a write never waits
there, whatever the mode; on a terminal it may."""
ASK_SECONDS = 0.1
"""How often one that waits for room asks whether to give up."""
NEXT_TRY_SECONDS = 0.005
"""The pause where there is said to be room and is none: a byte is left, say, and two are needed."""


def write_all(descriptor: int, data: bytes, interrupted: Callable[[], bool] | None = None) -> None:
    """Write everything, waiting for room; any thread may.

    Args:
        descriptor: where to.
        data: what.
        interrupted: asked while there is no room; true gives up what is left.

    Raises:
        InterruptedError: it was given up.
        OSError: nobody takes it: the other end is gone, say, or a disk is full.
    """
    left = memoryview(data)
    while left:
        try:
            if _has_room(descriptor, None if interrupted is None else ASK_SECONDS):
                left = left[os.write(descriptor, left[:PIECE]) :]
                continue
        except BlockingIOError:
            time.sleep(NEXT_TRY_SECONDS)
        if interrupted is not None and interrupted():
            raise InterruptedError(errno.EINTR, os.strerror(errno.EINTR))


def _has_room(descriptor: int, seconds: float | None) -> bool:
    """Wait until a write is worth trying: there is room, or it will say what is wrong."""
    if sys.platform == "win32":  # nothing there can be asked for room but a socket
        return True
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    return bool(poll.poll(None if seconds is None else seconds * 1000))


def write_text(stream: TextIO, text: str) -> None:
    """Write text to a stream so that it is there now; what cannot be encoded is escaped.

    Nothing is left in the stream's buffer, whatever happens: the interpreter would try again at
    its end, and complain.

    Raises:
        OSError: nobody takes it.
    """
    encoding = stream.encoding or "utf-8"
    write_bytes(stream, text.encode(encoding, "backslashreplace"))


def write_bytes(stream: TextIO, data: bytes) -> None:
    """Write bytes past a text stream, as :func:`write_text` does; where that cannot be, as text.

    Raises:
        OSError: nobody takes it.
    """
    descriptor = descriptor_of(stream)
    if descriptor is None or sys.platform == "win32":  # a console there takes no bytes
        stream.write(data.decode(stream.encoding or "utf-8", "replace"))
        stream.flush()
    else:
        write_all(descriptor, data)


def descriptor_of(stream: TextIO | None) -> int | None:
    """Return a stream's descriptor; None if it has none, or is closed."""
    with contextlib.suppress(AttributeError, OSError, ValueError):
        return stream.fileno()  # type: ignore[union-attr] # suppressed
    return None
