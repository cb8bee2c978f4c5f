"""Who is on which core, read from Linux's /proc.

The ``processor`` of a thread is where it ran *last*, and state R only says that it *would* run:
so what decides is the CPU time that it burned since the last look. File formats: proc(5) and
https://docs.kernel.org/scheduler/sched-stats.html.

One sweep on a virtual machine of 2 cores, four times a second, so that all caches are cold: three
makers 0.2 ms (half of it /proc/stat; 0.05 ms with warm caches), 1,000 threads that sleep 2.8 ms,
1,000 threads that all woke up in between 9.3 ms.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence

from chai_tui.host.process_stat import why_unseen
from chai_tui.model.events import CoreUse, MakerUse, Sampled
from chai_tui.model.program_events import Wait
from chai_tui.samplers.kept_file import Budget, KeptFile
from chai_tui.samplers.linux_gil import Image, Images, image_of
from chai_tui.samplers.linux_thread import Thread, began_at
from chai_tui.samplers.memory import MemoryRota
from chai_tui.samplers.own_proc import HIDDEN, hides_any
from chai_tui.samplers.protocol import Watched
from chai_tui.samplers.waiting.teller import WaitTeller, Woken

ON_A_CORE = 0.01
"""Share of a core from which a maker counts as being on it: reporting progress ten times a
second takes 0.2 %, and is not worth a place in the picture."""
LINGER_SECONDS = 5.0
"""How long a core that may not be used is told of after a maker was seen on it: what moves about
there is not to make the picture jump."""
BUSY = 0.05
"""Share of a core that a process's threads burn or want from which one may keep the GIL from
others: an idle process is not probed."""
RESTED_SECONDS = 1.0
"""How long a thread of a program has used and wanted nothing before it is left out of samples: what
is said of the last second is the same from then on."""
_STAT_SIZE = 4_096
_SCHEDULERS_CLOCK = 2
_NOTHING_KEPT = Budget(0)
_UNKNOWN = (None,) * 6
"""The figures of a maker of whom nothing is known."""


def _since_boot() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def process_clock(pid: int) -> int | None:
    """Return the nanoseconds that all threads of a process have burned; None if nobody knows.

    It is the clock of ``clock_getcpuclockid(3)``, which anybody may read of any process: 0.5 µs and
    10 ns a thread, where reading each of a thousand takes two thousand times as long.

    Args:
        pid: the system's number of it.
    """
    try:
        return time.clock_gettime_ns((~pid << 3) | _SCHEDULERS_CLOCK)
    except (OSError, OverflowError):
        return None


class LinuxSampler:
    """Looks at threads, processes and cores through /proc.

    Attributes:
        cores: the numbers of the cores that may be used.
        unseen: why makers cannot be looked at; empty where they can.
        measures_gil: whether it is known who waits for the GIL.
        changed_waits: what those wait for of whom that changed with the last sample.

    Args:
        cores: the numbers of the cores that may be used.
        proc: where /proc is.
        budget: how many descriptors may be kept open.
        boot_clock: seconds since the system started, time asleep included.
        waits: tells what threads wait for; None: nobody does.
        leaves_out: whether who has used nothing for more than a second is left out of samples for
            as long as there is nothing new to tell of it.
        process_clock: returns the nanoseconds that all threads of a process have burned together:
            where that did not change, none of them ran, and none is looked at.
    """

    def __init__(
        self,
        cores: Sequence[int],
        *,
        proc: str = "/proc",
        budget: Budget | None = None,
        boot_clock: Callable[[], float] = _since_boot,
        waits: Callable[[Images], WaitTeller] | None = None,
        leaves_out: bool = False,
        process_clock: Callable[[int], int | None] | None = None,
    ) -> None:
        self._proc = proc
        self._boot_clock = boot_clock
        self._budget = budget or Budget()
        self._threads: dict[tuple[int, int], Thread] = {}
        self._sweeps = 0
        self._memory = MemoryRota(self._unique_bytes)
        self._images = Images(proc)
        self._waits = None if waits is None else waits(self._images)
        self.changed_waits: tuple[Wait, ...] = ()
        self._leaves_out = leaves_out
        self._process_clock = process_clock
        self._clocks: dict[int, int] = {}  # of the processes, at the last look
        self._rested_until: dict[int, float] = {}  # until when all threads of them surely slept
        self._sharing: list[tuple[Watched, Thread]] = []
        self._probed: list[tuple[Thread, Image]] = []
        self.measures_gil = image_of(proc, os.getpid()) is not None
        self._begun_by: dict[int, float] = {}  # of those watched now, in seconds since the start
        self._stat = KeptFile(f"{proc}/stat", self._budget)
        self._stat_size = _STAT_SIZE
        self.cores = cores
        self.unseen = why_unseen(proc)
        self._elsewhere: dict[int, float] = {}  # when makers were seen on cores that are not ours
        self._busy: dict[int, float] = {}
        self._ticks = self._read_ticks()  # so that the first sample has something to compare with
        totals = [total for _, total in self._ticks.values()]
        self._counts = any(totals)
        # A sandbox with a kernel of its own may write zeros for what it does not count.
        self._is_mock = bool(totals) and not self._counts

    @property
    def waits_unseen(self) -> str:
        """Why it is not known of all what they wait for, and what to do; empty if it is."""
        return "" if self._waits is None else self._waits.unseen

    @property
    def maps_cores(self) -> bool:
        """Whether it is known which core a thread is on."""
        return not self.unseen and not self._is_mock

    @property
    def measures_cores(self) -> bool:
        """Whether it is known how busy the cores are."""
        return self._counts

    def sample(self, at: float, watched: Sequence[Watched]) -> Sampled:
        """Return what cores and makers did since the last call; see :class:`Sampler`."""
        self._sweeps += 1
        self.changed_waits = ()
        was_hidden = self.unseen == HIDDEN
        self.unseen = why_unseen(self._proc)
        ran: list[tuple[int, float]] = []
        uses = [] if self.unseen else self._look_at(at, watched, ran)
        sees_nobody = (
            not self.unseen
            and all(use.stopped is None for use in uses)
            and not any(thread.left_out for thread in self._threads.values())
        )
        if sees_nobody and (was_hidden or hides_any(self._proc, {who.pid for who in watched})):
            self.unseen = HIDDEN
        if self.unseen:
            uses = [MakerUse(who.maker, *_UNKNOWN) for who in watched]
            for thread in self._threads.values():
                thread.left_out = 0
        self._choose_probed(at, [] if self.unseen else self._sharing)
        self._close_unwatched()
        return Sampled(at, self._core_uses(at, ran), tuple(uses))

    def _look_at(
        self, at: float, watched: Sequence[Watched], ran: list[tuple[int, float]]
    ) -> list[MakerUse]:
        """Return what makers did; ``ran`` takes the core and the share of each thread."""
        since_boot = self._boot_clock() - at
        self._begun_by = {who.pid: who.lived_at + since_boot for who in watched}
        memory = self._memory.sweep(at, self._begun_by)
        still = self._still_processes(at)
        uses: list[MakerUse] = []
        woken: list[Woken] = []
        threads, sweep, sharing = self._threads, self._sweeps, []
        for who in watched:
            maker, pid = who.maker, who.pid
            thread = threads.get((pid, who.tid)) or self._new_thread(pid, who.tid)
            if thread.sweep == sweep:  # somebody before us carries its figures
                share = None if thread.share is None else 0.0
                uses.append(
                    MakerUse(maker, None, share, None, None, memory.get(pid), thread.stopped)
                )
                continue
            thread.sweep = sweep
            # Of a thousand threads nearly all are these: that they sleep on is all one asks.
            if (
                thread.left_out == maker
                and memory.get(pid) in (None, thread.memory)
                and (pid in still or thread.sleeps_on(at))
            ):
                continue
            if pid in still and thread.state:
                thread.stood_still(at)
            else:
                thread.rested(self._rested_until.get(pid, 0.0))
                if thread.look(at, self._begun_by[pid]) and self._waits is not None:
                    woken.append(Woken(maker, pid, who.tid, thread))
            use = self._use_of(who, thread, memory.get(pid), ran)
            if self._leaves_out and thread.has_rested(at, use, RESTED_SECONDS):
                continue
            if who.shares_gil:
                sharing.append((who, thread))
            uses.append(use)
        self._sharing = sharing
        if self._waits is not None:
            self.changed_waits = self._waits.look(at, sweep, woken, self._begun_by)
        return uses

    def _new_thread(self, pid: int, tid: int) -> Thread:
        folder = f"{self._proc}/{pid}/task/{tid}"
        thread = self._threads[pid, tid] = Thread(folder, self._budget, self._boot_clock)
        return thread

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
        )

    def _still_processes(self, at: float) -> set[int]:
        """Return the processes of which no thread ran since the last look."""
        clock = self._process_clock
        if clock is None:
            return set()
        before, rested_until = self._clocks, self._rested_until
        self._clocks, self._rested_until = {}, {}
        still: set[int] = set()
        for pid in self._begun_by:
            burned = clock(pid)
            if burned is None:
                continue
            self._clocks[pid] = burned
            if before.get(pid) == burned:
                still.add(pid)
                self._rested_until[pid] = at
            elif pid in rested_until:
                self._rested_until[pid] = rested_until[pid]
        return still

    def _choose_probed(self, at: float, sharing: Sequence[tuple[Watched, Thread]]) -> None:
        """Note who may wait for a GIL from now on.

        Args:
            at: now.
            sharing: who shares one, but for those who have rested for long.
        """
        looked_at = [thread for thread, _ in self._probed if thread.share is not None]
        if looked_at:
            self.measures_gil = not all(thread.hides_syscall for thread in looked_at)
        busy: dict[int, float] = {}
        for who, thread in sharing:
            wanted = 1.0 if thread.share is None else thread.share + (thread.ready_share or 0.0)
            busy[who.pid] = busy.get(who.pid, 0.0) + wanted
        images = {pid: self._images.of(at, pid) for pid, wanted in busy.items() if wanted >= BUSY}
        self._images.keep(self._begun_by)
        self._probed = [
            (thread, image) for who, thread in sharing if (image := images.get(who.pid)) is not None
        ]

    @property
    def wants_probes(self) -> bool:
        """Whether anybody may be waiting for the GIL until the next sample."""
        return bool(self._probed)

    def probe(self) -> None:
        """Look who waits for the GIL now; see :class:`Sampler`."""
        for thread, image in self._probed:
            thread.probe(image)

    def _core_uses(self, at: float, ran: Sequence[tuple[int, float]]) -> tuple[CoreUse, ...]:
        """Return the use of the cores that are ours, and of those where makers are all the same."""
        for core, share in ran:
            if share >= ON_A_CORE and core not in self.cores:
                self._elsewhere[core] = at
        shown = {core for core, seen_at in self._elsewhere.items() if at < seen_at + LINGER_SECONDS}
        self._measure()
        busy = {core: self._busy.get(core) for core in sorted(shown.union(self.cores))}
        if self.maps_cores:
            return share_out(busy, ran)
        return tuple(CoreUse(core, share, None) for core, share in busy.items())

    def close(self) -> None:
        """Close every descriptor; idempotent."""
        self._sweeps += 1
        self._probed = []
        self._close_unwatched()
        self._stat.close()

    def _close_unwatched(self) -> None:
        gone = [key for key, thread in self._threads.items() if thread.sweep != self._sweeps]
        for key in gone:
            self._threads.pop(key).close()

    def _measure(self) -> None:
        """Note the busy share of each core since the last call."""
        ticks = self._read_ticks()
        self._busy = {core: share for core, share in self._busy.items() if core in ticks}
        for core, (busy, total) in ticks.items():
            busy_before, total_before = self._ticks.get(core, (busy, total))
            if total > total_before:  # else the clock has not ticked: the last figure stands
                share = (busy - busy_before) / (total - total_before)
                self._busy[core] = min(1.0, max(0.0, share))
        self._ticks = ticks

    def _read_ticks(self) -> dict[int, tuple[int, int]]:
        """Return busy and all clock ticks of each core since the system started."""
        ticks: dict[int, tuple[int, int]] = {}
        text = self._stat.read(self._stat_size) or b""
        while len(text) == self._stat_size:  # more cores than were expected
            self._stat_size *= 2
            text = self._stat.read(self._stat_size) or b""
        for line in text.split(b"\n")[1:-1]:
            if not line.startswith(b"cpu"):
                break
            try:
                # user nice system idle iowait irq softirq steal; guests' time is in user already
                name, *counts = line.split(b" ", 9)[:9]
                core, numbers = int(name[3:]), [int(count) for count in counts]
            except ValueError:
                continue
            if len(numbers) >= 5:
                total = sum(numbers)
                ticks[core] = (total - numbers[3] - numbers[4], total)
        return ticks

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


def share_out(
    busy: Mapping[int, float | None], ran: Iterable[tuple[int, float]]
) -> tuple[CoreUse, ...]:
    """Return each core's use, from how busy it was and how much threads burned that ended there.

    A thread that moved is known by its last core only. What would fill a core more than wholly was
    burned elsewhere: it goes to the cores whose busy share nobody has claimed. Clocks disagree a
    little (ticks here, nanoseconds there), so a core is at least as busy as makers kept it.

    Args:
        busy: the busy share of each core to report; None: not known.
        ran: core and share of each thread.
    """
    makers = dict.fromkeys(busy, 0.0)
    for core, share in ran:
        if core in makers:
            makers[core] += share
    over = sum(max(0.0, share - 1.0) for share in makers.values())
    if over > 0.0:
        makers = {core: min(1.0, share) for core, share in makers.items()}
        for core in sorted(makers, key=lambda core: makers[core] - (busy[core] or 0.0)):
            moved = min(over, max(0.0, (busy[core] or 0.0) - makers[core]))
            makers[core] += moved
            over -= moved
    return tuple(
        CoreUse(core, None if share is None else max(share, makers[core]), makers[core])
        for core, share in busy.items()
    )


def program_sampler(
    cores: Sequence[int], *, attach: bool = True, proc: str = "/proc", budget: Budget | None = None
) -> LinuxSampler:
    """Return a sampler of programs that are not ours, which tells what their threads wait for.

    Args:
        cores: the numbers of the cores that may be used.
        attach: whether system calls and memory may be looked at for that.
        proc: where /proc is.
        budget: how many descriptors may be kept open.
    """
    return LinuxSampler(
        cores,
        proc=proc,
        budget=budget,
        waits=lambda images: WaitTeller(proc, images.of, attach=attach),
        leaves_out=True,
        process_clock=process_clock,
    )
