"""What a program that is not ours changes on the floor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, Exited, Seated
from chai_tui.model.program_events import (
    Blocked,
    Doing,
    Missed,
    Named,
    SeenBy,
    StationSeen,
    TaskBegan,
    TaskEnded,
    Unblocked,
    WaitKind,
    Waits,
)
from chai_tui.model.text import printable
from chai_tui.state.forgetting import ForgettingFloor
from chai_tui.state.makers.records import Maker, Station

POOL_WORKER = "PoolWorker-"
"""In the name of each worker of a pool of multiprocessing, before its number."""
_SIGTERM = 15  # wherever there are signals
LOOP_TASKS_KEPT = 200
"""Tasks of an event loop that are known at a time."""


def _show_loop(maker: Maker) -> None:
    """Of the tasks that an event loop has, the first one stands for all."""
    _, maker.task, maker.task_began = (maker.loop_tasks or ((0, "", maker.task_began),))[0]


class ProgramFloor(ForgettingFloor):
    """A floor, as far as it is a program's.

    Attributes:
        missed: what children burned whom nobody saw; None if nothing is told of that.
        first_station: number of the first process, from which all others come; None before
            anybody ended.
        first_end: whoever ended last in it: once that is over, so did the program. It stays when
            the finished are forgotten.
        threads_ever: how many threads of a program there ever were, also those forgotten since.
        processes_ever: likewise, processes.
        renamed: how often somebody got another name.
    """

    missed: Missed | None
    first_station: int | None
    first_end: Maker | None
    threads_ever: int
    processes_ever: int
    renamed: int

    def _tell(self, event: Event) -> None:
        """Put an event into the log."""
        raise NotImplementedError

    def _note_end(self, maker: Maker) -> None:
        """Keep how the first process ends."""
        if self.first_station is None:
            self.first_station = min(self.stations)  # nobody was forgotten yet
        if maker.station == self.first_station:
            self.first_end = maker

    def _is_ended_by_pool(self, event: Exited, maker: Maker) -> bool:
        """Whether a worker ends as ``Pool.terminate()`` has it end, and ``with Pool()`` does.

        The name is multiprocessing's own: ``ForkPoolWorker-1``.
        """
        if event.exitcode != -_SIGTERM or event.ours:
            return False
        station = self.stations[maker.station]
        parent = self.stations.get(station.parent)
        is_there = parent is not None and any(one in self.unjoined for one in parent.makers)
        return is_there and POOL_WORKER in station.name

    def _burned_at(self, event: Exited, maker: Maker) -> float:
        """Take in what an end tells of CPU time; return by how much more was burned so far.

        The kernel knows of threads, too, that nobody saw, and of the last moments.
        """
        station = self._station(maker.station)
        if event.cpu_seconds is None:
            station.burned += maker.cpu_seconds
            if station.cpu_seconds is not None:
                station.cpu_seconds = max(station.cpu_seconds, station.burned)
            return maker.cpu_seconds
        if not maker.engine.shares_station:
            maker.cpu_seconds = max(maker.cpu_seconds, event.cpu_seconds)
        others = [self.unjoined[one] for one in station.makers if one in self.unjoined]
        known = station.burned + sum(other.cpu_seconds for other in others)
        burned = max(maker.cpu_seconds, event.cpu_seconds - known)
        station.burned += burned
        # The kernel counts in other ways for threads: whatever is more, all say the same.
        station.cpu_seconds = max(event.cpu_seconds, station.burned)
        return burned

    def _open_maker(self, number: int | None) -> Maker | None:
        """The maker, unless it is unknown (or forgotten) or its state is final."""
        maker = self.unjoined.get(number) if number is not None else None
        if maker is not None:
            maker.version += 1
        return maker

    def _station_of(self, event: Seated) -> Station:
        """Return the station where a maker is seated, to change.

        A process with one thread is drawn as a process. From its second thread on, all of them are
        threads that share it.
        """
        station = self.stations.get(event.station)
        self.threads_ever += 1
        self.processes_ever += station is None or not station.makers
        if station is None:
            station = self.stations[event.station] = Station(event.station, event.pid, event.engine)
        station = self._station(event.station)
        if not station.makers:
            station.engine = event.engine
        elif event.engine.shares_station and not station.engine.shares_station:
            station.engine = event.engine
            for number in station.makers:
                if (maker := self._open_maker(number)) is not None:
                    maker.engine = event.engine
        return station

    def _station_seen(self, event: StationSeen) -> None:
        if event.station not in self.stations:
            self.stations[event.station] = Station(event.station, event.pid, Engine.PROCESS)
        station = self._station(event.station)
        station.parent, station.gil = event.parent, event.gil
        station.name, station.command = printable(event.name), printable(event.command)
        station.python, station.target = printable(event.python), printable(event.target)
        for number in station.makers:
            self._open_maker(number)  # they are drawn anew: what they say may depend on it

    def _named(self, event: Named) -> None:
        if maker := self._open_maker(event.maker):
            called = printable(event.name)
            self.renamed += bool(maker.called) and called != maker.called
            maker.called = called
            maker.target = printable(event.target) or maker.target

    def _waits(self, event: Waits) -> None:
        for wait in event.makers:
            if maker := self._open_maker(wait.maker):
                maker.waits = None if wait.what is WaitKind.NOTHING else wait

    def _seen_by(self, event: SeenBy) -> None:
        if event.station in self.stations:
            self._station(event.station).seen_by = event

    def _doing(self, event: Doing) -> None:
        for place in event.makers:
            if maker := self._open_maker(place.maker):
                maker.place = place if place.function else None
                maker.placed_at = event.at

    def _missed(self, event: Missed) -> None:
        self.missed = event

    def _blocked(self, event: Blocked) -> None:
        if maker := self._open_maker(event.maker):
            maker.blocked = event

    def _unblocked(self, event: Unblocked) -> None:
        if maker := self._open_maker(event.maker):
            maker.blocked = None

    def _task_began(self, event: TaskBegan) -> None:
        maker = self._open_maker(event.maker)
        if maker is None:
            return
        name = printable(event.name)
        if event.task:
            if len(maker.loop_tasks) < LOOP_TASKS_KEPT:
                maker.loop_tasks = (*maker.loop_tasks, (event.task, name, event.at))
                _show_loop(maker)
        else:
            maker.task, maker.task_began = name, event.at

    def _task_ended(self, event: TaskEnded) -> None:
        maker = self._open_maker(event.maker)
        if maker is None:
            return
        if not event.task:
            maker.task = ""
        else:
            maker.loop_tasks = tuple(one for one in maker.loop_tasks if one[0] != event.task)
            _show_loop(maker)
        maker.tasks += 1
        if event.error:
            maker.tasks_failed += 1
            before, maker.task_error = maker.task_error, printable(event.error)
            # Once of each kind in a row: of thousands, others would be pushed out of the log.
            if maker.task_error.partition(":")[0] != before.partition(":")[0]:
                self._tell(event)

    PROGRAM_HANDLERS: ClassVar[dict[type, Callable[[Any, Any], None]]] = {
        StationSeen: _station_seen,
        Named: _named,
        Waits: _waits,
        SeenBy: _seen_by,
        Doing: _doing,
        Missed: _missed,
        Blocked: _blocked,
        Unblocked: _unblocked,
        TaskBegan: _task_began,
        TaskEnded: _task_ended,
    }
