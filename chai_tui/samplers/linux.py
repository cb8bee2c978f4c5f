"""Who is on which core, read from Linux's /proc.

The ``processor`` of a thread is where it ran *last*, and state R only says that it *would* run:
so what decides is the CPU time that it burned since the last look. File formats: proc(5) and
https://docs.kernel.org/scheduler/sched-stats.html.

One sweep on a virtual machine of 2 cores, four times a second, so that all caches are cold: three
makers 0.2 ms (half of it /proc/stat; 0.05 ms with warm caches), 1,000 threads that sleep 2.8 ms,
1,000 threads that all woke up in between 9.3 ms.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from chai_tui.model.events import CoreUse, MakerUse, Sampled
from chai_tui.samplers.kept_file import Budget, KeptFile
from chai_tui.samplers.linux_thread import Thread
from chai_tui.samplers.memory import MemoryRota
from chai_tui.samplers.protocol import Watched

ON_A_CORE = 0.01
"""Share of a core from which a maker counts as being on it: reporting progress ten times a
second takes 0.2 %, and is not worth a place in the picture."""
_NOTHING_KEPT = Budget(0)


def _since_boot() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class LinuxSampler:
    """Looks at threads, processes and cores through /proc.

    Args:
        cores: the numbers of the cores to report.
        proc: where /proc is.
        budget: how many descriptors may be kept open.
        boot_clock: seconds since the system started, time asleep included.
    """

    maps_cores: bool = True

    def __init__(
        self,
        cores: Sequence[int],
        *,
        proc: str = "/proc",
        budget: Budget | None = None,
        boot_clock: Callable[[], float] = _since_boot,
    ) -> None:
        self._proc = proc
        self._boot_clock = boot_clock
        self._budget = budget or Budget()
        self._threads: dict[tuple[int, int], Thread] = {}
        self._sweeps = 0
        self._memory = MemoryRota(self._unique_bytes)
        self._stat = KeptFile(f"{proc}/stat", self._budget)
        # A line of /proc/stat has ten numbers; it lists every core, not just ours.
        self._stat_size = 160 * (max(cores, default=0) + 2)
        self._busy = dict.fromkeys(sorted(cores), 0.0)
        self._ticks = self._read_ticks()  # so that the first sample has something to compare with

    def sample(self, at: float, watched: Sequence[Watched]) -> Sampled:
        """Return what cores and makers did since the last call; see :class:`Sampler`."""
        self._sweeps += 1
        memory = self._memory.sweep(at, (maker.pid for maker in watched))
        uses: list[MakerUse] = []
        ran: list[tuple[int, float]] = []
        for maker, pid, tid, own_thread in watched:
            thread = self._threads.get((pid, tid))
            if thread is None:
                thread = self._threads[pid, tid] = Thread(
                    f"{self._proc}/{pid}/task/{tid}", self._budget, self._boot_clock
                )
            elif thread.sweep == self._sweeps:  # somebody before us carries its figures
                uses.append(MakerUse(maker, None, 0.0, None, None, memory.get(pid), thread.stopped))
                continue
            thread.sweep = self._sweeps
            thread.look(at)
            share = thread.share
            if share > 0.0:
                ran.append((thread.processor, share))
            uses.append(
                MakerUse(
                    maker,
                    thread.processor if share >= ON_A_CORE else None,
                    share,
                    thread.ready_share,
                    thread.cpu_seconds if own_thread else None,
                    memory.get(pid),
                    thread.stopped,
                )
            )
        self._close_unwatched()
        return Sampled(at, share_out(self._read_busy(), ran), tuple(uses))

    def close(self) -> None:
        """Close every descriptor; idempotent."""
        self._sweeps += 1
        self._close_unwatched()
        self._stat.close()

    def _close_unwatched(self) -> None:
        gone = [key for key, thread in self._threads.items() if thread.sweep != self._sweeps]
        for key in gone:
            self._threads.pop(key).close()

    def _read_busy(self) -> Mapping[int, float]:
        """Return the busy share of each core since the last call."""
        ticks = self._read_ticks()
        for core, (busy, total) in ticks.items():
            busy_before, total_before = self._ticks.get(core, (busy, total))
            if total > total_before:  # else the clock has not ticked: the last figure stands
                share = (busy - busy_before) / (total - total_before)
                self._busy[core] = min(1.0, max(0.0, share))
        self._ticks = ticks
        return self._busy

    def _read_ticks(self) -> dict[int, tuple[int, int]]:
        """Return busy and all clock ticks of each core since the system started."""
        ticks: dict[int, tuple[int, int]] = {}
        for line in (self._stat.read(self._stat_size) or b"").split(b"\n")[1:-1]:
            if not line.startswith(b"cpu"):
                break
            try:
                # user nice system idle iowait irq softirq steal; guests' time is in user already
                name, *counts = line.split(b" ", 9)[:9]
                core, numbers = int(name[3:]), [int(count) for count in counts]
            except ValueError:
                continue
            if core in self._busy and len(numbers) >= 5:
                total = sum(numbers)
                ticks[core] = (total - numbers[3] - numbers[4], total)
        return ticks

    def _unique_bytes(self, pid: int) -> int | None:
        """Return the bytes that only this process has."""
        file = KeptFile(f"{self._proc}/{pid}/smaps_rollup", _NOTHING_KEPT)
        text = file.read(4_096)
        if text is None:
            return None
        kilobytes = [
            int(line.split()[1])
            for line in text.split(b"\n")
            if line.startswith((b"Private_Clean:", b"Private_Dirty:"))
        ]
        return sum(kilobytes) * 1_024 if kilobytes else None


def share_out(busy: Mapping[int, float], ran: Iterable[tuple[int, float]]) -> tuple[CoreUse, ...]:
    """Return each core's use, from how busy it was and how much threads burned that ended there.

    A thread that moved is known by its last core only. What would fill a core more than wholly was
    burned elsewhere: it goes to the cores whose busy share nobody has claimed. Clocks disagree a
    little (ticks here, nanoseconds there), so a core is at least as busy as makers kept it.

    Args:
        busy: the busy share of each core to report.
        ran: core and share of each thread.
    """
    makers = dict.fromkeys(busy, 0.0)
    for core, share in ran:
        if core in makers:
            makers[core] += share
    over = sum(max(0.0, share - 1.0) for share in makers.values())
    if over > 0.0:
        makers = {core: min(1.0, share) for core, share in makers.items()}
        for core in sorted(makers, key=lambda core: makers[core] - busy[core]):
            moved = min(over, max(0.0, busy[core] - makers[core]))
            makers[core] += moved
            over -= moved
    return tuple(
        CoreUse(core, max(share, makers[core]), makers[core]) for core, share in busy.items()
    )
