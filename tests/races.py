"""Races of a tasting made by hand: events of every phase, and whole stories.

Numbers are fixed, as those of ``builders``. A story is a list of events; it goes on from the one
before::

    floor = floor_of(*raced(rounds=7))
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from chai_tui.config.settings import Settings
from chai_tui.explain.tasting.verdict import verdict_sentence
from chai_tui.model.engine import Engine
from chai_tui.model.events import CoreUse, Event, MakerUse, RunBegan, Sampled, Seated, Started
from chai_tui.model.race_events import (
    CallsDone,
    Differed,
    GilSeen,
    Judged,
    LaneOpened,
    LaneOut,
    Loaded,
    Measure,
    Phase,
    PhaseBegan,
    Printed,
    RoundBegan,
    RoundEnded,
    TasteBegan,
    Tasted,
    TasteFailed,
)
from chai_tui.race.verdict import judge
from chai_tui.state.floor import Floor
from chai_tui.tui.common.bridge import Bridge
from chai_tui.tui.taste_app import TasteApp
from tests.builders import BEGAN, FakeSource

TARGET = "work.py:resize"
ENGINES = (Engine.SERIAL, Engine.THREAD, Engine.PROCESS)
FIRST_PID = 5_000
CALLS = 16
WARM_UPS = 2
STORIES = (
    "importing", "tasting", "raced", "verdict", "waits", "noisy", "too_long", "failed", "out"
)  # fmt: skip
"""The functions here that tell one."""


class Runner(NamedTuple):
    """A lane to be: an engine with workers, and the seconds of its rounds."""

    engine: Engine
    workers: int = 1
    wall: float = 0.2
    spread: float = 0.01
    start: float = 0.02
    memory: int | None = None


HELD = (
    Runner(Engine.SERIAL, 1, 0.2),
    Runner(Engine.THREAD, 2, 0.206, 0.012, 0.001, 40_000),
    Runner(Engine.PROCESS, 2, 0.104, 0.008, 0.16, 21_000_000),
)
"""A function that computes and holds the GIL."""
WAITS = (
    Runner(Engine.SERIAL, 1, 0.48, 0.002),
    Runner(Engine.ASYNCIO, 1, 0.0605, 0.004),
    Runner(Engine.THREAD, 2, 0.242, 0.004, 0.001, 40_000),
    Runner(Engine.THREAD, 16, 0.0602, 0.02, 0.004, 310_000),
    Runner(Engine.INTERPRETER, 2, 0.243, 0.01, 0.08, 9_000_000),
    Runner(Engine.PROCESS, 2, 0.244, 0.008, 0.16, 21_000_000),
)
"""One that waits, with all engines that there are."""
LOUD = (
    Runner(Engine.SERIAL, 1, 0.2, 0.3),
    Runner(Engine.THREAD, 2, 0.19, 0.35, 0.001, 40_000),
    Runner(Engine.PROCESS, 2, 0.16, 0.4, 0.16, 21_000_000),
)
"""On a machine that others use."""


def run_of(cores: int = 2) -> RunBegan:
    """What the run is."""
    return RunBegan(
        BEGAN, start_method="forkserver", cores=tuple(range(cores)), sample_every=0.5, pid=4_700
    )


def began(
    target: str = TARGET, *, engines: Sequence[Engine] = ENGINES, at: float = BEGAN
) -> list[Event]:
    """A tasting that imports the function's module."""
    return [
        TasteBegan(at, target, 2, tuple(engines), 8.0, "/usr/bin/python3"),
        PhaseBegan(at, Phase.IMPORT, 60.0),
    ]


def loaded(*, at: float = BEGAN + 0.3, is_async: bool = False, gil: bool = True) -> list[Event]:
    """The function is there, and single calls are made."""
    return [
        Loaded(at, "work.resize", is_async, 64, 0.24, "CPython 3.14.2", gil, FIRST_PID),
        Seated(at, 1, 1, FIRST_PID, Engine.SERIAL),
        Started(at, 1, FIRST_PID, FIRST_PID),
        PhaseBegan(at, Phase.TASTE, 0.64),
    ]


