"""Every station that runs: waits for them all, reads them, reaps them. Runs in the parent."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from chai_tui.model.engine import Engine
from chai_tui.model.events import Event
from chai_tui.sources.live.poller import Poller, make_poller
from chai_tui.sources.live.report_reader import ReportReader
from chai_tui.sources.live.station.wire import Seat
from chai_tui.sources.live.station_handle import SIGKILL, StationHandle
from chai_tui.sources.live.supervisor import Supervisor

READING_BUDGET = 0.05
"""Seconds that one turn spends reading, however much there is to read."""
RETRY_SECONDS = 0.05
"""Seconds until a request that did not fit a station's pipe is tried again: nothing tells when it
has room."""
LOOK_SECONDS = 0.25
"""Seconds between two looks for ended processes where nothing tells reliably of them."""

_Reader = Callable[[float], list[Event]]


class StationPool:
    """The stations that run.

    Args:
        supervisor: starts and reaps their processes.
        clock: seconds.
        lines_per_second: how many lines each station may say a second; None: no limit.
        poller: waits for pipes and processes; None: this system's best.
    """

    def __init__(
        self,
        supervisor: Supervisor,
        clock: Callable[[], float],
        lines_per_second: int | None,
        poller: Poller | None = None,
    ) -> None:
        self.stations: dict[int, StationHandle] = {}
        self._supervisor = supervisor
        self._clock = clock
        self._lines_per_second = lines_per_second
        self._poller = poller or make_poller()
        self._opened = 0
        self._unread: OrderedDict[tuple[StationHandle, _Reader], None] = OrderedDict()
        """Pipes with something to read, whoever has waited longest first."""

    def open(self, title: str, engine: Engine, seats: tuple[Seat, ...]) -> StationHandle:
        """Start a station.

        Raises:
            StartError: the system has no room for it.
        """
        born = self._clock()
        child = self._supervisor.start(title, engine, seats)
        self._opened += 1
        reader = ReportReader(self._opened, engine, child, self._lines_per_second, born)
        reader.lived_at = self._clock()  # it does now, and did not yet when it was to be born
        station = StationHandle(reader)
        self.stations[station.number] = station
        self._poller.add(child.reports.reader, (station, station.reader.read_reports))
        if child.outlet is not None:
            self._poller.add(child.outlet.reader, (station, station.reader.read_outlet))
        self._poller.add(child.sentinel, (station, None))
        return station

    def wake(self) -> None:
        """Make a waiting :meth:`turn` return; safe from any thread."""
        self._poller.wake()

    def turn(self, timeout: float | None) -> list[Event]:
        """Wait for something to happen, at most ``timeout`` seconds, and return it."""
        ready = self._poller.wait(self._patience(timeout))
        events: list[Event] = []
        ended: list[StationHandle] = []
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
            if station.child.requests.is_waiting:
                station.child.requests.flush()
            if station.child.sentinel_may_lie and station.child.has_ended:
                events += self._reap(station)
        return events

    def close(self) -> None:
        """Close what the hall itself opened."""
        self._poller.close()

    def _patience(self, timeout: float | None) -> float | None:
        """Return how many seconds the next wait may last."""
        if timeout == 0:
            return 0.0
        now = self._clock()
        waits = [] if timeout is None else [timeout]
        for station in self.stations.values():
            if station.kill_at is not None:
                waits.append(station.kill_at - now)
            if station.child.requests.is_waiting:
                waits.append(RETRY_SECONDS)
            if station.child.sentinel_may_lie:
                waits.append(LOOK_SECONDS)
        return max(0.0, min(waits)) if waits else None

    def _read(self, station: StationHandle, read: _Reader) -> list[Event]:
        if station.child.reaped:
            return []
        events = read(self._clock())
        station.close_if_empty()
        reader, child = station.reader, station.child
        if read == reader.read_reports and reader.garbled:
            # Nobody knows any more who is done there, and it waits for ever for somebody to read.
            events += station.send(SIGKILL, self._clock())
        # A pipe at its end of file would be ready for ever.
        if read == reader.read_reports and (child.reports.ended or reader.garbled):
            self._poller.remove(child.reports.reader)
        if read == reader.read_outlet and child.outlet is not None and child.outlet.ended:
            self._poller.remove(child.outlet.reader)
        return events

    def _reap(self, station: StationHandle) -> list[Event]:
        """Join a process that has ended, read what it left, and tell its makers' end."""
        child = station.child
        exitcode = child.reap()
        now = self._clock()
        # Never wait for an end of file: a process that it started may hold the pipes for ever.
        events = station.reader.drain(now)
        events += station.exited(exitcode, now)
        del self.stations[station.number]
        for waitable in (*child.ends, child.sentinel):
            self._poller.remove(waitable)
        self._supervisor.release(child)
        return events
