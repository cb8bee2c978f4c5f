"""The kitchen: the live source. Commands in, events out, real processes between.

submit() ──▶ commands ──▶ poll() ──▶ StationPool ──▶ Supervisor: start, signal, reap
                            │          └────▶ Listeners: reports and output of each station
                            ├────────▶ Observer: who is on which core
                            ▼
                          events
"""

from __future__ import annotations

import itertools
import random
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from chai_tui.host.run_facts import facts_of_live_run
from chai_tui.host.usable_cores import CoresWatch
from chai_tui.model.commands import (
    AddMakers,
    BrewAgain,
    Command,
    KillMaker,
    PauseMaker,
    ResumeMaker,
    SignalMaker,
    StopMaker,
)
from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, RunBegan, Sampled, Seated, Trouble, Unseated
from chai_tui.model.recipe import Recipe
from chai_tui.samplers.observer import Observer
from chai_tui.samplers.protocol import Sampler, Watched
from chai_tui.sources.live.processes.supervisor import StartError, Supervisor
from chai_tui.sources.live.station.wire import Seat
from chai_tui.sources.live.station_handle import SIGKILL, StationHandle
from chai_tui.sources.live.station_pool import StationPool

STOP_GRACE = 2.0
"""Seconds between SIGTERM and SIGKILL for a maker that is stopped."""
CLOSE_GRACE = 0.4
"""The same when the kitchen closes: quitting takes less than a second."""
KILL_GRACE = 1.0
"""Seconds without anybody's end after which those who do not die of SIGKILL are given up."""
SEATING_BUDGET = 0.02
"""Seconds that one poll spends starting processes, so that a key is answered between two."""


class _Ordered(NamedTuple):
    """What a maker brews, and how it is seated: enough to brew it again."""

    recipe: Recipe
    engine: Engine