def tasted(
    *,
    at: float = BEGAN + 0.95,
    call: float = 0.0125,
    computes: float = 1.0,
    gil: float | None = 0.99,
    looks: int = 1_204,
    is_about: bool = False,
) -> list[Event]:
    """Single calls were made, and the lock was looked at meanwhile."""
    calls = max(2, round(0.6 / call))
    wall = calls * call
    small = Measure(120, 4e-6)
    cpu = wall * computes
    return [
        Tasted(
            at, calls, wall, call * 0.98, call * 1.06, cpu, cpu, 0.0, 0.0, small, small, small,
            "(640, 480)",
        ),
        GilSeen(at, gil, looks, is_about),
        PhaseBegan(at, Phase.START, 2.0),
    ]  # fmt: skip


def makers_of(runners: Sequence[Runner]) -> list[tuple[int, ...]]:
    """The numbers of those who work in each lane; the first one is alone in two of them."""
    numbers: list[tuple[int, ...]] = []
    last = 1
    for runner in runners:
        if runner.engine in {Engine.SERIAL, Engine.ASYNCIO}:
            numbers.append((1,))
        else:
            numbers.append(tuple(range(last + 1, last + 1 + runner.workers)))
            last += runner.workers
    return numbers


def opened(runners: Sequence[Runner] = HELD, *, at: float = BEGAN + 1.2) -> list[Event]:
    """The lanes' workers are ready, and the race begins."""
    events: list[Event] = []
    pairs = zip(runners, makers_of(runners), strict=True)
    for number, (runner, makers) in enumerate(pairs, 1):
        for maker in makers:
            if maker > 1:
                is_own = runner.engine is Engine.PROCESS
                station = maker if is_own else 1
                pid = FIRST_PID + maker if is_own else FIRST_PID
                tid = pid if is_own else FIRST_PID + maker
                events.append(Seated(at, maker, station, pid, runner.engine))
                events.append(Started(at, maker, pid, tid))
        events.append(
            LaneOpened(
                at, number, runner.engine, runner.workers, makers, runner.start, 9e-5, runner.memory
            )
        )
    return [*events, PhaseBegan(at, Phase.RACE, 6.8)]


