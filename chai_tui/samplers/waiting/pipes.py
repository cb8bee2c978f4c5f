"""Who is at the other end of a pipe, among the processes that are watched."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

LEAST_SECONDS = 0.4
"""Between two searches."""
COST_SHARE = 0.005
"""Share of one core that searching may take: among many processes it is done less often."""
_MOST_NAMED = 3
_WRITABLE = 0o200


class _Ends(NamedTuple):
    readers: set[int]
    writers: set[int]


class Pipes:
    """The pipes of the processes that are watched.

    Args:
        proc: where /proc is.
        cpu_clock: CPU seconds of the thread that looks.
    """

    def __init__(self, proc: str, cpu_clock: Callable[[], float] = time.thread_time) -> None:
        self._proc = proc
        self._cpu_clock = cpu_clock
        self._ends: dict[str, _Ends] = {}
        self._next_at = float("-inf")

    def words(
        self, at: float, pid: int, pids: Collection[int], inode: str, *, writes: bool
    ) -> tuple[str, bool]:
        """Return what a pipe is.

        Args:
            at: now, in seconds.
            pid: of the process that waits.
            pids: of those among whom the other end is looked for.
            inode: the pipe's number.
            writes: whether it waits for room to write.

        Returns:
            ``pipe`` if nobody has the other end, ``its own pipe`` if it alone has: a jobserver's;
            and whether that may be found out later. Of several who have it, nobody knows who uses
            it: a fork leaves it open.
        """
        if at >= self._next_at:
            began = self._cpu_clock()
            self._search(pids)
            cost = self._cpu_clock() - began
            self._next_at = at + max(LEAST_SECONDS, cost / COST_SHARE)
        others = [other for other in self._others(pid, inode, writes=writes) if other in pids]
        if not others:
            return "pipe", True
        if others == [pid]:
            return "its own pipe", False
        if len(others) > _MOST_NAMED:
            return f"pipe held open by {len(others)} processes", False
        way = "held open by" if len(others) > 1 else "to" if writes else "from"
        return f"pipe {way} pid {', '.join(map(str, others))}", False

    def _others(self, pid: int, inode: str, *, writes: bool) -> list[int]:
        """Who has the other end: itself only if nobody else has, since a fork leaves both open."""
        ends = self._ends.get(inode)
        if ends is None:
            return []
        have = ends.readers if writes else ends.writers
        return sorted(have - {pid} or have)

    def _search(self, pids: Collection[int]) -> None:
        self._ends = {}
        for pid in pids:
            for inode, is_writer in self._of(pid):
                ends = self._ends.setdefault(inode, _Ends(set(), set()))
                (ends.writers if is_writer else ends.readers).add(pid)

    def _of(self, pid: int) -> Iterator[tuple[str, bool]]:
        folder = f"{self._proc}/{pid}/fd"
        try:
            numbers = os.listdir(folder)  # noqa: PTH208 - pathlib costs an import
        except OSError:
            return
        for number in numbers:
            try:
                link = os.readlink(f"{folder}/{number}")  # noqa: PTH115 - likewise
                if link.startswith("pipe:["):
                    mode = os.lstat(f"{folder}/{number}").st_mode
                    yield link[6:-1], bool(mode & _WRITABLE)
            except OSError:  # it was closed just now
                continue
