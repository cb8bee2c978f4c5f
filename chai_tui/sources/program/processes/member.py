"""One process that belongs to the program, and what its children are known to have burned."""

from __future__ import annotations

from chai_tui.sources.program.processes.proc_tree import TICKS_A_SECOND, Stat

_DOUBT_TICKS = 2
"""By how much the start of a process that was never read may be wrong: the kernel's events and its
files have other clocks."""


class Member:
    """One process.

    Its CPU seconds are those of its own threads. What it waited for of its children grows by all
    that such a child burned, and by what that had waited for itself: so what it grew by beyond what
    those children used who were seen, others did.

    Attributes:
        pid: its number.
        began: when it began, in clock ticks since the system did: who has the same number and
            began at another time is somebody else.
        born: the same in seconds of ``time.monotonic()``.
        parent: who its parent is now.
        threads: how many it has; None: more than one perhaps.
        name: its command's name as it was read last; None if it never was.
        leaves: the exit code of its first thread, if that ended while others go on.
        is_exact: whether its start was read, and not only told by an event.
        pidfd: a descriptor of it; -1 if there is none.
    """

    __slots__ = (
        "_base",
        "_grown",
        "_known",
        "_own",
        "_read_at",
        "_settled",
        "began",
        "born",
        "is_exact",
        "leaves",
        "name",
        "parent",
        "pid",
        "pidfd",
        "threads",
    )

    def __init__(self, pid: int, began: int, born: float, parent: int) -> None:
        self.pid = pid
        self.began = began
        self.born = born
        self.parent = parent
        self.threads: int | None = 1
        self.name: bytes | None = None
        self.leaves: int | None = None
        self.is_exact = False
        self.pidfd = -1
        self._own: int | None = None
        self._read_at = 0.0
        self._base = self._grown = self._settled = 0
        self._known = 0.0

    def is_described_by(self, stat: Stat) -> bool:
        """Whether it is this process that was read, and not another one that has its number."""
        return abs(stat.began - self.began) <= (0 if self.is_exact else _DOUBT_TICKS)

    def take(self, stat: Stat, at: float, *, is_first: bool = False) -> None:
        """Note its figures.

        Args:
            stat: read now.
            at: now.
            is_first: whether it had children before anybody looked, who are none of our business.
        """
        self.name, self.parent, self.threads = stat.name, stat.parent, stat.threads
        self._own, self._read_at = stat.own_ticks, at
        if is_first:
            self._base = stat.children_ticks
        # A child that ended just before this reading is not known to have done so yet.
        self._settled, self._grown = self._grown, stat.children_ticks - self._base

    @property
    def cpu_seconds(self) -> float | None:
        """CPU seconds that it burned as it was read last; None if it never was."""
        return None if self._own is None else self._own / TICKS_A_SECOND

    def ended_with(self, at: float, *, is_final: bool) -> float:
        """Return how many ticks its parent will have waited for, as far as is known.

        Of whom it was not read at the end, the rest is guessed: as long as it was seen to live
        again, or until it ended, if that is less. Who was never read burned all the time.

        Args:
            at: when it ended, as far as is known.
            is_final: whether its figures were read after it ended.
        """
        if self._own is None:
            return (at - self.born) * TICKS_A_SECOND
        total = float(self._own + self._grown + self._base)
        if is_final:
            return total
        lived = max(self._read_at - self.born, 1 / TICKS_A_SECOND)
        return total + (self._own + 0.5) * min(1.0, max(0.0, at - self._read_at) / lived)

    def child_ended(self, ticks: float) -> None:
        """Note that a child ended who was seen.

        Args:
            ticks: of CPU time that it used, its own children's included.
        """
        self._known += ticks

    def all_were_seen(self) -> None:
        """Note that whoever was waited for so far was seen, whatever it used."""
        self._known = max(self._known, self._grown)

    def missed_ticks(self, *, is_final: bool = False) -> float:
        """Return ticks that children burned whom nobody saw.

        Args:
            is_final: whether it ended, and all its children's ends are known.
        """
        return max(0.0, (self._grown if is_final else self._settled) - self._known)
