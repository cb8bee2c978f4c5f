"""Which processes belong to the program."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection
from typing import NamedTuple

from chai_tui.sources.program.connector import ProcessEvents


class Came(NamedTuple):
    """A process is there."""

    pid: int
    parent: int
    began: int


class Execed(NamedTuple):
    """It executes something else now."""

    pid: int


class ThreadsChanged(NamedTuple):
    """It has other threads now."""

    pid: int


class Went(NamedTuple):
    """A process ended."""

    pid: int
    exitcode: int | None
    cpu_seconds: float | None = None


class Following:
    """Follows a tree of processes."""

    def __init__(
        self,
        roots: Collection[int],
        *,
        adopts: bool,
        proc: str = "/proc",
        events: ProcessEvents | None = None,
    ) -> None:
        self.missed = 0.0
        self.is_told = False
        self._adopts = adopts
        self.open: dict[int, int] = {}
        self._roots = [*roots]
        if adopts:
            import ctypes  # noqa: PLC0415

            ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)

    def look(self) -> list[Came | Execed | ThreadsChanged | Went]:
        """Return who came and went."""
        changes: list[Came | Execed | ThreadsChanged | Went] = []
        new = [(pid, 0) for pid in self._roots]
        self._roots = []
        for pid in [*self.open]:
            with contextlib.suppress(OSError):
                for tid in os.listdir(f"/proc/{pid}/task"):
                    with open(f"/proc/{pid}/task/{tid}/children") as file:
                        new += [(int(child), pid) for child in file.read().split()]
        if self._adopts:
            with open(f"/proc/self/task/{os.getpid()}/children") as file:
                new += [(int(child), 0) for child in file.read().split()]
        for pid, parent in new:
            if pid not in self.open:
                self.open[pid] = 0
                changes.append(Came(pid, parent, 0))
        for pid in [*self.open]:
            code: int | None = None
            try:
                got, status = os.waitpid(pid, os.WNOHANG)
                if got == 0:
                    continue
                code = os.waitstatus_to_exitcode(status)
            except ChildProcessError:
                if os.path.exists(f"/proc/{pid}"):
                    continue
            del self.open[pid]
            changes.append(Went(pid, code))
        return changes

    def close(self) -> None:
        """Done."""
