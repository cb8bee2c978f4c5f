"""One thread as Linux's /proc shows it: what it burned since the last look, where, in which state.

``schedstat`` holds nanoseconds on a core, nanoseconds ready without one, and how often it was put
on one. Where there is none (kernels without it, sandboxes that hide it), ``stat`` counts clock
ticks of 10 ms. Formats: proc(5) and https://docs.kernel.org/scheduler/sched-stats.html.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from chai_tui.samplers.kept_file import Budget, KeptFile
from chai_tui.samplers.linux_gil import Image

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
        hides_syscall: whether the last probe was told nothing.

    Args:
        folder: its folder in /proc.
        budget: for the descriptors that it keeps.
        boot_clock: seconds since the system started, time asleep included.
    """

    __slots__ = (
        "_asleep",
        "_at",
        "_boot_clock",
        "_burned",
        "_clock",
        "_for_gil",
        "_has_schedstat",
        "_probes",
        "_schedstat",
        "_stat",
        "_state",
        "_syscall",
        "_waited",
        "cpu_seconds",
        "gil_share",
        "hides_syscall",
        "processor",
        "ready_share",
        "share",
        "stopped",
        "sweep",
    )

    def __init__(self, folder: str, budget: Budget, boot_clock: Callable[[], float]) -> None:
        self.sweep = 0
        self._boot_clock = boot_clock
        self._schedstat = KeptFile(f"{folder}/schedstat", budget)
        self._stat = KeptFile(f"{folder}/stat", budget)
        self._syscall = KeptFile(f"{folder}/syscall", budget)
        self._probes = self._asleep = self._for_gil = 0
        self.hides_syscall = False
        self.gil_share: float | None = None
        self._forget()

    def look(self, at: float, begun_by: float = float("inf")) -> None:
        """Read its figures; those of a thread that is gone are empty.

        Args:
            at: now, in seconds of ``time.monotonic()``.
            begun_by: when it had surely begun, in seconds since the system started.
        """
        if self._at is not None and at <= self._at:
            return
        clock = self._schedstat.read(_SCHEDSTAT_SIZE) if self._has_schedstat else None
        if clock is not None and clock == self._clock:
            self._stood_still(at)
            self.gil_share = self._waited_for_gil()
            return
        # The state is read after the clock: a change between the two shows in the next clock.
        stat = self._stat.read(_STAT_SIZE)
        try:
            self._take(at, clock, stat or b"", begun_by)
        except (ValueError, IndexError):  # it ended, or is nobody whom we could read
            self.close()
            self._forget()
        self.gil_share = self._waited_for_gil()

    def probe(self, image: Image) -> None:
        """Look whether it waits for the GIL now.

        Args:
            image: of its process's interpreter.
        """
        syscall = self._syscall.read(_SYSCALL_SIZE)
        self.hides_syscall = syscall is None
        if syscall is None:  # it ended, or it is not ours to see
            return
        self._probes += 1
        if not syscall.startswith(_RUNNING):
            self._asleep += 1
            self._for_gil += image.waits_for_gil(syscall)

    def _waited_for_gil(self) -> float | None:
        """Return the share of the time since the last look in which it waited for the GIL.

        How long it slept is known exactly, so probes say only for what.
        """
        probes, asleep, for_gil = self._probes, self._asleep, self._for_gil
        self._probes = self._asleep = self._for_gil = 0
        if probes < ENOUGH_PROBES or self.share is None or self.ready_share is None:
            return None
        slept = max(0.0, 1.0 - self.share - self.ready_share)
        return slept * for_gil / asleep if asleep else 0.0

    def close(self) -> None:
        """Give back its descriptors; idempotent."""
        self._schedstat.close()
        self._stat.close()
        self._syscall.close()

    def _forget(self) -> None:
        self._at: float | None = None
        self._has_schedstat = True
        self._clock: bytes | None = None
        self._burned = 0
        self._waited = 0
        self._state = b""
        self.stopped: bool | None = None
        self.share: float | None = None
        self.ready_share: float | None = None
        self.processor = -1
        self.cpu_seconds: float | None = None

    def _stood_still(self, at: float) -> None:
        """Note that no core had it even for a moment since the last look.

        Its state is the same then, because a thread changes its state only by running: so a
        sleeper costs one small read. And if it was ready all that time, it had no core.
        """
        self.share = 0.0
        if self._at is None or at - self._at > _TICK_SECONDS:
            self.ready_share = 1.0 if self._state == b"R" else 0.0
        self._at = at

    def _take(self, at: float, clock: bytes | None, stat: bytes, begun_by: float) -> None:
        fields = _fields(stat)
        began = int(fields[_STARTED]) / _TICKS_A_SECOND
        if began > begun_by:
            raise ValueError("somebody else has its number")
        burned, waited = self._times(clock, fields)
        self.processor = int(fields[_PROCESSOR])
        self._state = fields[_STATE]
        self.stopped = None if self._state in (b"Z", b"X") else self._state in (b"T", b"t")
        elapsed = self._boot_clock() - began if self._at is None else at - self._at
        if self._at is not None or elapsed > _TICK_SECONDS:
            self.share = min(1.0, max(0, burned - self._burned) / _NS / elapsed)
            if waited is not None:
                # A long wait is booked when it ends, so it can be longer than this stretch.
                self.ready_share = min(1.0, max(0, waited - self._waited) / _NS / elapsed)
        self.cpu_seconds = burned / _NS
        self._at, self._clock, self._burned, self._waited = at, clock, burned, waited or 0

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
