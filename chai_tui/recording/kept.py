"""What happened so far, kept so that it can be saved at any time: in memory, then in a file."""

from __future__ import annotations

import contextlib
import os
import pickle
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from chai_tui.model.events import Event, RunBegan
from chai_tui.model.text import printable

if TYPE_CHECKING:
    from io import FileIO
    from pathlib import Path

    from chai_tui.recording.form import Header
    from chai_tui.recording.output import RecordingFile

MEMORY_BYTES = 32_000_000
"""Kept in memory: 700,000 events, or half an hour of forty makers. More is kept in a file without
a name, in the folder for temporary files."""


class KeptRun:
    """Every event of a run, oldest first; any thread may ask for them while one adds to them.

    Attributes:
        problem: why something is missing; empty as long as nothing is.

    Args:
        command: what was typed, for the header of what is saved.
        most: bytes that are kept in memory.
    """

    def __init__(self, command: str = "", most: int = MEMORY_BYTES) -> None:
        self.problem = ""
        self._command = command
        self._most = most
        self._run: RunBegan | None = None
        self._began = time.time()
        self._lock = threading.Lock()
        self._batches: list[bytes] = []  # pickled; those before them are in the file
        self._bytes = 0
        self._file: FileIO | None = None
        self._file_bytes = 0  # of whole batches: a write that failed may leave more behind them
        self._is_closed = False

    def add(self, events: Sequence[Event]) -> None:
        """Keep what happened."""
        if not events or self.problem or self._is_closed:
            return
        if self._run is None:
            first = events[0]
            self._run = first if isinstance(first, RunBegan) else RunBegan(first.at)
            self._began = time.time()
        # 1.5 µs and 43 bytes an event; as lines it would be 5 µs and 150 bytes.
        data = pickle.dumps(list(events), pickle.HIGHEST_PROTOCOL)
        with self._lock:
            self._batches.append(data)
            self._bytes += sys.getsizeof(data)
            if self._bytes > self._most:
                self._move_to_file()

    def _move_to_file(self) -> None:
        import tempfile  # noqa: PLC0415 - not for the first screen

        try:
            if self._file is None:
                # Unbuffered: what a full disk refused must not be tried again later.
                self._file = tempfile.TemporaryFile(prefix="chai-tui-", buffering=0)  # noqa: SIM115
            self._file.seek(self._file_bytes)
            written = 0
            for batch in self._batches:
                left = memoryview(len(batch).to_bytes(8, "little") + batch)
                written += len(left)
                while left:
                    left = left[self._file.write(left) :]
        except OSError as error:
            self.problem = f"the run can be saved only until here: {error.strerror or error}"
            return
        self._file_bytes += written
        self._batches.clear()
        self._bytes = 0

    def batches(self) -> Iterator[list[Event]]:
        """Yield what has happened by now.

        Raises:
            OSError: it cannot be read again.
        """
        with self._lock:
            recent = list(self._batches)
            end = self._file_bytes
        place = 0
        while place < end:
            with self._lock:
                if self._file is None:
                    raise OSError("the run was left meanwhile")
                self._file.seek(place)
                length = int.from_bytes(self._file.read(8), "little")
                data = self._file.read(length)
            place += 8 + length
            yield pickle.loads(data)  # noqa: S301 - nobody else can write to a file without a name
        for data in recent:
            yield pickle.loads(data)  # noqa: S301 - our own memory

    def save(self, path: Path) -> int:
        """Write everything so far into a new file, as a recording; return how many events it has.

        One that cannot be written whole is removed again.

        Raises:
            FileExistsError: there is something already.
            RecordingError: it cannot be written; the text names the path.
        """
        from chai_tui.recording.form import RecordingError  # noqa: PLC0415 - not for the first screen
        from chai_tui.recording.output import RecordingFile, header_of  # noqa: PLC0415 - likewise

        header = header_of(self._run or RunBegan(0.0), self._command, self._began)
        name = printable(os.fspath(path))
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
        except FileExistsError:
            raise
        except OSError as error:
            raise RecordingError(f"{name}: cannot be written: {error.strerror}") from error
        except ValueError:  # a NUL byte or a lone surrogate in the path
            raise RecordingError(f"{name}: no file can have this name") from None
        try:
            return self._write_to(RecordingFile(path), header)
        except (OSError, RecordingError) as error:
            with contextlib.suppress(OSError):
                path.unlink()
            if isinstance(error, RecordingError):
                raise
            why = error.strerror or error
            raise RecordingError(f"{name}: cannot be written: {why}") from error

    def _write_to(self, file: RecordingFile, header: Header) -> int:
        latest = header.monotonic
        try:
            file.begin(header)
            for batch in self.batches():
                file.write(batch)
                latest = max(latest, *(event.at for event in batch))
            file.close("saved", latest)
        finally:
            file.abandon()
        return file.events

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            self._is_closed = True
            if self._file is not None:
                self._file.close()
                self._file = None
            self._batches.clear()
