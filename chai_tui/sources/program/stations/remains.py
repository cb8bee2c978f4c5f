"""What is still to be told of processes that have ended: who was not joined, who lacked memory."""

from __future__ import annotations

import signal
from collections.abc import Collection, Iterable

from chai_tui.host.cgroup import OomWatch
from chai_tui.model.events import Event, Exited
from chai_tui.model.program_events import OutOfMemory, Unjoined

_MEMORY_SECONDS = 0.25
"""So often it is looked whom the system killed for lack of memory while nobody was killed."""


class Remains:
    """Looks after them."""

    def __init__(self) -> None:
        self._memory = OomWatch()
        self._memory_at = float("-inf")
        self._killed: dict[int, int] = {}
        """Stations of those whom SIGKILL ended, and not ours, by number."""
        self._new: dict[int, int] = {}
        """Those of them since the last look."""
        self._unjoined: dict[int, int] = {}
        """Stations of the zombies that were told of, by number."""

    def lives(self, pid: int, parent: int = 0) -> None:
        """Note where a process belongs; again when it executes something else."""
        self._memory.watch(pid, parent)

    def ended(self, pid: int, station: int, ends: Iterable[Event]) -> None:
        """Note how a process ended, as the ends of its threads tell."""
        codes = [end.exitcode for end in ends if isinstance(end, Exited) and not end.ours]
        if -signal.SIGKILL in codes:
            self._new[pid] = station
        else:
            self._memory.forget(pid)

    def is_zombie(self, pid: int, station: int, at: float) -> list[Event]:
        """Note that nobody has joined one for a while."""
        self._unjoined[pid] = station
        return [Unjoined(at, station)]

    def look(self, at: float, zombies: Collection[int]) -> list[Event]:
        """Return who was joined by now, and who had lacked memory.

        Args:
            at: now.
            zombies: those whom nobody has joined.
        """
        gone = [pid for pid in self._unjoined if pid not in zombies]
        joined = [Unjoined(at, self._unjoined.pop(pid), is_joined=True) for pid in gone]
        if not self._new and at < self._memory_at:
            return [*joined]
        self._memory_at = at + _MEMORY_SECONDS
        self._killed |= self._new
        found = self._memory.look(at, self._new)
        self._new = {}
        return [*joined, *[OutOfMemory(at, self._killed[pid], found[pid]) for pid in found]]
