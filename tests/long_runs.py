"""Runs of any length, made and not measured: what a benchmark of recordings reads."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from chai_tui.model.engine import Engine
from chai_tui.model.events import (
    CoreUse,
    Event,
    Exited,
    MakerUse,
    Progress,
    Said,
    Sampled,
    Seated,
    Served,
    Started,
    StepBegan,
)
from chai_tui.recording.output import RecordingFile, header_of
from tests.builders import BEGAN, CHAI, HERE

CORES = 4
_EVERY = 0.001
"""Seconds between two events."""


def long_run(makers: int = 40, seed: int = 1) -> Iterator[Event]:
    """Yield what happens where so many makers brew at any time, for ever.

    Of a thousand events 890 are progress and 4 are samples of all makers, as in a real run; a
    maker is there for 200 of them.
    """
    chance = random.Random(seed)
    at = BEGAN
    yield HERE._replace(cores=tuple(range(CORES)), sample_every=0.25)
    steps: dict[int, int] = {}
    newest = 0
    while True:
        while len(steps) < makers:
            newest += 1
            steps[newest] = 0
            pid = 10_000 + newest
            yield Seated(at, newest, newest, pid, Engine.PROCESS, CHAI.name, CHAI.steps)
            yield Started(at, newest, pid, pid)
        at += _EVERY
        maker, what = chance.choice([*steps]), chance.random()
        if what < 0.905:
            yield Progress(at, maker, round(chance.random(), 6), round(at - BEGAN, 6))
        elif what < 0.909:
            yield _sample(at, [*steps], chance)
        elif what < 0.979:
            yield Said(at, maker, "the pot is full", "out", maker)
        elif steps[maker] < len(CHAI.steps):
            yield StepBegan(at, maker, steps[maker])
            steps[maker] += 1
        else:
            del steps[maker]
            yield Served(at, maker, 2.1)
            yield Exited(at, maker, 0, ours=False)


def _sample(at: float, makers: list[int], chance: random.Random) -> Sampled:
    cores = tuple(CoreUse(core, 0.9, round(chance.random(), 6)) for core in range(CORES))
    uses = (
        MakerUse(
            maker,
            chance.randrange(CORES),
            round(chance.random() / 2, 6),
            round(chance.random() / 2, 6),
            round(at - BEGAN, 6),
            4_000_000,
            stopped=False,
        )
        for maker in makers
    )
    return Sampled(at, cores, tuple(uses))


def write_long_run(path: Path, events: int, makers: int = 40) -> None:
    """Write a recording with so many events."""
    file = RecordingFile(path)
    file.begin(header_of(HERE, "chai-tui brew", began=0.0))
    told = islice(long_run(makers), events)
    at = BEGAN
    while batch := [*islice(told, 1_000)]:
        file.write(batch)
        at = batch[-1].at
    file.close(at=at)
