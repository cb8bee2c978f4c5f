"""Where the bytes of a recording come from: a file that may still grow, a pipe, standard input.

What is compressed is read as it comes: a file that was cut off gives all that was flushed, and one
that is damaged goes on behind the damage, where the writer began anew.
"""

from __future__ import annotations

import contextlib
import os
import select
import stat
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

from chai_tui.recording.form import RecordingError

PIECE = 262_144
"""Bytes that are read, or unpacked, at once."""
_GZIP = b"\x1f\x8b"
_FLUSHED = b"\x00\x00\xff\xff"
"""What stands in the compressed bytes where everything before was flushed: RFC 1951, 3.2.4."""
_STDIN = ("-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0")


class ByteInput:
    """Reads bytes without ever waiting for them.

    Attributes:
        grows: whether more may come: somebody may write to it.
        begun_anew: whether what was read before is not there any more: somebody began it anew.
    """

    def __init__(self, descriptor: int) -> None:
        """Read a descriptor, which is closed in the end."""
        self._descriptor = descriptor
        self._is_file = stat.S_ISREG(os.fstat(descriptor).st_mode)
        self._place = 0
        self.grows = True
        self.begun_anew = False

    @property
    def is_file(self) -> bool:
        """Whether it is a regular file, and no pipe."""
        return self._is_file

    @property
    def size(self) -> int | None:
        """Bytes of the file; None where nobody knows."""
        return os.fstat(self._descriptor).st_size if self._is_file else None

    @property
    def written_at(self) -> float:
        """When somebody last wrote to the file, in seconds of ``time.time()``; 0 for a pipe."""
        return os.fstat(self._descriptor).st_mtime if self._is_file else 0.0

    @property
    def place(self) -> int:
        """How many bytes were read."""
        return self._place

    def read(self) -> bytes:
        """Return what is there; empty if nothing is now, or ever (see :attr:`grows`).

        Raises:
            RecordingError: it cannot be read.
        """
        if not self.grows:
            return b""
        try:
            if not self._is_file and not self._is_ready():
                return b""
            data = os.read(self._descriptor, PIECE)
        except BlockingIOError:  # whoever shares it made it so
            return b""
        except OSError as error:
            raise RecordingError(f"cannot be read: {error.strerror or error}") from error
        self._place += len(data)
        if not data:
            if not self._is_file:
                self.grows = False
            elif (self.size or 0) < self._place:
                self.grows, self.begun_anew = False, True
        return data

    def _is_ready(self) -> bool:
        return sys.platform == "win32" or bool(select.select([self._descriptor], [], [], 0)[0])

    def wait(self, seconds: float) -> None:
        """Wait until there may be more, but no longer than so many seconds."""
        if self._is_file or not self.grows or sys.platform == "win32":
            select.select([], [], [], seconds) if sys.platform != "win32" else None
        else:
            select.select([self._descriptor], [], [], seconds)

    def close(self) -> None:
        """Read no more."""
        self.grows = False
        with contextlib.suppress(OSError):
            os.close(self._descriptor)


def is_stdin(path: str | Path) -> bool:
    """Return whether a path stands for standard input."""
    return os.fspath(path) in _STDIN


def open_input(path: str | Path) -> ByteInput:
    """Open a recording's bytes.

    Args:
        path: the file, or a pipe; ``-`` for standard input.

    Raises:
        RecordingError: there is nothing, or something that cannot be read; the text is the reason,
            without the file's name.
    """
    try:
        if is_stdin(path):
            return ByteInput(_stdin())
        mode = os.stat(path).st_mode  # noqa: PTH116 - the path may be no valid one
        if stat.S_ISDIR(mode):
            raise RecordingError("expected a file, found a folder")
        if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
            raise RecordingError("expected a file or a pipe, found a device or a socket")
        # O_NONBLOCK: a pipe that nobody writes to must not wait, here or in a read.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        return ByteInput(os.open(path, flags))
    except FileNotFoundError:
        raise RecordingError("no such file") from None
    except OSError as error:
        raise RecordingError(f"cannot be read: {error.strerror or error}") from error
    except RecordingError:
        raise
    except ValueError as error:  # a NUL byte or a lone surrogate in the path
        raise RecordingError("cannot be read: no file can have this name") from error


def _stdin() -> int:
    if sys.stdin is None:
        raise RecordingError("expected a pipe or a file, found it closed")
    if sys.stdin.isatty():
        raise RecordingError("expected a pipe or a file, found a terminal")
    return os.dup(sys.stdin.fileno())


class Unpacker:
    """Turns the bytes of a file into those of the recording, whether it is compressed or not.

    Attributes:
        gaps: how often something could not be unpacked, and was left out.
    """

    def __init__(self) -> None:
        self.gaps = 0
        self._kept = b""
        self._inflate: zlib._Decompress | None = None
        self._is_plain = False
        self._is_lost = False  # looks for the next place where the writer began anew

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what is unpacked of some bytes, in pieces that are not too large.

        An empty piece stands for a gap.
        """
        data = self._kept + data
        self._kept = b""
        if not self._is_plain and self._inflate is None and not self._is_lost:
            if len(data) < len(_GZIP):
                self._kept = data
                return
            self._is_plain = not data.startswith(_GZIP)
            self._inflate = None if self._is_plain else zlib.decompressobj(wbits=31)
        if self._is_plain:
            if data:
                yield data
            return
        while data:
            if self._is_lost:
                data = self._found(data)
                if self._is_lost:
                    return
            yield from self._inflated(data)
            data, self._kept = self._kept, b""

    def _found(self, data: bytes) -> bytes:
        """Go on behind the next place where the writer began anew."""
        at = data.find(_FLUSHED)
        if at < 0:
            self._kept = data[-len(_FLUSHED) + 1 :]
            return b""
        self._is_lost = False
        self._inflate = zlib.decompressobj(wbits=-15)
        return data[at + len(_FLUSHED) :]

    def _inflated(self, data: bytes) -> Iterator[bytes]:
        inflate = self._inflate
        if inflate is None:  # a file after the end of the one before: gzip allows it
            if not data.startswith(_GZIP[: len(data)]):
                return  # a checksum, or what somebody wrote behind it
            inflate = self._inflate = zlib.decompressobj(wbits=31)
        try:
            while data and not inflate.eof:
                piece = inflate.decompress(data, PIECE)
                data = inflate.unconsumed_tail
                if piece:
                    yield piece
        except zlib.error:
            self.gaps += 1
            self._inflate, self._is_lost = None, True
            self._kept = data[1:]
            yield b""
            return
        if inflate.eof:
            self._inflate = None
            self._kept = inflate.unused_data
