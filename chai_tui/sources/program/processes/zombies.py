"""Those who ended and were not joined: their numbers are still taken."""

from __future__ import annotations

import os
from itertools import islice
from typing import NamedTuple

from chai_tui.sources.program.processes.adopting import reap
from chai_tui.sources.program.processes.changes import Zombie
from chai_tui.sources.program.processes.proc_tree import read_stat

ZOMBIE_SECONDS = 0.5
"""For how long one that ended may wait to be joined without being called a zombie."""
AT_ONCE = 20
"""How many are looked after at each look; more if there are many."""
_ROUNDS = 10


class Dead(NamedTuple):
    """One of them: when it began in ticks, and when it ended; for ever if that was told."""

    began: int
    at: float


class Zombies:
    """Looks after them.

    Args:
        proc: where /proc is.
        reaps: whether those that are this process's children by now are joined.

    Attributes:
        dead: all of them, by number.
    """

    def __init__(self, proc: str, *, reaps: bool) -> None:
        self._proc = proc
        self._reaps = reaps
        self._pid = os.getpid()
        self.dead: dict[int, Dead] = {}

    def look(self, now: float) -> list[Zombie]:
        """Return who is a zombie for long, once each."""
        found: list[Zombie] = []
        for pid in [*islice(self.dead, max(AT_ONCE, len(self.dead) // _ROUNDS))]:
            dead = self.dead.pop(pid)
            stat = read_stat(self._proc, pid)
            if stat is None or stat.began != dead.began:
                continue
            if self._reaps and stat.parent == self._pid:
                reap(pid)  # its parent is gone, who did not
                continue
            if dead.at < now - ZOMBIE_SECONDS:
                found.append(Zombie(pid, stat.parent))
                dead = Dead(dead.began, float("inf"))
            self.dead[pid] = dead  # behind the others
        return found
