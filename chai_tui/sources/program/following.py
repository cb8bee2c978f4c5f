"""Who belongs to a program: its processes and all that they started, who came and who went.

Two ways tell, and a look takes what there is of them:

- the kernel's process events, where they answer (:mod:`.connector`): nobody is missed. /proc is
  then looked through every few seconds only, and at once if events were lost.
- /proc alone: whoever came and went between two looks is missed, and what such children burned is
  known afterwards, from what their parents waited for. That somebody was born shows in one small
  file, so that a look at processes that start none costs next to nothing; the end of each shows in
  a descriptor of it ("pidfd"), as far as there may be that many.

A process is its number and when it began: numbers are given away again.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence

from chai_tui.host.process_stat import why_unseen
from chai_tui.samplers.kept_file import Budget
from chai_tui.sources.program.adopting import Adoption, reap
from chai_tui.sources.program.changes import Came, Change, ThreadsChanged, Went
from chai_tui.sources.program.connector import (
    Execed,
    Exited,
    Forked,
    Lost,
    ProcessEvents,
    Record,
    ThreadBegan,
    ThreadLeft,
    exitcode_of,
)
from chai_tui.sources.program.ends import Ends
from chai_tui.sources.program.member import Member
from chai_tui.sources.program.newcomers import Newcomer, Newcomers
from chai_tui.sources.program.proc_tree import TICKS_A_SECOND, Stat, read_stat
from chai_tui.sources.program.zombies import Dead, Zombies

CHECK_SECONDS = 5.0
"""How often /proc is looked through where the kernel tells."""
SCAN_SHARE = 0.02
"""Share of a core that looking for newcomers may take where the kernel does not tell."""
CREDIT_SECONDS = 0.05
"""For how long it need not wait after it, however much it took."""
READ_AT_ONCE = 50
"""Processes that are read at each look where the kernel does not tell; more if there are many."""
_ROUNDS, _ROUNDS_WHEN_TOLD = 10, 100
"""In how many looks everybody is read once."""


class Following:
    """The tree of a program's processes, as it grows and shrinks.

    Args:
        roots: pids of the first ones. Whoever is no more at the first look is not told of.
        adopts: whether this process started them: it takes in those whose parent is gone, and takes
            the exit codes of all that are its children then, those of the roots too (so nobody
            else is to wait for them). Children of this process that are none of the program's, and
            stay in its session, are left alone.
        proc: where /proc is.
        events: the kernel's; closed by whoever made them. None: /proc alone tells.
        budget: how many descriptors may be kept open; as elsewhere if it is None.
        clock: seconds, as ``time.monotonic()``.
    """

    def __init__(
        self,
        roots: Iterable[int],
        *,
        adopts: bool,
        proc: str = "/proc",
        events: ProcessEvents | None = None,
        budget: Budget | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._roots = [*roots]
        self._proc = proc
        self._events = events
        self._clock = clock
        self._adoption = Adoption() if adopts else None
        self._pid = os.getpid()
        self._is_ours = not why_unseen(proc)
        """Whether its numbers are those of this process's system calls."""
        self._ends = Ends(budget or Budget(), works=self._is_ours)
        self._zombies = Zombies(proc, reaps=adopts and self._is_ours)
        self._members: dict[int, Member] = {}
        self._newcomers = Newcomers(proc, self._members, self._zombies.dead, adopts=adopts)
        self._doubtful: set[int] = set()  # who may have ended: they are read at each look
        self._threads_changed: dict[int, None] = {}
        self._rota: list[int] = []
        self._scan_after = self._check_at = float("-inf")
        self._looked_at: list[float] = []
        self._missed_ticks = 0.0
        self._missed = 0.0
        self._boot_offset = _boot_offset()
        self._is_first = True
        self._is_lossy = False
        self._changes: list[Change] = []

    @property
    def pids(self) -> Sequence[int]:
        """Whoever belongs to it and has not ended, as of the last look."""
        return [*self._members]

    def began(self, pid: int) -> int | None:
        """Return when one of them began, in ticks since the system did; None if it is none."""
        member = self._members.get(pid)
        return None if member is None else member.began

    def is_still(self, pid: int) -> bool:
        """Whether the number of one of them is its own at this moment."""
        member, stat = self._members.get(pid), read_stat(self._proc, pid)
        return member is not None and stat is not None and member.is_described_by(stat)

    @property
    def zombies(self) -> Sequence[int]:
        """Whoever went and was not joined so far, as of the last look."""
        return [*self._zombies.dead]

    @property
    def missed(self) -> float:
        """CPU seconds that children burned whom nobody saw; it never shrinks."""
        open_ticks = sum(member.missed_ticks() for member in self._members.values())
        self._missed = max(self._missed, (self._missed_ticks + open_ticks) / TICKS_A_SECOND)
        return self._missed

    @property
    def is_told(self) -> bool:
        """Whether the kernel tells who comes and goes, so that nobody is missed."""
        return self._events is not None and not self._events.why_not

    @property
    def how(self) -> str:
        """Which way is at work, for a person."""
        if self.is_told:
            return "the kernel's process events"
        why = "nobody asked the kernel" if self._events is None else self._events.why_not
        times = self._looked_at
        if len(times) < 2 or times[-1] <= times[0]:
            return f"looks at /proc, because {why}"
        often = (len(times) - 1) / (times[-1] - times[0])
        return f"looks {often:.3g} times a second, because {why}"

    def fileno(self) -> int:
        """Return a descriptor that is ready to read when a look would find something; -1: none.

        Where the kernel does not tell, it is so at ends only.
        """
        if self._events is not None and self.is_told:
            return self._events.fileno()
        return self._ends.fileno()

    def look(self, *, thoroughly: bool = False) -> list[Change]:
        """Return what changed since the last look, in order.

        Args:
            thoroughly: whether /proc is looked through whatever that costs, where the kernel does
                not tell.
        """
        now = self._clock()
        self._boot_offset = _boot_offset()
        self._changes = []
        self._looked_at = [*self._looked_at[-20:], now]
        lost = False
        if self._is_first:
            self._begin(now)
        if self._events is not None:
            lost = self._hear(self._events.read(), now)
        if not self.is_told:
            self._find_ends(now)
            self._scan(now, at_once=thoroughly)
            self._read(max(READ_AT_ONCE, len(self._members) // _ROUNDS), now)
        elif lost or now >= self._check_at:
            self._check_at = now + CHECK_SECONDS
            if lost:
                self._find_out(now)
            self._take_in(self._newcomers.search(thoroughly=True), now)
        else:
            self._read(max(2, len(self._members) // _ROUNDS_WHEN_TOLD), now)
        self._changes += self._zombies.look(now)
        self._changes += [
            ThreadsChanged(pid) for pid in self._threads_changed if pid in self._members
        ]
        self._threads_changed.clear()
        return self._changes

    def close(self) -> None:
        """Have this process take in nobody any more, and close descriptors; idempotent."""
        if self._adoption is not None:
            self._adoption.close()
        self._ends.close(self._members.values())

    # What is found when it begins.

    def _begin(self, now: float) -> None:
        self._check_at = now + CHECK_SECONDS
        stats = {pid: stat for pid in self._roots if (stat := read_stat(self._proc, pid))}
        for pid, stat in sorted(stats.items(), key=lambda item: item[1].began):
            if pid not in self._members:
                parent = stat.parent if stat.parent in self._members else 0
                self._meet(pid, stat, parent, now)
                self._take_in(self._newcomers.below(pid), now)
        self._newcomers.may_be_there()
        self._take_in(self._newcomers.search(), now)
        self._is_first = False

    def _take_in(self, newcomers: Iterable[Newcomer], now: float) -> None:
        for pid, stat, parent in newcomers:
            self._meet(pid, stat, parent, now)

    def _meet(self, pid: int, stat: Stat, parent: int, now: float) -> None:
        """Take somebody in who was read."""
        member = Member(pid, stat.began, self._seconds(stat.began), parent)
        member.is_exact = True
        member.take(stat, now, is_first=self._is_first)
        self._let_in(member, parent)
        if stat.has_ended:
            self._seems_ended(member, now)

    def _let_in(self, member: Member, parent: int) -> None:
        self._members[member.pid] = member
        self._zombies.dead.pop(member.pid, None)
        self._changes.append(Came(member.pid, parent, member.began, member.born))
        if not self.is_told:
            self._ends.watch(member)

    # What the kernel tells.

    def _hear(self, records: Sequence[Record], now: float) -> bool:
        """Take in what the kernel told; return whether it lost something."""
        short = {record.pid for record in records if type(record) is Exited}
        lost = False
        for record in records:
            kind = type(record)
            if isinstance(record, Lost):
                lost = True
            elif isinstance(record, Forked):
                self._forked(record, now, is_short=record.pid in short)
            elif (member := self._members.get(record.pid)) is None:
                if kind is Exited:
                    self._newcomers.own_children.discard(record.pid)
            elif record.at < member.born - 2 / TICKS_A_SECOND:
                continue  # of somebody before it who had its number
            elif isinstance(record, Exited):
                self._exited(member, record, now)
            elif isinstance(record, Execed):
                member.leaves = None  # a thread that calls exec gets the number of the first one
                self._changes.append(record)
                self._threads_changed[record.pid] = None
            else:
                self._thread(member, record, now)
        return lost

    def _forked(self, record: Forked, now: float, *, is_short: bool) -> None:
        pid, parent, at = record
        known = self._members.get(pid)
        if parent not in self._members:
            if parent == self._pid:
                self._newcomers.own_children.add(pid)
            return
        if known is not None:
            if abs(known.born - at) <= 3 / TICKS_A_SECOND:
                return  # it was found already
            self._end(known, None, now)
        stat = None if is_short else read_stat(self._proc, pid)
        began = int((at + self._boot_offset) * TICKS_A_SECOND)
        member = Member(pid, began if stat is None else stat.began, at, parent)
        if stat is not None:
            member.is_exact = True
            member.take(stat, now)
            member.threads = None if stat.threads > 1 else 1
        self._let_in(member, parent)

    def _thread(self, member: Member, record: ThreadBegan | ThreadLeft, now: float) -> None:
        member.threads = None
        self._threads_changed[member.pid] = None
        if isinstance(record, ThreadLeft) and member.leaves is not None:
            member.leaves = record.exitcode or member.leaves
            self._check_leader(member, now)

    def _exited(self, member: Member, record: Exited, now: float) -> None:
        if member.threads == 1:
            self._end(member, record.exitcode, record.at)
            return
        member.leaves = record.exitcode
        self._doubtful.add(record.pid)
        self._check_leader(member, now, at=record.at)

    def _check_leader(self, member: Member, now: float, at: float | None = None) -> None:
        """Look whether one has ended whose first thread has."""
        stat = read_stat(self._proc, member.pid)
        if stat is None or stat.has_ended or not member.is_described_by(stat):
            self._end(member, member.leaves, now if at is None else at)

    # What /proc tells.

    def _find_ends(self, now: float) -> None:
        """Take note of the ends that descriptors tell of."""
        for member in self._ends.ended(self._members.values()):
            self._end(member, None, now)

    def _scan(self, now: float, *, at_once: bool) -> None:
        """Look for newcomers, if there may be any and the last time was long enough ago."""
        if (now < self._scan_after and not at_once) or not self._newcomers.may_be_there():
            return
        began = time.thread_time()
        self._take_in(self._newcomers.search(), now)
        cost = time.thread_time() - began
        self._scan_after = now + max(0.0, cost / SCAN_SHARE - CREDIT_SECONDS)

    def _find_out(self, now: float) -> None:
        """Read everybody, after the kernel told less than happened."""
        self._newcomers.own_children.clear()
        self._is_lossy = True
        for member in [*self._members.values()]:
            self._read_member(member, now)
        for member in self._members.values():
            self._missed_ticks += member.missed_ticks(is_final=True)
            member.all_were_seen()
        self._is_lossy = False

    def _read(self, how_many: int, now: float) -> None:
        """Read some of the members, in turn, and those whose first thread has ended."""
        if not self._rota:
            self._rota = [*self._members]
        turn, self._rota = self._rota[:how_many], self._rota[how_many:]
        turn += self._doubtful
        for pid in dict.fromkeys(turn):
            member = self._members.get(pid)
            if member is not None:
                self._read_member(member, now)

    def _read_member(self, member: Member, now: float) -> None:
        stat = read_stat(self._proc, member.pid)
        if stat is None:
            if not self._is_hidden(member):
                self._seems_ended(member, now)
            return
        if stat.has_ended or not member.is_described_by(stat):
            self._seems_ended(member, now)
            return
        if member.leaves is None:
            self._doubtful.discard(member.pid)
        if member.threads not in (None, stat.threads):
            self._threads_changed[member.pid] = None
        if not self.is_told and member.name not in (None, stat.name):
            self._changes.append(Execed(member.pid, now))
        threads = member.threads
        member.take(stat, now)
        if self.is_told:
            if not self._is_lossy:
                member.all_were_seen()
            if threads is None:  # an event may be under way that says otherwise
                member.threads = None

    def _seems_ended(self, member: Member, now: float) -> None:
        """Take note that /proc shows one to have ended.

        Where the kernel tells, it has said so by the next look, and with an exit code.
        """
        if self.is_told and member.pid not in self._doubtful:
            self._doubtful.add(member.pid)
        else:
            self._end(member, member.leaves, now)

    def _is_hidden(self, member: Member) -> bool:
        """Whether somebody has its number whom /proc does not show."""
        if not self._is_ours:
            return False
        try:
            os.kill(member.pid, 0)
        except ProcessLookupError:
            return False
        except OSError:
            return True
        return read_stat(self._proc, member.pid) is None

    # Ends.

    def _end(self, member: Member, exitcode: int | None, at: float) -> None:
        """Take note of an end, with whatever can still be read of it."""
        pid = member.pid
        stat = read_stat(self._proc, pid)
        if stat is not None and not (stat.has_ended and member.is_described_by(stat)):
            stat = None
        if stat is not None:
            member.take(stat, at)
            # 0 is no better than what was told: it is what is said of other users' processes too.
            if stat.exit_status or (exitcode is None and self._may_know(pid)):
                exitcode = exitcode_of(stat.exit_status)
            if self._adoption is not None and stat.parent == self._pid and self._is_ours:
                code = reap(pid)
                exitcode = exitcode if code is None else code
            else:
                self._zombies.dead[pid] = Dead(stat.began, at)
        self._members.pop(pid, None)
        self._doubtful.discard(pid)
        self._ends.release(member)
        parent = self._members.get(member.parent)
        if parent is not None:
            parent.child_ended(member.ended_with(at, is_final=stat is not None))
        if self.is_told and not self._is_lossy:
            member.all_were_seen()
        self._missed_ticks += member.missed_ticks(is_final=True)
        self._changes.append(Went(pid, exitcode, member.cpu_seconds, at))

    def _may_know(self, pid: int) -> bool:
        """Whether an exit code of 0 is one: nothing but that is told of another user's process."""
        try:
            return os.geteuid() in (0, os.stat(f"{self._proc}/{pid}").st_uid)  # noqa: PTH116 - pathlib costs an import
        except OSError:
            return False

    def _seconds(self, ticks: int) -> float:
        """Return a moment in seconds of ``time.monotonic()``."""
        return ticks / TICKS_A_SECOND - self._boot_offset


def _boot_offset() -> float:
    """Return by how much the clock that counts sleep too is ahead of ``time.monotonic()``."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return 0.0 if boot is None else time.clock_gettime(boot) - time.monotonic()
