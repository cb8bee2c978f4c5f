"""One station that runs, and what was done to it. Runs in the parent.

Every method that acts returns the events that tell of it.
"""

from __future__ import annotations

import signal

from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, Exited, Paused, Resumed, Signalled, Stopping, Trouble
from chai_tui.samplers.protocol import Watched
from chai_tui.sources.live.processes.child import Child
from chai_tui.sources.live.report_reader import ReportReader
from chai_tui.sources.live.station.wire import Ask, Close, Seat

CALM_SECONDS = 0.5
"""Seconds after a pause or a resume in which the system may not show it yet."""

SIGKILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows ends a process in one way only
_SIGSTOP = getattr(signal, "SIGSTOP", None)
_SIGCONT = getattr(signal, "SIGCONT", None)


class StationHandle:
    """A station that runs.

    Args:
        reader: hears what its process says.

    Attributes:
        closing: whether it was told to end, so that nobody may be seated there any more.
    """

    def __init__(self, reader: ReportReader) -> None:
        self.reader = reader
        self.closing = False
        self._sent: set[int] = set()
        self._kill_at: float | None = None
        self._paused = False
        self._calm_until = 0.0

    @property
    def number(self) -> int:
        """Its number."""
        return self.reader.station

    @property
    def engine(self) -> Engine:
        """How its makers are seated."""
        return self.reader.engine

    @property
    def child(self) -> Child:
        """Its process."""
        return self.reader.child

    @property
    def makers(self) -> list[int]:
        """Who stands there and is not joined, in the request of their numbers."""
        return sorted(self.reader.open)

    def watched(self) -> list[Watched]:
        """Return whom to look at; where makers share a thread, whoever has it comes first."""
        traits = self.engine.traits
        own_thread = traits.own_thread
        watched = [
            Watched(maker, self.child.pid, tid, own_thread, self.reader.lived_at, traits.shares_gil)
            for maker, tid in self.reader.open.items()
            if tid is not None
        ]
        if not own_thread:
            watched.sort(key=lambda who: who.maker != self.reader.active)
        return watched

    @property
    def kill_at(self) -> float | None:
        """When its grace is over; None if it has none."""
        return self._kill_at

    @property
    def takes_makers(self) -> bool:
        """Whether somebody may be seated there now."""
        return not self.closing

    def seat(self, seats: tuple[Seat, ...], at: float, *, request: bool) -> list[Event]:
        """Note that makers stand here now.

        Args:
            seats: who.
            at: the time.
            request: whether the station must still be told; False: it was born with them.
        """
        for seat in seats:
            # A process's first thread has its number, so it can be watched before it speaks.
            self.reader.open[seat.maker] = None if self.engine.shares_station else self.child.pid
            if request:
                self.child.requests.send(seat)
        return [Paused(at, seat.maker, ours=True) for seat in seats] if self._paused else []

    def close_if_empty(self) -> None:
        """Let a shared station end once everyone who stood there was joined."""
        if self.engine.shares_station and not self.reader.open and not self.closing:
            self.closing = True
            self.child.requests.send(Close())

    def ask(self, maker: int, at: float) -> list[Event]:
        """Ask a thread or a task to stop: there is no way to make it."""
        self.child.requests.send(Ask(maker))
        return [Stopping(at, maker, None, None)]

    def terminate(self, at: float, grace: float) -> list[Event]:
        """Send SIGTERM now and SIGKILL when ``grace`` seconds have passed."""
        self.closing = True
        # Asking again gives no more time; quitting may give less.
        self._kill_at = min(at + grace, at + grace if self._kill_at is None else self._kill_at)
        events = self._deliver(signal.SIGTERM, at)
        if any(isinstance(event, Trouble) for event in events):
            return events
        stopping: list[Event] = [
            Stopping(at, maker, signal.SIGTERM, grace) for maker in self.makers
        ]
        if self._paused:  # it takes SIGTERM only once it runs again
            stopping += self.resume(at)
        return stopping

    def kill_if_overdue(self, at: float) -> list[Event]:
        """Send SIGKILL if the grace is over."""
        if self._kill_at is None or at < self._kill_at:
            return []
        self._kill_at = None
        return self.send(SIGKILL, at)

    def send(self, number: int, at: float) -> list[Event]:
        """Send signal ``number``: the usual ones to the whole group, others to the process."""
        if number == _SIGSTOP:
            return self.pause(at)
        if number == _SIGCONT:
            return self.resume(at)
        if number == SIGKILL:
            self.closing = True
        troubles = self._deliver(number, at)
        return troubles or [Signalled(at, maker, number) for maker in self.makers]

    def pause(self, at: float) -> list[Event]:
        """Stop the process."""
        if _SIGSTOP is None:
            return self._trouble(at, "this system cannot pause a process")
        return self._deliver(_SIGSTOP, at) or self._set_paused(at, paused=True, ours=True)

    def resume(self, at: float) -> list[Event]:
        """Let the process run again."""
        if _SIGCONT is None:
            return self._trouble(at, "this system cannot resume a process")
        return self._deliver(_SIGCONT, at) or self._set_paused(at, paused=False, ours=True)

    def saw(self, at: float, *, stopped: bool) -> list[Event]:
        """Take in whether the system has the process stopped: somebody else may have done it."""
        if stopped == self._paused or at < self._calm_until:
            return []
        if SIGKILL in self._sent:  # dying, it runs for a moment
            return []
        return self._set_paused(at, paused=stopped, ours=False)

    def _set_paused(self, at: float, *, paused: bool, ours: bool) -> list[Event]:
        self._paused = paused
        self._calm_until = at + CALM_SECONDS
        kind = Paused if paused else Resumed
        return [kind(at, maker, ours) for maker in self.makers]

    def exited(self, exitcode: int | None, at: float) -> list[Event]:
        """Tell the end of everyone who still stood here."""
        ours = exitcode is not None and -exitcode in self._sent
        makers = self.makers
        self.closing = True
        self.reader.open.clear()
        return [Exited(at, maker, exitcode, ours) for maker in makers]

    def _deliver(self, number: int, at: float) -> list[Event]:
        """Send a signal; return what went wrong."""
        group = number in {signal.SIGTERM, SIGKILL, _SIGSTOP, _SIGCONT}
        self._sent.add(number)
        try:
            delivered = self.child.send_signal(number, whole_group=group)
        except (OSError, ValueError) as error:
            return self._trouble(at, f"{_name(number)} could not be sent: {error}")
        return [] if delivered else self._trouble(at, f"{_name(number)} came too late")

    def _trouble(self, at: float, why: str) -> list[Event]:
        makers = self.makers
        if not makers:
            return []
        more = f" and {len(makers) - 1} more" if len(makers) > 1 else ""
        return [Trouble(at, makers[0], f"Chai Maker #{makers[0]}{more}: {why}")]


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
