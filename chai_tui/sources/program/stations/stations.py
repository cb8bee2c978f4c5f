"""The processes of a program as stations: who came, who went, whose a line is."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable
from functools import partial

from chai_tui.model.events import Event
from chai_tui.model.program import RunProgram, WatchProgram
from chai_tui.sources.program.processes.changes import (
    Came,
    Change,
    ThreadsChanged,
    Went,
    Zombie,
)
from chai_tui.sources.program.processes.connector import Execed
from chai_tui.sources.program.processes.following import Following
from chai_tui.sources.program.stations.naming import (
    Known,
    known_after_exec,
    known_of,
    short_name,
    thread_name,
)
from chai_tui.sources.program.stations.remains import Remains
from chai_tui.sources.program.stations.station import ProgramStation


class Stations:
    """They, and what changes of them.

    Args:
        program: what is run, or watched.
        clock: seconds.
        has_threads: whether threads are told of.
        first_words: returns what a process said before anybody knew of it.
        last_words: returns what one said before its end; asked when that is known, and while it is
            still in ``by_pid``.
        words: returns what one's threads said until now; asked when one of those is gone.

    Attributes:
        by_pid: those that have not ended.
    """

    def __init__(
        self,
        program: RunProgram | WatchProgram,
        clock: Callable[[], float],
        *,
        has_threads: bool,
        first_words: Callable[[ProgramStation], list[Event]],
        last_words: Callable[[int], list[Event]],
        words: Callable[[int], list[Event]],
    ) -> None:
        self.by_pid: dict[int, ProgramStation] = {}
        self._program = program
        self._clock = clock
        self._has_threads = has_threads
        self._first_words = first_words
        self._last_words = last_words
        self._words = words
        self._remains = Remains()
        self._began_at = clock()
        self._following: Following | None = None
        self._is_ending = False
        self._station_numbers = itertools.count(1)
        self._maker_numbers = itertools.count(1)
        self._numbers: dict[int, int] = {}
        """Of the stations that there ever were, by pid."""
        self._not_told: set[int] = set()
        """The pids of ourselves and those whom we started, where we are below who is watched."""

    def begin(self, following: Following, at: float) -> None:
        """Note who follows the program, and since when."""
        self._following = following
        self._began_at = at

    def end(self) -> None:
        """Note that all of the program is being ended: by us."""
        self._is_ending = True

    def of_maker(self, maker: int) -> ProgramStation | None:
        """Return where a maker stands; None if it has ended."""
        for station in self.by_pid.values():
            if maker in station.threads.values():
                return station
        return None

    def speaker(self, pid: int) -> tuple[int | None, int]:
        """Whose pipe a line came through; that of pid 0 is the one that the first process got.

        Once that has ended, it is nobody's in particular.
        """
        if pid == 0:  # what came through the pipe that the first one was given
            pid = next(iter(self._numbers), 0)
        station = self.by_pid.get(pid)
        first = None if station is None else station.first
        return first, self._numbers.get(pid, 1)

    def take(self, changes: Iterable[Change]) -> list[Event]:
        """Return what changes mean."""
        events: list[Event] = []
        for change in changes:
            at = self._clock()
            if isinstance(change, Came):
                events += self._came(change)
            elif isinstance(change, Went):
                events += self._went(change)
            elif isinstance(change, Zombie):
                number = self._numbers.get(change.pid, 0)
                events += self._remains.is_zombie(change.pid, number, at)
            elif (station := self.by_pid.get(change.pid)) is None:
                pass  # it is not told of: it is us
            elif isinstance(change, Execed):
                self._remains.lives(change.pid)
                # What cannot be read any more is not what its parent was; what it was itself tells
                # more than its number.
                was_itself = station.known.words != station.inherited
                known = known_after_exec(change.pid, station.known if was_itself else Known())
                events += station.get_known(known, at)
            elif isinstance(change, ThreadsChanged) and self._has_threads:
                is_told = self._following is not None and self._following.is_told
                left = dict(change.left) if is_told else None
                events += station.list_threads(at, thread_name, left)
        return events

    def look_after_the_dead(self) -> list[Event]:
        """Return who of those who ended was joined by now, and who had lacked memory."""
        zombies = () if self._following is None else self._following.zombies
        return self._remains.look(self._clock(), zombies)

    def kill_overdue(self) -> list[Event]:
        """Send SIGKILL to those whose grace is over."""
        now = self._clock()
        events: list[Event] = []
        for station in self.by_pid.values():
            if station.kill_at is not None and now >= station.kill_at:
                station.kill_at = None
                events += station.send(9, now)
        return events

    @property
    def paused_by_us(self) -> list[int]:
        """The pids of those that are paused, by us."""
        return [pid for pid, station in self.by_pid.items() if station.is_paused_by_us]

    @property
    def kills_at(self) -> list[float]:
        """When to do that."""
        return [each.kill_at for each in self.by_pid.values() if each.kill_at is not None]

    def _came(self, came: Came) -> list[Event]:
        # Whoever watches who started us, watches neither us nor whom we start.
        if came.pid == os.getpid() or came.parent in self._not_told:
            self._not_told.add(came.pid)
            return []
        # What is watched may have begun long before anybody looked.
        at = max(came.at, self._began_at)
        number = self._numbers[came.pid] = next(self._station_numbers)
        station = ProgramStation(
            number,
            came.pid,
            self._numbers.get(came.parent, 0),
            next_maker=self._maker_numbers,
            lived_at=at,
            is_still=self._is_still,
            words=partial(self._words, came.pid),
        )
        of_parent = self.by_pid.get(came.parent)
        self.by_pid[came.pid] = station
        self._remains.lives(came.pid, came.parent)
        fallback = self._known_first if of_parent is None else of_parent.known
        known = known_of(came.pid, fallback)
        events: list[Event] = []
        if of_parent is not None:
            if known.words != fallback.words:  # of another title of its parent, perhaps
                events += of_parent.get_known(known_of(came.parent, fallback), at)
            station.inherited = of_parent.known.words
        events += station.get_known(known, at)
        events += station.seat(came.pid, at)
        return [*events, *self._first_words(station)]

    def _went(self, went: Went) -> list[Event]:
        self._not_told.discard(went.pid)
        station = self.by_pid.get(went.pid)
        if station is None:
            return []
        # What it said comes before its end: nobody takes in what the dead say.
        events = self._last_words(went.pid)
        del self.by_pid[went.pid]
        if self._is_ending:
            station.is_ended_by_us()
        ends = station.exited(went.exitcode, went.at, went.cpu_seconds)
        self._remains.ended(went.pid, station.number, ends)
        return [*events, *ends]

    @property
    def _known_first(self) -> Known:
        """What is known of a process before anybody looked."""
        if isinstance(self._program, RunProgram) and len(self._numbers) == 1:
            command = self._program.command
            return Known(short_name(command), " ".join(command))
        return Known()

    def _is_still(self, pid: int) -> bool:
        return self._following is not None and self._following.is_still(pid)
