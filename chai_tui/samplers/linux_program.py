"""A program that is not ours, read from Linux's /proc: what its threads wait for, too.

There may be thousands of threads, nearly all of which sleep: those are left out for as long as
there is nothing new to tell of them, and a process of which no thread ran is not looked at.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence

from chai_tui.model.events import MakerUse, Sampled
from chai_tui.model.program_events import Place, Wait, WaitKind
from chai_tui.samplers.frames.functions import Functions
from chai_tui.samplers.gil.layers import Layers, Seen
from chai_tui.samplers.gil.locks import Locks
from chai_tui.samplers.kernel.kept_file import Budget
from chai_tui.samplers.kernel.thread import Thread
from chai_tui.samplers.linux import LinuxSampler, since_boot
from chai_tui.samplers.protocol import Watched
from chai_tui.samplers.waiting.teller import WaitTeller, Woken

RESTED_SECONDS = 1.0
"""How long a thread has used and wanted nothing before nobody looks any more between two samples
whether it waits for the GIL."""
CROWD = 16
"""Threads of a process from which on it is worth while to look first at those who are lively."""
_SCHEDULERS_CLOCK = 2
_PROC = "/proc"
"""Elsewhere, numbers are not those of this system's processes."""

Sharing = tuple[Watched, Thread]
"""Who may have or want a GIL."""


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


class ProgramSampler(LinuxSampler):
    """Looks at the threads of a program, and tells what they wait for.

    Who used and wanted nothing is told of once, and then left out of samples for as long as there
    is nothing new to tell of it.

    Attributes:
        changed_waits: what those wait for of whom that changed with the last sample.
        changed_layers: by what the GIL is seen of processes of which that changed likewise.
        changed_places: which functions those are in of whom that changed likewise.

    Args:
        cores: the numbers of the cores that may be used.
        attach: whether system calls and memory may be looked at.
        proc: where /proc is.
        budget: how many descriptors may be kept open.
        boot_clock: seconds since the system started, time asleep included.
        process_clock: returns the nanoseconds that all threads of a process have burned together:
            where that did not change, none of them ran, and none is looked at.
        machine: as ``uname -m`` says; None: this one.
    """

    def __init__(
        self,
        cores: Sequence[int],
        *,
        attach: bool = True,
        proc: str = _PROC,
        budget: Budget | None = None,
        boot_clock: Callable[[], float] = since_boot,
        process_clock: Callable[[int], int | None] = process_clock,
        machine: str | None = None,
    ) -> None:
        self._locks = Locks(proc)
        super().__init__(
            cores,
            proc=proc,
            budget=budget,
            boot_clock=boot_clock,
            locks=self._locks,
            attach=attach,
        )
        self._functions = Functions() if attach and proc == _PROC else None
        holds_back = self._functions is not None and self._functions.may_be_told
        self._layers = Layers(
            proc, self._probes.images, self._locks, attach=attach, holds_back=holds_back
        )
        self._waits = WaitTeller(proc, self._probes.images.of, attach=attach, machine=machine)
        self._resting = Resting(process_clock)
        self._crowds: dict[int, list[Thread]] = {}
        self.changed_waits: tuple[Wait, ...] = ()
        self.changed_layers: tuple[Seen, ...] = ()
        self.changed_places: tuple[Place, ...] = ()

    @property
    def waits_unseen(self) -> str:
        """Why it is not known of all what they wait for, and what to do; empty if it is."""
        return self._waits.unseen

    def sample(self, at: float, watched: Sequence[Watched]) -> Sampled:
        """Return what cores and threads did since the last call; see :class:`Sampler`."""
        self.changed_waits = ()
        sampled = super().sample(at, watched)
        self.changed_layers = self.changed_places = ()
        if self.unseen:
            return sampled
        if self._functions is not None:
            places, told = self._functions.take(
                at, lambda: {(who.pid, who.tid): who.maker for who in watched}
            )
            for pid, layer, why in told:
                self._layers.note_functions(pid, layer, why)
            self.changed_places = (*places,)
        self.changed_layers = (*self._layers.look(at, self._begun_by),)
        if self._functions is not None:
            self._functions.ask(at, self._layers.pythons, self._resting.burned)
        return sampled

    def close(self) -> None:
        """Close every descriptor, and ask nobody any more; idempotent."""
        super().close()
        if self._functions is not None:
            self._functions.close()

    def _look_at(self, at: float, ran: list[tuple[int, float]]) -> list[MakerUse]:
        memory = self._sweep_memory(at)
        still = self._resting.look(at, self._begun_by, self._crowds)
        rested_until, slept = self._resting.until, self._resting.but_few
        uses: list[MakerUse] = []
        woken: list[Woken] = []
        sweep, sharing = self._sweeps, []
        for who, thread in self._whom:
            maker, pid = who.maker, who.pid
            if thread.sweep == sweep:
                uses.append(self._shared_use(who, thread, memory.get(pid)))
                continue
            thread.sweep = sweep
            figure = memory.get(pid) if memory else None
            # Of a thousand threads nearly all are these: that they sleep on is all one asks.
            sleeps_on = (
                not thread.probed
                and thread.left_out == maker
                and (figure is None or figure == thread.memory)
                and (pid in still or pid in slept or thread.sleeps_on(at))
            )
            if not sleeps_on:
                if pid in still and thread.state:
                    thread.stood_still(at)
                else:
                    thread.rested(rested_until.get(pid, 0.0))
                    if thread.look(at, self._begun_by[pid]):
                        woken.append(Woken(maker, pid, who.tid, thread))
                sleeps_on = thread.has_rested(at, maker, figure)
                if not sleeps_on:
                    uses.append(self._use_of(who, thread, figure, ran))
            if who.shares_gil and (not sleeps_on or at - thread.rests_since <= RESTED_SECONDS):
                sharing.append((who, thread))
        self._resting.note(at, self._crowds)
        self.changed_waits = self._waits.look(at, sweep, woken, self._begun_by)
        self._sharing = sharing + self._resting_holders(sharing)
        return uses

    def _watch(self, watched: Sequence[Watched]) -> None:
        before = self._whom
        super()._watch(watched)
        if self._whom is before:
            return
        threads: dict[int, list[Thread]] = {}
        for (pid, _), thread in self._threads.items():
            threads.setdefault(pid, []).append(thread)
        self._crowds = {pid: crowd for pid, crowd in threads.items() if len(crowd) >= CROWD}
        self._resting.forget_crowds()

    def _resting_holders(self, sharing: list[Sharing]) -> list[Sharing]:
        """Return those who may rest with the GIL: the others of whose process wait for it."""
        wanting = {
            who.pid
            for who, thread in sharing
            if thread.wait is not None and thread.wait.what is WaitKind.GIL
        }
        if not wanting:
            return []
        there = {id(thread) for _, thread in sharing}
        return [
            (who, thread)
            for who, thread in self._whom
            if who.shares_gil and who.pid in wanting and id(thread) not in there
        ]


