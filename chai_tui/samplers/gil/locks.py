"""Who has the GIL of each of many processes, as far as their memory may be read."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from chai_tui.samplers.gil.futex_rule import Image
from chai_tui.samplers.gil.layout import Layout, find_layout
from chai_tui.samplers.gil.memory import Memory
from chai_tui.samplers.waiting.permission import why_denied

MOST_OPEN = 64
"""Processes whose memory is kept open: each is a descriptor, and few are busy at once."""
_PAUSES = (0.5, 0.5, 0.5, 5.0)
"""Seconds after which it is looked for again, for ever: as long as nobody has it, whoever had it
last may be a thread that has ended; and a GIL that was off may be switched on."""
_DENIED = "its memory may not be read"


class Found(NamedTuple):
    """What is known of one process.

    Attributes:
        image: of its interpreter then.
        layout: where its lock is; None if that is not known.
        why: why it is not; empty if it is.
        tries: how often it was looked for.
        due_at: when it is looked for again; infinite: never.
    """

    image: Image
    layout: Layout | None
    why: str
    tries: int
    due_at: float


class Locks:
    """Finds the locks, and looks at them.

    Args:
        proc: where /proc is.
    """

    def __init__(self, proc: str) -> None:
        self._proc = proc
        self._found: dict[int, Found] = {}
        self._open: dict[int, Memory] = {}

    def find(self, at: float, pid: int, image: Image) -> str:
        """Find the lock of a process, unless that was done; return why it is not known.

        Args:
            at: now, in seconds.
            pid: the system's number of the process.
            image: of its interpreter.

        Returns:
            Empty if it is known.
        """
        found = self._found.get(pid)
        if found is not None and found.image != image:
            self._forget(pid)
            found = None
        if found is None or at >= found.due_at:
            found = self._found[pid] = self._look_for(
                at, pid, image, 0 if found is None else found.tries
            )
        return found.why

    def _look_for(self, at: float, pid: int, image: Image, tries: int) -> Found:
        try:
            memory = Memory(self._proc, pid)
        except OSError:
            why = why_denied(self._proc, pid, pid) or _DENIED
            return Found(image, None, why, tries, float("inf"))
        try:
            found = find_layout(self._proc, pid, image, memory)
        finally:
            memory.close()
        if isinstance(found, Layout):
            return Found(image, found, "", tries, float("inf"))
        pause = _PAUSES[min(tries, len(_PAUSES) - 1)]
        return Found(image, None, found, tries + 1, at + pause)

    def keep(self, pids: Collection[int], looked_at: Collection[int]) -> None:
        """Forget all but some processes, and close whatever is not looked at.

        Args:
            pids: those that are watched.
            looked_at: those of them that may hold up each other's threads.
        """
        if not self._found.keys() <= set(pids):
            for pid in [pid for pid in self._found if pid not in pids]:
                self._forget(pid)
        for pid in [pid for pid in self._open if pid not in looked_at]:
            self._open.pop(pid).close()

    def holder(self, pid: int) -> int | None:
        """Return the number of the thread that has a process's GIL now.

        Returns:
            0 if nobody has it, -1 if nobody knows who; None if it is not known at all.
        """
        found = self._found.get(pid)
        if found is None or found.layout is None:
            return None
        memory = self._open.get(pid)
        if memory is None:
            if len(self._open) >= MOST_OPEN:
                return None
            try:
                memory = self._open[pid] = Memory(self._proc, pid)
            except OSError:
                return None
        holder = found.layout.holder_in(memory)
        if holder is None:  # it is gone, or runs another program now, which is looked at anew
            self._forget(pid)
        return holder

    def close(self) -> None:
        """Look at nobody any more; idempotent."""
        for pid in [*self._found]:
            self._forget(pid)

    def _forget(self, pid: int) -> None:
        self._found.pop(pid, None)
        if memory := self._open.pop(pid, None):
            memory.close()
