"""Every station that runs: waits for them all, reads them, reaps them. Runs in the parent."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from chai_tui.engine import Engine
from chai_tui.events import Event
from chai_tui.stations.listening import Listener
from chai_tui.stations.running import SIGKILL, RunningStation
from chai_tui.stations.supervisor import Supervisor
from chai_tui.stations.waiting import Waiter, make_waiter
from chai_tui.stations.wire import Seat

READING_BUDGET = 0.05
"""Seconds that one turn spends reading, however much there is to read."""
RETRY_SECONDS = 0.05
"""Seconds until an order that did not fit a station's pipe is tried again: nothing tells when it
has room."""
LOOK_SECONDS = 0.25
"""Seconds between two looks for ended processes where nothing tells reliably of them."""

_Reader = Callable[[float], list[Event]]


class Hall:
    """The stations that run.

    Args:
        supervisor: starts and reaps their processes.
        clock: seconds.
        lines_per_second: how many lines each station may say a second; None: no limit.
        waiter: waits for pipes and processes; None: this system's best.
    """

    def __init__(
        self,
        supervisor: Supervisor,
        clock: Callable[[], float],
        lines_per_second: int | None,
        waiter: Waiter | None = None,
    ) -> None:
        self.stations: dict[int, RunningStation] = {}
        self._supervisor = supervisor
        self._clock = clock
        self._lines_per_second = lines_per_second
        self._waiter = waiter or make_waiter()
        self._opened = 0
        self._unread: OrderedDict[tuple[RunningStation, _Reader], None] = OrderedDict()
        """Pipes with something to read, whoever has waited longest first."""

    def open(self, title: str, engine: Engine, seats: tuple[Seat, ...]) -> RunningStation:
        """Start a station.

        Raises:
            StartError: the system has no room for it.
        """
        born = self._clock()
        child = self._supervisor.start(title, engine, seats)
        self._opened += 1
        listener = Listener(self._opened, engine, child, self._lines_per_second, born)
        station = RunningStation(listener)
        self.stations[station.number] = station
        self._waiter.add(child.report_end, (station, station.listener.read_reports))
        if child.outlet_end is not None:
            self._waiter.add(child.outlet_end, (station, station.listener.read_outlet))
        self._waiter.add(child.sentinel, (station, None))
        return station

    def wake(self) -> None:
        """Make a waiting :meth:`turn` return; safe from any thread."""
        self._waiter.wake()

    def turn(self, timeout: float | None) -> list[Event]:
        """Wait for something to happen, at most ``timeout`` seconds, and return it."""
        ready = self._waiter.wait(self._patience(timeout))
        events: list[Event] = []
        ended: list[RunningStation] = []
        for station, read in ready:
            if read is None:
                ended.append(station)
            else:
                self._unread.setdefault((station, read))
        began = now = self._clock()
        # The system names the same ones first every time: without a queue of our own, those who
        # talk without end would leave no time for the others.
        while self._unread and now - began < READING_BUDGET:
            (station, read), _ = self._unread.popitem(last=False)
            events += self._read(station, read)
            now = self._clock()
        for station in ended:
            events += self._reap(station)
        now = self._clock()
        for station in list(self.stations.values()):
            events += station.kill_if_overdue(now)
            if station.child.orders.is_waiting:
                station.child.orders.flush()
            if station.child.sentinel_may_lie and station.child.has_ended:
                events += self._reap(station)
        return events

    def close(self) -> None:
        """Close what the hall itself opened."""
        self._waiter.close()

    def _patience(self, timeout: float | None) -> float | None:
        """Return how many seconds the next wait may last."""
        if timeout == 0:
            return 0.0
        now = self._clock()
        waits = [] if timeout is None else [timeout]
        for station in self.stations.values():
            if station.kill_at is not None:
                waits.append(station.kill_at - now)
            if station.child.orders.is_waiting:
                waits.append(RETRY_SECONDS)
            if station.child.sentinel_may_lie:
                waits.append(LOOK_SECONDS)
        return max(0.0, min(waits)) if waits else None

    def _read(self, station: RunningStation, read: _Reader) -> list[Event]:
        if station.child.reaped:
            return []
        events = read(self._clock())
        station.close_if_empty()
        listener, child = station.listener, station.child
        if read == listener.read_reports and listener.garbled:
            # Nobody knows any more who is done there, and it waits for ever for somebody to read.
            events += station.send(SIGKILL, self._clock())
        # A pipe at its end of file would be ready for ever.
        if read == listener.read_reports and (child.reports.ended or listener.garbled):
            self._waiter.remove(child.report_end)
        if read == listener.read_outlet and child.outlet is not None and child.outlet.ended:
            self._waiter.remove(child.outlet_end)
        return events

    def _reap(self, station: RunningStation) -> list[Event]:
        """Join a process that has ended, read what it left, and tell its makers' end."""
        child = station.child
        exitcode = child.reap()
        now = self._clock()
        # Never wait for an end of file: a process that it started may hold the pipes for ever.
        events = station.listener.drain(now)
        events += station.exited(exitcode, now)
        del self.stations[station.number]
        for waitable in (child.report_end, child.outlet_end, child.sentinel):
            if waitable is not None:
                self._waiter.remove(waitable)
        self._supervisor.release(child)
        return events
