"""Recordings made by hand: of runs of a machine that does not exist, where anything happens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from random import Random
from typing import Any

from chai_tui.model.commands import (
    AddMakers,
    Command,
    KillMaker,
    PauseMaker,
    ResumeMaker,
    SignalMaker,
    StopMaker,
)
from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, Said
from chai_tui.model.recipe import BUILT_IN
from chai_tui.race.rounds.records import Race
from chai_tui.recording.form import Header, header_line
from chai_tui.recording.lines import Tally, line_of, read_lines
from chai_tui.recording.playing.checkpoints import Checkpoints
from chai_tui.recording.playing.chunks import Chunks
from chai_tui.recording.playing.film import Film
from chai_tui.sources.simulated.source import Simulation
from chai_tui.state.floor import Floor
from tests import races

ENGINES = (Engine.PROCESS, Engine.THREAD, Engine.ASYNCIO, Engine.SERIAL)


@cache
def any_run(seed: int) -> tuple[Event, ...]:
    """Return what happened in a kitchen where everybody presses any key; or in a tasting."""
    random = Random(seed)
    if seed % 5 == 0:
        told: list[Event] = []
        for name in random.sample(races.STORIES, 2):
            tell: Callable[[], list[Event]] = getattr(races, name)
            told += tell()
        return tuple(told)
    now = [random.uniform(1.0, 100_000.0)]
    source = Simulation(
        random.choice((1, 2, 5)), "forkserver", seed=seed, sample_every=0.25, clock=lambda: now[0]
    )
    events: list[Event] = []
    makers = 0
    for _ in range(random.randrange(3, 15)):
        recipe = random.choice([*BUILT_IN.values()])
        number = random.randrange(1, makers + 2)
        if random.random() < 0.4:
            command: Command = AddMakers(random.randrange(1, 6), recipe, random.choice(ENGINES))
        else:
            command = random.choice(
                (
                    PauseMaker(number), ResumeMaker(number), StopMaker(number), KillMaker(number),
                    SignalMaker(number, 10), ResumeMaker(number),
                )
            )  # fmt: skip
        source.submit(command)
        for _ in range(random.randrange(1, 12)):
            now[0] += random.random() / 5
            while batch := source.poll(0):
                events += batch
                makers = max(makers, *(getattr(event, "maker", 0) or 0 for event in batch))
            if random.random() < 0.5:
                said = Said(now[0], random.randrange(1, makers + 2), "☕ said", "out", 1)
                events.append(said)
    return tuple(events)


def recorded(events: Iterable[Event]) -> bytes:
    """Return the lines of a recording of these events, which has no end yet."""
    told = list(events)
    lines = "".join(line_of(event) + "\n" for event in told)
    return header_line(header_of(told)) + lines.encode()


def header_of(events: Sequence[Event]) -> Header:
    """The header of their recording."""
    return Header(monotonic=round(events[0].at, 6) if events else 0.0)


def rounded(events: Iterable[Event]) -> list[Event]:
    """Return events as a recording has them."""
    return [event._replace(at=round(event.at, 6)) for event in events]


def film_of(
    events: Sequence[Event],
    *,
    piece: int = 50,
    text_between: int = 4_000,
    most: int = 10**9,
    in_memory: int = 10**9,
) -> Film:
    """Return a film of these events, which was read so many at once."""
    header = header_of(events)
    film = Film(
        header,
        chunks=Chunks(most_in_memory=in_memory, small=1_000),
        checkpoints=Checkpoints(most, text_between),
    )
    for begin in range(0, len(events), piece):
        add(film, events[begin : begin + piece])
    film.is_complete = True
    return film


def add(film: Film, events: Iterable[Event]) -> None:
    """Let a film grow."""
    film.add(read_lines("\n".join(map(line_of, events)), film.header.window, Tally()))


def floor_of(events: Iterable[Event]) -> Floor:
    """The floor after these events."""
    floor = Floor()
    floor.fold(events)
    return floor


def told_by(record: Any) -> Any:
    """Return everything that stands in a floor or a race, so that it can be compared."""
    if isinstance(record, Floor | Race):
        return {name: told_by(value) for name, value in vars(record).items() if name != "rewound"}
    return record
