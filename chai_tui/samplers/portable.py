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

_CLOCK_SLACK = 1.0
"""Seconds by which the clock of start times may differ from ours."""


class PortableSampler:
    """Looks at processes and cores through psutil.

    Args:
        cores: the numbers of the cores that may be used.
        wall_clock: seconds since 1970, the clock of processes' start times.
    """

    maps_cores: bool = False
    measures_cores: bool = True
    measures_gil: bool = False
    wants_probes: bool = False
    unseen: str = ""

    def __init__(
        self, cores: Sequence[int], *, wall_clock: Callable[[], float] = time.time
    ) -> None:
        self._wall_clock = wall_clock
        self.cores = cores
        self._busy: dict[int, float] = {}
        self._core_times = dict(_core_times())
        self._processes: dict[int, _Process] = {}
        self._memory = MemoryRota(self._unique_bytes)

    def sample(self, at: float, watched: Sequence[Watched]) -> Sampled:
        """Return what cores and makers did since the last call; see :class:`Sampler`."""
        tids: dict[int, set[int]] = {}
        began_by: dict[int, float] = {}
        since_1970 = self._wall_clock() - at
        for someone in watched:
            tids.setdefault(someone.pid, set()).add(someone.tid)
            began_by[someone.pid] = someone.lived_at + since_1970
        self._processes = {
            pid: self._processes.get(pid) or _Process(pid, self._wall_clock) for pid in tids
        }
        for pid, process in self._processes.items():
            process.look(at, tids[pid], began_by[pid])
        memory = self._memory.sweep(at, tids)
        uses: list[MakerUse] = []
        carried: set[tuple[int, int]] = set()
        for maker, pid, tid, own_thread, *_ in watched:
            process = self._processes[pid]
            is_first = (pid, tid) not in carried
            carried.add((pid, tid))
            uses.append(
                MakerUse(
                    maker,
                    None,
                    process.share(tid, is_first=is_first),
                    None,
                    process.burned(tid) if own_thread else None,
                    memory.get(pid),
                    process.stopped,
                )
            )
        self._measure()
        cores = tuple(CoreUse(core, self._busy.get(core), None) for core in sorted(self.cores))
        return Sampled(at, cores, tuple(uses))

    def probe(self) -> None:
        """Do nothing: neither macOS nor Windows tells who waits for a lock."""

    def close(self) -> None:
        """Forget every process; there is nothing open."""
        self._processes.clear()

    def _measure(self) -> None:
        """Note the busy share of each core since the last call."""
        now = dict(_core_times())
        for core, (busy, total) in now.items():
            busy_before, total_before = self._core_times.get(core, (busy, total))
            if total > total_before:  # else the clock has not ticked: the last figure stands
                share = (busy - busy_before) / (total - total_before)
                self._busy[core] = min(1.0, max(0.0, share))
        self._core_times = now

    def _unique_bytes(self, pid: int) -> int | None:
        return self._processes[pid].unique_bytes()


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

    def look(self, at: float, tids: set[int], began_by: float) -> None:
        """Read its figures; those of a process that is gone are empty.

        Args:
            at: now, in seconds of ``time.monotonic()``.
            tids: the threads that makers use; once there were several, each is told by itself.
            began_by: when it had surely begun, in seconds since 1970.
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
                began = self._process.create_time()
            # Asked afterwards: whose figures were read is then known, too.
            if began > began_by + _CLOCK_SLACK or not self._process.is_running():
                raise psutil.NoSuchProcess(self._pid)
            age = self._wall_clock() - began
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

    def share(self, tid: int, *, is_first: bool) -> float | None:
        """Return the share of a core that the maker with this thread used; None if unknown.

        Args:
            tid: the thread's number.
            is_first: whether this maker carries the thread's share; others who use it have none.
        """
        share = self._shares.get(tid if self._by_thread else None)
        return share if is_first or share is None else 0.0

    def burned(self, tid: int) -> float | None:
        """Return the CPU seconds that the maker with this thread used since it started."""
        return self._burned.get(tid if self._by_thread else None)

    def unique_bytes(self) -> int | None:
        """Return the bytes that only this process has; None if they are unknown."""
        process = self._process
        try:
            if process is None or self._at is None:
                return None
            size = int(process.memory_full_info().uss)
            return size if process.is_running() else None
        except (psutil.Error, OSError):
            return None

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
