"""Makers as they act in a story: how far each is, and what it reports on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from chai_tui.model.engine import Engine
from chai_tui.model.events import (
    Event,
    Exited,
    Failed,
    Paused,
    Resumed,
    Said,
    Seated,
    Served,
    Started,
    StepBegan,
)
from chai_tui.model.recipe import BUILT_IN, Recipe, Step, StepKind
from tests.builders import SHARED_PID, SHARED_STATION, pid_of

TICKS = 100
"""Ticks in a second: about as often as threads hand the GIL on."""


class Part(NamedTuple):
    """One maker's part in a story.

    Attributes:
        number: the maker's.
        recipe: what it follows; its jitter is drawn.
        after: seconds after the story's beginning at which it is seated.
        engine: how.
        then: what happens to it beside its recipe, with seconds after its seat as ``at``. A
            ``Failed`` or ``Exited`` ends its part.
    """

    number: int
    recipe: Recipe = BUILT_IN["masala"]
    after: float = 0.0
    engine: Engine = Engine.PROCESS
    then: tuple[Event, ...] = ()


@dataclass(slots=True, eq=False)
class Actor:
    """A part, and how far it is."""

    part: Part
    steps: tuple[Step, ...]
    due: list[Event]
    seated: float
    told: bool = False
    """Whether its seat was."""
    step: int = -1
    step_ticks: int = 0
    cpu_ticks: int = 0
    core: int | None = None
    last_ran: int = -1
    halted: bool = False
    over: bool = False
    ran: int = 0
    """Ticks on a core since the last sample."""
    wanted: int = 0
    """Ticks ready to run, without a core, since the last sample."""
    present: int = 0
    """Ticks since its seat or the last sample."""

    @property
    def number(self) -> int:
        return self.part.number

    @property
    def engine(self) -> Engine:
        return self.part.engine

    @property
    def station(self) -> int:
        return station_of(self.number, self.engine)

    @property
    def pid(self) -> int:
        """All makers of a shared engine have one."""
        shared = SHARED_PID + 100 * (self.station - SHARED_STATION)
        return shared if self.engine.shares_station else pid_of(self.number)

    @property
    def kind(self) -> StepKind | None:
        """How it spends its time; None while it spends none."""
        working = self.step >= 0 and not self.halted and not self.over
        return self.steps[self.step].kind if working else None

    @property
    def cpu_seconds(self) -> float:
        return self.cpu_ticks / TICKS

    @property
    def fraction(self) -> float:
        return min(1.0, self.step_ticks / TICKS / self.steps[self.step].seconds)


def station_of(number: int, engine: Engine) -> int:
    """Return a maker's station: its own, or the one of its engine."""
    return SHARED_STATION + [*Engine].index(engine) if engine.shares_station else number


def happenings(actor: Actor, now: float) -> Iterator[Event]:
    """What a maker reports, or the parent sees of it, until now."""
    if now < actor.seated:
        return
    if actor.step < 0:
        yield from _beginning(actor, now)
    while actor.due and actor.seated + actor.due[0].at <= now:
        event = actor.due.pop(0)
        event = event._replace(at=actor.seated + event.at)
        if isinstance(event, Failed):
            event = event._replace(cpu_seconds=actor.cpu_seconds)
        yield event
        actor.halted = not isinstance(event, Resumed) and (
            actor.halted or isinstance(event, Paused)
        )
        actor.over = actor.over or isinstance(event, Failed | Exited)
    if not actor.over and actor.fraction >= 1.0:
        actor.step_ticks = 0
        if actor.step + 1 < len(actor.steps):
            actor.step += 1
            yield StepBegan(now, actor.number, actor.step)
        else:
            actor.over = True
            words = f"End of Chai Maker #{actor.number} {actor.part.recipe.name} brewing"
            yield _said(actor, now, words)
            yield Served(now + 0.001, actor.number, actor.cpu_seconds)
            yield Exited(now + 0.002, actor.number, 0, ours=False)


def seat(actor: Actor) -> Seated:
    actor.told = True
    return Seated(
        actor.seated,
        actor.number,
        actor.station,
        actor.pid,
        actor.engine,
        actor.part.recipe.name,
        actor.steps,
    )


def _beginning(actor: Actor, now: float) -> Iterator[Event]:
    number, pid = actor.number, actor.pid
    if not actor.told:
        yield seat(actor)
    takes_turns = actor.engine in {Engine.SERIAL, Engine.ASYNCIO}
    began = max(actor.seated, now) if takes_turns else actor.seated + 0.003
    tid = pid + number if actor.engine is Engine.THREAD else pid
    yield Started(began, number, pid, tid)
    yield _said(actor, began, f"Start of Chai Maker #{number} {actor.part.recipe.name} brewing")
    actor.step = 0
    yield StepBegan(began, number, 0)


def _said(actor: Actor, at: float, words: str) -> Said:
    return Said(at, actor.number, words, "out", actor.station)
