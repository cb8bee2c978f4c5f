"""What happened so far, kept so that it can be saved at any time: in memory, then in a file."""

from __future__ import annotations

import os
import pickle
import threading
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO

from chai_tui.model.events import Event, RunBegan

if TYPE_CHECKING:
    from pathlib import Path

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
        self._file: BinaryIO | None = None

    def add(self, events: Sequence[Event]) -> None:
        """Keep what happened."""
        if not events or self.problem:
            return
        if self._run is None:
            first = events[0]
            self._run = first if isinstance(first, RunBegan) else RunBegan(first.at)
            self._began = time.time()
        # 1.5 µs and 43 bytes an event; as lines it would be 5 µs and 150 bytes.
        data = pickle.dumps(list(events), pickle.HIGHEST_PROTOCOL)
        with self._lock:
            self._batches.append(data)
            self._bytes += len(data)
            if self._bytes > self._most:
                self._move_to_file()

    def _move_to_file(self) -> None:
        import tempfile  # noqa: PLC0415 - not for the first screen

        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="chai-tui-")  # noqa: SIM115 - kept open
            self._file.seek(0, os.SEEK_END)
            for batch in self._batches:
                self._file.write(len(batch).to_bytes(8, "little") + batch)
            self._file.flush()
        except OSError as error:
            self.problem = f"the run can be saved only until here: {error.strerror or error}"
            return
        self._batches.clear()
        self._bytes = 0

    def batches(self) -> Iterator[list[Event]]:
        """Yield what has happened by now.

        Raises:
            OSError: it cannot be read again.
        """
        with self._lock:
            recent = list(self._batches)
            end = 0
            if self._file is not None:
                self._file.seek(0, os.SEEK_END)
                end = self._file.tell()
        place = 0
        while place < end and self._file is not None:
            with self._lock:
                self._file.seek(place)
                length = int.from_bytes(self._file.read(8), "little")
                data = self._file.read(length)
            place += 8 + length
            yield pickle.loads(data)  # noqa: S301 - nobody else can write to a file without a name
        for data in recent:
            yield pickle.loads(data)  # noqa: S301 - our own memory

    def save(self, path: Path) -> int:
        """Write everything so far into a new file, as a recording; return how many events it has.

        Raises:
            FileExistsError: there is something already.
            RecordingError: it cannot be written; the text names the path.
        """
        from chai_tui.recording.form import RecordingError  # noqa: PLC0415 - not for the first screen
        from chai_tui.recording.output import RecordingFile, header_of  # noqa: PLC0415 - likewise

        header = header_of(self._run or RunBegan(0.0), self._command, self._began)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
        file = RecordingFile(path)
        latest = header.monotonic
        try:
            file.begin(header)
            for batch in self.batches():
                file.write(batch)
                latest = max(latest, *(event.at for event in batch))
            file.close("saved", latest)
        except (OSError, RecordingError) as error:
            file.abandon()
            raise RecordingError(str(error)) from error
        return file.events

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None
            self._batches.clear()
