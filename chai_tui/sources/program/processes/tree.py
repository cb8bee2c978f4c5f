"""The processes of a program that are known, and what is noted of them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from chai_tui.sources.program.processes.adopting import reap
from chai_tui.sources.program.processes.changes import Came, Change, ThreadsChanged, Went
from chai_tui.sources.program.processes.connector import Execed, exitcode_of
from chai_tui.sources.program.processes.ends import Ends
from chai_tui.sources.program.processes.member import Member
from chai_tui.sources.program.processes.proc_tree import (
    TICKS_A_SECOND,
    Stat,
    boot_offset,
    is_hidden,
    may_know_ends,
    read_stat,
)
from chai_tui.sources.program.processes.zombies import Dead, Zombies


class Tree:
    """They and their changes.

    Args:
        proc: where /proc is.
        ends: tells of ends where the kernel does not.
        zombies: has those who ended and were not joined.
        adopts: whether children of this process are joined.
        is_ours: whether numbers are those of this process's system calls.

    Attributes:
        members: whoever has not ended, by number.
        doubtful: numbers of those who may have ended: they are to be read at each look.
        is_told: whether the kernel tells who comes and goes.
    """

    def __init__(
        self, proc: str, ends: Ends, zombies: Zombies, *, adopts: bool, is_ours: bool
    ) -> None:
        self.members: dict[int, Member] = {}
        self.doubtful: set[int] = set()
        self.is_told = False
        self._proc = proc
        self._ends = ends
        self._zombies = zombies
        self._joins = adopts and is_ours
        self._is_ours = is_ours
        self._pid = os.getpid()
        self._is_lossy = False
        self._changes: list[Change] = []
        self._threads_changed: dict[int, dict[int, int]] = {}
        self._missed_ticks = self._missed = 0.0

    def take_changes(self) -> list[Change]:
        """Return what changed since it was asked last, in order."""
        changes, self._changes = self._changes, []
        changes += [
            ThreadsChanged(pid, (*left.items(),))
            for pid, left in self._threads_changed.items()
            if pid in self.members
        ]
        self._threads_changed.clear()
        return changes

    @property
    def missed(self) -> float:
        """CPU seconds that children burned whom nobody saw; it never shrinks."""
        open_ticks = sum(member.missed_ticks() for member in self.members.values())
        self._missed = max(self._missed, (self._missed_ticks + open_ticks) / TICKS_A_SECOND)
        return self._missed

    @contextlib.contextmanager
    def after_a_loss(self) -> Iterator[None]:
        """Everybody is read now because the kernel told less than happened."""
        self._is_lossy = True
        yield
        self._is_lossy = False
        for member in self.members.values():
            self._missed_ticks += member.missed_ticks(is_final=True)
            member.all_were_seen()

    def execed(self, record: Execed) -> None:
        """Note that one runs another program."""
        self._changes.append(record)
        self._threads_changed.setdefault(record.pid, {})

    def threads_changed(self, member: Member, *left: tuple[int, int]) -> None:
        """Note that one has other threads, and who left with which exit code."""
        self._threads_changed.setdefault(member.pid, {}).update(left)

    def meet(
        self, pid: int, stat: Stat, parent: int, now: float, *, is_first: bool = False
    ) -> None:
        """Take somebody in.

        Args:
            pid: its number.
            stat: read just now.
            parent: the pid of who started it; 0 if that is none of them.
            now: seconds.
            is_first: whether it had children before anybody looked.
        """
        member = Member(pid, stat.began, stat.began / TICKS_A_SECOND - boot_offset(), parent)
        member.is_exact = True
        member.take(stat, now, is_first=is_first)
        self.let_in(member, parent)
        if stat.has_ended:
            self._seems_ended(member, now)

    def let_in(self, member: Member, parent: int) -> None:
        """Take somebody in, whether it was read or not."""
        self.members[member.pid] = member
        self._zombies.dead.pop(member.pid, None)
        self._changes.append(Came(member.pid, parent, member.began, member.born))
        if not self.is_told:
            self._ends.watch(member)

    def read(self, member: Member, now: float) -> None:
        """Read one, and note what changed of it."""
        stat = read_stat(self._proc, member.pid)
        if stat is None:
            if not (self._is_ours and is_hidden(self._proc, member.pid)):
                self._seems_ended(member, now)
            return
        if stat.has_ended or not member.is_described_by(stat):
            self._seems_ended(member, now)
            return
        if member.leaves is None:
            self.doubtful.discard(member.pid)
        if member.threads not in (None, stat.threads):
            self._threads_changed.setdefault(member.pid, {})
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
        if self.is_told and member.pid not in self.doubtful:
            self.doubtful.add(member.pid)
        else:
            self.end(member, member.leaves, now)

    def end(self, member: Member, exitcode: int | None, at: float) -> None:
        """Note an end, with whatever can still be read of it.

        Args:
            member: who ended.
            exitcode: as far as it was told.
            at: when.
        """
        pid = member.pid
        stat = read_stat(self._proc, pid)
        if stat is not None and not (stat.has_ended and member.is_described_by(stat)):
            stat = None
        if stat is not None:
            member.take(stat, at)
            # 0 is no better than what was told: it is what is said of other users' processes too.
            if stat.exit_status or (exitcode is None and may_know_ends(self._proc, pid)):
                exitcode = exitcode_of(stat.exit_status)
            if self._joins and stat.parent == self._pid:
                code = reap(pid)
                exitcode = exitcode if code is None else code
            else:
                self._zombies.dead[pid] = Dead(stat.began, at)
        self.members.pop(pid, None)
        self.doubtful.discard(pid)
        self._ends.release(member)
        parent = self.members.get(member.parent)
        if parent is not None:
            parent.child_ended(member.ended_with(at, is_final=stat is not None))
        if self.is_told and not self._is_lossy:
            member.all_were_seen()
        self._missed_ticks += member.missed_ticks(is_final=True)
        # What was read before may be little of what it burned.
        cpu_seconds = None if stat is None else member.cpu_seconds
        self._changes.append(Went(pid, exitcode, cpu_seconds, at))
