"""Ties the simulated machine to commands, and to a clock that may run faster than ours."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from random import Random
from typing import Any

from chai_tui.model.commands import (
    AddMakers,
    BrewAgain,
    Command,
    KillMaker,
    PauseMaker,
    RaceAgain,
    ResumeMaker,
    SignalMaker,
    StopMaker,
)
from chai_tui.model.engine import Engine
from chai_tui.model.events import (
    Event,
    Paused,
    Resumed,
    RunBegan,
    Signalled,
    Stopping,
    Trouble,
)
from chai_tui.model.recipe import Recipe
from chai_tui.sources.simulated.machine import FIRST_PID, Machine
from chai_tui.sources.simulated.worker import Station, Worker

STOP_GRACE = 2.0
"""Seconds between SIGTERM and SIGKILL, which no simulated maker needs: it ends at once."""
MOST_AT_ONCE = 20_000
"""Things that happen in one poll at most, about 0.1 s of work: a machine that is too large for its
speed runs slower, and answers all the same."""
SIGNALS = (
    (1, "SIGHUP"), (2, "SIGINT"), (3, "SIGQUIT"), (6, "SIGABRT"), (9, "SIGKILL"), (10, "SIGUSR1"),
    (11, "SIGSEGV"), (12, "SIGUSR2"), (14, "SIGALRM"), (15, "SIGTERM"), (17, "SIGCHLD"),
    (18, "SIGCONT"), (19, "SIGSTOP"), (28, "SIGWINCH"),
)  # fmt: skip
"""Those that the simulated system knows, with Linux's numbers: signal(7)."""
_KILL, _TERM, _CONT, _STOP = 9, 15, 18, 19
_IGNORED = (17, 28)


