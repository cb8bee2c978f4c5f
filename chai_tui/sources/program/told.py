"""What the hooks in a program's Pythons tell, as events: of processes and threads that are known.

What is told of somebody who is not known yet waits until they are: the kernel, or a look, tells of
every process, and a moment later.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from chai_tui.model.events import Event, Failed, Trouble
from chai_tui.model.program_events import Blocked, TaskBegan, TaskEnded, Unblocked
from chai_tui.sources.program.hearing import messages as said
from chai_tui.sources.program.hearing.output import ProgramOutput
from chai_tui.sources.program.hearing.shared_locks import SharedLocks
from chai_tui.sources.program.stations.naming import Known, known_by
from chai_tui.sources.program.stations.station import ProgramStation

MOST_WAITING = 1_000
"""Messages of one process that wait until it is known."""
STRANGER_SECONDS = 1.0
"""For how long a process may be unknown; then it is over already, and nobody saw it."""
MOST_STRANGERS = 1_000
"""Processes that are not known of whom messages wait."""
_MAIN = "MainProcess"
"""What multiprocessing calls a process that it did not start: its command says more."""

_AT_END = "EOFError: EOF when reading a line"
"""What ``input()`` raises where there is nothing to read."""
_STDIN_HINT = "its stdin is empty: --stdin FILE or --stdin -"


class Told:
    """Makes events of messages.

    Args:
        stations: those that are there, by pid.
        output: reads the pipes that processes hand over.
        clock: seconds.
        has_threads: whether threads are told of.
        stdin_is_empty: whether that is so of what the first process reads.
    """

    def __init__(
        self,
        stations: Mapping[int, ProgramStation],
        output: ProgramOutput,
        clock: Callable[[], float],
        *,
        has_threads: bool,
        stdin_is_empty: bool = False,
    ) -> None:
        self._clock = clock
        self._stdin_is_empty = stdin_is_empty
        self._stations = stations
        self._output = output
        self._has_threads = has_threads
        self._waiting: dict[int, deque[said.Message]] = {}
        self._children: dict[int, said.ChildBegan] = {}
        """What their parents told of children who are not known yet."""
        self._since: dict[int, float] = {}
        """When they were looked for first."""
        self._locks = SharedLocks(self._holder_changed)
        self._changed: list[Event] = []
        """Of those who wait for a lock that somebody tells to have."""
        self._at = 0.0

    def hear(self, message: said.Message) -> list[Event]:
        """Return what a message says; it waits where nobody knows yet whom it is about."""
        station = self._stations.get(message.pid)
        if station is not None:
            return self._events_of(message, station)
        if message.pid not in self._waiting and len(self._waiting) >= MOST_STRANGERS:
            self._forget(next(iter(self._waiting)))  # they never came
        waiting = self._waiting.setdefault(message.pid, deque())
        if len(waiting) == MOST_WAITING:
            self._let_go(waiting.popleft())
        waiting.append(message)
        return []

    def is_strangers(self, message: said.Message) -> bool:
        """Whether somebody says a message who is not known yet."""
        return message.pid not in self._stations

    def is_of_strangers(self, message: said.Message) -> bool:
        """Whether a message is of or about somebody who is not known yet, or blocked by one."""
        stations = self._stations
        if message.pid not in stations:
            return True
        kind = type(message)
        if kind is said.TaskBegan or kind is said.TaskEnded:  # nearly all there are
            return False
        other = message.whom_pid if isinstance(message, said.BlockedOn) else 0
        if isinstance(message, said.ChildBegan):
            other = message.child
        return bool(other) and other not in stations

    def came(self, station: ProgramStation) -> list[Event]:
        """Return what was told of a process before it was known."""
        self._since.pop(station.pid, None)
        told = self._children.pop(station.pid, None)
        by_parent = [] if told is None else self.hear(told)
        return by_parent + [
            event
            for message in self._waiting.pop(station.pid, ())
            for event in self._events_of(message, station)
        ]

    def give_up_on_strangers(self, now: float = float("inf")) -> None:
        """Wait no longer for those who are not known after a while.

        What they print is read all the same. The rest would be taken for that of the next one who
        has their number.

        Args:
            now: seconds, as of the last look; without it nobody is waited for.
        """
        for pid in [*self._waiting]:
            if now - self._since.setdefault(pid, now) >= STRANGER_SECONDS or now == float("inf"):
                self._forget(pid)

    def went(self, pid: int) -> None:
        """Note that a process is gone, and all was heard that it said."""
        self._locks.forget(pid)

    def _forget(self, pid: int) -> None:
        self._since.pop(pid, None)
        for message in self._waiting.pop(pid, ()):
            self._let_go(message)

    def _let_go(self, message: said.Message) -> None:
        if isinstance(message, said.Output):
            self._read(message)

    @property
    def knows_of_others(self) -> bool:
        """Whether somebody told something who is not known yet."""
        return bool(self._waiting)

    def _events_of(self, message: said.Message, station: ProgramStation) -> list[Event]:
        read = self._READ.get(type(message))
        return [] if read is None else read(self, message, station)

    def _process_began(self, told: said.ProcessBegan, station: ProgramStation) -> list[Event]:
        self._locks.forget(told.pid)  # it is at its beginning: perhaps that of another program
        name = "" if told.name == _MAIN else told.name
        return station.hear(Known(name, python=told.python, target=told.target), told.at)

    def _child_began(self, told: said.ChildBegan, station: ProgramStation) -> list[Event]:
        child = self._stations.get(told.child)
        if child is None:
            self._children[told.child] = told  # of two with one number, the later one
            if len(self._children) > MOST_STRANGERS:
                del self._children[next(iter(self._children))]
            return []
        if child.parent != station.number:
            return []
        return child.foretell(known_by(told.command), station.known, told.at)

    def _thread_began(self, told: said.ThreadBegan, station: ProgramStation) -> list[Event]:
        self._locks.forget(told.pid, told.tid)  # of who had its number before
        if not self._has_threads or told.tid == station.pid:
            return []
        events = station.seat(told.tid, told.at, told.name)
        return [*events, *station.call(told.tid, told.name, told.at, told.target)]

    def _thread_ended(self, told: said.ThreadEnded, _station: ProgramStation) -> list[Event]:
        self._locks.forget(told.pid, told.tid)
        return []  # it ends a moment later: that is told in its own place

    def _renamed(self, told: said.Renamed, station: ProgramStation) -> list[Event]:
        if told.tid == station.pid:  # a process is not called as its first thread is
            return []
        if told.tid == 0:
            return station.hear(station.told._replace(name=told.name), told.at)
        if not self._has_threads:
            return []
        return station.call(told.tid, told.name, told.at)

    def _blocked(self, told: said.BlockedOn, station: ProgramStation) -> list[Event]:
        self._locks.blocked(told)
        if told.key >= said.SHARED_KEYS:
            holder = self._locks.holder(told.key, (told.pid, told.tid))
            if holder is not None:
                told = told._replace(whom_pid=holder[0], whom_tid=holder[1])
        return self._blocked_by(told, station)

    def _blocked_by(self, told: said.BlockedOn, station: ProgramStation) -> list[Event]:
        maker = station.maker_of(told.tid)
        if maker is None:
            return []
        other = self._stations.get(told.whom_pid)
        whom = None if other is None else other.maker_of(told.whom_tid)
        what = told.kind, whom or 0, told.name, told.timeout, told.handles_signals
        return [Blocked(told.at, maker, *what)]

    def _holder_changed(self, waits: said.BlockedOn, holder: tuple[int, int] | None) -> None:
        if station := self._stations.get(waits.pid):
            pid, tid = holder or (0, 0)
            told = waits._replace(at=self._at, whom_pid=pid, whom_tid=tid)
            self._changed += self._blocked_by(told, station)

    def _holds(self, told: said.Holds, _station: ProgramStation) -> list[Event]:
        self._at = told.at
        self._locks.holds(told)
        return self._take_changed()

    def _went_on(self, told: said.WentOn, station: ProgramStation) -> list[Event]:
        self._at = told.at
        self._locks.went_on(told)
        maker = station.maker_of(told.tid)
        changed = self._take_changed()
        return changed if maker is None else [Unblocked(told.at, maker), *changed]

    def _take_changed(self) -> list[Event]:
        changed, self._changed = self._changed, []
        return changed

    def _task_began(self, told: said.TaskBegan, station: ProgramStation) -> list[Event]:
        maker = station.maker_of(told.tid)
        return [] if maker is None else [TaskBegan(told.at, maker, told.name, told.number)]

    def _task_ended(self, told: said.TaskEnded, station: ProgramStation) -> list[Event]:
        maker = station.maker_of(told.tid)
        return [] if maker is None else [TaskEnded(told.at, maker, told.error, told.number)]

    def _raised(self, told: said.Raised, station: ProgramStation) -> list[Event]:
        maker = station.maker_of(told.tid)
        if maker is None:
            return []
        error = told.error
        # Others may read what their parents gave them.
        if error == _AT_END and self._stdin_is_empty and station.is_first:
            error = f"{error} ({_STDIN_HINT})"
        return [Failed(told.at, maker, error, told.traceback, 0.0)]

    def _handed(self, told: said.Output, _station: ProgramStation) -> list[Event]:
        # What was said into the pipe that it had comes before what it says now.
        events: list[Event] = []
        for inode, unread in told.before:
            events += self._output.read_before(inode, unread, told.at, self._clock())
        self._read(told)
        return events

    def _read(self, told: said.Output) -> None:
        if told.out is not None:
            self._output.add(told.out, "out", told.pid)
        if told.err is not None and told.err != told.out:
            self._output.add(told.err, "err", told.pid)

    def _failed(self, told: said.HookFailed, station: ProgramStation) -> list[Event]:
        why = f"pid {told.pid} tells nothing more of what it does: {told.why}"
        return [Trouble(told.at, station.first, why)]

    _READ: ClassVar[dict[type, Callable[[Any, Any, ProgramStation], list[Event]]]] = {
        said.ProcessBegan: _process_began,
        said.ChildBegan: _child_began,
        said.ThreadBegan: _thread_began,
        said.ThreadEnded: _thread_ended,
        said.Renamed: _renamed,
        said.BlockedOn: _blocked,
        said.WentOn: _went_on,
        said.Holds: _holds,
        said.TaskBegan: _task_began,
        said.TaskEnded: _task_ended,
        said.Raised: _raised,
        said.Output: _handed,
        said.HookFailed: _failed,
    }
