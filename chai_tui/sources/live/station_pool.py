"""Every station that runs: waits for them all, reads them, reaps them. Runs in the parent."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, Said, Trouble
from chai_tui.sources.live.poller import Poller, make_poller
from chai_tui.sources.live.processes.supervisor import Supervisor
from chai_tui.sources.live.report_reader import ReportReader
from chai_tui.sources.live.station.wire import Seat
from chai_tui.sources.live.station_handle import SIGKILL, StationHandle

READING_BUDGET = 0.05
"""Seconds that one turn spends reading, however much there is to read."""
RETRY_SECONDS = 0.05
"""Seconds until a request that did not fit a station's pipe is tried again: nothing tells when it
has room."""
LOOK_SECONDS = 0.25
"""Seconds between two looks for ended processes where nothing tells reliably of them."""
CODE_SECONDS = 0.05
"""Seconds after an end in which its exit code usually comes, and between two looks whether the fork
server will still tell it."""

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
        self._told_silence = False
        self._uncoded: dict[StationHandle, float] = {}
        """Those that have ended and whose exit code the fork server must still tell, since when."""
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
        for sign in child.signs:
            self._poller.add(sign, (station, None))
        return station

    def wake(self) -> None:
        """Make a waiting :meth:`turn` return; safe from any thread."""
        self._poller.wake()

    def turn(self, timeout: float | None) -> list[Event]:
        """Wait for something to happen, at most ``timeout`` seconds, and return it."""
        ready = self._poller.wait(self._patience(timeout))
        events: list[Event] = []
        ended: dict[StationHandle, None] = {}
        for station, read in ready:
            if read is None:
                ended[station] = None
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
            events += self._take_leave(station)
        events += self._reap_uncoded()
        now = self._clock()
        for station in list(self.stations.values()):
            events += station.kill_if_overdue(now)
            if station.child.requests.is_waiting:
                station.child.requests.flush()
            if station.child.must_be_looked_at and station.child.has_ended:
                events += self._take_leave(station)
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
            if station.child.must_be_looked_at:
                waits.append(LOOK_SECONDS)
        if self._uncoded:
            waits.append(CODE_SECONDS)
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

    def _take_leave(self, station: StationHandle) -> list[Event]:
        """Reap a process that has ended, as soon as its exit code is known."""
        if not station.child.awaits_exit_code:
            return self._reap(station)
        if self._uncoded.setdefault(station, self._clock()):
            for sign in station.child.signs[:-1]:  # the last one brings the code
                self._poller.remove(sign)
        return []

    def _reap_uncoded(self) -> list[Event]:
        """Reap without an exit code those whose code a silent fork server does not tell."""
        since = min(self._uncoded.values(), default=None)
        if since is None or self._clock() - since < CODE_SECONDS:
            return []
        silence = self._supervisor.silence()
        if not silence:
            return []
        events: list[Event] = []
        if not self._told_silence:
            self._told_silence = True
            text = f"{silence}: nobody knows how those who came from it end"
            events.append(Trouble(self._clock(), None, text))
        for station in list(self._uncoded):
            events += self._reap(station)
        return events

    def _reap(self, station: StationHandle) -> list[Event]:
        """Join a process that has ended, read what it left, and tell its makers' end."""
        child = station.child
        exitcode = child.reap()
        now = self._clock()
        # Never wait for an end of file: a process that it started may hold the pipes for ever.
        events = station.reader.drain(now)
        events += self._why_unheard(station, exitcode, events)
        events += station.exited(exitcode, now)
        del self.stations[station.number]
        self._uncoded.pop(station, None)
        for waitable in (*child.ends, *child.signs):
            self._poller.remove(waitable)
        self._supervisor.release(child)
        return events

    def _why_unheard(
        self, station: StationHandle, exitcode: int | None, said: list[Event]
    ) -> list[Event]:
        """Return why a process that ended of itself never became a station."""
        if station.reader.heard or not exitcode or exitcode < 0 or not station.makers:
            return []
        last_words = [event.line for event in said if isinstance(event, Said) and event.line]
        why = self._supervisor.why_not_begun() or next(reversed(last_words), "it does not say why")
        first, *others = station.makers
        who = f"Chai Maker #{first}" + (f" and {len(others)} more" if others else "")
        return [Trouble(self._clock(), first, f"{who} could not begin: {why}")]
