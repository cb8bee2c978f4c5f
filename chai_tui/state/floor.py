"""The floor: the kitchen's state, folded from events.

It is pure: no clock, no process, no drawing. Any interleaving of several makers' events folds to
the same floor; what the parent saw wins over what the child said, and a joined maker never
changes again.
"""

from __future__ import annotations

from array import array
from bisect import insort
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, get_args

from chai_tui.model.events import (
    CoresChanged,
    Dropped,
    Event,
    Exited,
    Failed,
    GaveUp,
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
from chai_tui.model.program_events import OutOfMemory, Unjoined
from chai_tui.model.race_events import Judged, LaneOut, RaceEvent, TasteFailed
from chai_tui.race.rounds.records import Race
from chai_tui.state.floor_facts import COMMON_SIGNALS
from chai_tui.state.makers.busy_period import BusyPeriod
from chai_tui.state.makers.records import (
    Core,
    Line,
    Maker,
    Span,
    State,
    Station,
    derive_state,
)
from chai_tui.state.makers.sampling import cores_after, leave_out, take_use
from chai_tui.state.makers.step_times import begin_step, end_pause, end_step
from chai_tui.state.program_floor import ProgramFloor

LOG_KEPT = 1_000
"""Events kept for the log."""
AT_ONCE_SECONDS = 3.0
"""The stretch over which "cores at once" is measured: long enough to be calm, short enough to
follow a change."""

SAMPLES_KEPT = 200_000
"""Times of samples kept: a day at two a second, 1.6 MB."""
SAMPLES_DROPPED = 100_800
"""How many of the oldest are dropped at once: a multiple of all that are ever shown together, so
that those that are shown together stay the same."""


class Floor(ProgramFloor):
    """The state of a kitchen.

    Attributes:
        run: what the run is, as its source told.
        makers: by number, in the order of their numbers.
        stations: by number; a station stays as long as one of its makers does.
        cores: by core number: those that the last sample told of.
        counts: how many makers are in each state.
        open: how many makers are not joined yet.
        unjoined: those makers, by number, in the order in which they were seated.
        sample_times: when samples were taken, oldest first.
        sampled_at: when the newest sample was taken; minus infinity before the first.
        log: what is worth telling, oldest first.
        logged: how many events ever went into the log.
        began: when the first maker ever was seated; None before that.
        now: the time of the latest event.
        version: grows with every event.
        cores_version: grows with every event that tells of cores.
        race: what is known of a function that is tasted.
        missed: what children burned whom nobody saw; None if nothing is told of that.
        first_station: of a program that is not ours: number of its first process.
        first_end: whoever ended last in that.
        rewound: how often it became another one.
    """

    def __init__(self) -> None:
        self.run = RunBegan(0.0)
        self.makers: dict[int, Maker] = {}
        self.unjoined: dict[int, Maker] = {}
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
        self.race = Race()
        self.missed = None
        self.threads_ever = self.processes_ever = self.renamed = 0
        self.first_station = None
        self.first_end = None
        self.forgotten: dict[State, int] = {}
        self.bad_ends, self.failed_threads = [], []
        self.bad_ends_ever = self.failed_threads_ever = 0
        self.bad_stations = {}
        self.parents = {}
        self.rewound = 0
        self._signal_names = COMMON_SIGNALS
        self._finish_order: list[tuple[float, int]] = []
        self._unseated: list[tuple[float, int]] = []
        self._round: BusyPeriod | None = None
        self._emptied_at: float | None = None
        self.sampled_at = float("-inf")
        self._told_lately: dict[int, float] = {}  # when, by number: see leave_out()
        self._cpu_trace: deque[tuple[float, float]] = deque()
        self._joined_seconds = 0.0  # of CPU time, also of those who were forgotten

    def fold(self, events: Iterable[Event]) -> None:
        """Take in what happened."""
        handlers = self._HANDLERS
        makers = self.unjoined
        now = self.now
        count = 0
        for event in events:
            at = event[0]
            if at > now:  # noqa: PLR1730 - max() is a call, and this is the hot loop
                now = at
            count += 1
            if type(event) is not Progress:
                handlers[type(event)](self, event)
                continue
            # Without a call: it comes ten times a second from every maker.
            maker = makers.get(event.maker)
            if maker is None:
                continue
            maker.version += 1
            maker.fraction = event.fraction
            maker.told_progress = True
            if event.cpu_seconds > maker.cpu_seconds:  # noqa: PLR1730 - likewise
                maker.cpu_seconds = event.cpu_seconds
        self.now = now
        self.version += count

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
        self.makers[event.maker] = self.unjoined[event.maker] = maker
        if not in_order:
            self.makers = dict(sorted(self.makers.items()))
        insort(self._station_of(event).makers, event.maker)
        self.began = event.at if self.began is None else min(self.began, event.at)
        self.counts[State.SEATED] += 1
        self.open += 1
        self._round = None

    def _started(self, event: Started) -> None:
        if maker := self._open_maker(event.maker):
            maker.tid = event.tid
            maker.started_at = event.at
            maker.modules = event.modules
            self._restate(maker)
            self._tell(event)

    def _step_began(self, event: StepBegan) -> None:
        maker = self._open_maker(event.maker)
        if maker is not None:
            begin_step(maker, event)

    def _burned(self, maker: Maker, cpu_seconds: float) -> None:
        maker.cpu_seconds = max(maker.cpu_seconds, cpu_seconds)

    def _served(self, event: Served) -> None:
        if (maker := self._open_maker(event.maker)) and maker.served_at is None:
            self._burned(maker, event.cpu_seconds)
            end_step(maker, event.at)
            maker.fraction = 1.0
            maker.served_at = event.at
            maker.cups = event.cups
            maker.result = event.result
            station = self._station(maker.station)
            station.cups = max(station.cups, event.cups)
            self._restate(maker)
            self._tell(event)

    def _failed(self, event: Failed) -> None:
        if maker := self._open_maker(event.maker):
            self._burned(maker, event.cpu_seconds)
            end_step(maker, event.at)
            maker.error = event.error
            maker.traceback = event.traceback
            self._restate(maker)

    def _gave_up(self, event: GaveUp) -> None:
        if maker := self._open_maker(event.maker):
            self._burned(maker, event.cpu_seconds)
            end_step(maker, event.at)
            maker.gave_up = True
            self._restate(maker)

    def _said(self, event: Said) -> None:
        line = Line(event.at, event.line, event.stream)
        if event.maker is None:
            if event.station in self.stations:
                self._station(event.station).said.append(line)
                self._tell(event)
        elif maker := self._open_maker(event.maker):
            maker.said = maker.own(maker.said)
            maker.said.append(line)
            maker.said_count += 1

    def _dropped(self, event: Dropped) -> None:
        # The first time is worth a line in the log; after that, others would be pushed out of it.
        speaker: Maker | Station | None = None
        if event.maker is not None:
            speaker = self._open_maker(event.maker)
        elif event.station in self.stations:
            speaker = self._station(event.station)
        if speaker is not None:
            if not speaker.dropped:
                self._tell(event)
            speaker.dropped += event.lines

    def _paused(self, event: Paused) -> None:
        if (maker := self._open_maker(event.maker)) and not maker.paused:
            maker.pauses = maker.own(maker.pauses)
            maker.pauses.append(Span(event.at, None))
            self._leave_core(maker)
            self._restate(maker)
            self._tell(event)

    def _leave_core(self, maker: Maker) -> None:
        """Take a maker that cannot run off its core at once; the next sample may be far."""
        if (core := self.cores.get(-1 if maker.core is None else maker.core)) is not None:
            core.makers = tuple(number for number in core.makers if number != maker.number)
        self.cores_version += maker.core is not None
        maker.core = None
        maker.cpu_share = 0.0
        maker.ready_share = None
        maker.gil_share = maker.gil_held = None
        maker.waits = None
        maker.recent = []

    def _resumed(self, event: Resumed) -> None:
        if (maker := self._open_maker(event.maker)) and maker.paused:
            end_pause(maker, event.at)
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
            end_pause(maker, event.at)
        end_step(maker, event.at)
        maker.exitcode = event.exitcode
        if event.exitcode is not None and event.exitcode < 0:
            maker.end_signal = self.signal_name(-event.exitcode)
        maker.signal_was_ours = event.ours
        maker.ended_by_pool = not maker.is_ours and self._is_ended_by_pool(event, maker)
        maker.ended_at = event.at
        maker.joined = True
        maker.blocked, maker.task, maker.loop_tasks = None, "", ()
        self._leave_core(maker)
        self.open -= 1
        del self.unjoined[event.maker]
        self._joined_seconds += (
            maker.cpu_seconds if maker.is_ours else self._burned_at(event, maker)
        )
        self._round = None
        self._restate(maker)
        self._tell(event)
        self._note_end(maker)
        self._forget_long_ago(maker)

    def _sampled(self, event: Sampled) -> None:
        on_core: dict[int, list[int]] = {}
        makers, at, sampled_at, has_gil = self.unjoined, event.at, self.sampled_at, self.run.gil
        times, lately, told = self.sample_times, self._told_lately, 0
        for use in event.makers:
            number, core = use.maker, use.core
            maker = makers.get(number)
            if maker is None:
                continue
            maker.version += 1
            maker.sampled += 1
            take_use(maker, use, at, sampled_at, times=times, has_gil=has_gil)
            lately[number] = at
            told += 1
            if core is not None:
                on_core.setdefault(core, []).append(number)
        if len(lately) > told:
            leave_out(makers, lately, at)
        self.cores = cores_after(self.cores, event.cores, on_core)
        self.sampled_at = at
        if not times or at > times[-1]:
            times.append(at)
            if len(times) > SAMPLES_KEPT:
                del times[:SAMPLES_DROPPED]
        self.cores_version += 1
        if self.open:
            burned = sum([maker.cpu_seconds for maker in makers.values()])
            trace = self._cpu_trace
            trace.append((at, burned + self._joined_seconds))
            while len(trace) > 2 and trace[0][0] < at - AT_ONCE_SECONDS:
                trace.popleft()
        else:
            self._cpu_trace.clear()

    def _could_not_seat(self, event: Unseated) -> None:
        self._unseated.append((event.at, event.makers))
        self._tell(event)

    def _raced(self, event: RaceEvent) -> None:
        self.race.fold(event)
        if isinstance(event, LaneOut | TasteFailed | Judged):
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

    # Of the class and not of each floor, which would then be in a cycle with itself: many are made.
    _HANDLERS: ClassVar[dict[type, Callable[[Any, Any], None]]] = {
        **ProgramFloor.PROGRAM_HANDLERS,
        **dict.fromkeys(get_args(RaceEvent), _raced),
        RunBegan: _run_began,
        CoresChanged: _cores_changed,
        Seated: _seated,
        Started: _started,
        StepBegan: _step_began,
        Served: _served,
        Failed: _failed,
        GaveUp: _gave_up,
        Said: _said,
        Dropped: _dropped,
        Paused: _paused,
        Resumed: _resumed,
        Stopping: _stopping,
        Signalled: _tell,
        Unjoined: _tell,
        OutOfMemory: _tell,
        Exited: _exited,
        Trouble: _tell,
        Unseated: _could_not_seat,
        Sampled: _sampled,
    }
