"""Recordings to make traces of: makers that really run, a tasting, and a simulated crowd."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from random import Random

from chai_tui.host.engines import engines_here
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
from chai_tui.model.events import (
    CoreUse,
    Event,
    Exited,
    MakerUse,
    Paused,
    Resumed,
    RunBegan,
    Sampled,
    Seated,
    Started,
    StepBegan,
    Trouble,
)
from chai_tui.model.recipe import BUILT_IN, Recipe, Step, StepKind
from chai_tui.model.source import Source
from chai_tui.recording.export.account import Account
from chai_tui.recording.export.telling import account_of
from chai_tui.recording.form import Header
from chai_tui.recording.output import RecordingFile
from chai_tui.recording.reader import Reader
from chai_tui.recording.recorder import Recorder
from chai_tui.sources.live.kitchen import Kitchen
from chai_tui.sources.simulated.source import Simulation
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import State
from tests.process.program import console_script

_HOSTILE = Recipe(
    'a "recipe"\\ of ☕ \x1b[2J',
    (
        Step("first", StepKind.WAIT, 0.0),
        Step('"}],\u202e', StepKind.COMPUTE, 0.3),
        Step("last", StepKind.NATIVE, 0.2),
    ),
)
_LONG = Recipe("long", (Step("stir", StepKind.COMPUTE, 600.0),))
_SIGUSR1 = 10  # a station ends by it, as any process does


def account_in(path: Path) -> Account:
    """Return what a recording tells."""
    reader = Reader.open(path)
    account = account_of(reader.header, reader.events())
    if problems := reader.problems():
        raise RuntimeError(f"{path}: {problems}")
    return account


def live(path: Path) -> None:
    """Processes, threads, tasks and a loop brew, and some are paused, stopped and killed."""
    kitchen = Kitchen("forkserver", seed=1, sample_every=0.05)
    grind, masala = BUILT_IN["grind"], BUILT_IN["masala"]
    crew = [
        AddMakers(3, masala, Engine.PROCESS),
        AddMakers(4, _LONG, Engine.PROCESS),
        *(AddMakers(3, grind, engine) for engine in engines_here() if engine.traits.shares_station),
        AddMakers(2, _HOSTILE, Engine.PROCESS),
    ]
    to_pause, *to_end = range(4, 8)  # those who would never end
    _run(
        kitchen,
        path,
        crew,
        [
            (lambda floor: _is(floor, to_pause, State.BREWING), [PauseMaker(to_pause)]),
            (lambda floor: _is(floor, to_pause, State.PAUSED), [ResumeMaker(to_pause)]),
            (lambda floor: _is(floor, to_pause, State.BREWING), [PauseMaker(to_pause)]),
            (
                lambda floor: all(
                    n in floor.makers and floor.makers[n].cpu_seconds > 0.2 for n in to_end
                ),
                [StopMaker(to_end[0]), KillMaker(to_end[1]), SignalMaker(to_end[2], _SIGUSR1)],
            ),
            (lambda floor: floor.open == 1, [KillMaker(to_pause)]),
        ],
    )


def _is(floor: Floor, number: int, state: State) -> bool:
    return number in floor.makers and floor.makers[number].state is state


def crowd(path: Path, makers: int = 1_000) -> None:
    """So many on sixteen simulated cores, of every recipe and engine."""
    now = [0.0]
    source = Simulation(
        16, "forkserver", seed=7, sample_every=0.5, clock=lambda: now.__setitem__(0, now[0] + 0.1)
        or now[0],
    )  # fmt: skip
    engines = (Engine.PROCESS, Engine.THREAD, Engine.ASYNCIO, Engine.SERIAL)
    recipes = tuple(BUILT_IN.values())
    crew = [
        AddMakers(-(-makers // 16), recipe, engine) for recipe in recipes[:4] for engine in engines
    ]
    _run(source, path, crew, [])


def tasting(path: Path) -> None:
    """A function is tasted."""
    target = Path(__file__).parents[1] / "taste_targets.py"
    subprocess.run(
        [console_script(), "taste", f"{target}:nap", "--plain", "--budget", "4", "--record", path],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip


def awkward(path: Path, events: int = 5_000) -> None:
    """Whatever may stand in a file: times that run backwards, numbers used again, strangers."""
    draw = Random(7)

    def anything(n: int) -> Event:
        at, maker = 100.0 + n / 50 + draw.choice((0.0, 0.0, -0.5, 0.25)), draw.randint(1, 300)
        pid = draw.choice((0, 7, 7, 8, 5_000_001, 2**40))
        use = MakerUse(maker, draw.randint(0, 3), draw.random(), draw.random(), 1.0, None, None)
        return draw.choice(
            (
                Seated(at, maker, maker % 40, pid, draw.choice([*Engine]), "chai", _HOSTILE.steps),
                Started(at, maker, pid, pid),
                StepBegan(at, maker, draw.randint(0, 2)),
                Paused(at, maker, ours=True),
                Resumed(at, maker, ours=True),
                Exited(at, maker, draw.choice((0, 1, -9, None)), ours=False),
                Trouble(at, maker, "\x00 \ud800 ☕"),
                Sampled(at, (CoreUse(draw.randint(0, 3), draw.random(), None),), (use,)),
            )
        )

    file = RecordingFile(path)
    file.begin(Header(monotonic=100.0, run=RunBegan(100.0, pid=7)))
    file.write([RunBegan(100.0, pid=7), *(anything(n) for n in range(events))])
    file.close()


def _run(
    source: Source,
    path: Path,
    crew: Iterable[Command],
    script: Iterable[tuple[Callable[[Floor], bool], Sequence[Command]]],
) -> None:
    """Record a source until everybody has ended; each command when its condition holds."""
    recorder = Recorder(source, file=RecordingFile(path), command="chai-tui 'of tests'")
    floor, waiting = Floor(), list(script)
    for command in crew:
        recorder.submit(command)
    try:
        while not floor.all_joined or waiting:
            floor.fold(recorder.poll(1.0))
            while waiting and waiting[0][0](floor):
                for command in waiting.pop(0)[1]:
                    recorder.submit(command)
    finally:
        recorder.close()
