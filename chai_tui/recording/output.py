"""Writes a recording as it happens: whatever ends us, all but the last second of it is there."""

from __future__ import annotations

import contextlib
import os
import stat
import time
import zlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from chai_tui.model.events import Event, RunBegan
from chai_tui.model.text import printable
from chai_tui.recording.form import End, Header, RecordingError, end_line, header_line
from chai_tui.recording.lines import line_of

FLUSH_SECONDS = 1.0
"""Seconds between two writes: a flush with every batch costs as much as it writes."""
_LEVEL = 6
"""Of compression: level 1 saves 1.6 µs an event, and its files are a fifth larger."""
_BEGINS = (b'{"recording":', b"\x1f\x8b")


def header_of(run: RunBegan, command: str, began: float) -> Header:
    """Return the header of a run.

    Args:
        run: what it is, as its first event tells.
        command: what was typed.
        began: when, in seconds of ``time.time()``.
    """
    told = datetime.fromtimestamp(began, UTC).isoformat(timespec="milliseconds")
    wall = told.replace("+00:00", "Z")
    return Header(run.version, run.python, printable(command), run.at, wall, run)


class RecordingFile:
    """A file that events are written to.

    Attributes:
        path: where it is.
        events: how many were written.
    """

    def __init__(self, path: str | Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin a recording; one that was there before is written over.

        Args:
            path: where to; one that ends in ``.gz`` is compressed.
            clock: our seconds.

        Raises:
            RecordingError: it cannot be written there, or something else is there, which stays as
                it is; the text names the path.
        """
        self.path = path
        self.events = 0
        self._clock = clock
        name = os.fspath(path)
        self._descriptor: int | None = _opened(path)
        self._deflate = zlib.compressobj(_LEVEL, wbits=31) if name.endswith(".gz") else None
        self._pending = bytearray()
        self._flushed_at = clock()
        self._latest = 0.0

    def begin(self, header: Header) -> None:
        """Write the first line, at once.

        Raises:
            RecordingError: it cannot be written.
        """
        self._latest = header.monotonic
        self._pending += header_line(header)
        self.flush()

    def write(self, events: Iterable[Event]) -> None:
        """Write what happened, as soon as the last write is a second ago.

        Raises:
            RecordingError: it cannot be written.
        """
        lines = [line_of(event) for event in events]
        if not lines:
            return
        self.events += len(lines)
        self._pending += "\n".join([*lines, ""]).encode()
        if self._clock() >= self._flushed_at + FLUSH_SECONDS:
            self.flush()

    @property
    def flush_in(self) -> float | None:
        """Seconds until what is pending should be flushed; None if nothing is."""
        if not self._pending:
            return None
        return max(0.0, self._flushed_at + FLUSH_SECONDS - self._clock())

    def flush(self) -> None:
        """Hand everything to the system.

        Raises:
            RecordingError: it cannot be written.
        """
        data = bytes(self._pending)
        self._pending.clear()
        self._flushed_at = self._clock()
        if self._deflate is not None and data:
            # A full flush: whatever is damaged before it, what comes after it can be read.
            data = self._deflate.compress(data) + self._deflate.flush(zlib.Z_FULL_FLUSH)
        self._put(data)

    def close(self, why: str = "over", at: float = 0.0) -> None:
        """Write the last line, and close; idempotent.

        Args:
            why: as :attr:`End.why`.
            at: the time of the latest event, in the events' seconds.

        Raises:
            RecordingError: it cannot be written.
        """
        if self._descriptor is None:
            return
        try:
            self._pending += end_line(End(at, self.events, why))
            self.flush()
            if self._deflate is not None:
                self._put(self._deflate.flush())
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Close, and leave the file as it is."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            with contextlib.suppress(OSError):
                os.close(descriptor)

    def _put(self, data: bytes) -> None:
        if self._descriptor is None:
            return
        left = memoryview(data)
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError as error:
            self.abandon()
            raise _failed(self.path, error) from error


def _failed(path: str | Path, error: OSError) -> RecordingError:
    why = error.strerror or str(error)
    return RecordingError(f"{printable(os.fspath(path))}: cannot be written: {why}")


def _opened(path: str | Path) -> int:
    """Open a file to write, unless something that is no recording is there."""
    name = printable(os.fspath(path))
    if not os.fspath(path):
        raise RecordingError("expected the name of a file, found it empty")
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(path, flags, 0o666)
    except IsADirectoryError:
        raise RecordingError(f"{name}: expected a file, found a folder") from None
    except FileNotFoundError:
        raise RecordingError(f"{name}: there is no such folder to write it in") from None
    except OSError as error:
        raise _failed(path, error) from error
    except ValueError:  # a NUL byte or a lone surrogate in the path
        raise RecordingError(f"{name}: no file can have this name") from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise RecordingError(f"{name}: expected a file, found a device, pipe or socket")
        begins = os.read(descriptor, max(map(len, _BEGINS)))
        if begins and not begins.startswith(_BEGINS):
            raise RecordingError(
                f"{name}: expected a new file or a recording, found something else, "
                "which is not written over"
            )
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
    except OSError as error:
        os.close(descriptor)
        raise _failed(path, error) from error
    except RecordingError:
        os.close(descriptor)
        raise
    return descriptor
