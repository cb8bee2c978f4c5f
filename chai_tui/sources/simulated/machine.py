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

import itertools
from random import Random

from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, Exited, GaveUp, Said, Seated, Served, Started, StepBegan
from chai_tui.model.recipe import Recipe, StepKind
from chai_tui.sources.simulated.agenda import Agenda
from chai_tui.sources.simulated.costs import (
    DEATH,
    INTERPRETER_BIRTH,
    LOOP_BIRTH,
    SHARED_BIRTH,
    SHARED_END,
    START_COSTS,
    noisy,
)
from chai_tui.sources.simulated.observer import PROGRESS_SECONDS, Observer
from chai_tui.sources.simulated.processor import Processor
from chai_tui.sources.simulated.worker import Station, Worker

FIRST_PID = 4_711

_BUSY = (StepKind.COMPUTE, StepKind.NATIVE)


class Machine:
    """Makers on so many cores.

    Args:
        cores: how many.
        seed: of the jitter, and of whatever is a matter of chance.
        start_method: ``forkserver``, ``spawn`` or ``fork``.
        sample_every: seconds between two samples while somebody brews; None: none.

    Attributes:
        stations: those whose process lives, by number.
    """

    def __init__(
        self, cores: int, seed: int, start_method: str, sample_every: float | None
    ) -> None:
        self.stations: dict[int, Station] = {}
        self._costs = START_COSTS[start_method]
        self._random = Random(seed)  # noqa: S311 - chance, no secret
        self._events: list[Event] = []
        self._agenda = Agenda()
        self._processor = Processor(cores, self._agenda, self._random, self._work_done)
        self._observer = Observer(
            self._agenda, self._processor, self.stations, sample_every, self.tell
        )
        self._shared: dict[Engine, Station] = {}
        self._opened = 0
        self._ids = itertools.count(FIRST_PID)  # of processes and threads, as Linux numbers them
        self._seats_free_at = self._costs.first

    # Time

    @property
    def now(self) -> float:
        """The time up to which everything has happened, in seconds from 0."""
        return self._agenda.now

    @property
    def next_at(self) -> float | None:
        """When something happens next; None if nothing will by itself."""
        return self._agenda.next_at

    def advance(self, until: float, most: int = 1_000_000) -> list[Event]:
        """Let time pass.

        Args:
            until: to then, in seconds.
            most: how many things may happen before the rest is left for the next call.

        Returns:
            What was reported until then, or until nobody was left, oldest first.
        """
        # A run ends with its last maker, however far time has come: so it is the same at any speed.
        self._agenda.advance(until, most, lambda: bool(self._events) and not self.stations)
        events, self._events = self._events, []
        return events

    def tell(self, event: Event) -> None:
        """Report something that was done from outside, in its place among the others."""
        self._events.append(event)

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
        worker.tid = station.pid
        if engine.shares_station and engine.traits.own_thread:
            worker.tid = next(self._ids)
        if station.is_born and not station.paused:
            self._enter(worker)
        elif not station.is_born and len(station.workers) == 1:
            # The first of them brings its process into the world.
            self._seats_free_at = max(self._seats_free_at, self.now) + noisy(
                self._random, self._costs.each, 0.3
            )
            # Nobody is born much sooner than others, but some much later.
            worker.left = self._costs.birth * self._random.lognormvariate(0.0, 0.4)
            if engine.traits.shares_loop:
                worker.left += noisy(self._random, LOOP_BIRTH)
            self._agenda.plan(self._seats_free_at, worker.guard(self._processor.want_core))
        self._observer.expect_reports()

    def _open(self, engine: Engine) -> Station:
        self._opened += 1
        station = Station(self._opened, next(self._ids), engine)
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
        modules = 0 if station.engine.shares_station else self._costs.modules
        self._events.append(Started(self.now, worker.maker, station.pid, worker.tid, modules))
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
            cups = 1 if station.engine.traits.own_interpreter else station.cups
            self._leave(worker, Served(self.now, worker.maker, worker.cpu, cups))
            return
        step = worker.recipe.steps[worker.step]
        self._events.append(StepBegan(self.now, worker.maker, worker.step))
        worker.step_began = self.now
        if step.kind is StepKind.WAIT:
            self._processor.drop(worker)
            self._agenda.plan(self.now + step.seconds, worker.guard(self._wait_over))
            if worker.station.engine.traits.shares_loop:
                self._pass_turn(worker.station)
        elif step.kind in _BUSY:
            worker.left = step.seconds
            self._processor.want_lock(worker)
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
            self._agenda.plan(self.now, worker.guard(self._begin))

    def _work_done(self, worker: Worker) -> None:
        """A piece of work is done, or nobody wants it any more."""
        if not worker.began:
            self._processor.drop(worker)
            self._born_at_last(worker.station)
            return
        steps = worker.recipe.steps
        goes_on = worker.step + 1 < len(steps) and steps[worker.step + 1].kind is StepKind.COMPUTE
        if not goes_on:
            self._processor.release(worker)
        self._next_step(worker)

    def _born_at_last(self, station: Station) -> None:
        station.is_born = True
        for worker in list(station.workers.values()):
            self._enter(worker)

    def _enter(self, worker: Worker) -> None:
        """Let a maker begin at a station that is there, as soon as it has its thread or task."""
        seconds = SHARED_BIRTH if worker.station.engine.shares_station else 0.0
        if seconds and worker.station.engine.traits.own_interpreter:
            seconds += INTERPRETER_BIRTH
        self._agenda.plan(self.now + noisy(self._random, seconds, 0.5), worker.guard(self._begin))

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
            self._agenda.plan(self.now + SHARED_END, worker.guard(self._joined))
        else:
            station.closing = True
            self._agenda.plan(
                self.now + noisy(self._random, self._costs.end, 0.3), worker.guard(self._joined)
            )

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
        self._processor.drop(worker)
        if worker in self._processor.ready:
            self._processor.ready.remove(worker)
        station = worker.station
        if worker in station.waiters:
            station.waiters.remove(worker)
        worker.locked_out_since = None
        if worker in station.queue:
            station.queue.remove(worker)
        self._processor.release(worker)

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
            self._agenda.plan(at, worker.guard(self._begin))
        elif worker.core is not None:
            self._processor.hurry(worker, self.now)

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
        self._agenda.plan(
            self.now + noisy(self._random, DEATH, 0.5),
            lambda: self._died(station, signal, ours=ours),
        )

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
                self._processor.drop(worker)
                worker.overdue = True
            elif worker in self._processor.ready:
                self._processor.ready.remove(worker)
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
                self._processor.want_core(worker)
