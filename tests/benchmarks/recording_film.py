"""What it costs to open a recording of a million events, and to go to any moment of it.

Each recording is opened in a process of its own, whose memory is its own: ``python -m
tests.benchmarks.recording_film FILE`` prints what one took.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

import psutil

from chai_tui.model.engine import Engine
from chai_tui.model.events import (
    CoreUse,
    Event,
    Exited,
    MakerUse,
    Progress,
    RunBegan,
    Said,
    Sampled,
    Seated,
    Served,
    Started,
    StepBegan,
)
from chai_tui.model.recipe import BUILT_IN
from chai_tui.recording.form import Header, header_line
from chai_tui.recording.lines import line_of
from chai_tui.recording.playing.film import Film
from chai_tui.recording.reader import Reader
from tests.benchmarks.measure import Result, percentile

EVENTS = 1_000_000
MAKERS, CROWD, SAMPLED = 40, 1_000, 40
SEEKS = 200
BEGAN = 1_000.0


class Opened(NamedTuple):
    """What it took: CPU seconds until all was read, and of each jump; bytes of the process."""

    events: int
    reading: float
    first: float
    seeks: list[float]
    memory: int


def happenings(events: int, makers: int) -> Iterator[Event]:
    """Yield so many events and a few more: 89 % progress, 0.4 % samples of 40 makers."""
    random = Random(1)
    recipe = BUILT_IN["chai"]
    at = BEGAN
    yield RunBegan(at, cores=(0, 1, 2, 3))
    cpu: dict[int, float] = {}
    number = told = 0
    while told < events:
        at += 0.001
        while len(cpu) < makers:
            number += 1
            cpu[number] = 0.0
            yield Seated(at, number, number, number, Engine.PROCESS, recipe.name, recipe.steps)
            yield Started(at, number, number, number)
            told += 2
        what, maker = random.random(), _any(random, cpu, number)
        told += 1
        if what < 0.89:
            cpu[maker] += 0.01
            yield Progress(at, maker, random.random(), cpu[maker])
        elif what < 0.894:
            there = random.sample([*cpu], SAMPLED)
            yield Sampled(
                at,
                tuple(CoreUse(core, random.random(), random.random()) for core in range(4)),
                tuple(
                    MakerUse(
                        one, random.randrange(4), random.random(), random.random(), cpu[one],
                        4_096 * random.randrange(1_000, 2_000), stopped=False,
                    )
                    for one in there
                ),
            )  # fmt: skip
        elif what < 0.96:
            yield Said(at, maker, f"line {random.randrange(10**9)}", "out", maker)
        elif what < 0.998:
            yield StepBegan(at, maker, random.randrange(len(recipe.steps)))
        else:
            yield Served(at, maker, cpu.pop(maker))
            yield Exited(at, maker, 0, ours=False)
            told += 1


def _any(random: Random, there: dict[int, float], latest: int) -> int:
    oldest = next(iter(there))
    while (maker := random.randrange(oldest, latest + 1)) not in there:
        pass
    return maker


def write(path: Path, events: int, makers: int) -> None:
    """Write a recording."""
    with path.open("wb") as file:
        file.write(header_line(Header(monotonic=BEGAN)))
        file.writelines(line_of(event).encode() + b"\n" for event in happenings(events, makers))


def opened(path: Path) -> Opened:
    """Open a recording, and go to random moments."""
    began = time.process_time()
    reader = Reader.open(path)
    film = Film(reader.header)
    first = 0.0
    while (read := reader.read()) is not None:
        film.add(read)
        first = first or time.process_time() - began
    reading = time.process_time() - began
    random, seeks = Random(2), []
    for _ in range(SEEKS):
        position = film.position_at(random.uniform(film.began, film.ended))
        began = time.process_time()
        floor = film.floor_at(position)
        seeks.append(time.process_time() - began)
        assert floor.version == position
    memory = psutil.Process().memory_info()
    most = getattr(memory, "peak_wset", 0)
    if sys.platform != "win32":
        import resource

        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        most *= 1 if sys.platform == "darwin" else 1_024
    return Opened(film.count, reading, first, seeks, most)


def film(events: int = EVENTS) -> Iterator[Result]:
    """Open a recording of 40 makers, and one with a thousand at once."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.chai"
        for makers in (MAKERS, CROWD):
            write(path, events, makers)
            told = subprocess.run(
                [sys.executable, "-m", "tests.benchmarks.recording_film", path],
                check=True, capture_output=True, text=True,
            ).stdout  # fmt: skip
            one = Opened(**json.loads(told))
            what = f"{one.events:,} events of {makers} makers at once"
            note = f"the first are there after {one.first:.2g} s"
            if makers == MAKERS:
                yield Result(f"CPU time to open {what}", one.reading, 6.0, "s", note=note)
            slow = 1_000 * percentile(one.seeks, 0.95)
            middle = 1_000 * percentile(one.seeks, 0.5)
            yield Result(
                f"CPU time to seek in {what}, 95th percentile", slow, 150.0, "ms",
                note=f"median {middle:.0f} ms",
            )  # fmt: skip
            yield Result(f"memory to replay {what}", one.memory / 1e6, 500.0, "MB")


if __name__ == "__main__":
    print(json.dumps(opened(Path(sys.argv[1]))._asdict()))
