"""Events, floors and a source made by hand, so that a test or a picture needs no live process.

Numbers are fixed: ``Chai Maker #1`` is process 4711, everything begins at ``BEGAN``. A function
named after a state returns the events that bring a new maker into it::

    floor = floor_of(*brewing(1), *served(2), *killed(3), *sampled({0: [1]}))
"""

from __future__ import annotations

import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from chai_tui.model.commands import Command
from chai_tui.model.engine import Engine
from chai_tui.model.events import (
    CoreUse,
    Event,
    Exited,
    Failed,
    GaveUp,
    MakerUse,
    Paused,
    Progress,
    RunBegan,
    Said,
    Sampled,
    Seated,
    Served,
    Started,
    StepBegan,
    Stopping,
)
from chai_tui.model.program_events import Named
from chai_tui.model.recipe import BUILT_IN, Recipe
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import State

BEGAN = 1_000.0
"""When every run begins, in seconds of the events' clock."""
SHARED_STATION = 1_000
"""The station of all makers of a shared engine, unless a test says otherwise."""
SHARED_PID = 4_720
ALL_COMMANDS: frozenset[type[Command]] = frozenset(Command.__args__)
CHAI = BUILT_IN["chai"]

HERE = RunBegan(
    BEGAN,
    start_method="forkserver",
    cores=(0, 1),
    pid=4_700,
    signals=tuple((int(one), one.name) for one in signal.Signals),
)
"""A run on this system, on two cores."""

Ending = Callable[..., list[Event]]


def pid_of(number: int, engine: Engine = Engine.PROCESS) -> int:
    """Return the process that a maker runs in."""
    return SHARED_PID if engine.shares_station else 4_710 + number


def station_of(number: int, engine: Engine = Engine.PROCESS) -> int:
    """Return the station that a maker stands at."""
    return SHARED_STATION if engine.shares_station else number


def seated(
    number: int,
    *,
    at: float = BEGAN,
    engine: Engine = Engine.PROCESS,
    recipe: Recipe = CHAI,
    station: int | None = None,
    pid: int | None = None,
) -> list[Event]:
    """A maker that has its place and did not speak yet."""
    return [
        Seated(
            at=at,
            maker=number,
            station=station_of(number, engine) if station is None else station,
            pid=pid_of(number, engine) if pid is None else pid,
            engine=engine,
            recipe=recipe.name,
            steps=recipe.steps,
        )
    ]


def brewing(
    number: int,
    *,
    at: float = BEGAN,
    engine: Engine = Engine.PROCESS,
    recipe: Recipe = CHAI,
    station: int | None = None,
    pid: int | None = None,
    step: int = 0,
    fraction: float = 0.5,
    cpu_seconds: float = 0.1,
    said: Sequence[str] = (),
) -> list[Event]:
    """A maker at ``fraction`` of step ``step``; the steps before it took their seconds."""
    its_pid = pid_of(number, engine) if pid is None else pid
    tid = its_pid + number if engine.shares_station else its_pid
    events = seated(number, at=at, engine=engine, recipe=recipe, station=station, pid=its_pid)
    now = at + 0.01
    events.append(Started(now, number, its_pid, tid))
    events.extend(
        Said(now, number, line, "out", station_of(number, engine) if station is None else station)
        for line in said
    )
    for index in range(step + 1):
        events.append(StepBegan(now, number, index))
        if index < step:
            now += recipe.steps[index].seconds
    now += recipe.steps[step].seconds * fraction
    events.append(Progress(now, number, fraction, cpu_seconds))
    return events


def paused(number: int, *, after: float = 1.0, ours: bool = True, **maker: Any) -> list[Event]:
    """A maker whose process was stopped ``after`` seconds; ``maker`` goes to :func:`brewing`."""
    events = brewing(number, **maker)
    return [*events, Paused(_began(events) + after, number, ours)]


def served(number: int, *, after: float = 3.0, joined: bool = True, **maker: Any) -> list[Event]:
    """A maker that followed its whole recipe in ``after`` seconds."""
    events = brewing(number, **maker)
    now = _began(events) + after
    events.append(Served(now, number, 2.1))
    if joined:
        events.append(Exited(now + 0.01, number, 0, ours=False))
    return events


def failed(
    number: int,
    *,
    after: float = 1.0,
    error: str = "ValueError: no milk",
    joined: bool = True,
    **maker: Any,
) -> list[Event]:
    """A maker that raised."""
    events = brewing(number, **maker)
    now = _began(events) + after
    traceback = f"Traceback (most recent call last):\n  …\n{error}\n"
    events.append(Failed(now, number, error, traceback, 0.4))
    if joined:
        exitcode = 0 if _engine(events).shares_station else 1
        events.append(Exited(now + 0.01, number, exitcode, ours=False))
    return events


def stopped(number: int, *, after: float = 1.0, **maker: Any) -> list[Event]:
    """A maker that was asked to stop and did: by SIGTERM, or by itself at a shared station."""
    events = brewing(number, **maker)
    now = _began(events) + after
    if _engine(events).shares_station:
        return [
            *events,
            Stopping(now, number, None, None),
            GaveUp(now + 0.1, number, 0.4),
            Exited(now + 0.2, number, 0, ours=False),
        ]
    return [
        *events,
        Stopping(now, number, 15, 2.0),
        Exited(now + 0.01, number, -15, ours=True),
    ]


