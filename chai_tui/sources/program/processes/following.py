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

from chai_tui.host.process_stat import OTHERS, why_unseen
from chai_tui.samplers.kernel.kept_file import Budget
from chai_tui.sources.program.processes.changes import Change
from chai_tui.sources.program.processes.connector import (
    Execed,
    Exited,
    Forked,
    Lost,
    ProcessEvents,
    Record,
    ThreadBegan,
    ThreadLeft,
)
from chai_tui.sources.program.processes.ends import Ends
from chai_tui.sources.program.processes.member import Member
from chai_tui.sources.program.processes.newcomers import Newcomer, Newcomers
from chai_tui.sources.program.processes.proc_tree import TICKS_A_SECOND, boot_offset, read_stat
from chai_tui.sources.program.processes.tree import Tree
from chai_tui.sources.program.processes.zombies import Zombies

CHECK_SECONDS = 5.0
"""How often /proc is looked through where the kernel tells."""
SCAN_SHARE = 0.02
"""Share of a core that looking for newcomers may take where the kernel does not tell."""
CREDIT_SECONDS = 0.05
"""For how long it need not wait after it, however much it took."""
READ_SECONDS = 0.04
"""How often some of the processes are read where the kernel tells, at most."""
READ_AT_ONCE = 30
"""Processes that are read at once where the kernel does not tell; more if there are many."""
_ROUNDS, _ROUNDS_WHEN_TOLD = 20, 100
"""In how many looks everybody is read once."""


