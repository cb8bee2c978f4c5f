"""The memory of another process, which is only ever read."""

from __future__ import annotations

import os


class Memory:
    """The memory of a process as it is now: of what it executes later, nothing is read.

    It is neither stopped nor written to.

    Args:
        proc: where /proc is.
        pid: the system's number of the process.

    Raises:
        OSError: it may not be read, or is gone.
    """

    def __init__(self, proc: str, pid: int) -> None:
        self._file = os.open(f"{proc}/{pid}/mem", os.O_RDONLY | os.O_CLOEXEC)

    def read(self, address: int, size: int) -> bytes | None:
        """Return so many bytes; None if there is no such address, or no such process any more."""
        try:
            data = os.pread(self._file, size, address)
        except (OSError, OverflowError):
            return None
        return data if len(data) == size else None

    def close(self) -> None:
        """Read no more; idempotent."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