def killed(
    number: int, *, after: float = 1.1, signal: int = 9, ours: bool = False, **maker: Any
) -> list[Event]:
    """A maker ended by a signal, from outside unless ``ours``."""
    return ended(number, after=after, exitcode=-signal, ours=ours, **maker)


def ended(
    number: int,
    *,
    after: float = 1.0,
    exitcode: int | None = 3,
    ours: bool = False,
    **maker: Any,
) -> list[Event]:
    """A maker whose process ended with an exit code and not a word."""
    events = brewing(number, **maker)
    return [*events, Exited(_began(events) + after, number, exitcode, ours)]


def done(number: int, *, after: float = 1.0, called: str = "worker", **maker: Any) -> list[Event]:
    """A thread of a program that is not ours, which ended by itself and well."""
    seated_, *others = ended(number, after=after, exitcode=0, **maker)
    return [seated_, Named(seated_.at, number, called), *others]


IN_STATE: Mapping[State, Ending] = {
    State.SEATED: seated,
    State.BREWING: brewing,
    State.PAUSED: paused,
    State.SERVED: served,
    State.FAILED: failed,
    State.STOPPED: stopped,
    State.KILLED: killed,
    State.DONE: done,
    State.ENDED: partial(ended, exitcode=None),
}
"""The function that brings a new maker into a state."""


def in_states(*states: State, engine: Engine = Engine.PROCESS, at: float = BEGAN) -> list[Event]:
    """Makers #1, #2, … in these states, in the order in which things happened."""
    events = [
        event
        for number, state in enumerate(states, 1)
        for event in IN_STATE[state](number, engine=engine, at=at + 0.001 * number)
    ]
    return sorted(events, key=lambda event: event.at)


def sampled(
    on_core: Mapping[int, Sequence[int]],
    *,
    at: float = BEGAN + 1.0,
    busy: float = 0.75,
    others: float = 0.15,
    memory: int = 4_000_000,
    cpu_seconds: float = 0.9,
) -> list[Event]:
    """One sample: which makers were on which core; together they and ``others`` made it busy."""
    return [
        Sampled(
            at,
            tuple(
                CoreUse(core, busy if makers else others, busy - others if makers else 0.0)
                for core, makers in on_core.items()
            ),
            tuple(
                MakerUse(
                    number,
                    core,
                    (busy - others) / len(makers),
                    0.0,
                    cpu_seconds,
                    memory,
                    stopped=False,
                )
                for core, makers in on_core.items()
                for number in makers
            ),
        )
    ]


def floor_of(*events: Event) -> Floor:
    """The floor after these events."""
    floor = Floor()
    floor.fold(events)
    return floor


def floor_in_states(*states: State, engine: Engine = Engine.PROCESS) -> Floor:
    """The floor with makers #1, #2, … in these states."""
    return floor_of(*in_states(*states, engine=engine))


def _began(events: Sequence[Event]) -> float:
    return events[0].at


def _engine(events: Sequence[Event]) -> Engine:
    assert isinstance(events[0], Seated)
    return events[0].engine


class FakeSource:
    """A source that a test feeds.

    Attributes:
        commands: what it accepts; settable.
        submitted: every command it was given, in order.
        closed: how often it was closed.
    """

    def __init__(
        self,
        *batches: Iterable[Event],
        commands: frozenset[type[Command]] = ALL_COMMANDS,
        answer: Callable[[Command], Iterable[Event]] | None = None,
        last_words: Iterable[Event] = (),
    ) -> None:
        """Make a source.

        Args:
            batches: what the first polls return, one batch each.
            commands: what it accepts.
            answer: returns the events that a submitted command leads to.
            last_words: what the first ``close`` returns.
        """
        self.commands = commands
        self.submitted: list[Command] = []
        self.closed = 0
        self._answer = answer
        self._last_words = list(last_words)
        self._batches = deque([list(batch) for batch in batches])
        self._changed = threading.Condition()
        self._woken = False

    def feed(self, *events: Event) -> None:
        """Let the next poll return these events; safe from any thread."""
        with self._changed:
            self._batches.append(list(events))
            self._changed.notify_all()

    def poll(self, timeout: float | None) -> list[Event]:
        """Return the next batch, or wait for one as a real source does."""
        # A test may be long, and nothing happen in it, on a loaded machine.
        patience = 120.0 if timeout is None else timeout
        deadline = time.monotonic() + patience
        with self._changed:
            while not self._batches and not self._woken:
                left = deadline - time.monotonic()
                if left <= 0:
                    assert timeout is not None, "poll(None) would have waited for ever"
                    break
                self._changed.wait(left)
            self._woken = False
            return self._batches.popleft() if self._batches else []

    def submit(self, command: Command) -> None:
        """Record the command and feed its answer."""
        with self._changed:
            self.submitted.append(command)
            if self._answer is not None:
                self._batches.append(list(self._answer(command)))
        self.wake()

    def wake(self) -> None:
        """Make a waiting poll return."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def close(self) -> list[Event]:
        """Return the last words, once."""
        with self._changed:
            self.closed += 1
            words, self._last_words = self._last_words, []
            self._woken = True
            self._changed.notify_all()
        return words
