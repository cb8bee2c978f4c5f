"""One thread as Linux's /proc shows it: what it burned since the last look, where, in which state.

``schedstat`` holds nanoseconds on a core, nanoseconds ready without one, and how often it was put
on one. Where there is none (kernels without it, sandboxes that hide it), ``stat`` counts clock
ticks of 10 ms. Formats: proc(5) and https://docs.kernel.org/scheduler/sched-stats.html.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from chai_tui.model.program_events import Wait
from chai_tui.samplers.gil.futex_rule import Image
from chai_tui.samplers.kernel.kept_file import Budget, KeptFile

_NS = 1_000_000_000
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_TICK_SECONDS = 0.02
"""A running thread's figures grow with every tick of the scheduler: 10 ms at the slowest."""
_SCHEDSTAT_SIZE = 96
_SYSCALL_SIZE = 256
_RUNNING = b"running"
ENOUGH_PROBES = 4
"""In fewer, nobody's time can be told apart."""
_STAT_SIZE = 1_024
_NEVER = float("inf")
_GONE, _STOPPED = (b"Z", b"X"), (b"T", b"t")
# Fields of stat counted from the state, the first one after the name; proc(5) counts from the pid.
_STATE, _UTIME, _STIME, _STARTED, _PROCESSOR = 0, 11, 12, 19, 36


