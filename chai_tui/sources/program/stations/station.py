"""One process of a program, and its threads: what they are to the floor."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping

from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, Exited, Paused, Seated, Started
from chai_tui.model.program_events import Layer, Named, SeenBy, StationSeen
from chai_tui.samplers.gil.layout import FREE_THREADED
from chai_tui.samplers.gil.which_python import has_gil
from chai_tui.samplers.protocol import Watched
from chai_tui.sources.program.processes.proc_tree import read_stat
from chai_tui.sources.program.stations.naming import Known
from chai_tui.sources.program.stations.signalled import SignalledProcess

LATE_SECONDS = 0.25
"""A thread that is seen may have begun so much later than the look did: it waited for a core."""
LEFT_KEPT = 256
"""So many threads that ended are remembered: what they said before may be read late."""
_NO_THREADS = 2
"""Links that the folder of a process's threads has beside one for each of them."""


class ProgramStation(SignalledProcess):
    """One process.

    Attributes:
        number: of the station.
        parent: number of the station that started it; 0 for none.
        known: what is known of it.
        told: what the program itself says of that, which knows better.
        inherited: the words of its parent's command line, which is its own until it runs another.

    Args:
        number: of the station.
        pid: of the process.
        parent: number of the station that started it; 0 for none.
        next_maker: numbers the makers.
        lived_at: when it surely lived, in the events' seconds.
        is_still: whether the pid is this process's own at the moment.
        words: returns what its threads said until now; asked before one of them is told to be gone.
        proc: where /proc is.
    """

    def __init__(
        self,
        number: int,
        pid: int,
        parent: int,
        *,
        next_maker: Iterator[int],
        lived_at: float,
        is_still: Callable[[int], bool] = lambda _pid: True,
        words: Callable[[], list[Event]] = list,
        proc: str = "/proc",
    ) -> None:
        super().__init__(pid, is_still)
        self.number = number
        self.known = Known()
        self.told = Known()
        self.inherited: tuple[str, ...] = ()
        self.parent = parent
        self._foretold = Known()
        self._gil_seen: bool | None = None
        self._next_maker = next_maker
        self._lived_at = lived_at
        self._words = words
        self._left: dict[int, float] = {}
        """When threads were told to be gone, by their numbers; the latest come last."""
        self._proc = proc
        self._folder = f"{proc}/{pid}/task"
        self._watched: list[Watched] | None = None
        self._names: dict[int, str] = {}
        self._named: set[int] = set()
        self._has_other_threads = False

    @property
    def is_first(self) -> bool:
        """Whether no other process that is known started it."""
        return not self.parent

    def maker_of(self, tid: int) -> int | None:
        """The maker of a thread; of one that is not told of, that of the whole process."""
        maker = self.threads.get(tid)
        return self.first if maker is None else maker

    @property
    def is_shared(self) -> bool:
        """Whether it has several threads."""
        return len(self.threads) > 1

    @property
    def _has_gil(self) -> bool:
        return has_gil(self.known.python) if self._gil_seen is None else self._gil_seen

    def watched(self) -> list[Watched]:
        """Return whom to look at; the same list while they are the same."""
        if self._watched is None:
            shares_gil = self.is_shared and self._has_gil
            own_thread = True
            self._watched = [
                Watched(maker, self.pid, tid, own_thread, self._lived_at, shares_gil)
                for tid, maker in self.threads.items()
            ]
        return self._watched

    # Who is there

    def get_known(self, known: Known, at: float) -> list[Event]:
        """Take in what is known of the process now; return what changed."""
        told = self.told
        if not known.words and self._foretold.words:
            known = self._foretold
        known = Known(
            told.name or known.name,
            told.command or known.command,
            told.python or known.python,
            told.target or known.target,
            known.words,
        )
        if known == self.known:
            return []
        if known.python != self.known.python:
            self._gil_seen = None
        self.known = known
        seen = self._seen(at)
        first = self.threads.get(self.pid)
        if first is None:
            return [seen]
        return [seen, *self._name(self.pid, known.name, at, known.target)]

    def see_gil(self, at: float, layers: tuple[Layer, ...], why: str) -> list[Event]:
        """Take in by what its GIL is seen, and so whether it has one; return what changed.

        A Python that is built to do without has one if it was told to, or once it imports a module
        that needs one.

        Args:
            at: now.
            layers: by what it is seen.
            why: why not by more.
        """
        before = self._has_gil
        if Layer.FUTEX in layers or why == FREE_THREADED:
            self._gil_seen = why != FREE_THREADED
        told = SeenBy(at, self.number, layers, why)
        has_changed = self._has_gil != before and self.known.python
        return [self._seen(at), told] if has_changed else [told]

    def _seen(self, at: float) -> StationSeen:
        self._watched = None
        name, command, python, target, _ = self.known
        has_gil = self._has_gil
        if self._gil_seen is False and not python.endswith("t"):
            python += "t"  # whatever its program is named
        return StationSeen(
            at, self.number, self.pid, self.parent, name, command, python, has_gil, target
        )

    def foretell(self, known: Known, of_parent: Known, at: float) -> list[Event]:
        """Take in which command it was started to execute; return what changed.

        Args:
            known: by that command; it counts where nothing better can be read.
            of_parent: what is known of who started it, as which it is called until then.
            at: now.
        """
        self._foretold = known
        is_itself = self.known.words and self.known.words != of_parent.words
        return self.get_known(self.known if is_itself else known, at)

    def hear(self, told: Known, at: float) -> list[Event]:
        """Take in what the program itself says of the process; return what changed."""
        self.told = told
        return self.get_known(self.known, at)

    def seat(self, tid: int, at: float, name: str = "") -> list[Event]:
        """Note a thread; the process's own name is its first one's.

        Of one that was told to be gone since ``at``, it is a late word, and nobody new.
        """
        if tid in self.threads or at <= self._left.get(tid, float("-inf")):
            return []
        maker = self.threads[tid] = next(self._next_maker)
        self._watched = None
        # Whoever began later than is known to live here is taken for somebody else.
        self._lived_at = max(self._lived_at, at + LATE_SECONDS)
        is_first = tid == self.pid
        engine = Engine.PROCESS if is_first else Engine.THREAD
        events: list[Event] = [
            Seated(at, maker, self.number, self.pid, engine),
            *self._name(tid, name or self.known.name, at, self.known.target if is_first else ""),
            Started(at, maker, self.pid, tid),
        ]
        if self._is_paused:
            events.append(Paused(at, maker, ours=False))
        return events

    def call(self, tid: int, name: str, at: float, target: str = "") -> list[Event]:
        """Take in what the program itself calls a thread: the system's name counts no more."""
        self._named.add(tid)
        return self._name(tid, name, at, target)

    def _name(self, tid: int, name: str, at: float, target: str = "") -> list[Event]:
        name = name or f"pid {self.pid}"
        if tid not in self.threads or (self._names.get(tid) == name and not target):
            return []
        self._names[tid] = name
        return [Named(at, self.threads[tid], name, target)]

    def count(self) -> int | None:
        """Return how many threads there are, without listing them; None if it is gone."""
        try:
            return os.stat(self._folder).st_nlink - _NO_THREADS  # noqa: PTH116 - as above
        except OSError:
            return None

    def count_differs(self, *, twice: bool) -> bool:
        """Look whether there are more threads than are known, or less.

        Args:
            twice: whether it must have been so the last time too: the kernel's word of who came and
                who went is under way.
        """
        differed = self._has_other_threads
        self._has_other_threads = self.count() not in (None, len(self.threads))
        return self._has_other_threads and (differed or not twice)

    def list_threads(
        self,
        at: float,
        name_of: Callable[[int, int], str],
        left: Mapping[int, int] | None = None,
    ) -> list[Event]:
        """Look which threads there are; return who came and who went.

        Args:
            at: now.
            name_of: returns what the system calls a thread of a process.
            left: exit codes of those who ended, where the kernel tells: of anybody else who is gone
                it is still to tell. None: it does not, and whoever is gone just returned, unless
                the process has ended and took them along.
        """
        try:
            there = {int(entry) for entry in os.listdir(self._folder)}  # noqa: PTH208 - likewise
        except (OSError, ValueError):
            return []  # it ended: that is told in its own place
        if not there:
            return []
        events: list[Event] = []
        if not (self.threads.keys() | (left or {}).keys()) <= there:
            stat = read_stat(self._proc, self.pid) if left is None else None
            if stat is not None and stat.has_ended:
                return []  # likewise
            events += self._words()  # whoever is gone may have told its name, and more
        for tid in [tid for tid in self.threads if tid not in there]:
            if left is None or tid in left:
                events += self.leave(tid, at, 0 if left is None else left[tid])
        for tid in sorted(there - self.threads.keys()):
            events += self.seat(tid, at, "" if tid == self.pid else name_of(self.pid, tid))
        return events

    def rename(self, tid: int, at: float, name: str) -> list[Event]:
        """Take in what the system calls a thread now."""
        if not name or tid == self.pid or tid in self._named:
            return []
        return self._name(tid, name, at)

    def leave(self, tid: int, at: float, exitcode: int = 0) -> list[Event]:
        """Note that a thread ended: of itself, unless it has its process's exit code."""
        maker = self.threads.pop(tid, None)
        self._watched = None
        self._left.pop(tid, None)
        self._left[tid] = at
        if len(self._left) > LEFT_KEPT:
            del self._left[next(iter(self._left))]
        self._names.pop(tid, None)
        self._named.discard(tid)
        if maker is None:
            return []
        self._stopped.pop(maker, None)
        return [Exited(at, maker, exitcode, self._is_ours(exitcode))]

    def exited(
        self, exitcode: int | None, at: float, cpu_seconds: float | None = None
    ) -> list[Event]:
        """Tell the end of the process, and with it of every thread.

        Args:
            exitcode: of the process; None if nobody knows.
            at: when.
            cpu_seconds: what all of it burned, which is told once; None if nobody knows.
        """
        makers = self.makers
        self.threads.clear()
        self._watched = None
        ours = self._is_ours(exitcode)
        return [
            Exited(at, maker, exitcode, ours, None if index else cpu_seconds)
            for index, maker in enumerate(makers)
        ]
