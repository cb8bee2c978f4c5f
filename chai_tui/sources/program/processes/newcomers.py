"""Who of all that /proc shows belongs to a tree of processes and is not in it yet.

Either the children of each are read (12 µs each), or all processes of the system are listed (1 µs
each) and those read that are new: whichever costs less.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping

from chai_tui.sources.program.processes.member import Member
from chai_tui.sources.program.processes.proc_tree import (
    Newest,
    Stat,
    children_of,
    everybody,
    lists_children,
    read_newest,
    read_stat,
)

Newcomer = tuple[int, Stat, int]
"""A pid, what it is, and the pid of its parent in the tree; 0 if it was adopted."""
_CHEAPER = 10
"""How many processes of the system are listed while one's children are read."""


class Newcomers:
    """Looks for them.

    Each that is handed out must be in ``members`` before the next is asked for: its own children
    are looked for then.

    Args:
        proc: where /proc is.
        members: the tree, by number.
        dead: when those began who ended and whose numbers may still be taken, by number.
        adopts: whether this process takes in those whose parent is gone.

    Attributes:
        own_children: pids of those that this process forked for something else.
        since: when the first of the program began, in ticks since the system did. Who was a child
            of this process before, by whomever it became one, is none of the program's.
    """

    def __init__(
        self,
        proc: str,
        members: Mapping[int, Member],
        dead: Mapping[int, tuple[int, float]],
        *,
        adopts: bool,
    ) -> None:
        self._proc = proc
        self._members = members
        self._dead = dead
        self._adopts = adopts
        self._pid = os.getpid()
        self._foreign_sessions = {os.getsid(0) if hasattr(os, "getsid") else 0}
        self._lists_children = lists_children(proc)
        self._strangers: set[int] = set()  # everybody else who was there when all were listed
        self._newest: Newest | None = None
        self._again = True
        self.own_children: set[int] = set()
        self.since = 0

    def below(self, pid: int) -> Iterator[Newcomer]:
        """Find those below one member; nobody where the kernel does not list children."""
        if self._lists_children:
            yield from self._descend([pid])

    def may_be_there(self) -> bool:
        """Whether anybody was born since this was asked last, in all the system."""
        newest, before = read_newest(self._proc), self._newest
        self._newest = newest
        was_born = newest is None or before is None or newest.last != before.last
        # A number is taken before /proc shows who has it.
        again, self._again = self._again, was_born
        return was_born or again

    def search(self, *, thoroughly: bool = False) -> Iterator[Newcomer]:
        """Find all there are.

        Args:
            thoroughly: whether those too may be others now who were no members so far.
        """
        if thoroughly:
            self._strangers.clear()
        everything = self._newest.everything if self._newest else 0
        # Each of their threads has a file that lists children.
        files = sum(member.threads or 2 for member in self._members.values())
        if self._lists_children and files * _CHEAPER < everything:
            yield from self._descend([*self._members])
            if self._adopts:
                yield from self._adopt(children_of(self._proc, self._pid))
        else:
            yield from self._list_all()

    def _is_new(self, pid: int, stat: Stat, parent: int) -> bool:
        if stat.parent != parent:
            return False
        dead = self._dead.get(pid)
        return dead is None or dead[0] != stat.began

    def _descend(self, parents: list[int]) -> Iterator[Newcomer]:
        """Find the children of these, and theirs, as the kernel lists them."""
        while parents:
            parent = parents.pop()
            member = self._members.get(parent)
            for pid in children_of(self._proc, parent, (member and member.threads) or 2):
                if pid not in self._members:
                    stat = read_stat(self._proc, pid)
                    if stat is not None and self._is_new(pid, stat, parent):
                        yield pid, stat, parent
                        parents.append(pid)

    def _list_all(self) -> Iterator[Newcomer]:
        """Find those of all in the system who have a member for a parent."""
        listed = set(everybody(self._proc))
        new = listed.difference(self._members, self._strangers)
        # A child began after its parent, or in the same tick.
        stats = {pid: stat for pid in new if (stat := read_stat(self._proc, pid))}
        left = sorted(stats.items(), key=lambda item: (item[1].began, item[0]))
        before = -1
        while len(left) != before:
            before, waiting, left = len(left), left, []
            for pid, stat in waiting:
                if stat.parent in self._members and self._is_new(pid, stat, stat.parent):
                    yield pid, stat, stat.parent
                else:
                    left.append((pid, stat))
        if self._adopts:
            yield from self._adopt([pid for pid, stat in left if stat.parent == self._pid])
        # Whose parent ended before it was read may be anybody's; an adopted one's child is ours.
        self._strangers &= listed
        known = (self._strangers | stats.keys() | {0}).difference(self._members)
        self._strangers.update(pid for pid, stat in left if stat.parent in known)
        self._strangers.difference_update(self._members)

    def _adopt(self, pids: Iterable[int]) -> Iterator[Newcomer]:
        """Find those children of ours that are the program's."""
        for pid in pids:
            if pid in self._members or pid in self.own_children:
                continue
            stat = read_stat(self._proc, pid)
            if stat is None:
                continue
            if stat.began < self.since:  # it is of whoever became chai-tui by exec, perhaps
                self._foreign_sessions.add(stat.session)
            # Who was forked by this process for something else is in its session.
            if stat.session in self._foreign_sessions:
                continue
            if self._is_new(pid, stat, self._pid):
                self._again = True
                yield pid, stat, 0
                yield from self.below(pid)