class Kitchen:
    """Starts and ends stations, numbers makers, and tells what happens.

    Drive it from one thread, which outlives every process that it starts.

    Args:
        start_method: how processes are started: ``forkserver``, ``spawn`` or ``fork``.
        seed: for the recipes' jitter; None: a different one each time.
        sample_every: seconds between two samples of the cores while somebody brews; None: none.
        lines_per_second: how many lines each station may say a second; the rest is counted. None:
            no limit.
        niceness: how much makers give way to others where cores are scarce, 0 to 19.
        clock: seconds; comparable with the children's ``time.monotonic()``.
        sampler: reads cores and makers; None: this system's.
    """

    def __init__(
        self,
        start_method: str,
        *,
        seed: int | None = None,
        sample_every: float | None = None,
        lines_per_second: int | None = None,
        niceness: int = 0,
        clock: Callable[[], float] = time.monotonic,
        sampler: Sampler | None = None,
    ) -> None:
        self._supervisor = Supervisor(start_method, niceness)
        self._pool = StationPool(self._supervisor, clock, lines_per_second)
        self._clock = clock
        self._seed = random.randrange(2**32) if seed is None else seed  # noqa: S311 - jitter
        cores = CoresWatch()
        run = facts_of_live_run(clock(), start_method, cores.look(), sample_every)
        self._observer = None
        if sample_every is not None:
            self._observer = Observer(run, cores, sample_every, clock, sampler)
            run = self._observer.run
        self._untold: RunBegan | None = run
        """What the run is, until it is told."""
        self._commands: deque[Command] = deque()
        self._waiting: deque[AddMakers] = deque()
        self._shared: dict[Engine, StationHandle] = {}
        self._ordered: dict[int, _Ordered] = {}
        self._numbers = itertools.count(1)
        self._closed = False
        self._obey: dict[type[Command], Callable[..., list[Event]]] = {
            AddMakers: self._add,
            BrewAgain: self._brew_again,
            StopMaker: self._stop,
            KillMaker: self._kill,
        }
        if sys.platform != "win32":
            self._obey |= {
                SignalMaker: self._signal,
                PauseMaker: self._pause,
                ResumeMaker: self._resume,
            }
        self.commands: frozenset[type[Command]] = frozenset(self._obey)

    # What a source offers

    def submit(self, command: Command) -> None:
        """Ask for something; see :class:`chai_tui.model.source.Source`."""
        self._commands.append(command)
        self._pool.wake()

    def wake(self) -> None:
        """Make a waiting :meth:`poll` return, even one that waits for the fork server."""
        self._supervisor.hurried = True
        self._pool.wake()

    def poll(self, timeout: float | None) -> list[Event]:
        """Return what happened; see :class:`chai_tui.model.source.Source`."""
        if self._closed:
            return []
        events = self._begin()
        while self._commands:
            command = self._commands.popleft()
            events += self._obey[type(command)](command)
        events += self._seat_waiting()
        events += self._pool.turn(0.0 if events or self._waiting else self._patience(timeout))
        if self._observer is not None:
            for event in self._observer.look(self._watched):
                events.append(event)
                if isinstance(event, Sampled):
                    events += self._pauses_in(event)
        return events

    def _begin(self) -> list[Event]:
        """Get ready, once, and tell what the run is."""
        instead = self._supervisor.prepare()
        if self._untold is None:
            return []
        events: list[Event] = [self._untold._replace(start_method=self._supervisor.start_method)]
        self._untold = None
        return [*events, Trouble(self._clock(), None, instead)] if instead else events

    def close(self) -> list[Event]:
        """End every process that was started; idempotent.

        It takes less than a second, and less than two where something does not answer.

        Returns:
            What happened meanwhile.
        """
        if self._closed:
            return []
        self._closed = True
        self._supervisor.hurried = True
        self._commands.clear()
        self._waiting.clear()
        events: list[Event] = []
        now = self._clock()
        for station in self._pool.stations.values():
            events += station.terminate(now, CLOSE_GRACE)
        deadline = now + CLOSE_GRACE + KILL_GRACE
        while self._pool.stations and now < deadline:
            left = len(self._pool.stations)
            events += self._pool.turn(deadline - now)
            now = self._clock()
            if len(self._pool.stations) < left:  # a crowd takes longer than one
                deadline = max(deadline, now + KILL_GRACE)
        for station in self._pool.stations.values():
            text = f"pid {station.child.pid} does not die of SIGKILL; it is left behind"
            events += [Trouble(self._clock(), maker, text) for maker in station.makers]
        told = self._supervisor.close()
        if told:
            events.append(Trouble(self._clock(), None, told))
        if self._observer is not None:
            self._observer.close()
        self._pool.close()
        return events

    def _patience(self, timeout: float | None) -> float | None:
        if self._observer is None:
            return timeout
        left = max(0.0, self._observer.due_at - self._clock())
        return left if timeout is None else min(timeout, left)

    # Sampling

    def _watched(self) -> list[Watched]:
        return [who for station in self._pool.stations.values() for who in station.watched()]

    def _pauses_in(self, sampled: Sampled) -> list[Event]:
        """Return the pauses that somebody else made, as a sample shows them."""
        # A process that is gone is neither stopped nor does it go on.
        stopped = {use.maker: use.stopped for use in sampled.makers if use.stopped is not None}
        events: list[Event] = []
        for station in self._pool.stations.values():
            seen = [stopped[maker] for maker in station.reader.open if maker in stopped]
            if seen:
                events += station.saw(sampled.at, stopped=all(seen))
        return events

    # Seating

    def _add(self, command: AddMakers) -> list[Event]:
        self._waiting.append(command)
        return []

    def _brew_again(self, command: BrewAgain) -> list[Event]:
        ordered = self._ordered.get(command.maker)
        if ordered is None:
            return self._nobody(command.maker)
        return self._add(AddMakers(1, ordered.recipe, ordered.engine))

    def _seat_waiting(self) -> list[Event]:
        """Seat those who wait, for as long as the budget allows."""
        events: list[Event] = []
        began = self._clock()
        while self._waiting and self._clock() - began < SEATING_BUDGET:
            order = self._waiting.popleft()
            together = order.how_many if order.engine.shares_station else 1
            seated = self._seat(order, together)
            events += seated
            # Where one found no room, the next would not either: one message, not a hundred.
            if order.how_many > together and not isinstance(seated[-1], Unseated):
                rest = replace(
                    order,
                    how_many=order.how_many - together,
                    recipes=order.recipes[together:],
                )
                self._waiting.appendleft(rest)
        return events

    def _seat(self, order: AddMakers, how_many: int) -> list[Event]:
        recipes = order.recipes[:how_many] or (order.recipe,) * how_many
        seats = tuple(self._seat_for(recipe, order.engine) for recipe in recipes)
        at = self._clock()  # before the process starts, which is before it says so
        station = self._shared.get(order.engine)
        if station is not None and station.takes_makers:
            events = self._seated(station, seats, at)
            return events + station.seat(seats, at, request=True)
        title = seats[0].name
        if order.engine.shares_station:
            title = f"Chai Makers from #{seats[0].maker} ({order.engine})"
        try:
            station = self._pool.open(title, order.engine, seats)
        except StartError as error:
            for seat in seats:
                del self._ordered[seat.maker]
            self._numbers = itertools.count(seats[0].maker)
            who = title if order.how_many == 1 else f"{order.how_many} makers"
            text = f"{who} could not be seated: {error}"
            return [Unseated(self._clock(), order.how_many, text)]
        if order.engine.shares_station:
            self._shared[order.engine] = station
        station.seat(seats, at, request=False)
        return self._seated(station, seats, at)

    def _seat_for(self, recipe: Recipe, engine: Engine) -> Seat:
        maker = next(self._numbers)
        self._ordered[maker] = _Ordered(recipe, engine)
        draw = random.Random(f"{self._seed}:{maker}")  # noqa: S311 - jitter, no secret
        return Seat(maker, f"Chai Maker #{maker}", recipe.with_jitter_resolved(draw))

    def _seated(self, station: StationHandle, seats: tuple[Seat, ...], at: float) -> list[Event]:
        return [
            Seated(
                at,
                seat.maker,
                station.number,
                station.child.pid,
                station.engine,
                seat.recipe.name,
                tuple(step._replace(call=None) for step in seat.recipe.steps),
            )
            for seat in seats
        ]

    # Commands about one maker

    def _standing(self, maker: int) -> StationHandle | None:
        """Return the maker's station if the maker still stands there."""
        # A list of who stands where would have to be kept, and would keep what has ended.
        stations = self._pool.stations.values()
        return next((each for each in stations if maker in each.reader.open), None)

    def _nobody(self, maker: int) -> list[Event]:
        known = maker in self._ordered
        why = "has already ended" if known else "was never seated"
        return [Trouble(self._clock(), maker if known else None, f"Chai Maker #{maker} {why}")]

    def _stop(self, command: StopMaker) -> list[Event]:
        station = self._standing(command.maker)
        if station is None:
            return self._nobody(command.maker)
        if station.engine.shares_station:
            return station.ask(command.maker, self._clock())
        return station.terminate(self._clock(), STOP_GRACE)

    def _kill(self, command: KillMaker) -> list[Event]:
        return self._signal(SignalMaker(command.maker, SIGKILL))

    def _signal(self, command: SignalMaker) -> list[Event]:
        station = self._standing(command.maker)
        if station is None:
            return self._nobody(command.maker)
        return station.send(command.signal, self._clock())

    def _pause(self, command: PauseMaker) -> list[Event]:
        station = self._standing(command.maker)
        return self._nobody(command.maker) if station is None else station.pause(self._clock())

    def _resume(self, command: ResumeMaker) -> list[Event]:
        station = self._standing(command.maker)
        return self._nobody(command.maker) if station is None else station.resume(self._clock())
