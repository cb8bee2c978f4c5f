"""The queue that a station reports through. Runs at both ends; standard library only.

    child                          parent
    put() ── one write ── pipe ──▶ ReportPipe (pipes.py): whole chunks, cut into reports

The parent could as well call ``get``; see there why it does not.
"""

from __future__ import annotations

import os
from multiprocessing.context import BaseContext
from multiprocessing.queues import SimpleQueue
from typing import Any

from chai_tui.sources.live.station import wire
from chai_tui.sources.live.station.wire import HEADER, decoded, encoded


class ReportQueue(SimpleQueue[Any]):
    """A multiprocessing queue that one station writes and its parent reads.

    ``SimpleQueue`` has a lock at each end, for processes that share it: two semaphores, which Linux
    keeps in ``/dev/shm``. Nobody shares this one. Only the parent reads, and reports are written in
    one piece, so it works without ``/dev/shm``, and no signal handler that prints in the middle of
    a report waits for a lock in vain. Where a pipe takes no whole report, writers take turns.

    Only the writing end goes to a child: a station whose parent is gone finds its pipe broken.

    Attributes:
        reader: the parent's end.
        writer: the station's end.
    """

    def __init__(self, *, ctx: BaseContext) -> None:
        self.reader, self.writer = ctx.Pipe(duplex=False)
        # One that its owner may take again, as above; whatever a maker forks takes turns too.
        self._lock: Any = None if wire.IS_ATOMIC else ctx.RLock()
        self._descriptor = self.writer.fileno()

    def __getstate__(self) -> Any:
        return self.writer, self._lock

    def __setstate__(self, state: Any) -> None:
        self.writer, self._lock = state
        self._descriptor = self.writer.fileno()

    def put(self, item: object) -> None:
        """Write an item; it is in the pipe when the call returns.

        By hand where the pipe is atomic: 0.8 µs instead of the 1.5 of ``send_bytes``.

        Raises:
            BrokenPipeError: nobody reads any more.
        """
        message = encoded(item)  # type: ignore[arg-type] # raises what a file raises
        if self._lock is None:
            os.write(self._descriptor, HEADER.pack(len(message)) + message)
        else:
            with self._lock:
                self.writer.send_bytes(message)

    def get(self) -> Any:
        """Return the next item, as soon as there is one."""
        return decoded(self.reader.recv_bytes())

    def empty(self) -> bool:
        """Whether there is nothing to get."""
        return not self.reader.poll()

    def close(self) -> None:
        """Close both ends, where they were made."""
        self.reader.close()
        self.writer.close()
