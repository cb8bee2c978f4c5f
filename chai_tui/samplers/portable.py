"""Core and maker figures by psutil, for systems that do not tell which core a thread is on.

macOS and Windows tell how busy each core is and what each process burned, but not where: so nobody
is put on a core, rather than on one that was guessed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence

import psutil

from chai_tui.model.events import CoreUse, MakerUse, Sampled
from chai_tui.samplers.memory import MemoryRota
from chai_tui.samplers.protocol import Watched

_HAS_THREAD_IDS = sys.platform != "darwin"
"""On macOS psutil numbers the threads of a process from 1, which says nothing about who is who."""


class PortableSampler:
    """Looks at processes and cores through psutil.

    Args:
        cores: the numbers of the cores to report.
        wall_clock: seconds since 1970, the clock of processes' start times.
    """

    maps_cores: bool = False

    def __init__(
        self, cores: Sequence[int], *, wall_clock: Callable[[], float] = time.time
    ) -> None:
        self._wall_clock = wall_clock
        self._busy = dict.fromkeys(sorted(cores), 0.0)
        self._core_times = dict(_core_times())
        self._processes: dict[int, _Process] = {}
        self._memory = MemoryRota(_unique_bytes)

    def sample(self, at: float, watched: Sequence[Watched]) -> Sampled:
        """Return what cores and makers did since the last call; see :class:`Sampler`."""
        tids: dict[int, set[int]] = {}
        for someone in watched:
            tids.setdefault(someone.pid, set()).add(someone.tid)
        self._processes = {
            pid: self._processes.get(pid) or _Process(pid, self._wall_clock) for pid in tids
        }
        memory = self._memory.sweep(at, tids)
        for pid, process in self._processes.items():
            process.look(at, tids[pid])
        uses: list[MakerUse] = []
        carried: set[tuple[int, int]] = set()
        for maker, pid, tid, own_thread in watched:
            process = self._processes[pid]
            is_first = (pid, tid) not in carried
            carried.add((pid, tid))
            uses.append(
                MakerUse(
                    maker,
                    None,
                    process.share(tid) if is_first else 0.0,
                    None,
                    process.burned(tid) if own_thread else None,
                    memory.get(pid),
                    process.stopped,
                )
            )
        cores = tuple(CoreUse(core, busy, None) for core, busy in self._read_busy().items())
        return Sampled(at, cores, tuple(uses))

    def close(self) -> None:
        """Forget every process; there is nothing open."""
        self._processes.clear()

    def _read_busy(self) -> dict[int, float]:
        """Return the busy share of each core since the last call."""
        now = dict(_core_times())
        for core in self._busy:
            busy, total = now.get(core, (0.0, 0.0))
            busy_before, total_before = self._core_times.get(core, (busy, total))
            if total > total_before:  # else the clock has not ticked: the last figure stands
                share = (busy - busy_before) / (total - total_before)
                self._busy[core] = min(1.0, max(0.0, share))
        self._core_times = now
        return self._busy


class _Process:
    """One process, and what it and its threads burned between the last two looks."""

    def __init__(self, pid: int, wall_clock: Callable[[], float]) -> None:
        self.stopped: bool | None = None
        self._pid = pid
        self._wall_clock = wall_clock
        self._process: psutil.Process | None = None
        self._by_thread = False
        self._at: float | None = None
        self._burned: dict[int | None, float] = {}
        self._shares: dict[int | None, float] = {}

    def look(self, at: float, tids: set[int]) -> None:
        """Read its figures; those of a process that is gone are empty.

        Args:
            at: now, in seconds of ``time.monotonic()``.
            tids: the threads that makers use; once there were several, each is told by itself.
        """
        if self._at is not None and at <= self._at:
            return
        self._by_thread |= len(tids) > 1
        try:
            self._process = self._process or psutil.Process(self._pid)
            with self._process.oneshot():
                burned = dict(self._read(self._process))
                status = self._process.status()
                gone = status in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}
                self.stopped = None if gone else status == psutil.STATUS_STOPPED
                age = self._wall_clock() - self._process.create_time()
        except (psutil.Error, OSError):
            self.stopped, self._at, self._burned, self._shares = None, None, {}, {}
            return
        if self._at is None:  # what burned so far, it burned since it started
            before, elapsed = dict.fromkeys(burned, 0.0), age
        else:
            before, elapsed = self._burned, at - self._at
        self._shares = {
            key: max(0.0, seconds - before.get(key, seconds)) / elapsed if elapsed > 0 else 0.0
            for key, seconds in burned.items()
        }
        self._at, self._burned = at, burned

    def share(self, tid: int) -> float:
        """Return the share of a core that the maker with this thread used."""
        return self._shares.get(tid if self._by_thread else None, 0.0)

    def burned(self, tid: int) -> float | None:
        """Return the CPU seconds that the maker with this thread used since it started."""
        return self._burned.get(tid if self._by_thread else None)

    def _read(self, process: psutil.Process) -> Iterator[tuple[int | None, float]]:
        """Yield the CPU seconds of each thread, or, without a number, of the whole process."""
        if not self._by_thread:
            times = process.cpu_times()
            yield None, times.user + times.system
        elif _HAS_THREAD_IDS:
            for thread in process.threads():
                yield thread.id, thread.user_time + thread.system_time


def _core_times() -> Iterator[tuple[int, tuple[float, float]]]:
    """Yield busy and all seconds of each core since the system started."""
    for core, times in enumerate(psutil.cpu_times(percpu=True)):
        # Linux counts guests' time in user and nice already, and waiting for a disk as idle.
        total = sum(times) - getattr(times, "guest", 0.0) - getattr(times, "guest_nice", 0.0)
        yield core, (total - times.idle - getattr(times, "iowait", 0.0), total)


def _unique_bytes(pid: int) -> int | None:
    try:
        return int(psutil.Process(pid).memory_full_info().uss)
    except (psutil.Error, OSError):
        return None
