"""Where the bytes of a recording come from: a file that may still grow, a pipe, standard input."""

from __future__ import annotations

import contextlib
import os
import select
import stat
import sys
import time
from pathlib import Path

from chai_tui.recording.form import RecordingError

if sys.platform != "win32":
    import fcntl

PIECE = 262_144
"""Bytes that are read at once."""
_STDIN = ("-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0")
_JUST_SECONDS = 3.0
"""A recording is written to once a second while something happens."""
_BEGINNING = 4_096
"""Bytes by which one tells whether a file was begun anew: a header has the time of day."""


class ByteInput:
    """Reads bytes without ever waiting for them.

    Attributes:
        grows: whether more may come: somebody may write to it.
        begun_anew: whether what was read before is not there any more: somebody began it anew.
    """

    def __init__(self, descriptor: int) -> None:
        """Read a descriptor, which is closed in the end."""
        self._descriptor: int | None = descriptor
        self._is_file = stat.S_ISREG(os.fstat(descriptor).st_mode)
        self._place = 0
        self._beginning = b""
        self._was_at_end = False
        self.grows = True
        self.begun_anew = False

    @property
    def is_file(self) -> bool:
        """Whether it is a regular file, and no pipe."""
        return self._is_file

    @property
    def size(self) -> int | None:
        """Bytes of the file; None where nobody knows."""
        now = self._file_now()
        return None if now is None else now.st_size

    @property
    def is_held(self) -> bool:
        """Whether a chai-tui is writing to the file, where that can be known."""
        return self._is_file and self._descriptor is not None and is_locked(self._descriptor)

    @property
    def was_just_written(self) -> bool:
        """Whether somebody wrote to the file just now."""
        now = self._file_now()
        return now is not None and abs(time.time() - now.st_mtime) < _JUST_SECONDS

    @property
    def place(self) -> int:
        """How many bytes were read."""
        return self._place

    def _file_now(self) -> os.stat_result | None:
        if not self._is_file or self._descriptor is None:
            return None
        try:
            return os.fstat(self._descriptor)
        except OSError:  # closed in this moment by another thread, or the disk is gone
            return None

    def read(self) -> bytes:
        """Return what is there; empty if nothing is now, or ever (see :attr:`grows`).

        Raises:
            RecordingError: it cannot be read.
        """
        descriptor = self._descriptor
        if not self.grows or descriptor is None:
            return b""
        try:
            if not self._is_file and not self._is_ready(descriptor):
                return b""
            data = os.read(descriptor, PIECE)
            if self._is_file and self._is_another(descriptor, data):
                self.grows, self.begun_anew = False, True
                return b""
        except BlockingIOError:  # whoever shares it made it so
            return b""
        except (OSError, ValueError) as error:  # ValueError: too great a number to wait for
            if self._descriptor is None:  # closed meanwhile, by another thread
                return b""
            why = getattr(error, "strerror", None) or error
            raise RecordingError(f"cannot be read: {why}") from error
        self._place += len(data)
        if not data and not self._is_file:
            self.grows = False
        return data

    def _is_another(self, descriptor: int, data: bytes) -> bool:
        """Whether the file is shorter than what was read of it, or begins in another way now."""
        if len(self._beginning) < _BEGINNING and self._place == len(self._beginning):
            self._beginning += data[: _BEGINNING - self._place]
        if not data:
            self._was_at_end = True
            return (self.size or 0) < self._place
        was_at_end, self._was_at_end = self._was_at_end, False
        if not was_at_end:
            return False
        behind = os.lseek(descriptor, 0, os.SEEK_CUR)
        os.lseek(descriptor, behind - self._place - len(data), os.SEEK_SET)
        begins = os.read(descriptor, len(self._beginning))
        os.lseek(descriptor, behind, os.SEEK_SET)
        return begins != self._beginning

    def _is_ready(self, descriptor: int) -> bool:
        return sys.platform == "win32" or bool(select.select([descriptor], [], [], 0)[0])

    def wait(self, seconds: float) -> None:
        """Wait until there may be more, but no longer than so many seconds."""
        descriptor = self._descriptor
        if self._is_file or not self.grows or sys.platform == "win32" or descriptor is None:
            time.sleep(seconds)
            return
        with contextlib.suppress(OSError, ValueError):  # reading tells what is the matter
            select.select([descriptor], [], [], seconds)

    def close(self) -> None:
        """Read no more; idempotent."""
        self.grows = False
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            with contextlib.suppress(OSError):
                os.close(descriptor)


def is_locked(descriptor: int) -> bool:
    """Return whether another process has a file locked, where that can be known."""
    if sys.platform != "win32":
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:  # a file system that knows no locks
            return False
        fcntl.flock(descriptor, fcntl.LOCK_UN)
    return False


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
        _refuse_what_is_no_file(path)
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


def _refuse_what_is_no_file(path: str | Path) -> None:
    mode = os.stat(path).st_mode  # noqa: PTH116 - the path may be no valid one
    if stat.S_ISDIR(mode):
        raise RecordingError("expected a file, found a folder")
    if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
        raise RecordingError("expected a file or a pipe, found a device or a socket")


def _stdin() -> int:
    if sys.stdin is None or sys.stdin.closed:
        raise RecordingError("expected a pipe or a file, found it closed")
    if sys.stdin.isatty():
        raise RecordingError("expected a pipe or a file, found a terminal")
    return os.dup(sys.stdin.fileno())