class Following:
    """The tree of a program's processes, as it grows and shrinks.

    Args:
        roots: pids of the first ones. Whoever is no more at the first look is not told of.
        adopts: whether this process started them, and takes in those whose parent is gone (see
            ``Adoption``): it takes the exit codes of all that are its children then, those of the
            roots too (so nobody else is to wait for them). Children of this process that are none
            of the program's, and stay in its session, are left alone.
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
        self._pid = os.getpid()
        self._unseen = why_unseen(proc)
        is_ours = not self._unseen  # whether numbers are those of this process's system calls
        self._ends = Ends(budget or Budget(), works=is_ours)
        self._zombies = Zombies(proc, reaps=adopts and is_ours)
        self._tree = Tree(proc, self._ends, self._zombies, adopts=adopts, is_ours=is_ours)
        self._members = self._tree.members
        self._newcomers = Newcomers(
            proc, self._members, self._zombies.dead, adopts=adopts and is_ours
        )
        self._rota: list[int] = []
        self._scan_after = self._check_at = self._read_after = float("-inf")
        self._looked_at: list[float] = []
        self._heard: list[Record] = []
        self._is_first = True

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
        return self._tree.missed

    @property
    def is_told(self) -> bool:
        """Whether the kernel tells who comes and goes, so that nobody is missed."""
        return self._events is not None and not self._events.why_not

    @property
    def how(self) -> str:
        """Which way is at work, for a person."""
        if self._unseen and not self._members:
            return f"nobody is seen: {self._unseen}"
        if self.is_told:
            return "the kernel's process events"
        why = "nobody asked the kernel" if self._events is None else self._events.why_not
        times = self._looked_at
        if len(times) < 2 or times[-1] <= times[0]:
            return f"looks at /proc, because {why}"
        often = (len(times) - 1) / (times[-1] - times[0])
        return f"looks {often:.{0 if often > 2 else 1}f} times a second, because {why}"

    def fileno(self) -> int:
        """Return a descriptor that is ready to read when a look would find something; -1: none.

        Where the kernel does not tell, it is so at ends only.
        """
        if self._events is not None and self.is_told:
            return self._events.fileno()
        return self._ends.fileno()

    def hears_news(self) -> bool:
        """Hear what the kernel tells, which is kept for the next look; return whether that is due.

        It tells of the whole system: what is of strangers alone is forgotten at once.
        """
        if self._events is None or not self.is_told:
            return True
        records = self._events.read()
        if self.is_told and not any(map(self._is_of_ours, records)):
            return False
        self._heard += records
        return True

    def _is_of_ours(self, record: Record) -> bool:
        """Whether somebody of the program, or this process, has to do with what was told."""
        if isinstance(record, Lost) or record.pid in self._members:
            return True
        if isinstance(record, Forked):
            return record.parent in self._members or record.parent == self._pid
        return record.pid in self._newcomers.own_children

    def look(self, *, thoroughly: bool = False) -> list[Change]:
        """Return what changed since the last look, in order.

        Args:
            thoroughly: whether /proc is looked through whatever that costs, where the kernel does
                not tell.
        """
        now = self._clock()
        self._looked_at = [*self._looked_at[-20:], now]
        lost = False
        self._tree.is_told = self.is_told
        if self._is_first:
            self._begin(now)
        if self._events is not None:
            heard, self._heard = self._heard, []
            lost = self._hear(heard + self._events.read(), now)
            self._tree.is_told = self.is_told
        if not self.is_told:
            self._find_ends(now)
            self._scan(now, at_once=thoroughly)
            how_many = len(self._members)
            if not thoroughly:
                how_many = max(READ_AT_ONCE, how_many // _ROUNDS)
            self._read(how_many, now)
        elif lost or now >= self._check_at:
            self._check_at = now + CHECK_SECONDS
            if lost:
                self._find_out(now)
            self._take_in(self._newcomers.search(thoroughly=True), now)
        else:
            self._read(max(2, len(self._members) // _ROUNDS_WHEN_TOLD), now)
        return self._tree.take_changes() + self._zombies.look(now)

    def close(self) -> None:
        """Close descriptors; idempotent."""
        self._ends.close(self._members.values())

    # What is found when it begins.

    def _begin(self, now: float) -> None:
        self._check_at = now + CHECK_SECONDS
        # Where numbers are those of others, none is looked up.
        roots = () if self._unseen == OTHERS else self._roots
        stats = {pid: stat for pid in roots if (stat := read_stat(self._proc, pid))}
        self._newcomers.since = min((stat.began for stat in stats.values()), default=0)
        for pid, stat in sorted(stats.items(), key=lambda item: item[1].began):
            if pid not in self._members:
                parent = stat.parent if stat.parent in self._members else 0
                self._tree.meet(pid, stat, parent, now, is_first=self._is_first)
                self._take_in(self._newcomers.below(pid), now)
        self._newcomers.may_be_there()
        self._take_in(self._newcomers.search(), now)
        self._is_first = False

    def _take_in(self, newcomers: Iterable[Newcomer], now: float) -> None:
        for pid, stat, parent in newcomers:
            self._tree.meet(pid, stat, parent, now, is_first=self._is_first)

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
                self._tree.execed(record)
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
            self._tree.end(known, None, now)
        stat = None if is_short else read_stat(self._proc, pid)
        began = int((at + boot_offset()) * TICKS_A_SECOND)
        member = Member(pid, began if stat is None else stat.began, at, parent)
        if stat is not None:
            member.is_exact = True
            member.take(stat, now)
            member.threads = None if stat.threads > 1 else 1
        self._tree.let_in(member, parent)

    def _thread(self, member: Member, record: ThreadBegan | ThreadLeft, now: float) -> None:
        member.threads = None
        left = [(record.tid, record.exitcode)] if isinstance(record, ThreadLeft) else []
        self._tree.threads_changed(member, *left)
        if isinstance(record, ThreadLeft) and member.leaves is not None:
            member.leaves = record.exitcode or member.leaves
            self._check_leader(member, now)

    def _exited(self, member: Member, record: Exited, now: float) -> None:
        if member.threads == 1:
            self._tree.end(member, record.exitcode, record.at)
            return
        member.leaves = record.exitcode
        self._tree.doubtful.add(record.pid)
        self._check_leader(member, now, at=record.at)

    def _check_leader(self, member: Member, now: float, at: float | None = None) -> None:
        """Look whether one has ended whose first thread has."""
        stat = read_stat(self._proc, member.pid)
        if stat is None or stat.has_ended or not member.is_described_by(stat):
            self._tree.end(member, member.leaves, now if at is None else at)

    # What /proc tells.

    def _find_ends(self, now: float) -> None:
        """Take note of the ends that descriptors tell of."""
        for member in self._ends.ended(self._members.values()):
            self._tree.end(member, None, now)

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
        with self._tree.after_a_loss():
            for member in [*self._members.values()]:
                self._tree.read(member, now)

    def _read(self, how_many: int, now: float) -> None:
        """Read some of the members, in turn, and those whose first thread has ended."""
        turn: list[int] = []
        # Whoever waits for the kernel to tell may look very often.
        if not self.is_told or now >= self._read_after:
            self._read_after = now + READ_SECONDS
            if not self._rota:
                self._rota = [*self._members]
            turn, self._rota = self._rota[:how_many], self._rota[how_many:]
        turn += self._tree.doubtful
        for pid in dict.fromkeys(turn):
            member = self._members.get(pid)
            if member is not None:
                self._tree.read(member, now)
