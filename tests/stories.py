"""Stories: what makers would have done on so many cores, worked out and not run.

A story is exact and always the same: time goes in ticks of a hundredth of a second, cores go round
among those who want one, and of the makers at one station only one at a time computes in Python.
So the pictures drawn from it show what really happens, with histories that no hand would write.
It is sampled as a real kitchen is: tasks of one event loop share a thread, so one of them carries
its figures; what a thread waited for the GIL nobody samples, the floor works it out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from operator import attrgetter
from random import Random

from chai_tui.model.engine import Engine
from chai_tui.model.events import CoreUse, Event, MakerUse, Progress, Sampled, Served
from chai_tui.model.recipe import StepKind
from tests.actors import TICKS, Actor, Part, happenings, seat
from tests.builders import BEGAN

SAMPLE_TICKS = 25
"""Ticks between two samples."""


def story(
    parts: Sequence[Part], *, cores: int, seconds: float, others: float = 0.06, seed: int = 1
) -> list[Event]:
    """Return the events of a story, oldest first.

    Args:
        parts: who brews what, from when on.
        cores: how many cores there are.
        seconds: how long it is told.
        others: share of each core that everything else uses, on average.
        seed: of jitter and of what everything else does.
    """
    random = Random(seed)
    actors = [
        Actor(
            part,
            part.recipe.with_jitter_resolved(random).steps,
            sorted(part.then, key=attrgetter("at")),
            BEGAN + part.after + 0.004 * index,  # seats are taken one after another
        )
        for index, part in enumerate(parts)
    ]
    events: list[Event] = []
    for tick in range(round(seconds * TICKS) + 1):
        now = BEGAN + tick / TICKS
        for actor in actors:
            if _has_its_turn(actor, actors):
                events += happenings(actor, now)
            elif not actor.told and now >= actor.seated:
                events.append(seat(actor))
        _work(actors, cores, tick)
        if tick and tick % SAMPLE_TICKS == 0:
            events += _sample(actors, cores, now, others, random)
    return _with_cups_counted(sorted(events, key=attrgetter("at")), actors)


def _with_cups_counted(events: Sequence[Event], actors: Sequence[Actor]) -> list[Event]:
    """Let each memory count its cups: in its own every maker's is the first."""
    stations = {actor.number: actor.station for actor in actors}
    cups: Counter[int] = Counter()
    counted: list[Event] = []
    for event in events:
        if isinstance(event, Served):
            station = stations[event.maker]
            cups[station] += 1
            counted.append(event._replace(cups=cups[station]))
        else:
            counted.append(event)
    return counted


def _has_its_turn(actor: Actor, actors: Sequence[Actor]) -> bool:
    """Whether it can act: those before it are done, and no other task keeps its event loop."""
    if actor.engine not in {Engine.SERIAL, Engine.ASYNCIO}:
        return True
    others = [other for other in actors if other.station == actor.station and other is not actor]
    match actor.engine:
        case Engine.SERIAL:
            return all(other.over for other in others if other.number < actor.number)
        case _:
            return all(other.kind in (None, StepKind.WAIT) for other in others)


def _work(actors: Sequence[Actor], cores: int, tick: int) -> None:
    """One tick of work."""
    wanting = _wanting(actors, tick)
    running, ready = wanting[:cores], wanting[cores:]
    for actor in ready:
        actor.wanted += 1
    _choose_cores(running, cores)
    for actor in running:
        actor.last_ran = tick
        actor.step_ticks += 1
        actor.cpu_ticks += 1
        actor.ran += 1
    for actor in actors:
        actor.present += actor.step >= 0
        actor.step_ticks += actor.kind is StepKind.WAIT


def _wanting(actors: Sequence[Actor], tick: int) -> list[Actor]:
    """Who wants a core: of a station one at a time for Python, and of an event loop for anything.

    Whoever ran longest ago is next, but a task keeps its event loop until it waits.
    """

    def turn(actor: Actor) -> tuple[int, int]:
        goes_on = actor.engine is Engine.ASYNCIO and actor.last_ran == tick - 1
        return (-1 if goes_on else actor.last_ran, actor.number)

    wanting: list[Actor] = []
    taken: set[int] = set()
    for actor in sorted(actors, key=turn):
        if actor.kind in (None, StepKind.WAIT):
            continue
        alone = actor.kind is StepKind.COMPUTE or actor.engine is Engine.ASYNCIO
        if not (alone and actor.station in taken):
            wanting.append(actor)
        if alone:
            taken.add(actor.station)
    return wanting


def _choose_cores(running: Sequence[Actor], cores: int) -> None:
    """Give each a core of its own; whoever ran on one goes on there if it can."""
    free = set(range(cores))
    moved = []
    for actor in running:
        if actor.core in free:
            free.remove(actor.core)
        else:
            moved.append(actor)
    for actor in moved:
        actor.core = min(free)
        free.remove(actor.core)


def _use(actor: Actor, actors: Sequence[Actor]) -> MakerUse:
    """What a sampler tells of a maker that is there."""
    core, ran, wanted = actor.core, actor.ran, actor.wanted
    ready: float | None = wanted / actor.present
    if actor.engine is Engine.ASYNCIO:
        loop = [other for other in actors if other.station == actor.station]
        # Whoever has the thread carries its figures.
        open_ = [other for other in loop if not other.over]
        if actor is max(open_, key=attrgetter("last_ran")):
            core = max(loop, key=attrgetter("last_ran")).core
            ran = min(actor.present, sum(other.ran for other in loop))
        else:
            ran, ready = 0, None
    return MakerUse(
        actor.number,
        core if ran else None,
        ran / actor.present,
        ready,
        actor.cpu_seconds,
        4_100_000 + 37_000 * (actor.pid % 25),
        stopped=actor.halted,
    )


def _sample(
    actors: Sequence[Actor], cores: int, now: float, others: float, random: Random
) -> Iterator[Event]:
    """How far everybody is, and what cores and makers did since the last sample."""
    busy = dict.fromkeys(range(cores), 0)
    uses: list[MakerUse] = []
    for actor in actors:
        if actor.core is not None:
            busy[actor.core] += actor.ran
        if actor.present and not actor.over:
            if actor.engine is not Engine.ASYNCIO or _has_its_turn(actor, actors):
                yield Progress(now, actor.number, actor.fraction, actor.cpu_seconds)
            uses.append(_use(actor, actors))
    for actor in actors:
        actor.ran = actor.wanted = actor.present = 0
    core_uses = []
    for core, ticks in busy.items():
        makers = min(1.0, ticks / SAMPLE_TICKS)
        else_ = min(1.0 - makers, random.uniform(0.0, 2 * others))
        core_uses.append(CoreUse(core, makers + else_, makers))
    yield Sampled(now, tuple(core_uses), tuple(uses))