def rounds_of(
    runners: Sequence[Runner] = HELD,
    *,
    rounds: int = 7,
    at: float = BEGAN + 1.2,
    calls: int = CALLS,
    computes: float = 1.0,
) -> list[Event]:
    """So many rounds of every lane, in an order that changes; the walls differ by their spread."""
    events: list[Event] = []
    now = at
    for number in range(1, rounds + 1):
        order = [(number + lane) % len(runners) for lane in range(len(runners))]
        for lane in order:
            runner = runners[lane]
            wave = ((number * number * 7 + lane * 11 + number * lane * 5) % 9 - 4) / 4  # -1 to 1
            wall = runner.wall * (1 + runner.spread * wave)
            ended = now + wall
            cpu = runners[0].wall * computes * (1 + runner.spread * wave)
            events += [
                RoundBegan(now, lane + 1, number, calls),
                CallsDone(now + wall / 2, lane + 1, calls // 2),
                RoundEnded(
                    ended, lane + 1, number, calls, wall, cpu, 0.0, counts=number > WARM_UPS
                ),
            ]
            now = ended + 0.002
    return events


def end_of(events: Iterable[Event]) -> float:
    """When the last of these happened."""
    return max(event.at for event in events)


def working(on_core: Mapping[int, Sequence[int]], *, at: float, busy: float = 0.9) -> list[Event]:
    """A sample: who was on which core."""
    return [
        Sampled(
            at,
            tuple(
                CoreUse(core, busy if makers else 0.12, busy - 0.08 if makers else 0.0)
                for core, makers in on_core.items()
            ),
            tuple(
                MakerUse(maker, core, (busy - 0.08) / len(makers), 0.0, 0.9, 8_000_000, False)
                for core, makers in on_core.items()
                for maker in makers
            ),
        )
    ]


def importing() -> list[Event]:
    """The story until the module is imported."""
    return [run_of(), *began(), *working({0: [], 1: []}, at=BEGAN + 0.2)]


def tasting() -> list[Event]:
    """The story until single calls are made, with the first looks at the lock."""
    return [
        *importing(), *loaded(), GilSeen(BEGAN + 0.5, 0.97, 310),
        *working({0: [1], 1: []}, at=BEGAN + 0.55),
    ]  # fmt: skip


def raced(
    runners: Sequence[Runner] = HELD,
    *,
    rounds: int = 7,
    engines: Sequence[Engine] = ENGINES,
    is_running: bool = True,
    gil: float = 0.99,
    computes: float = 1.0,
    call: float = 0.0125,
) -> list[Event]:
    """The story until so many rounds were made; one more goes on."""
    events = [
        run_of(),
        *began(engines=engines),
        *loaded(is_async=Engine.ASYNCIO in engines),
        *tasted(gil=gil, computes=computes, call=call),
        *opened(runners),
        *rounds_of(runners, rounds=rounds, computes=computes),
    ]
    now = end_of(events)
    makers = makers_of(runners)[-1]
    if is_running:
        lane = len(runners)
        events += [
            RoundBegan(now + 0.002, lane, rounds + 1, CALLS),
            CallsDone(now + 0.08, lane, 12),
        ]
    on_core = {0: makers[:1], 1: makers[1:2]}
    return [*events, *working(on_core, at=now + 0.09)]


def judged(events: Sequence[Event]) -> list[Event]:
    """These, and the verdict that follows from them."""
    race = told(*events).race
    verdict = judge(race)
    sentence = verdict_sentence(race, verdict)
    last = Judged(end_of(events) + 0.01, verdict.lane, verdict.engine, verdict.reason, sentence)
    return [*events, last]


def verdict() -> list[Event]:
    """The story of a function that holds the GIL, until its verdict."""
    return judged(raced(rounds=9, is_running=False))


def waits() -> list[Event]:
    """The same of a function that waits, with every engine there is."""
    engines = (
        Engine.SERIAL, Engine.ASYNCIO, Engine.THREAD, Engine.INTERPRETER, Engine.PROCESS
    )  # fmt: skip
    return judged(
        raced(
            WAITS, rounds=6, engines=engines, is_running=False, gil=0.01, computes=0.02, call=0.03
        )
    )


def noisy() -> list[Event]:
    """The same where nothing can be said."""
    return judged(raced(LOUD, rounds=9, is_running=False))


def too_long(call: float = 5.4) -> list[Event]:
    """The story of a call that takes so long that nothing is raced."""
    single = tasted(call=call, at=BEGAN + 0.5 + 2 * call)
    return judged([run_of(), *began(), *loaded(), *single])


def failed(
    text: str = "ValueError: no milk, with item 3: the function raised when it was called alone",
    traceback: str = (
        'Traceback (most recent call last):\n  File "work.py", line 12, in resize\n'
        '    raise ValueError("no milk")\nValueError: no milk\n'
    ),
    *,
    is_usage: bool = False,
) -> list[Event]:
    """The story of a function that raises when it is tasted."""
    return [*tasting(), TasteFailed(BEGAN + 0.7, text, traceback, is_usage)]


def out() -> list[Event]:
    """A race in which an engine is out, results differ and the function prints."""
    events = raced(HELD[:2], rounds=6, is_running=False)
    now = end_of(events)
    why = "the argument cannot be pickled: cannot pickle '_thread.lock' object"
    return [
        *events,
        LaneOut(now, Engine.PROCESS, why),
        Differed(now, 2, 5, "[0, 1, 4]", "[0, 1, 4, 4]", 3),
        *(Printed(BEGAN + 1 + n / 10, f"resized picture {n}") for n in range(12)),
    ]


def told(*events: Event) -> Floor:
    """The floor after these events."""
    floor = Floor()
    floor.fold(events)
    return floor


def still_race(
    events: Iterable[Event], theme: str = "textual-dark", *, few_colours: bool = False
) -> TasteApp:
    """Return the app of a tasting over what happened; nothing goes on by itself."""
    return TasteApp(
        Bridge(FakeSource()),  # never started: no thread
        floor=told(*events),
        settings=Settings(theme=theme),
        few_colours=few_colours,
    )
