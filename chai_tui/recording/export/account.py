"""A run told once, from its beginning to its end: what every export is made of.

The floor forgets what no screen needs any more; this keeps all of it. Times are the events'
seconds, as recorded. Everything is either an event or was sampled: what was not measured is not
there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from chai_tui.findings.evidence.finding import Finding
from chai_tui.model.engine import Engine
from chai_tui.model.events import RunBegan
from chai_tui.model.recipe import StepKind
from chai_tui.recording.form import Header
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import State

LEAST_SHARE = 0.02
"""The share of a core from which on a maker counts as having used it: to report takes less."""
LEAST_REASON = 1 / 8
"""The share of the time between two samples from which on a reason to wait is told: as in the
timeline."""


class Reason(StrEnum):
    """Why a maker was on no core, although it wanted to go on."""

    GIL = "GIL"
    """It waited for the GIL."""
    CORE = "core"
    """It was ready to run, and no core was free."""
    PAUSED = "paused"
    """Its process was stopped by the system."""


class StepSlice(NamedTuple):
    """A step of a maker's recipe, from its beginning to its end.

    Attributes:
        began: when, in the events' seconds.
        ended: when; the run's end where it never did.
        name: of the step.
        kind: how it spends its time; None if unknown.
    """

    began: float
    ended: float
    name: str
    kind: StepKind | None


class CoreSlice(NamedTuple):
    """A stretch in which samples found a maker on the same core.

    Attributes:
        began: the sample before it.
        ended: the last of those samples.
        core: the core it used most; None where the system does not tell which.
        share: of one core, on average: more than 1 where its process computes in several threads.
    """

    began: float
    ended: float
    core: int | None
    share: float


class WaitSlice(NamedTuple):
    """A stretch in which a maker waited for something; a pause is exact, others were sampled.

    Attributes:
        began: when.
        ended: when.
        reason: for what: of several the one with the greater share.
        share: of the stretch in which it waited for that, on average: 0 to 1.
    """

    began: float
    ended: float
    reason: Reason
    share: float


class Instant(NamedTuple):
    """Something that happened to a maker (or, with None, to all) in one moment.

    Attributes:
        at: when.
        maker: its number.
        text: what, in words: ``SIGTERM sent``, ``killed by SIGKILL``, ``served 2nd``.
        kind: ``end``, ``signal`` or ``trouble``.
    """

    at: float
    maker: int | None
    text: str
    kind: str


@dataclass
class MakerAccount:
    """All that a maker did. Slices are in order, and none of a list overlaps another of it."""

    number: int
    station: int
    pid: int
    tid: int | None
    engine: Engine
    recipe: str
    nth: int
    """Which of the makers with its recipe it is, from 1, in the order in which they were seated."""
    seated_at: float
    started_at: float | None = None
    ended_at: float | None = None
    """When it was joined; None: never, as far as the recording goes."""
    served_at: float | None = None
    state: State = State.SEATED
    place: int | None = None
    """Its place among those who served, from 1."""
    cause: str = ""
    """Why it ended, in words; empty where it was served, or goes on."""
    exitcode: int | None = None
    cpu_seconds: float = 0.0
    core_moves: int = 0
    gil_seconds: float | None = None
    """Seconds in which it waited for the GIL; None where no sample knew."""
    ready_seconds: float | None = None
    """Seconds in which it was ready and had no core; likewise."""
    paused_seconds: float = 0.0
    memory: int | None = None
    """The most bytes that only its process had, of all samples."""
    lines_said: int = 0
    result: str = ""
    called: str = ""
    """What a program that is not ours calls it; empty for a maker of ours."""
    steps: list[StepSlice] = field(default_factory=list)
    cores: list[CoreSlice] = field(default_factory=list)
    waits: list[WaitSlice] = field(default_factory=list)

    @property
    def name(self) -> str:
        """``Chai Maker #1``, or what its program calls it: ``Process-1 #4``."""
        return f"{self.called or 'Chai Maker'} #{self.number}"


class StationAccount(NamedTuple):
    """A process in which makers stood.

    Attributes:
        number: of the station.
        pid: of the process.
        engine: how they were seated.
        makers: their numbers, in the order in which they were seated.
        began: when the first was seated.
        ended: when the last was joined; the run's end where it never was.
        name: what a program that is not ours calls it; empty for one of ours.
        gil: whether its threads wait for one GIL; None: as in the whole run.
    """

    number: int
    pid: int
    engine: Engine
    makers: tuple[int, ...]
    began: float
    ended: float
    name: str = ""
    gil: bool | None = None


@dataclass
class Account:
    """A run.

    Attributes:
        header: of the recording.
        run: what the run was, as last told.
        began: when, in the events' seconds.
        ended: the latest time that was told.
        makers: by number, in the order of their numbers.
        stations: by number.
        instants: what happened in one moment, oldest first.
        core_use: for each core, how busy it was and how much of that makers were, as sampled:
            ``(at, busy, makers)``, shares from 0 to 1, None where unknown.
        found: what was found to be wrong with a program that is not ours, oldest first.
        at_once: CPU seconds that makers burned for each second, from sample to sample:
            ``(at, cores)``, over three seconds as the header tells it.
        events: how many events there were.
        problems: what is missing of the recording, a line each.
        floor: everything folded, as it is at the end; its ``race`` is what is known of a function
            that was tasted (``race.began`` is None where none was).
    """

    header: Header
    run: RunBegan
    began: float
    ended: float
    makers: dict[int, MakerAccount] = field(default_factory=dict)
    stations: dict[int, StationAccount] = field(default_factory=dict)
    instants: list[Instant] = field(default_factory=list)
    core_use: dict[int, list[tuple[float, float | None, float | None]]] = field(
        default_factory=dict
    )
    found: Sequence[Finding] = ()
    at_once: list[tuple[float, float]] = field(default_factory=list)
    events: int = 0
    problems: Sequence[str] = ()
    floor: Floor = field(default_factory=Floor)

    @property
    def noun(self) -> str:
        """What those are called who work in it: ``maker``, or ``thread`` of another program."""
        return "thread" if self.run.is_program else "maker"

    @property
    def zero(self) -> float:
        """From where every screen counts: when the first maker was seated.

        Before anybody was, and of a tasting, when the run began.
        """
        if self.floor.race.began is not None:
            return self.began
        return min((maker.seated_at for maker in self.makers.values()), default=self.began)
