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
from collections.abc import Callable, Sequence

from chai_tui.host.process_stat import why_unseen
from chai_tui.model.events import MakerUse, Sampled
from chai_tui.samplers.gil.locks import Locks
from chai_tui.samplers.kernel.cores import ON_A_CORE, Cores
from chai_tui.samplers.kernel.kept_file import Budget, KeptFile
from chai_tui.samplers.kernel.own_proc import HIDDEN, hides_any
from chai_tui.samplers.kernel.thread import Thread, began_at
from chai_tui.samplers.linux_probes import Probes
from chai_tui.samplers.memory import MemoryRota
from chai_tui.samplers.protocol import Watched

_STAT_SIZE = 4_096
_NOTHING_KEPT = Budget(0)
_UNKNOWN = (None,) * 6
"""The figures of a maker of whom nothing is known."""


def since_boot() -> float:
    """Return the seconds since the system started, time asleep included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class LinuxSampler:
    """Looks at threads, processes and cores through /proc.

    Attributes:
        cores: the numbers of the cores that may be used.
        unseen: why makers cannot be looked at; empty where they can.

    Args:
        cores: the numbers of the cores that may be used.
        proc: where /proc is.
        budget: how many descriptors may be kept open.
        boot_clock: seconds since the system started, time asleep included.
        locks: knows who has the GIL; None: nobody does.
        attach: whether system calls may be looked at.
    """

    def __init__(
        self,
        cores: Sequence[int],
        *,
        proc: str = "/proc",
        budget: Budget | None = None,
        boot_clock: Callable[[], float] = since_boot,
        locks: Locks | None = None,
        attach: bool = True,
    ) -> None:
        self._proc = proc
        self._boot_clock = boot_clock
        self._budget = budget or Budget()
        self._threads: dict[tuple[int, int], Thread] = {}
        self._watched: list[Watched] = []
        self._whom: list[tuple[Watched, Thread]] = []
        """Those, and their threads: nearly always the same as before."""
        self._lived_at: dict[int, float] = {}
        self._sweeps = 0
        self._memory = MemoryRota(self._unique_bytes)
        self._sharing: list[tuple[Watched, Thread]] = []
        self._probes = Probes(proc, locks, works=attach)
        self._begun_by: dict[int, float] = {}  # of those watched now, in seconds since the start
        self._cores = Cores(proc, self._budget)
        self.cores = cores
        self.unseen = why_unseen(proc)

    @property
    def maps_cores(self) -> bool:
        """Whether it is known which core a thread is on."""
        return not self.unseen and not self._cores.is_mock

    @property
    def measures_cores(self) -> bool:
        """Whether it is known how busy the cores are."""
        return self._cores.counts

    @property
    def measures_gil(self) -> bool:
        """Whether it is known who waits for the GIL."""
        return self._probes.work

    def sample(self, at: float, watched: Sequence[Watched]) -> Sampled:
        """Return what cores and makers did since the last call; see :class:`Sampler`."""
        self._sweeps += 1
        was_hidden = self.unseen == HIDDEN
        self.unseen = why_unseen(self._proc)
        ran: list[tuple[int, float]] = []
        self._watch([] if self.unseen else watched)
        uses = [] if self.unseen else self._look_at(at, ran)
        sees_nobody = (
            not self.unseen
            and all(use.stopped is None for use in uses)
            and not any(thread.left_out for thread in self._threads.values())
        )
        if sees_nobody and (was_hidden or hides_any(self._proc, {who.pid for who in watched})):
            self.unseen = HIDDEN
        if self.unseen:
            uses = [MakerUse(who.maker, *_UNKNOWN) for who in watched]
            self._watch([])
        self._probes.choose(at, [] if self.unseen else self._sharing, self._begun_by)
        cores = self._cores.uses(at, self.cores, ran, is_known=self.maps_cores)
        return Sampled(at, cores, tuple(uses))

    def _look_at(self, at: float, ran: list[tuple[int, float]]) -> list[MakerUse]:
        """Return what makers did; ``ran`` takes the core and the share of each thread."""
        memory = self._sweep_memory(at)
        uses: list[MakerUse] = []
        self._sharing = []
        for who, thread in self._whom:
            if thread.sweep == self._sweeps:
                uses.append(self._shared_use(who, thread, memory.get(who.pid)))
                continue
            thread.sweep = self._sweeps
            thread.look(at, self._begun_by[who.pid])
            uses.append(self._use_of(who, thread, memory.get(who.pid), ran))
            if who.shares_gil:
                self._sharing.append((who, thread))
        return uses

    def _sweep_memory(self, at: float) -> dict[int, int]:
        """Return bytes by process, of those whose turn it is; note until when they had begun."""
        since_boot = self._boot_clock() - at
        self._begun_by = {pid: lived_at + since_boot for pid, lived_at in self._lived_at.items()}
        return self._memory.sweep(at, self._begun_by)

    def _watch(self, watched: Sequence[Watched]) -> None:
        """Note whom to look at, and close what was kept open for others."""
        if (watched := [*watched]) == self._watched:
            return
        self._watched = watched
        self._lived_at = {who.pid: who.lived_at for who in watched}
        before, self._threads = self._threads, {}
        for _, pid, tid, *_ in watched:
            if (pid, tid) not in self._threads:
                thread = before.pop((pid, tid), None)
                self._threads[pid, tid] = thread or Thread(
                    f"{self._proc}/{pid}/task/{tid}", self._budget, self._boot_clock
                )
        self._whom = [(who, self._threads[who.pid, who.tid]) for who in watched]
        for thread in before.values():
            thread.close()

    def _shared_use(self, who: Watched, thread: Thread, memory: int | None) -> MakerUse:
        """Return what there is to tell of a maker if one before it carries the thread's figures."""
        share = None if thread.share is None else 0.0
        return MakerUse(who.maker, None, share, None, None, memory, thread.stopped)

    def _use_of(
        self, who: Watched, thread: Thread, memory: int | None, ran: list[tuple[int, float]]
    ) -> MakerUse:
        """Return what a maker did that has a thread of its own; ``ran`` takes where that was."""
        share, core = thread.share, None
        if share and self.maps_cores:
            ran.append((thread.processor, share))
            core = thread.processor if share >= ON_A_CORE else None
        cpu_seconds = thread.cpu_seconds if who.own_thread else None
        return MakerUse(
            who.maker,
            core,
            share,
            thread.ready_share,
            cpu_seconds,
            memory,
            thread.stopped,
            thread.gil_share,
            thread.gil_held,
        )

    @property
    def wants_probes(self) -> bool:
        """Whether anybody may be waiting for the GIL until the next sample."""
        return self._probes.wanted

    def probe(self) -> None:
        """Look who waits for the GIL now; see :class:`Sampler`."""
        self._probes.look()

    def close(self) -> None:
        """Close every descriptor; idempotent."""
        self._probes.close()
        self._watch([])
        self._cores.close()

    def _unique_bytes(self, pid: int) -> int | None:
        """Return the bytes that only this process has; None if they are unknown."""
        text = KeptFile(f"{self._proc}/{pid}/smaps_rollup", _NOTHING_KEPT).read(4_096)
        # Asked afterwards: whose memory was read began by then, and numbers are not used twice.
        if text is None or not self._is_still(pid):
            return None
        kilobytes = [
            int(line.split()[1])
            for line in text.split(b"\n")
            if line.startswith((b"Private_Clean:", b"Private_Dirty:"))
        ]
        return sum(kilobytes) * 1_024 or None  # there is no process without any

    def _is_still(self, pid: int) -> bool:
        """Whether a number is still that of the process that is watched."""
        begun_by = self._begun_by[pid]
        if begun_by == float("inf"):
            return True
        stat = KeptFile(f"{self._proc}/{pid}/stat", _NOTHING_KEPT).read(_STAT_SIZE)
        try:
            return began_at(stat or b"") <= begun_by
        except ValueError:
            return False
