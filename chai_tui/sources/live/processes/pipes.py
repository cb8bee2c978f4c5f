"""The parent's ends of a station's pipes: none of them ever blocks.

``multiprocessing.Connection`` frames a message as its length (four bytes, big-endian, signed) and
then its bytes. Reading whole chunks and cutting the frames out here is three times as fast as
``recv`` (450,000 events a second from eight children against 150,000), and never waits for the
rest of a message whose sender was stopped in the middle.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import sys
from collections import deque
from multiprocessing.connection import Connection
from typing import Any

from chai_tui.sources.live.station.report_queue import ReportQueue
from chai_tui.sources.live.station.wire import HEADER, decoded

CHUNK = 65_536
"""Bytes read at once: what a Linux pipe holds."""
_FRAME_LIMIT = 1 << 20
"""No report is nearly as long; a longer frame means that the maker wrote into the pipe itself."""
_HAS_MESSAGE_PIPES = sys.platform == "win32"
"""Whether a pipe takes and gives whole messages, and neither blocks nor ends as POSIX has it."""


class _ReadingEnd:
    """The reading end of a pipe that a station writes.

    Args:
        reader: the pipe's connection; it stays the caller's.
    """

    def __init__(self, reader: Connection[Any, Any]) -> None:
        self.reader = reader
        self.ended = False
        """Whether the end of file was reached: every writer closed its end."""
        if not _HAS_MESSAGE_PIPES:
            os.set_blocking(reader.fileno(), False)

    def _chunk(self) -> bytes:
        """Return the bytes that are there now, at most one chunk."""
        try:
            chunk = os.read(self.reader.fileno(), CHUNK)
        except BlockingIOError:
            return b""
        self.ended = not chunk
        return chunk


class ReportPipe(_ReadingEnd):
    """The reading end of a station's queue.

    Args:
        queue: it stays the caller's.
    """

    def __init__(self, queue: ReportQueue) -> None:
        super().__init__(queue.reader)
        self._queue = queue
        self._rest = b""
        self.garbled = ""
        """What came that no station writes; nothing after it can be understood."""
        self.has_more = True
        """Whether the last read found something, so that there may be more."""

    def read(self) -> list[Any]:
        """Return the whole messages that are there now, at most about one chunk of them."""
        return self._receive() if _HAS_MESSAGE_PIPES else self._read_frames()

    def _read_frames(self) -> list[Any]:
        chunk = self._chunk()
        self.has_more = bool(chunk)
        data = self._rest + chunk if self._rest else chunk
        size = len(data)
        begin = 0
        messages = []
        try:
            while begin + 4 <= size:
                (length,) = HEADER.unpack_from(data, begin)
                if not 0 < length <= _FRAME_LIMIT:
                    raise ValueError(f"a message of {length} bytes")  # noqa: TRY301 - one way out
                end = begin + 4 + length
                if end > size:
                    break
                messages.append(decoded(data[begin + 4 : end]))
                begin = end
        except BaseException as error:  # noqa: BLE001 - decoding garbage may raise anything
            self.garbled = str(error) or type(error).__name__
        self._rest = data[begin:]
        return messages

    def _receive(self) -> list[Any]:
        """Windows: message pipes cannot be read in part, and cannot be left half-written."""
        messages: list[Any] = []
        try:
            while len(messages) < CHUNK // 64 and not self._queue.empty():
                messages.append(self._queue.get())
        except (EOFError, OSError):
            self.ended = True
        except BaseException as error:  # noqa: BLE001 - decoding garbage may raise anything
            self.garbled = str(error) or type(error).__name__
        self.has_more = bool(messages)
        return messages


class OutletPipe(_ReadingEnd):
    """The reading end of what a station writes to descriptors 1 and 2 (not on Windows)."""

    def read(self) -> bytes:
        """Return the bytes that are there now, at most one chunk."""
        return self._chunk()


class RequestPipe:
    """The writing end of a station's lifeline.

    A stopped station reads nothing, and a pipe holds only so much: what does not fit waits here.

    Args:
        writer: the pipe's connection; it stays the caller's.
    """

    def __init__(self, writer: Connection[Any, Any]) -> None:
        self._writer = writer
        self._waiting: deque[bytes] = deque()
        if not _HAS_MESSAGE_PIPES:
            os.set_blocking(writer.fileno(), False)

    @property
    def is_waiting(self) -> bool:
        """Whether something did not fit yet: call :meth:`flush` when the pipe is writable."""
        return bool(self._waiting)

    def send(self, request: object) -> None:
        """Send a request, now or as soon as it fits. A station that is gone takes none."""
        if _HAS_MESSAGE_PIPES:
            with contextlib.suppress(OSError):
                self._writer.send(request)
            return
        message = pickle.dumps(request)
        self._waiting.append(HEADER.pack(len(message)) + message)
        self.flush()

    def flush(self) -> None:
        """Write what fits."""
        while self._waiting:
            data = self._waiting[0]
            try:
                written = os.write(self._writer.fileno(), data)
            except BlockingIOError:
                return
            except OSError:  # the station is gone
                self._waiting.clear()
                return
            if written == len(data):
                self._waiting.popleft()
            else:
                self._waiting[0] = data[written:]