class Resting:
    """Knows of which processes no thread ran, or none but a few.

    Attributes:
        until: until when all threads of a process surely slept, or all that were left out of
            samples, by its number.
        burned: nanoseconds that each has burned, at the last look.
        but_few: the processes of which no thread ran that was left out.

    Args:
        clock: returns the nanoseconds that all threads of a process have burned together.
    """

    def __init__(self, clock: Callable[[int], int | None]) -> None:
        self._clock = clock
        self._ended: dict[int, int] = {}  # nanoseconds of threads that ended, of crowds
        self.burned: dict[int, int] = {}
        self.until: dict[int, float] = {}
        self.but_few: set[int] = set()

    def look(
        self, at: float, pids: Collection[int], crowds: Mapping[int, Sequence[Thread]]
    ) -> set[int]:
        """Return the processes of which no thread ran since the last look.

        Args:
            at: now, in seconds.
            pids: those that are watched.
            crowds: the threads of those of them that have many.
        """
        before, until = self.burned, self.until
        self.burned, self.until = {}, {}
        still: set[int] = set()
        for pid in pids:
            burned = self._clock(pid)
            if burned is None:
                continue
            self.burned[pid] = burned
            if before.get(pid) == burned:
                still.add(pid)
                self.until[pid] = at
            elif pid in until:
                self.until[pid] = until[pid]
        self.but_few = {
            pid for pid, threads in crowds.items() if pid not in still and self._slept(pid, threads)
        }
        return still

    def _slept(self, pid: int, threads: Sequence[Thread]) -> bool:
        """Whether what a few threads burned since the last look is all that their process did."""
        ended = self._ended.get(pid)
        lively = [thread for thread in threads if not thread.left_out]
        if ended is None or len(lively) * 4 > len(threads):
            return False
        burned = ended + sum([thread.burned for thread in threads])
        for thread in lively:
            since = thread.burned_since()
            if since is None:
                return False
            burned += since
        # None of them ran while they were looked at, or it would not be known who of the others.
        return burned == self.burned.get(pid) == self._clock(pid)

    def note(self, at: float, crowds: Mapping[int, Sequence[Thread]]) -> None:
        """Note who slept until now, and what ended threads burned, once others were looked at.

        Args:
            at: when that was, in seconds.
            crowds: the threads of those that have many.
        """
        for pid, threads in crowds.items():
            burned = self.burned.get(pid)
            if pid in self.but_few:
                self.until[pid] = at
            elif burned is not None and burned == self._clock(pid):
                self._ended[pid] = burned - sum([thread.burned for thread in threads])

    def forget_crowds(self) -> None:
        """Forget what ended threads have burned: others have ended."""
        self._ended.clear()
