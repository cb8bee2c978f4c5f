"""The lines of a recording in pieces, and when what they tell of happened.

They are kept in memory up to a bound, and beyond it in a file without a name.
"""

from __future__ import annotations

import tempfile
from array import array
from bisect import bisect_right
from operator import attrgetter
from threading import Lock
from typing import IO, NamedTuple

from chai_tui.recording.form import RecordingError

MOST_IN_MEMORY = 64_000_000
"""Bytes of text: half a million events."""
SMALL = 32_768
"""Bytes: a piece with less is joined with the next, and read anew with it, which takes a
millisecond."""
_FIRST = attrgetter("first")


class Chunk(NamedTuple):
    """Some lines; it never changes.

    Attributes:
        first: how many events there are before it.
        times: the latest time that was told until each of its events, that one included.
        text: its lines, each with its end; None if they are in the file.
        place: where they are in it.
        length: how many bytes they are.
    """

    first: int
    times: array[float]
    text: bytes | None
    place: int
    length: int


class Chunks:
    """All of them. One thread adds to them, another reads.

    Args:
        most_in_memory: bytes of text.
        small: bytes of a piece, as above.
    """

    def __init__(self, most_in_memory: int = MOST_IN_MEMORY, small: int = SMALL) -> None:
        self._most = most_in_memory
        self._small = small
        self._kept: list[Chunk] = []
        self._in_memory = 0
        self._file: IO[bytes] | None = None
        self._file_length = 0
        self._lock = Lock()  # of the place in the file

    def add(self, times: array[float], text: bytes) -> None:
        """Add what comes next.

        Raises:
            RecordingError: it cannot be kept.
        """
        last = self._kept[-1] if self._kept else None
        self._in_memory += len(text)
        if last is not None and last.text is not None and last.length < self._small:
            text, times = last.text + text, last.times + times
            self._kept[-1] = Chunk(last.first, times, text, 0, len(text))
            return
        if last is not None and self._in_memory > self._most:
            self._kept[-1] = self._moved_to_file(last)
        first = 0 if last is None else last.first + len(last.times)
        self._kept.append(Chunk(first, times, text, 0, len(text)))

    def _moved_to_file(self, chunk: Chunk) -> Chunk:
        if chunk.text is None:
            return chunk
        place = self._file_length
        try:
            with self._lock:
                if self._file is None:
                    self._file = tempfile.TemporaryFile(prefix="chai-tui-")  # noqa: SIM115 - kept open
                self._file.seek(place)
                self._file.write(chunk.text)
                self._file.flush()
        except OSError as error:
            raise RecordingError(
                f"what is read of it cannot be kept: {error.strerror or error}"
            ) from error
        self._file_length += chunk.length
        self._in_memory -= chunk.length
        return chunk._replace(text=None, place=place)

    def text(self, chunk: Chunk) -> bytes:
        """Return the lines of one.

        Raises:
            RecordingError: they cannot be read again.
        """
        if chunk.text is not None:
            return chunk.text
        try:
            with self._lock:
                if self._file is None:
                    return b""
                self._file.seek(chunk.place)
                return self._file.read(chunk.length)
        except OSError as error:
            raise RecordingError(f"cannot be read again: {error.strerror or error}") from error

    def after(self, position: int) -> Chunk | None:
        """Return the one with the event that comes after so many others; None if there is none."""
        index = bisect_right(self._kept, position, key=_FIRST) - 1
        if index < 0:
            return None
        chunk = self._kept[index]
        return chunk if position < chunk.first + len(chunk.times) else None

    def position_at(self, at: float) -> int:
        """Return how many events had happened at a time."""
        index = bisect_right(self._kept, at, key=lambda chunk: chunk.times[0]) - 1
        if index < 0:
            return 0
        chunk = self._kept[index]
        return chunk.first + bisect_right(chunk.times, at)

    def close(self) -> None:
        """Forget what is in the file."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None
