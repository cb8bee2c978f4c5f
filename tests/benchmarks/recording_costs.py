"""What it costs to record a run: writing it to a file, and keeping it for a key that saves it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from chai_tui.model.events import (
    CoreUse,
    Event,
    MakerUse,
    Progress,
    Said,
    Sampled,
    StepBegan,
)
from chai_tui.recording.kept import KeptRun
from chai_tui.recording.output import RecordingFile, header_of
from tests.benchmarks.measure import Result, median_of
from tests.builders import BEGAN, HERE

A_SECOND = 1_000
"""Events a second: a hundred makers that work, on eight cores."""
SECONDS = 20
MAKERS = 40
LIMIT = 2.0
"""Per cent of one core."""


def a_second_of(second: int, random: Random) -> list[list[Event]]:
    """What happens in a second, in batches as a kitchen tells it: 89 % progress, 0.4 % samples."""
    events: list[Event] = []
    for number in range(A_SECOND):
        at = BEGAN + second + number / A_SECOND
        maker = random.randrange(1, MAKERS + 1)
        draw = random.random()
        if draw < 0.89:
            events.append(Progress(at, maker, random.random(), random.random() * 100))
        elif draw < 0.894:
            events.append(_sample(at, random))
        elif draw < 0.95:
            events.append(StepBegan(at, maker, random.randrange(9)))
        else:
            events.append(Said(at, maker, f"poured {random.random():.6f} litres", "out", maker))
    return [events[begin : begin + 20] for begin in range(0, A_SECOND, 20)]


def _sample(at: float, random: Random) -> Sampled:
    return Sampled(
        at,
        tuple(CoreUse(core, random.random(), random.random()) for core in range(8)),
        tuple(
            MakerUse(maker, random.randrange(8), random.random(), random.random(),
                     random.random() * 100, random.randrange(10**8), False, None)
            for maker in range(1, MAKERS + 1)
        ),
    )  # fmt: skip


def recording(repeat: int) -> list[Result]:
    """Measure the CPU time of recording a thousand events a second, as a share of one core."""
    random = Random(1)
    run = [a_second_of(second, random) for second in range(SECONDS)]
    return [
        _cost("recording, of one core", lambda: _written(run, "run.chai"), repeat),
        _cost("recording as gzip, of one core", lambda: _written(run, "run.chai.gz"), repeat),
        _cost("keeping a run to save it, of one core", lambda: _kept(run), repeat),
    ]


def _cost(what: str, spend: Callable[[], float], repeat: int) -> Result:
    shares = [100 * spend() / SECONDS for _ in range(repeat)]
    return median_of(what, shares, limit=LIMIT, unit="%", note=f"{A_SECOND:,} events a second")


def _written(run: list[list[list[Event]]], name: str) -> float:
    """The CPU seconds that it takes to write a run, flushed once a second of it."""
    now = [0.0]
    with tempfile.TemporaryDirectory() as folder:
        file = RecordingFile(Path(folder) / name, clock=lambda: now[0])
        began = time.process_time()
        file.begin(header_of(HERE, "chai-tui brew", 0.0))
        for second in run:
            for batch in second:
                file.write(batch)
            now[0] += 1.0
        file.close()
        return time.process_time() - began


def _kept(run: list[list[list[Event]]]) -> float:
    kept = KeptRun(most=100_000)  # so that most of it goes into a file, as it does in long runs
    began = time.process_time()
    for second in run:
        for batch in second:
            kept.add(batch)
    took = time.process_time() - began
    kept.close()
    return took
