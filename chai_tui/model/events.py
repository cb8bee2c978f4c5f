"""What can happen in a kitchen: one small record each.

Every event has ``at``: seconds of ``time.monotonic()``, comparable between the processes of one
machine. Times of day never appear, so a run can be replayed.
"""

# Annotations are no strings here, each of which NamedTuple would compile: 0.7 ms of every start.

from typing import Any, NamedTuple

from chai_tui.model.engine import Engine
from chai_tui.model.program_events import ProgramEvent, Wait
from chai_tui.model.race_events import Measure, RaceEvent
from chai_tui.model.recipe import Step

PROGRAM_SOURCES = frozenset({"run", "watch"})
"""Sources of programs that are not ours."""
_REAL = PROGRAM_SOURCES | {"live"}

SCHEMA = 1
"""Grows whenever an event changes so that a reader of before would misunderstand it."""


class RunBegan(NamedTuple):
    """What the run is: the first event of every stream, so that no view asks its own system.

    It comes again whenever something of it changes, but for the cores: see :class:`CoresChanged`.

    Attributes:
        at: when the source was asked for the first time.
        source: where events come from: ``live``, ``simulated``; ``run`` or ``watch`` where they
            are a program's that is not ours.
        start_method: how processes are started.
        gil: whether the makers' Python has a GIL; of a program, each process tells its own.
        cores: the system's numbers of the cores that may be used, ascending.
        quota: how many cores' worth of CPU time may be used at once; None: as much as there is.
        maps_cores: whether it is known which core a thread is on.
        sample_every: seconds between two samples while somebody brews; None: nothing is sampled.
        signals: number and name of every signal there.
        system: what ``sys.platform`` is there: ``linux``.
        python: its name and version: ``CPython 3.14.2``, with ``free-threaded`` for such a build.
        version: chai-tui's.
        schema: of the events: a greater one has events that this version cannot understand.
        engines: how makers can be seated there.
        measures_cores: whether it is known how busy the cores are.
        measures_gil: whether the system tells who waits for a GIL; else that is inferred.
        unseen: why makers cannot be looked at from outside, so that their cores, their shares of
            them and their memory are not known; for a person. Empty where they can.
        pid: the process that starts makers and joins them; 0 if unknown.
        program: the command line of a program that is run, or what is watched.
    """

    at: float
    source: str = "live"
    start_method: str = ""
    gil: bool = True
    cores: tuple[int, ...] = ()
    quota: float | None = None
    maps_cores: bool = True
    sample_every: float | None = None
    signals: tuple[tuple[int, str], ...] = ()
    system: str = ""
    python: str = ""
    version: str = ""
    schema: int = SCHEMA
    engines: tuple[Engine, ...] = tuple(Engine)
    measures_cores: bool = True
    unseen: str = ""
    pid: int = 0
    measures_gil: bool = False
    program: str = ""

    @property
    def warning(self) -> str:
        """What every screen says of a run that is not what it looks like: ``simulated``."""
        return "" if self.source in _REAL else self.source

    @property
    def is_program(self) -> bool:
        """Whether it is a program that is not ours: its threads follow no recipe."""
        return self.source in PROGRAM_SOURCES


class CoresChanged(NamedTuple):
    """Somebody changed which cores may be used, or how much CPU time; as in :class:`RunBegan`."""

    at: float
    cores: tuple[int, ...]
    quota: float | None


class Started(NamedTuple):
    """The maker runs: ``pid`` and ``tid`` are the system's numbers of its process and thread.

    ``modules`` is how many its interpreter had to import for that: those that its process was
    forked with do not count. 0 if unknown.
    """

    at: float
    maker: int
    pid: int
    tid: int
    modules: int = 0


class StepBegan(NamedTuple):
    """The maker began step ``step`` (from 0) of its recipe.

    ``name`` is that of a step which the recipe does not have, because the function that the maker
    calls named it only now: it comes into the recipe at this place. Else it is empty.
    """

    at: float
    maker: int
    step: int
    name: str = ""


class Progress(NamedTuple):
    """The current step is done to ``fraction`` (0 to 1); ``cpu_seconds`` burned so far."""

    at: float
    maker: int
    fraction: float
    cpu_seconds: float


class Served(NamedTuple):
    """The maker followed its whole recipe.

    ``cups`` is how many the memory of its process counts now, its own included: every maker adds
    one to the same global variable, so this is 1 in a process of its own, and counts up where
    makers share one. ``result`` is what its function returned, as ``repr`` shows it, cut to
    200 characters; empty where it called none.
    """

    at: float
    maker: int
    cpu_seconds: float
    cups: int = 1
    result: str = ""


class Failed(NamedTuple):
    """The maker raised: ``error`` is one line such as ``ValueError: no milk``."""

    at: float
    maker: int
    error: str
    traceback: str
    cpu_seconds: float


class GaveUp(NamedTuple):
    """The maker was asked to stop and did (only a thread or a task can be asked)."""

    at: float
    maker: int
    cpu_seconds: float