class Simulation:
    """Makers on simulated cores: a source like the kitchen, and the same for the same seed.

    Args:
        cores: how many, 1 to 256.
        start_method: whose costs starting has: ``forkserver``, ``spawn`` or ``fork``.
        seed: of jitter and chance; None: another one each time.
        speed: simulated seconds for each of ours.
        sample_every: simulated seconds between two samples while somebody brews; None: none.
        facts: what the run is, apart from what the machine decides.
        clock: our seconds.
    """

    commands: frozenset[type[Command]] = frozenset(Command.__args__) - {RaceAgain}

    def __init__(
        self,
        cores: int,
        start_method: str,
        *,
        seed: int | None = None,
        speed: float = 1.0,
        sample_every: float | None = None,
        facts: RunBegan | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seed = Random().randrange(2**32) if seed is None else seed  # noqa: S311 - jitter
        self._machine = Machine(cores, self._seed, start_method, sample_every)
        self._speed = speed
        self._clock = clock
        self._began: float | None = None
        self._facts = (facts or RunBegan(0.0))._replace(
            at=0.0,
            source="simulated",
            start_method=start_method,
            gil=True,
            cores=tuple(range(cores)),
            quota=None,
            maps_cores=True,
            measures_gil=True,
            sample_every=sample_every,
            signals=SIGNALS,
            pid=FIRST_PID - 1,
        )
        self._told = False
        self._brewed: dict[int, tuple[Recipe, Engine]] = {}
        self._closed = False
        self._woken = threading.Condition()
        self._commands: deque[Command] = deque()  # guarded by it, as is the next one
        self._is_woken = False
        self._obey: dict[type[Command], Callable[[Any], None]] = {
            AddMakers: self._add,
            BrewAgain: self._brew_again,
            StopMaker: self._stop,
            KillMaker: lambda command: self._signal(command.maker, _KILL),
            SignalMaker: lambda command: self._signal(command.maker, command.signal),
            PauseMaker: lambda command: self._signal(command.maker, _STOP),
            ResumeMaker: lambda command: self._signal(command.maker, _CONT),
        }

    # What a source offers

    def submit(self, command: Command) -> None:
        """Ask for something; see :class:`chai_tui.model.source.Source`."""
        with self._woken:
            self._commands.append(command)
            self._is_woken = True
            self._woken.notify()

    def wake(self) -> None:
        """Make a waiting :meth:`poll` return."""
        with self._woken:
            self._is_woken = True
            self._woken.notify()

    def poll(self, timeout: float | None) -> list[Event]:
        """Return what happened; see :class:`chai_tui.model.source.Source`."""
        if self._closed:
            return []
        deadline = None if timeout is None else self._clock() + timeout
        while True:
            events = self._turn()
            now = self._clock()
            if events or (deadline is not None and now >= deadline):
                return events
            waits = [] if deadline is None else [deadline - now]
            if (next_at := self._machine.next_at) is not None:
                waits.append((next_at - self._time(now)) / self._speed)
            with self._woken:
                if not self._is_woken:
                    self._woken.wait(max(0.0, min(waits)) if waits else None)
                if self._is_woken and not self._commands:
                    self._is_woken = False
                    return []
                self._is_woken = False

    def close(self) -> list[Event]:
        """End everybody, at once; idempotent."""
        if self._closed:
            return []
        self._closed = True
        for station in list(self._machine.stations.values()):
            self._terminate(station)
        # Nothing is sampled or reported any more: what is due after the last end is left alone.
        events = self._machine.advance(self._machine.now)
        while self._machine.stations and (next_at := self._machine.next_at) is not None:
            events += self._machine.advance(next_at)
        return events

    def _time(self, now: float) -> float:
        """The simulated time at a time of ours."""
        return 0.0 if self._began is None else (now - self._began) * self._speed

    def _turn(self) -> list[Event]:
        """Obey, and let the time pass that is due."""
        now = self._clock()
        events: list[Event] = []
        if self._began is None:
            self._began = now
            events.append(self._facts)
        until = self._time(now)
        events += self._machine.advance(until, MOST_AT_ONCE)
        if self._machine.now < until:  # it cannot keep up: time runs slower
            self._began = now - self._machine.now / self._speed
        with self._woken:
            commands = [*self._commands]
            self._commands.clear()
        for command in commands:
            self._obey[type(command)](command)
        return events + self._machine.advance(self._machine.now)

    # Commands

    def _add(self, command: AddMakers) -> None:
        for _ in range(command.how_many):
            maker = len(self._brewed) + 1
            self._brewed[maker] = (command.recipe, command.engine)
            draw = Random(f"{self._seed}:{maker}")  # noqa: S311 - jitter, as the kitchen draws it
            recipe = command.recipe.with_jitter_resolved(draw)
            self._machine.seat(maker, recipe, command.engine)

    def _brew_again(self, command: BrewAgain) -> None:
        if command.maker in self._brewed:
            self._add(AddMakers(1, *self._brewed[command.maker]))
        else:
            self._nobody(command.maker)

    def _find(self, maker: int) -> Worker | None:
        stations = self._machine.stations.values()
        found = (station.workers[maker] for station in stations if maker in station.workers)
        worker = next(found, None)
        if worker is None:
            self._nobody(maker)
        return worker

    def _nobody(self, maker: int) -> None:
        known = maker in self._brewed
        why = "has already ended" if known else "was never seated"
        who = maker if known else None
        self._machine.tell(Trouble(self._machine.now, who, f"Chai Maker #{maker} {why}"))

    def _stop(self, command: StopMaker) -> None:
        worker = self._find(command.maker)
        if worker is None:
            return
        if worker.station.engine.shares_station:
            self._machine.tell(Stopping(self._machine.now, worker.maker, None, None))
            self._machine.ask(worker)
        else:
            self._terminate(worker.station)

    def _terminate(self, station: Station) -> None:
        now = self._machine.now
        for maker in station.workers:
            self._machine.tell(Stopping(now, maker, _TERM, STOP_GRACE))
        self._resume(station)
        self._machine.end(station, _TERM)

    def _signal(self, maker: int, number: int) -> None:
        worker = self._find(maker)
        if worker is None:
            return
        station, now = worker.station, self._machine.now
        if number == _STOP:
            if not station.paused:
                self._machine.pause(station)
                for each in station.workers:
                    self._machine.tell(Paused(now, each, ours=True))
        elif number == _CONT:
            self._resume(station)
        else:
            for each in station.workers:
                self._machine.tell(Signalled(now, each, number))
            if number in _IGNORED:
                return
            if station.paused and number != _KILL:
                station.pending.append(number)
            else:
                self._machine.end(station, number)

    def _resume(self, station: Station) -> None:
        if not station.paused:
            return
        self._machine.resume(station)
        for maker in station.workers:
            self._machine.tell(Resumed(self._machine.now, maker, ours=True))
        for number in station.pending[:1]:
            self._machine.end(station, number)
