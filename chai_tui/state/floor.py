"""The floor: the kitchen's state, folded from events.

It is pure: no clock, no process, no drawing. Any interleaving of several makers' events folds to
the same floor; what the parent saw wins over what the child said, and a joined maker never
changes again.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from chai_tui.model.events import (
    CoresChanged,
    Dropped,
    Event,
    Exited,
    Failed,
    GaveUp,
    MakerUse,
    Paused,
    Progress,
    Resumed,
    RunBegan,
    Said,
    Sampled,
    Seated,
    Served,
    Signalled,
    Started,
    StepBegan,
    Stopping,
    Trouble,
    Unseated,
)
from chai_tui.state.busy_period import BusyPeriod, latest_busy_period
from chai_tui.state.records import (
    Core,
    CoreShares,
    Line,
    Maker,
    Span,
    State,
    Station,
    Use,
    derive_state,
    gil_share_of,
)
from chai_tui.state.shares import Stretch, within_last_second

LOG_KEPT = 1_000
"""Events kept for the log."""
COMMON_SIGNALS = {
    1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 6: "SIGABRT", 8: "SIGFPE", 9: "SIGKILL",
    11: "SIGSEGV", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM",
}  # fmt: skip
"""The signals whose numbers are the same wherever there are signals: POSIX, ``kill``."""
AT_ONCE_SECONDS = 3.0
"""The stretch over which "cores at once" is measured: long enough to be calm, short enough to
follow a change."""

SAMPLES_KEPT = 200_000
"""Times of samples kept: a day at two a second, 1.6 MB."""
SAMPLES_DROPPED = 100_800
"""How many of the oldest are dropped at once: a multiple of all that are ever shown together, so
that those that are shown together stay the same."""

_NOTHING_KNOWN = (None,) * 5
"""What a sample tells of a maker, where it tells nothing."""


class Floor:
    """The state of a kitchen.

    Attributes:
        run: what the run is, as its source told.
        makers: by number, in the order of their numbers.
        stations: by number; a station stays as long as one of its makers does.
        cores: by core number: those that the last sample told of.
        counts: how many makers are in each state.
        open: how many makers are not joined yet.
        sample_times: when samples were taken, oldest first.
        log: what is worth telling, oldest first.
        logged: how many events ever went into the log.
        began: when the first maker ever was seated; None before that.
        now: the time of the latest event.
        version: grows with every event.
        cores_version: grows with every event that tells of cores.
    """

    def __init__(self) -> None:
        self.run = RunBegan(0.0)
        self.makers: dict[int, Maker] = {}
        self.stations: dict[int, Station] = {}
        self.cores: dict[int, Core] = {}
        self.counts: dict[State, int] = dict.fromkeys(State, 0)
        self.open = 0
        self.sample_times = array("d")
        self.log: deque[Event] = deque(maxlen=LOG_KEPT)
        self.logged = 0
        self.began: float | None = None
        self.now = 0.0
        self.version = 0
        self.cores_version = 0
        self._signal_names = COMMON_SIGNALS
        self._finish_order: list[tuple[float, int]] = []
        self._unseated: list[tuple[float, int]] = []
        self._round: BusyPeriod | None = None
        self._emptied_at: float | None = None
        self._sampled_at = float("-inf")
        self._cpu_trace: deque[tuple[float, float]] = deque()
        self._handlers: dict[type, Callable[[Any], None]] = {
            RunBegan: self._run_began,
            CoresChanged: self._cores_changed,
            Seated: self._seated,
            Started: self._started,
            StepBegan: self._step_began,
            Progress: self._progress,
            Served: self._served,
            Failed: self._failed,
            GaveUp: self._gave_up,
            Said: self._said,
            Dropped: self._dropped,
            Paused: self._paused,
            Resumed: self._resumed,
            Stopping: self._stopping,
            Signalled: self._tell,
            Exited: self._exited,
            Trouble: self._tell,
            Unseated: self._could_not_seat,
            Sampled: self._sampled,
        }

    def fold(self, events: Iterable[Event]) -> None:
        """Take in what happened."""
        handlers = self._handlers
        now = self.now
        count = 0
        for event in events:
            at = event[0]
            if at > now:  # noqa: PLR1730 - max() is a call, and this is the hot loop
                now = at
            handlers[type(event)](event)
            count += 1
        self.now = now
        self.version += count

    # What can be asked

    def place(self, number: int) -> int | None:
        """Return the finishing place of a maker, from 1, or None if it has not served."""
        maker = self.makers.get(number)
        if maker is None or maker.served_at is None or maker.state is not State.SERVED:
            return None
        return bisect_left(self._finish_order, (maker.served_at, number)) + 1

    @property
    def unseated(self) -> int:
        """How many makers could not be seated: in the current round, if there is one."""
        since = self._busy_period_now().began if self.makers else float("-inf")
        return sum(makers for at, makers in self._unseated if at >= since)

    @property
    def ever_unseated(self) -> bool:
        """Whether a maker that was asked for could ever not be seated."""
        return bool(self._unseated)

    @property
    def all_joined(self) -> bool:
        """Whether makers were asked for, and every one that was seated was joined."""
        return self.open == 0 and (bool(self.makers) or bool(self._unseated))

    @property
    def all_served(self) -> bool:
        """Whether every maker that was asked for was seated, joined, and served."""
        served = self.counts[State.SERVED]
        return self.all_joined and served == len(self.makers) and not self.unseated

    @property
    def sampled_at(self) -> float:
        """When the newest sample was taken; minus infinity before the first."""
        return self._sampled_at

    @property
    def elapsed(self) -> float:
        """Seconds since the first maker ever was seated, until now or until the last one's end."""
        if self.began is None:
            return 0.0
        ended = self._busy_period_now().ended if self.makers else self._emptied_at
        return max(0.0, (self.now if ended is None else ended) - self.began)

    @property
    def cores_at_once(self) -> float:
        """CPU seconds that makers burned, divided by the wall seconds it took.

        While somebody brews: over the last ``AT_ONCE_SECONDS``. Afterwards: over the whole round.
        Threads that hold a GIL cannot raise it above 1, processes can.
        """
        if not self.makers:
            return 0.0
        began, ended, numbers = self._busy_period_now()
        if ended is not None:
            burned = sum(self.makers[number].cpu_seconds for number in numbers)
            return burned / (ended - began) if ended > began else 0.0
        if len(self._cpu_trace) < 2:
            return 0.0
        (first_at, first), (last_at, last) = self._cpu_trace[0], self._cpu_trace[-1]
        return max(0.0, last - first) / (last_at - first_at) if last_at > first_at else 0.0

    def forget_finished(self) -> int:
        """Leave out every joined maker; return how many those were."""
        gone = [number for number, maker in self.makers.items() if maker.joined]
        if gone and len(gone) == len(self.makers):
            self._emptied_at = self._busy_period_now().ended
        for number in gone:
            maker = self.makers.pop(number)
            self.counts[maker.state] -= 1
            station = self.stations[maker.station]
            station.makers.remove(number)
            if not station.makers:
                del self.stations[maker.station]
        if gone:
            self._finish_order = [entry for entry in self._finish_order if entry[1] in self.makers]
            self._round = None
            self._cpu_trace.clear()
            self.version += 1
        return len(gone)

    @property
    def signals(self) -> list[tuple[int, str]]:
        """Number and name of the signals that there are where the run is."""
        return sorted(self._signal_names.items())

    def signal_name(self, number: int) -> str:
        """Return ``SIGKILL`` for 9, ``signal 77`` for one that has no name where the run is."""
        return self._signal_names.get(number, f"signal {number}")

    # How each event is folded

    def _run_began(self, event: RunBegan) -> None:
        self.run = event
        self.cores_version += 1
        self._signal_names = dict(event.signals) or COMMON_SIGNALS

    def _cores_changed(self, event: CoresChanged) -> None:
        self.run = self.run._replace(cores=event.cores, quota=event.quota)
        self.cores_version += 1
        self._tell(event)

    def _seated(self, event: Seated) -> None:
        if event.maker in self.makers:
            return
        maker = Maker(
            number=event.maker,
            station=event.station,
            pid=event.pid,
            engine=event.engine,
            recipe=event.recipe,
            steps=event.steps,
            seated_at=event.at,
        )
        in_order = not self.makers or event.maker > next(reversed(self.makers))
        self.makers[event.maker] = maker
        if not in_order:
            self.makers = dict(sorted(self.makers.items()))
        station = self.stations.get(event.station)
        if station is None:
            station = self.stations[event.station] = Station(event.station, event.pid, event.engine)
        insort(station.makers, event.maker)
        self.began = event.at if self.began is None else min(self.began, event.at)
        self.counts[State.SEATED] += 1
        self.open += 1
        self._round = None

    def _open_maker(self, number: int | None) -> Maker | None:
        """The maker, unless it is unknown (or forgotten) or its state is final."""
        maker = self.makers.get(number) if number is not None else None
        if maker is None or maker.joined:
            return None
        maker.version += 1
        return maker

    def _started(self, event: Started) -> None:
        if maker := self._open_maker(event.maker):
            maker.tid = event.tid
            maker.started_at = event.at
            maker.modules = event.modules
            self._restate(maker)
            self._tell(event)

    def _step_began(self, event: StepBegan) -> None:
        maker = self._open_maker(event.maker)
        if maker is not None and 0 <= event.step < len(maker.steps):
            self._end_step(maker, event.at)
            maker.step = event.step
            maker.fraction = 0.0
            maker.step_times.append(Span(event.at, None))

    @staticmethod
    def _end_step(maker: Maker, at: float) -> None:
        if maker.step_times and maker.step_times[-1].end is None:
            maker.step_times[-1] = Span(maker.step_times[-1].began, at)

    def _progress(self, event: Progress) -> None:
        # The hot one: it comes ten times a second from every maker.
        maker = self.makers.get(event.maker)
        if maker is None or maker.joined:
            return
        maker.version += 1
        maker.fraction = event.fraction
        if event.cpu_seconds > maker.cpu_seconds:  # noqa: PLR1730 - likewise
            maker.cpu_seconds = event.cpu_seconds

    def _burned(self, maker: Maker, cpu_seconds: float) -> None:
        maker.cpu_seconds = max(maker.cpu_seconds, cpu_seconds)

    def _served(self, event: Served) -> None:
        if (maker := self._open_maker(event.maker)) and maker.served_at is None:
            self._burned(maker, event.cpu_seconds)
            self._end_step(maker, event.at)
            maker.fraction = 1.0
            maker.served_at = event.at
            maker.cups = event.cups
            station = self.stations[maker.station]
            station.cups = max(station.cups, event.cups)
            self._restate(maker)
            self._tell(event)

    def _failed(self, event: Failed) -> None:
        if maker := self._open_maker(event.maker):
            self._burned(maker, event.cpu_seconds)
            self._end_step(maker, event.at)
            maker.error = event.error
            maker.traceback = event.traceback
            self._restate(maker)

    def _gave_up(self, event: GaveUp) -> None:
        if maker := self._open_maker(event.maker):
            self._burned(maker, event.cpu_seconds)
            self._end_step(maker, event.at)
            maker.gave_up = True
            self._restate(maker)

    def _said(self, event: Said) -> None:
        line = Line(event.at, event.line, event.stream)
        if event.maker is None:
            if station := self.stations.get(event.station):
                station.said.append(line)
                self._tell(event)
        elif maker := self._open_maker(event.maker):
            maker.said.append(line)
            maker.said_count += 1

    def _dropped(self, event: Dropped) -> None:
        # The first time is worth a line in the log; after that, others would be pushed out of it.
        speaker: Maker | Station | None
        if event.maker is None:
            speaker = self.stations.get(event.station)
        else:
            speaker = self._open_maker(event.maker)
        if speaker is not None:
            if not speaker.dropped:
                self._tell(event)
            speaker.dropped += event.lines

    def _paused(self, event: Paused) -> None:
        if (maker := self._open_maker(event.maker)) and not maker.paused:
            maker.pauses.append(Span(event.at, None))
            self._leave_core(maker)
            self._restate(maker)
            self._tell(event)

    def _leave_core(self, maker: Maker) -> None:
        """Take a maker that cannot run off its core at once; the next sample may be far."""
        if (core := self.cores.get(-1 if maker.core is None else maker.core)) is not None:
            core.makers = tuple(number for number in core.makers if number != maker.number)
        maker.core = None
        maker.cpu_share = 0.0
        maker.ready_share = None
        maker.gil_share = None
        maker.recent = []

    def _resumed(self, event: Resumed) -> None:
        if (maker := self._open_maker(event.maker)) and maker.paused:
            maker.pauses[-1] = Span(maker.pauses[-1].began, event.at)
            self._restate(maker)
            self._tell(event)

    def _stopping(self, event: Stopping) -> None:
        if maker := self._open_maker(event.maker):
            maker.stopping = event
            maker.stop_signal = None if event.signal is None else self.signal_name(event.signal)
            self._tell(event)

    def _exited(self, event: Exited) -> None:
        maker = self._open_maker(event.maker)
        if maker is None:
            return
        if maker.paused:
            maker.pauses[-1] = Span(maker.pauses[-1].began, event.at)
        self._end_step(maker, event.at)
        maker.exitcode = event.exitcode
        if event.exitcode is not None and event.exitcode < 0:
            maker.end_signal = self.signal_name(-event.exitcode)
        maker.signal_was_ours = event.ours
        maker.ended_at = event.at
        maker.joined = True
        self._leave_core(maker)
        self.open -= 1
        self._round = None
        self._restate(maker)
        self._tell(event)

    def _sampled(self, event: Sampled) -> None:
        on_core: dict[int, list[int]] = {}
        for use in event.makers:
            if maker := self._open_maker(use.maker):
                self._use(maker, event.at, use)
                if use.core is not None:
                    on_core.setdefault(use.core, []).append(use.maker)
        before = self.cores
        self.cores = {}
        for core_use in event.cores:
            core = before.get(core_use.core) or Core(core_use.core)
            self.cores[core_use.core] = core
            core.busy = core_use.busy
            core.makers_share = core_use.makers
            core.makers = tuple(on_core.get(core_use.core, ()))
            core.history.append(CoreShares(core_use.busy, core_use.makers))
        self._sampled_at = event.at
        times = self.sample_times
        if not times or event.at > times[-1]:
            times.append(event.at)
            if len(times) > SAMPLES_KEPT:
                del times[:SAMPLES_DROPPED]
        self.cores_version += 1
        if self.open:
            burned = sum(maker.cpu_seconds for maker in self.makers.values())
            trace = self._cpu_trace
            trace.append((event.at, burned))
            while len(trace) > 2 and trace[0][0] < event.at - AT_ONCE_SECONDS:
                trace.popleft()
        else:
            self._cpu_trace.clear()

    def _use(self, maker: Maker, at: float, use: MakerUse) -> None:
        if use.core is not None:
            last = next(
                (entry.core for entry in reversed(maker.history) if entry.core is not None), None
            )
            maker.core_moves += last is not None and last != use.core
        maker.core = use.core
        maker.cpu_share = use.cpu_share
        maker.ready_share = use.ready_share
        maker.gil_share = gil_share_of(maker, self._sampled_at, use) if self.run.gil else None
        self._remember(maker, at)
        if use.cpu_seconds is not None and use.cpu_seconds > maker.cpu_seconds:
            maker.cpu_seconds = use.cpu_seconds
        if use.memory is not None:
            maker.memory = use.memory
        entry = Use(at, use.core, use.cpu_share, use.ready_share, maker.memory, maker.gil_share)
        # A maker that waits for minutes costs one entry, not hundreds; one of whom nothing was ever
        # known has none.
        if entry[1:] != (maker.history[-1][1:] if maker.history else _NOTHING_KNOWN):
            maker.history.append(entry)

    def _remember(self, maker: Maker, at: float) -> None:
        """Keep what was sampled of it until it is a second old."""
        if maker.cpu_share is None or maker.state is not State.BREWING:
            maker.recent = []
            return
        since = max(self._sampled_at, maker.seated_at)
        stretch = Stretch(
            at, max(0.0, at - since), maker.cpu_share, maker.ready_share, maker.gil_share
        )
        maker.recent = within_last_second([*maker.recent, stretch])

    def _could_not_seat(self, event: Unseated) -> None:
        self._unseated.append((event.at, event.makers))
        self._tell(event)

    def _tell(self, event: Event) -> None:
        self.log.append(event)
        self.logged += 1

    def _restate(self, maker: Maker) -> None:
        state = derive_state(maker)
        if state is maker.state:
            return
        self.counts[maker.state] -= 1
        self.counts[state] += 1
        if maker.state is State.SERVED:
            self._finish_order.remove((maker.served_at or 0.0, maker.number))
        if state is State.SERVED:
            insort(self._finish_order, (maker.served_at or 0.0, maker.number))
        maker.state = state

    def _busy_period_now(self) -> BusyPeriod:
        if self._round is None:
            self._round = latest_busy_period(self.makers.values())
        return self._round