class Said(NamedTuple):
    """A line that a maker printed.

    ``maker`` is None where several share a process and the system cannot tell whose line it was
    (C code writing to the descriptor). ``stream`` is ``"out"`` or ``"err"``; what did not come
    through Python's streams is ``"out"``, because descriptors 1 and 2 share a pipe, so that the
    order of what is written to both is kept.
    """

    at: float
    maker: int | None
    line: str
    stream: str
    station: int


class Dropped(NamedTuple):
    """So many lines a maker printed were left out, because they came faster than anyone reads."""

    at: float
    maker: int | None
    lines: int
    station: int


class Seated(NamedTuple):
    """A maker has its place: ``pid`` is its station's process.

    A worker that follows no recipe of ours has neither a recipe nor steps.
    """

    at: float
    maker: int
    station: int
    pid: int
    engine: Engine
    recipe: str = ""
    steps: tuple[Step, ...] = ()


class Paused(NamedTuple):
    """The maker's process is stopped by the system; ``ours`` tells whether this kitchen did it."""

    at: float
    maker: int
    ours: bool


class Resumed(NamedTuple):
    """The maker's process runs again."""

    at: float
    maker: int
    ours: bool


class Stopping(NamedTuple):
    """The maker was asked to stop.

    ``signal`` is the signal's number for a process, None where a thread or task was asked.
    ``grace`` is how many seconds pass before SIGKILL follows, None if none will.
    """

    at: float
    maker: int
    signal: int | None
    grace: float | None


class Signalled(NamedTuple):
    """This kitchen sent the maker's process signal number ``signal``."""

    at: float
    maker: int
    signal: int


class Exited(NamedTuple):
    """The maker was joined; nothing more comes from it.

    ``exitcode`` is the process's (``-N``: ended by signal N), 0 for a thread or task that was
    joined, None where the system lost it. ``ours`` tells whether the kitchen sent the signal.
    ``cpu_seconds`` is what the whole process burned, as the kernel told when it had ended: of a
    program that is not ours, and with one of the makers that ended with it. None otherwise.
    """

    at: float
    maker: int
    exitcode: int | None
    ours: bool
    cpu_seconds: float | None = None


class Trouble(NamedTuple):
    """Something the kitchen could not do, in words for a person."""

    at: float
    maker: int | None
    text: str


class Unseated(NamedTuple):
    """So many makers that were asked for could not be seated; ``text`` says why, for a person."""

    at: float
    makers: int
    text: str


class CoreUse(NamedTuple):
    """How busy one core was since the last sample: shares from 0 to 1.

    ``busy`` is None where that is not known, ``makers`` where the system cannot tell which core a
    process ran on.
    """

    core: int
    busy: float | None
    makers: float | None


class MakerUse(NamedTuple):
    """What one maker used since the last sample.

    Attributes:
        maker: its number.
        core: the core it ran on; None while it used none, or where the system cannot tell.
        cpu_share: share of one core its thread used, 0 to 1; where the system tells of processes
            only, its process's, which is more than 1 when that computes in several threads. None
            if unknown.
        ready_share: share of the time it was ready to run but had no core; None if unknown.
        cpu_seconds: CPU seconds since it started; None where its thread is not its own.
        memory: bytes that only its process has; None if unknown or not read yet.
        stopped: whether the system has its process stopped; None once that is gone, or if unknown.
        gil_share: share of the time its thread waited for a GIL that others have; None if unknown.
        gil_held: share of the time its thread had the GIL that others may want; None if unknown.
    """

    maker: int
    core: int | None
    cpu_share: float | None
    ready_share: float | None
    cpu_seconds: float | None
    memory: int | None
    stopped: bool | None
    gil_share: float | None = None
    gil_held: float | None = None


class Sampled(NamedTuple):
    """What the cores and the makers did since the last sample."""

    at: float
    cores: tuple[CoreUse, ...]
    makers: tuple[MakerUse, ...]


Event = (
    RunBegan
    | CoresChanged
    | Started
    | StepBegan
    | Progress
    | Served
    | Failed
    | GaveUp
    | Said
    | Dropped
    | Seated
    | Paused
    | Resumed
    | Stopping
    | Signalled
    | Exited
    | Trouble
    | Unseated
    | Sampled
    | RaceEvent
    | ProgramEvent
)
"""Anything that can happen."""

EVENT_TYPES: tuple[type[Event], ...] = Event.__args__


def _same(event: tuple[Any, ...], other: object) -> bool:
    """Whether two records are of one type and have equal fields.

    Tuples of equal fields are equal whatever their types: a pause would be a resume. Nothing but
    the comparison changes, so that making, reading and hashing one costs what it does for a tuple.
    """
    return type(event) is type(other) and tuple.__eq__(event, other)


for _kind in (*EVENT_TYPES, CoreUse, MakerUse, Measure, Wait):
    _kind.__eq__ = _same  # type: ignore[method-assign]
    _kind.__ne__ = object.__ne__  # type: ignore[method-assign]
