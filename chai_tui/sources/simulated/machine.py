"""A machine that does not exist: makers on simulated cores. Pure; its time is what it is told.

The model. Cores are given round robin in slices: whoever wants one waits in one line for all
cores, gets the core where it ran last if that is free, else any, and gives it back after a slice if
others wait. Makers on threads of one station share a GIL: a step that computes needs it, a native
one only between two chunks of C code, and one that waits for it gets it after the interpreter's
switch interval. A step that waits needs no core, and time goes on for it while its process is
stopped. Tasks of one event loop take turns from one wait to the next, serial makers from beginning
to end. To be born is work, and takes a core. What all of it costs stands in ``costs.py``; a part
more or less is drawn from the seed, so that the order of serving is as hard to foretell as in
reality, and the same for one seed.

Not modelled: other programs, caches, frequencies, cores that share one arithmetic unit, memory.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from random import Random

from chai_tui.model.engine import Engine
from chai_tui.model.events import (
    CoreUse,
    Event,
    Exited,
    GaveUp,
    MakerUse,
    Progress,
    Said,
    Sampled,
    Seated,
    Served,
    Started,
    StepBegan,
)
from chai_tui.model.recipe import Recipe, StepKind
from chai_tui.sources.simulated.costs import (
    CHURN_SECONDS,
    DEATH,
    HANDOVER_SECONDS,
    LOOP_BIRTH,
    PROCESS_MEMORY,
    SHARED_BIRTH,
    SHARED_END,
    SLICE_SECONDS,
    START_COSTS,
    SWITCH_SECONDS,
    UNHURRIED_SECONDS,
)
from chai_tui.sources.simulated.worker import Station, Worker

FIRST_PID = 4_711
PROGRESS_SECONDS = 0.1
"""How often makers report their progress; many take turns, as real ones do."""
REPORTS_PER_SECOND = 1_000
ON_A_CORE = 0.01
"""Share of a core from which a maker counts as being on it, as for a real sampler."""
IDLE_SECONDS = 1.0
"""Seconds between two samples while nobody brews."""

_BUSY = (StepKind.COMPUTE, StepKind.NATIVE)


class Machine:
    """Makers on so many cores.

    Args:
        cores: how many.
        seed: of the jitter, and of whatever is a matter of chance.
        start_method: ``forkserver``, ``spawn`` or ``fork``.
        sample_every: seconds between two samples while somebody brews; None: none.

    Attributes:
        now: the time up to which everything has happened, in seconds from 0.
        stations: those whose process lives, by number.
    """

    def __init__(
        self, cores: int, seed: int, start_method: str, sample_every: float | None
    ) -> None:
        self.now = 0.0
        self.stations: dict[int, Station] = {}
        self._costs = START_COSTS[start_method]
        self._sample_every = sample_every
        self._random = Random(seed)  # noqa: S311 - chance, no secret
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0
        self._events: list[Event] = []
        self._free = list(range(cores))
        self._busy = [0.0] * cores  # seconds since the last sample
        self._running: dict[int, Worker] = {}
        self._ready: deque[Worker] = deque()
        self._shared: dict[Engine, Station] = {}
        self._born = 0
        self._seats_free_at = self._costs.first
        self._sampled_at = 0.0
        if sample_every is not None:
            self._at(min(sample_every, 0.25), self._sample)
        self._reports_due = False

    # Time

    @property
    def next_at(self) -> float | None:
        """When something happens next; None if nothing will by itself."""
        return self._due[0][0] if self._due else None

    def advance(self, until: float, most: int = 1_000_000) -> list[Event]:
        """Let time pass.

        Args:
            until: to then, in seconds.
            most: how many things may happen before the rest is left for the next call.

        Returns:
            What was reported until then, or until nobody was left, oldest first.
        """
        due = self._due
        while due and due[0][0] <= until and most > 0:
            self.now, _, happen = heapq.heappop(due)
            happen()
            most -= 1
            if self._events and not self.stations:
                break  # nobody is left: a run ends here, however far time has come
        else:
            if most > 0:
                self.now = max(self.now, until)
        events, self._events = self._events, []
        return events

    def tell(self, event: Event) -> None:
        """Report something that was done from outside, in its place among the others."""
        self._events.append(event)

    def _at(self, at: float, happen: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._due, (at, self._count, happen))

    def _noisy(self, seconds: float, share: float = 0.1) -> float:
        return seconds * self._random.uniform(1 - share, 1 + share)

    # Seats

    def seat(self, maker: int, recipe: Recipe, engine: Engine) -> None:
        """Give a maker its place, and let it begin.

        Args:
            maker: its number.
            recipe: what it brews; its jitter is drawn.
            engine: how it is seated.
        """
        station = self._shared.get(engine)
        if station is None or station.closing:
            station = self._open(engine)
        worker = Worker(maker, station, recipe)
        station.workers[maker] = worker
        self._events.append(
            Seated(self.now, maker, station.number, station.pid, engine, recipe.name, recipe.steps)
        )
        if not engine.traits.own_thread:
            worker.tid = station.pid
        elif engine.shares_station:
            station.threads += 1
            worker.tid = station.pid + station.threads
        else:
            worker.tid = station.pid
        if station.is_born and not station.paused:
            self._at(self.now + self._noisy(SHARED_BIRTH, 0.5), worker.guard(self._begin))
        elif not station.is_born and len(station.workers) == 1:
            # The first of them brings its process into the world.
            self._seats_free_at = max(self._seats_free_at, self.now) + self._noisy(
                self._costs.each, 0.3
            )
            # Nobody is born much sooner than others, but some much later.
            worker.left = self._costs.birth * self._random.lognormvariate(0.0, 0.4)
            if engine.traits.shares_loop:
                worker.left += self._noisy(LOOP_BIRTH)
            self._at(self._seats_free_at, worker.guard(self._want_core))
        if not self._reports_due:
            self._reports_due = True
            self._at(self.now + PROGRESS_SECONDS, self._report)

    def _open(self, engine: Engine) -> Station:
        self._born += 1
        station = Station(self._born, FIRST_PID + 16 * (self._born - 1), engine)
        self.stations[station.number] = station
        if engine.shares_station:
            self._shared[engine] = station
        return station

    # What a worker does

    def _begin(self, worker: Worker) -> None:
        """Start it, or let it wait for its turn."""
        station = worker.station
        traits = station.engine.traits
        if (traits.takes_turns or traits.shares_loop) and station.turn is not worker:
            if station.turn is not None:
                station.queue.append(worker)
                return
            station.turn = worker
        if worker.step >= 0:  # a task whose wait is over
            self._next_step(worker)
            return
        if worker.asked and traits.takes_turns:
            self._leave(worker, GaveUp(self.now, worker.maker, 0.0))
            return
        worker.began = True
        self._events.append(Started(self.now, worker.maker, station.pid, worker.tid))
        self._say(worker, "Start")
        self._next_step(worker)

    def _say(self, worker: Worker, what: str) -> None:
        line = f"{what} of Chai Maker #{worker.maker} {worker.recipe.name} brewing"
        self._events.append(Said(self.now, worker.maker, line, "out", worker.station.number))

    def _next_step(self, worker: Worker) -> None:
        """Begin the next step, or serve."""
        if worker.asked:
            self._leave(worker, GaveUp(self.now, worker.maker, worker.cpu))
            return
        worker.step += 1
        if worker.step == len(worker.recipe.steps):
            self._say(worker, "End")
            station = worker.station
            station.cups += 1
            self._leave(worker, Served(self.now, worker.maker, worker.cpu, station.cups))
            return
        step = worker.recipe.steps[worker.step]
        self._events.append(StepBegan(self.now, worker.maker, worker.step))
        worker.step_began = self.now
        if step.kind is StepKind.WAIT:
            self._drop(worker)
            self._at(self.now + step.seconds, worker.guard(self._wait_over))
            if worker.station.engine.traits.shares_loop:
                self._pass_turn(worker.station)
        elif step.kind in _BUSY:
            worker.left = step.seconds
            self._want_lock(worker)
        else:  # a call, which nobody can foretell
            self._next_step(worker)

    def _wait_over(self, worker: Worker) -> None:
        if worker.station.paused:
            worker.overdue = True
        elif worker.station.engine.traits.shares_loop:
            self._begin(worker)
        else:
            self._next_step(worker)

    def _pass_turn(self, station: Station) -> None:
        """Let the next one run on the thread that several share."""
        station.turn = None
        if station.queue:
            worker = station.queue.popleft()
            station.turn = worker
            self._at(self.now, worker.guard(self._begin))

    # The GIL

    def _want_lock(self, worker: Worker) -> None:
        """Get the GIL if the next piece of work needs one that others may have; then a core."""
        station = worker.station
        if not station.engine.traits.shares_gil or not worker.needs_lock:
            self._want_core(worker)
        elif station.holder is None or station.holder is worker:
            self._take_lock(worker)
        else:
            self._drop(worker)
            if not station.waiters:
                station.handover_at = self.now + SWITCH_SECONDS
                self._hurry(station.holder, station.handover_at)
            station.waiters.append(worker)

    def _take_lock(self, worker: Worker) -> None:
        station = worker.station
        station.holder = worker
        station.handover_at = self.now + SWITCH_SECONDS
        self._want_core(worker)

    def _release(self, worker: Worker) -> None:
        """Give the GIL to whoever waited longest."""
        station = worker.station
        if station.holder is not worker:
            return
        station.holder = None
        if station.waiters:
            heir = station.waiters.popleft()
            station.holder = heir  # nobody comes between, though it has to wake up first
            station.handover_at = self.now + HANDOVER_SECONDS + SWITCH_SECONDS
            self._at(self.now + self._noisy(HANDOVER_SECONDS, 0.5), heir.guard(self._want_core))

    # Cores

    def _want_core(self, worker: Worker) -> None:
        if worker.core is not None:
            self._burst(worker)
        elif worker.station.paused:
            worker.overdue = True
        elif self._free:
            self._give_core(worker)
        else:
            worker.ready_since = self.now
            self._ready.append(worker)
            if len(self._ready) == 1:
                for other in self._running.values():
                    self._hurry(other, max(self.now, other.slice_ends))

    def _give_core(self, worker: Worker) -> None:
        core = worker.last_core
        if core not in self._free:
            core = self._random.choice(self._free)
        self._free.remove(core)
        worker.core = worker.last_core = core
        worker.slice_ends = self.now + self._noisy(SLICE_SECONDS)
        self._running[core] = worker
        self._burst(worker)

    def _burst(self, worker: Worker) -> None:
        """Work until something may change."""
        station = worker.station
        if worker.wants_back:  # it got the GIL back, and that moment is over
            worker.wants_back = False
            self._release(worker)
        worker.since = self.now
        ends = self.now + min(worker.left, UNHURRIED_SECONDS)
        if self._ready:
            ends = min(ends, max(worker.slice_ends, self.now))
        if worker.is_native and station.holder is not None and station.engine.traits.shares_gil:
            ends = min(ends, self.now + CHURN_SECONDS)
        if station.holder is worker and station.waiters:
            ends = min(ends, max(station.handover_at, self.now))
        if worker.asked and worker.began:
            ends = self.now
        worker.burst_ends = ends
        worker.token += 1
        self._at(ends, worker.guard(self._burst_over))

    def _hurry(self, worker: Worker, by: float) -> None:
        """Look at a running worker sooner, because somebody wants what it has."""
        if worker.core is not None and worker.burst_ends > by:
            worker.burst_ends = by
            self._account(worker)
            worker.token += 1
            self._at(by, worker.guard(self._burst_over))

    def _burst_over(self, worker: Worker) -> None:
        self._account(worker)
        station = worker.station
        if not worker.began:
            if worker.left <= 1e-9:
                self._drop(worker)
                self._born_at_last(station)
                return
        elif worker.asked:
            self._leave(worker, GaveUp(self.now, worker.maker, worker.cpu))
            return
        elif worker.left <= 1e-9:
            self._end_busy_step(worker)
            return
        elif station.holder is worker and station.waiters and self.now >= station.handover_at:
            self._drop(worker)
            self._release(worker)
            self._want_lock(worker)
            return
        elif worker.is_native and station.holder is not None and station.engine.traits.shares_gil:
            self._drop(worker)
            worker.wants_back = True  # between two chunks it is Python, if only for a moment
            self._want_lock(worker)
            return
        if self._ready and self.now >= worker.slice_ends:
            self._drop(worker)  # it keeps the GIL, if it has it
            self._want_core(worker)
        else:
            if self.now >= worker.slice_ends:
                worker.slice_ends = self.now + self._noisy(SLICE_SECONDS)
            self._burst(worker)

    def _end_busy_step(self, worker: Worker) -> None:
        steps = worker.recipe.steps
        goes_on = worker.step + 1 < len(steps) and steps[worker.step + 1].kind is StepKind.COMPUTE
        if not goes_on:
            self._release(worker)
        self._next_step(worker)

    def _account(self, worker: Worker) -> None:
        """Book what it burned until now."""
        if worker.core is None:
            return
        burned = max(0.0, self.now - worker.since)
        worker.since = self.now
        worker.left = max(0.0, worker.left - burned)
        worker.ran += burned
        self._busy[worker.core] += burned
        if worker.began:
            worker.cpu += burned

    def _drop(self, worker: Worker) -> None:
        """Leave the core, if it is on one, and let the next one have it."""
        self._account(worker)
        worker.token += 1
        if worker.core is None:
            return
        del self._running[worker.core]
        self._free.append(worker.core)
        worker.core = None
        self._fill()

    def _fill(self) -> None:
        while self._ready and self._free:
            heir = self._ready.popleft()
            heir.waited += self.now - heir.ready_since
            heir.ready_since = self.now
            self._give_core(heir)

    def _born_at_last(self, station: Station) -> None:
        station.is_born = True
        for worker in list(station.workers.values()):
            self._begin(worker)

    # Ends

    def _leave(self, worker: Worker, last_word: Event) -> None:
        """A maker is done; it is joined in a moment, and so is its process, if it was the last."""
        self._events.append(last_word)
        self._forget(worker)
        station = worker.station
        if station.turn is worker:
            self._pass_turn(station)
        worker.done = True
        if station.engine.shares_station:
            self._at(self.now + SHARED_END, worker.guard(self._joined))
        else:
            station.closing = True
            self._at(self.now + self._noisy(self._costs.end, 0.3), worker.guard(self._joined))

    def _joined(self, worker: Worker) -> None:
        station = worker.station
        if worker.maker not in station.workers:
            return
        del station.workers[worker.maker]
        self._events.append(Exited(self.now, worker.maker, 0, ours=False))
        if not station.workers:
            station.closing = True
            self.stations.pop(station.number, None)

    def _forget(self, worker: Worker) -> None:
        """Take a worker away from whatever it has or waits for."""
        self._drop(worker)
        if worker in self._ready:
            self._ready.remove(worker)
        station = worker.station
        if worker in station.waiters:
            station.waiters.remove(worker)
        if worker in station.queue:
            station.queue.remove(worker)
        self._release(worker)

    def ask(self, worker: Worker) -> None:
        """Ask a thread or a task to stop: it looks up when it runs next, or wakes from its wait."""
        worker.asked = True
        kind = worker.kind
        if worker.station.paused or not worker.began:
            return
        if kind is StepKind.WAIT and not worker.station.engine.traits.shares_loop:
            worker.token += 1
            self._next_step(worker)
        elif kind is StepKind.WAIT:
            worker.token += 1
            at = self.now + self._random.uniform(0, PROGRESS_SECONDS)
            self._at(at, worker.guard(self._begin))
        elif worker.core is not None:
            self._hurry(worker, self.now)

    def end(self, station: Station, signal: int, *, ours: bool = True) -> None:
        """Let a signal end a station's process, and with it everyone in it, in a moment."""
        if station.closing:
            return
        station.closing = True
        self._shared = {key: one for key, one in self._shared.items() if one is not station}
        for worker in station.workers.values():
            worker.doomed = True
        for worker in station.workers.values():
            self._forget(worker)
        self._at(self.now + self._noisy(DEATH, 0.5), lambda: self._died(station, signal, ours=ours))

    def _died(self, station: Station, signal: int, *, ours: bool) -> None:
        for maker in station.workers:
            self._events.append(Exited(self.now, maker, -signal, ours))
        station.workers.clear()
        self.stations.pop(station.number, None)

    def pause(self, station: Station) -> None:
        """Stop a process: whoever runs there leaves its core, and keeps the GIL."""
        station.paused = True
        for worker in station.workers.values():
            if worker.core is not None:
                self._drop(worker)
                worker.overdue = True
            elif worker in self._ready:
                self._ready.remove(worker)
                worker.overdue = True

    def resume(self, station: Station) -> None:
        """Let a process run again."""
        station.paused = False
        for worker in list(station.workers.values()):
            if not worker.overdue or worker.doomed:
                continue
            worker.overdue = False
            if worker.asked and worker.began:
                self._leave(worker, GaveUp(self.now, worker.maker, worker.cpu))
            elif worker.kind is StepKind.WAIT:
                self._wait_over(worker)
            elif not worker.began and station.is_born:
                self._begin(worker)
            else:
                self._want_core(worker)

    # Reports and samples

    def _report(self) -> None:
        """Let everyone tell how far they are who would: whoever runs, or sleeps on its own."""
        makers = 0
        for station in self.stations.values():
            makers += len(station.workers)
            if station.paused or station.closing:
                continue
            loop_is_free = station.turn is None or not station.engine.traits.shares_loop
            for worker in station.workers.values():
                kind = worker.kind
                if worker.done or kind is None:
                    continue
                step = worker.recipe.steps[worker.step]
                if kind is StepKind.WAIT:
                    if loop_is_free:
                        fraction = (self.now - worker.step_began) / step.seconds
                        self._progress(worker, fraction)
                elif worker.cpu + self._unbooked(worker) > worker.told:
                    burned = step.seconds - worker.left + self._unbooked(worker)
                    self._progress(worker, burned / step.seconds)
        self._reports_due = makers > 0
        if makers:
            interval = max(PROGRESS_SECONDS, makers / REPORTS_PER_SECOND)
            self._at(self.now + interval, self._report)

    def _unbooked(self, worker: Worker) -> float:
        return 0.0 if worker.core is None else self.now - worker.since

    def _progress(self, worker: Worker, fraction: float) -> None:
        worker.told = worker.cpu + self._unbooked(worker)
        event = Progress(self.now, worker.maker, min(1.0, max(0.0, fraction)), worker.told)
        self._events.append(event)

    def _sample(self) -> None:
        elapsed = self.now - self._sampled_at
        for worker in self._running.values():
            self._account(worker)
        for worker in self._ready:
            worker.waited += self.now - worker.ready_since
            worker.ready_since = self.now
        uses = [use for station in self.stations.values() for use in _uses(station, elapsed)]
        cores = tuple(
            CoreUse(core, share, share)
            for core, share in enumerate(min(1.0, busy / elapsed) for busy in self._busy)
        )
        self._events.append(Sampled(self.now, cores, tuple(uses)))
        self._busy = [0.0] * len(self._busy)
        self._sampled_at = self.now
        every = self._sample_every if self.stations else IDLE_SECONDS
        self._at(self.now + (every or IDLE_SECONDS), self._sample)


def _uses(station: Station, elapsed: float) -> list[MakerUse]:
    """What a sampler tells of the makers of a station; who has a shared thread carries its core."""
    own_thread = station.engine.traits.own_thread
    workers = [worker for worker in station.workers.values() if worker.began]
    ran = sum(worker.ran for worker in workers)
    waited = sum(worker.waited for worker in workers)
    first = max(workers, key=lambda worker: worker.ran, default=None)
    uses = []
    for worker in workers:
        carries = own_thread or worker is first
        burned = worker.ran if own_thread else ran
        share = min(1.0, burned / elapsed) if carries else 0.0
        wait = min(1.0, (worker.waited if own_thread else waited) / elapsed) if carries else None
        uses.append(
            MakerUse(
                worker.maker,
                worker.last_core if share >= ON_A_CORE else None,
                share,
                wait,
                worker.cpu if own_thread else None,
                PROCESS_MEMORY,
                station.paused,
            )
        )
    for worker in station.workers.values():
        worker.ran = worker.waited = 0.0
    return uses