class Thread:
    """One thread, and its figures between the last two looks (at the first: since it started).

    Attributes:
        sweep: for the caller, to mark whom it looked at.
        share: share of one core it burned, 0 to 1; None if unknown.
        ready_share: share of the time it was ready but had no core; None if unknown.
        processor: the core it ran on last.
        stopped: whether the system has it stopped, by a signal or for a debugger; None once it is
            gone, or if unknown.
        cpu_seconds: CPU seconds it burned since it started; None if unknown.
        gil_share: share of the time it waited for the GIL; None if unknown. Only who was probed
            often enough since the last look has one.
        gil_held: share of the time it had the GIL; None if nobody looked.
        hides_syscall: whether the last probe was told nothing.
        state: its letter as of the last look; empty once it is gone.
        syscall: its file of that name.
        left_out: the maker of which there was nothing new to tell at the last look; 0: there was.
        rests_since: since when it has used and wanted nothing; infinite if it did at the last look.
        probed: whether it was probed since the last look.
        burned: nanoseconds that it burned since it started, as of the last look.
        memory: the bytes of its process that were told with its figures last.
        wait: for who tells what it waits for: what was told of that last.
        wait_call: for the same: its system call then, and until when that says the same.

    Args:
        folder: its folder in /proc.
        budget: for the descriptors that it keeps.
        boot_clock: seconds since the system started, time asleep included.
    """

    __slots__ = (
        "_asleep",
        "_at",
        "_boot_clock",
        "_clock",
        "_for_gil",
        "_had_gil",
        "_has_schedstat",
        "_holder_looks",
        "_probes",
        "_schedstat",
        "_stat",
        "_told",
        "_waited",
        "burned",
        "cpu_seconds",
        "gil_held",
        "gil_share",
        "hides_syscall",
        "left_out",
        "memory",
        "probed",
        "processor",
        "ready_share",
        "rests_since",
        "share",
        "state",
        "stopped",
        "sweep",
        "syscall",
        "wait",
        "wait_call",
    )

    def __init__(self, folder: str, budget: Budget, boot_clock: Callable[[], float]) -> None:
        self.sweep = 0
        self._boot_clock = boot_clock
        self._schedstat = KeptFile(f"{folder}/schedstat", budget)
        self._stat = KeptFile(f"{folder}/stat", budget)
        self.syscall = KeptFile(f"{folder}/syscall", budget)
        self._probes = self._asleep = self._for_gil = 0
        self.hides_syscall = False
        self.rests_since = _NEVER
        self.probed = False
        self.left_out = 0
        self.memory: int | None = None
        self._told: tuple[bool, bool, int, bool | None] | None = None
        self.wait: Wait | None = None
        self.wait_call = (b"", 0.0)
        self.gil_share: float | None = None
        self._holder_looks = self._had_gil = 0
        self.gil_held: float | None = None
        self._forget()

    def look(self, at: float, begun_by: float = float("inf")) -> bool:
        """Read its figures; those of a thread that is gone are empty.

        Args:
            at: now, in seconds of ``time.monotonic()``.
            begun_by: when it had surely begun, in seconds since the system started.

        Returns:
            Whether it ran, or may have, since the last look.
        """
        if self._at is not None and at <= self._at:
            return False
        clock = self._schedstat.read(_SCHEDSTAT_SIZE) if self._has_schedstat else None
        if clock is not None and clock == self._clock:
            self.stood_still(at)
            return False
        # The state is read after the clock: a change between the two shows in the next clock.
        stat = self._stat.read(_STAT_SIZE)
        try:
            self._take(at, clock, stat or b"", begun_by)
        except (ValueError, IndexError):  # it ended, or is nobody whom we could read
            self.close()
            self._forget()
        if self.probed:
            self._take_probes()
        else:
            self.gil_share = self.gil_held = None
        return True

    def probe(self, image: Image) -> None:
        """Look whether it waits for the GIL now.

        Args:
            image: of its process's interpreter.
        """
        self.probed = True
        syscall = self.syscall.read(_SYSCALL_SIZE)
        self.hides_syscall = syscall is None
        if syscall is None:  # it ended, or it is not ours to see
            return
        self._probes += 1
        if not syscall.startswith(_RUNNING):
            self._asleep += 1
            self._for_gil += image.waits_for_gil(syscall)

    def note_holder(self, *, is_it: bool) -> None:
        """Note whether it is the one that has the GIL now."""
        self._holder_looks += 1
        self._had_gil += is_it

    def _take_probes(self) -> None:
        """Take what the looks since the last one say of the GIL.

        How long it slept is known exactly, so probes say only for what.
        """
        self.probed = False
        looks, had = self._holder_looks, self._had_gil
        probes, asleep, for_gil = self._probes, self._asleep, self._for_gil
        self._holder_looks = self._had_gil = self._probes = self._asleep = self._for_gil = 0
        self.gil_held = had / looks if looks and self.share is not None else None
        self.gil_share = None
        if probes >= ENOUGH_PROBES and self.share is not None and self.ready_share is not None:
            slept = max(0.0, 1.0 - self.share - self.ready_share)
            self.gil_share = slept * for_gil / asleep if asleep else 0.0

    def close(self) -> None:
        """Give back its descriptors; idempotent."""
        self._schedstat.close()
        self._stat.close()
        self.syscall.close()

    def _forget(self) -> None:
        self._at: float | None = None
        self._has_schedstat = True
        self._clock: bytes | None = None
        self.burned = 0
        self._waited = 0
        self.state = b""
        self.stopped: bool | None = None
        self.share: float | None = None
        self.ready_share: float | None = None
        self.processor = -1
        self.cpu_seconds: float | None = None

    def rested(self, until: float) -> None:
        """Note that no core had it until a moment, though nobody looked at it alone.

        Args:
            until: in seconds of ``time.monotonic()``.
        """
        if self._at is not None and until > self._at:
            self._at = until

    def has_rested(self, at: float, maker: int, memory: int | None) -> bool:
        """Whether it used and wanted nothing, as was told last; else note that all is told now.

        Args:
            at: now, in seconds.
            maker: whose thread it is.
            memory: the bytes of its process; None if they were not read now.
        """
        if self.share is None or self.share or self.ready_share or self.gil_share or self.gil_held:
            told = None
            self.rests_since = _NEVER
        else:
            # Nobody looked: that is less than what was told, and what was told goes on.
            told = self.gil_share is not None, self.gil_held is not None, maker, self.stopped
            self.rests_since = min(self.rests_since, at)
            before = self._told
            if (
                before is not None
                and told[2:] == before[2:]
                and told[0] <= before[0]
                and told[1] <= before[1]
                and self.stopped is not None
                and memory in (None, self.memory)
            ):
                self.left_out = maker
                return True
        self.left_out = 0
        self._told = told
        self.memory = self.memory if memory is None else memory
        return False

    def sleeps_on(self, at: float) -> bool:
        """Whether one who has rested did not even run for a moment since the last look.

        Args:
            at: now, in seconds of ``time.monotonic()``.
        """
        if self._clock is None or self._schedstat.read(_SCHEDSTAT_SIZE) != self._clock:
            return False
        self._at = at
        return True

    def burned_since(self) -> int | None:
        """Return the nanoseconds that it burned since the last look; None if nobody knows."""
        if self._clock is None:
            return None
        clock = self._schedstat.read(_SCHEDSTAT_SIZE)
        if clock is None:
            return None
        return 0 if clock == self._clock else int(clock.partition(b" ")[0]) - self.burned

    def stood_still(self, at: float) -> None:
        """Note that no core had it even for a moment since the last look.

        Its state is the same then, because a thread changes its state only by running: so a
        sleeper costs one small read. And if it was ready all that time, it had no core.

        Args:
            at: now, in seconds of ``time.monotonic()``.
        """
        self.share = 0.0
        if self._at is None or at - self._at > _TICK_SECONDS:
            self.ready_share = 1.0 if self.state == b"R" else 0.0
        self._at = at
        if self.probed:
            self._take_probes()
        else:
            self.gil_share = self.gil_held = None

    def _take(self, at: float, clock: bytes | None, stat: bytes, begun_by: float) -> None:
        fields = _fields(stat)
        began = int(fields[_STARTED]) / _TICKS_A_SECOND
        if began > begun_by:
            raise ValueError("somebody else has its number")
        burned, waited = self._times(clock, fields)
        self.processor = int(fields[_PROCESSOR])
        self.state = state = fields[_STATE]
        self.stopped = None if state in _GONE else state in _STOPPED
        before = self._at
        elapsed = self._boot_clock() - began if before is None else at - before
        if before is not None or elapsed > _TICK_SECONDS:
            # No min() and max(), for they are calls.
            ns = elapsed * _NS
            ran = burned - self.burned
            self.share = 0.0 if ran <= 0 else 1.0 if ran >= ns else ran / ns
            if waited is not None:
                # A long wait is booked when it ends, so it can be longer than this stretch.
                ready = waited - self._waited
                self.ready_share = 0.0 if ready <= 0 else 1.0 if ready >= ns else ready / ns
        self.cpu_seconds = burned / _NS
        self._at, self._clock, self.burned, self._waited = at, clock, burned, waited or 0

    def _times(self, clock: bytes | None, fields: list[bytes]) -> tuple[int, int | None]:
        """Return nanoseconds burned, and waited for a core if that is known."""
        if clock is not None:
            burned, waited, times_run = clock.split()[:3]
            if times_run != b"0":
                return int(burned), int(waited)
        # What is being watched has run; a kernel that counts nothing prints zeros.
        if self._at is not None and self._has_schedstat:
            raise ValueError("its schedstat is gone, and so is the thread")
        self._has_schedstat = False
        self._schedstat.close()
        return (int(fields[_UTIME]) + int(fields[_STIME])) * _NS // _TICKS_A_SECOND, None


def began_at(stat: bytes) -> float:
    """Return when a process or a thread began, in seconds since the system started.

    Args:
        stat: what its file of that name holds.

    Raises:
        ValueError: it does not hold that.
    """
    try:
        return int(_fields(stat)[_STARTED]) / _TICKS_A_SECOND
    except IndexError as error:
        raise ValueError("a stat without a start time") from error


def _fields(stat: bytes) -> list[bytes]:
    return stat[stat.rindex(b")") + 2 :].split(b" ", _PROCESSOR + 1)  # names hold anything
