"""Programs that are not ours, told as stories: for pictures and for tests of the screens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from chai_tui.config.settings import Settings
from chai_tui.model.commands import (
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
    RunBegan,
    Said,
    Sampled,
    Seated,
    Started,
)
from chai_tui.model.program_events import (
    Blocked,
    BlockKind,
    Named,
    StationSeen,
    TaskBegan,
    TaskEnded,
    Wait,
    WaitKind,
    Waits,
)
from chai_tui.state.floor import Floor
from chai_tui.tui.app import ChaiApp
from chai_tui.tui.common.bridge import Bridge
from tests.builders import BEGAN, FakeSource, floor_of
from tests.still import SIGNALS

SAMPLE_SECONDS = 0.25
PROGRAM_COMMANDS: frozenset[type[Command]] = frozenset(
    {StopMaker, KillMaker, PauseMaker, ResumeMaker, SignalMaker}
)
"""What can be asked of a program that is not ours."""


def run_of(program: str, *, source: str = "run", cores: int = 2) -> RunBegan:
    """What the run of a program is."""
    return RunBegan(
        BEGAN,
        source=source,
        cores=tuple(range(cores)),
        signals=SIGNALS,
        program=program,
        sample_every=SAMPLE_SECONDS,
    )


def process(
    number: int,
    name: str,
    *,
    at: float = BEGAN,
    parent: int = 0,
    command: str = "",
    python: str = "",
    target: str = "",
    thread: str = "",
    maker: int | None = None,
) -> list[Event]:
    """A process, and the first thread of it; both have its number unless a maker is given."""
    maker = number if maker is None else maker
    pid = 4_710 + number
    return [
        StationSeen(at, number, pid, parent, name, command or name, python, bool(python), target),
        Seated(at, maker, number, pid, Engine.PROCESS, "", ()),
        Started(at, maker, pid, pid),
        Named(at, maker, thread or name),
    ]


def thread(
    maker: int, station: int, name: str, *, at: float = BEGAN, target: str = ""
) -> list[Event]:
    """Another thread of a process."""
    pid = 4_710 + station
    return [
        Seated(at, maker, station, pid, Engine.THREAD, "", ()),
        Started(at, maker, pid, pid + 100 + maker),
        Named(at, maker, name, target),
    ]


class Load(NamedTuple):
    """What a thread does all of the time: shares of it, and on which core."""

    core: int | None = None
    on_core: float = 0.0
    no_core: float = 0.0
    no_gil: float | None = None
    megabytes: int = 12


def samples(
    loads: Mapping[int, Load], began: float, until: float, *, cores: int = 2
) -> list[Sampled]:
    """Samples of makers, as often as a screen takes them."""
    events: list[Sampled] = []
    for step in range(1, round((until - began) / SAMPLE_SECONDS) + 1):
        at = began + step * SAMPLE_SECONDS
        uses = tuple(
            MakerUse(
                maker, load.core, load.on_core, load.no_core, load.on_core * (at - BEGAN),
                load.megabytes * 1_000_000, stopped=False, gil_share=load.no_gil,
            )
            for maker, load in loads.items()
        )  # fmt: skip
        busy = {
            core: sum(load.on_core for load in loads.values() if load.core == core)
            for core in range(cores)
        }
        told = tuple(CoreUse(core, min(1.0, share + 0.06), share) for core, share in busy.items())
        events.append(Sampled(at, told, uses))
    return events


def waits(at: float, **makers: tuple[WaitKind, str]) -> Waits:
    """What makers wait for: ``m3=(WaitKind.READ, "pipe")``."""
    return Waits(at, tuple(Wait(int(who[1:]), what, on) for who, (what, on) in makers.items()))


def lesson(seconds: float = 2.5) -> Floor:
    """The lesson: a main that joins, and three processes that sleep."""
    python = "CPython 3.13.1"
    events: list[Event] = [
        run_of("python lesson.py"),
        *process(1, "python lesson.py", python=python, thread="python lesson.py"),
    ]
    for number in (2, 3, 4):
        at = BEGAN + 0.02 * number
        events += [
            *process(
                number, f"Process-{number - 1}", at=at, parent=1, python=python, target="brew_chai",
                command="python lesson.py",
            ),
            Said(at, number, f"Start of Chai Maker #{number - 1} chai brewing", "out", number),
        ]  # fmt: skip
    at = BEGAN + 0.1
    loads = {number: Load(megabytes=9) for number in (1, 2, 3, 4)}
    sleeps = (WaitKind.SLEEP, "")
    return floor_of(
        *events,
        Sampled(at, (), ()),
        waits(at, m1=(WaitKind.CHILD, "pid 4712"), m2=sleeps, m3=sleeps, m4=sleeps),
        Blocked(at, 1, BlockKind.JOIN, 2),
        *samples(loads, at, BEGAN + seconds),
    )


def training(seconds: float = 4.0) -> list[Event]:
    """A process of eight threads that want one GIL."""
    python = "CPython 3.12.1"
    events = process(
        1, "python train.py", python=python, command="python train.py --epochs 9",
        thread="MainThread",
    )  # fmt: skip
    at = BEGAN + 0.1
    for maker in range(2, 9):
        events += thread(maker, 1, f"loader_{maker - 2}", at=at, target="load")
    loads = {
        1: Load(megabytes=120),
        2: Load(0, 0.3, 0.02, 0.66, 120),
        3: Load(0, 0.28, 0.0, 0.7, 120),
        4: Load(1, 0.3, 0.1, 0.55, 120),
        **{maker: Load(None, 0.0, 0.0, 0.0, 120) for maker in range(5, 9)},
    }
    return [
        *events,
        Sampled(at, (), ()),
        waits(
            at,
            m1=(WaitKind.LOCK, ""),
            m2=(WaitKind.GIL, ""),
            m3=(WaitKind.GIL, ""),
            m5=(WaitKind.READ, "socket to 127.0.0.1:5432"),
            m6=(WaitKind.READ, "pipe from pid 812"),
            m7=(WaitKind.SLEEP, ""),
            m8=(WaitKind.DISK, "/data/train-00017.bin"),
        ),
        Blocked(at, 1, BlockKind.GET, name="batches"),
        TaskBegan(at + 0.2, 5, "fetch"),
        TaskEnded(at + 0.9, 5),
        TaskBegan(at + 0.9, 5, "fetch"),
        Said(at + 1.0, 1, "epoch 1 of 9", "out", 1),
        *samples(loads, at, BEGAN + seconds),
    ]


def making(*, station: int = 10, parent: int = 0) -> list[Event]:
    """A ``make`` with the tree of what it started: some are done, one failed, one was killed."""
    first = station
    at = BEGAN + 0.3
    names = ("make", "sh", "cc1", "sh", "cc1", "as")
    parents = (parent, first, first + 1, first, first + 3, first + 3)
    events: list[Event] = []
    for index, (name, above) in enumerate(zip(names, parents, strict=True)):
        number = first + index
        command = {"make": "make -j4 all", "cc1": f"cc1 -O2 part{index}.c"}.get(name, name)
        events += process(number, name, at=at + 0.02 * index, parent=above, command=command)
    return [
        *events,
        Sampled(at + 0.2, (), ()),
        Waits(
            at + 0.2,
            tuple(
                Wait(first + index, WaitKind.CHILD, f"pid {4_710 + first + child}")
                for index, child in ((0, 1), (1, 2), (3, 4))
            ),
        ),
        Said(at + 0.4, first + 2, "part2.c:7: warning: unused variable", "err", first + 2),
        Exited(at + 0.9, first + 5, 0, ours=False),
    ]


def training_beside_make(seconds: float = 4.0) -> Floor:
    """Threads of one process that want its GIL, and the tree of another program."""
    busy = {12: Load(1, 0.6, 0.38, None, 48), 14: Load(0, 0.4, 0.55, None, 51)}
    idle = {number: Load(megabytes=2) for number in (10, 11, 13)}
    others = samples({**busy, **idle}, BEGAN + 0.6, BEGAN + seconds)
    events = [*training(seconds), *making()]
    return floor_of(run_of("bash nightly.sh"), *_sampled_together(events, others))


def _sampled_together(events: Iterable[Event], others: Iterable[Sampled]) -> list[Event]:
    """Events in order, with other makers' samples in those of about the same time."""
    by_time = {round(other.at / SAMPLE_SECONDS): other for other in others}
    together: list[Event] = []
    for event in sorted(events, key=lambda event: event.at):
        other = None
        if isinstance(event, Sampled) and event.makers:
            other = by_time.get(round(event.at / SAMPLE_SECONDS))
        if isinstance(event, Sampled) and other is not None:
            shares = [
                (one.core, min(0.96, (one.makers or 0.0) + (two.makers or 0.0)))
                for one, two in zip(event.cores, other.cores, strict=True)
            ]
            cores = tuple(CoreUse(core, share + 0.04, share) for core, share in shares)
            together.append(Sampled(event.at, cores, (*event.makers, *other.makers)))
        else:
            together.append(event)
    return together


def still_program(floor: Floor, *, theme: str = "textual-dark", **options: Any) -> ChaiApp:
    """Return the app over the floor of a program; nothing will happen on it by itself."""
    bridge = Bridge(FakeSource(commands=PROGRAM_COMMANDS))  # never started: no thread
    return ChaiApp(bridge, floor=floor, settings=Settings(theme=theme), **options)


STORIES: Mapping[str, Callable[[], Floor]] = {"lesson": lesson, "training": training_beside_make}
