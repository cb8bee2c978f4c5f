"""What a floor is made of: makers, stations, cores, and what is known of each.

A maker's state is derived from the facts known about it, not from the order in which they came.
Times are seconds of ``time.monotonic()``.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

from chai_tui.model.engine import Engine
from chai_tui.model.events import MakerUse, Stopping
from chai_tui.model.program_events import Blocked, Place, SeenBy, Wait
from chai_tui.model.recipe import Step, StepKind
from chai_tui.state.makers.shares import Shares, Stretch, gone_on, shares_of

SAID_KEPT = 1_000
"""Lines kept for each maker: a screen's worth many times over, and 1,000 makers stay small."""
HISTORY_KEPT = 240
"""Samples kept for each maker and core: two minutes at two a second."""

Entries = list[Any] | deque[Any]
Kept = TypeVar("Kept", list[Any], deque[Any])


class State(StrEnum):
    """What a maker is doing, or how it ended."""

    SEATED = "seated"
    BREWING = "brewing"
    PAUSED = "paused"
    SERVED = "served"
    FAILED = "failed"
    STOPPED = "stopped"
    KILLED = "killed"
    DONE = "done"
    """Ended by itself and well: a thread or process of a program that is not ours."""
    ENDED = "ended"
    """Joined, and nobody knows how it ended."""


class Line(NamedTuple):
    """One line said: when, its text, and ``"out"`` or ``"err"``."""

    at: float
    text: str
    stream: str


class Use(NamedTuple):
    """One entry of a maker's history; it holds until the next one."""

    at: float
    core: int | None
    cpu_share: float | None
    ready_share: float | None
    memory: int | None
    gil_share: float | None = None


class Span(NamedTuple):
    """A stretch of time; ``end`` is None while it lasts."""

    began: float
    end: float | None


@dataclass(slots=True, eq=True)
class Maker:
    """Everything known about one maker."""

    number: int
    station: int
    pid: int
    engine: Engine
    recipe: str
    steps: tuple[Step, ...]
    seated_at: float
    tid: int | None = None
    started_at: float | None = None
    modules: int = 0
    """How many modules its interpreter had to import until it started; 0 if unknown."""
    ended_at: float | None = None
    state: State = State.SEATED
    joined: bool = False
    """Whether the parent joined it: its state is final."""
    step: int | None = None
    """Index of the current (or last) step."""
    fraction: float = 0.0
    """How much of the current step is done, 0 to 1."""
    told_progress: bool = False
    """Whether anybody told how much of the current step is done."""
    step_times: list[Span] = field(default_factory=list)
    """When each step that began did so, and ended."""
    pauses: list[Span] = field(default_factory=list)
    cpu_seconds: float = 0.0
    cpu_share: float | None = None
    """Share of a core that it used since the last sample; None where nobody can tell."""
    ready_share: float | None = None
    """Share of the time since the last sample in which it was ready but no core was free."""
    gil_share: float | None = None
    """Share of that time in which it waited for the GIL; None where nobody can tell."""
    gil_held: float | None = None
    """Share of that time in which it had the GIL that others may want; None likewise."""
    core: int | None = None
    """The core it is using now; None while it uses none or nobody can tell."""
    core_moves: int = 0
    memory: int | None = None
    """Bytes only its process has."""
    said: deque[Line] = field(default_factory=lambda: deque(maxlen=SAID_KEPT))
    said_count: int = 0
    dropped: int = 0
    """How many lines were left out, because they came faster than anybody reads."""
    history: deque[Use] = field(default_factory=lambda: deque(maxlen=HISTORY_KEPT))
    recent: list[Stretch] = field(default_factory=list)
    """What the samples of the last second said, while it brews."""
    held_until: float = 0.0
    """The latest sample of those that left it out: what was told of it last holds until then."""
    stopping: Stopping | None = None
    stop_signal: str | None = None
    """The name of the signal that asked it to stop, if one did."""
    served_at: float | None = None
    cups: int | None = None
    """How many cups the memory of its process counted when it had served."""
    result: str = ""
    """What its function returned, cut; empty where it called none, or is not done."""
    gave_up: bool = False
    error: str | None = None
    traceback: str | None = None
    exitcode: int | None = None
    end_signal: str | None = None
    """The name of the signal that ended it, if one did."""
    signal_was_ours: bool = False
    ended_by_pool: bool = False
    """Whether that was SIGTERM, and it worked in a pool of multiprocessing: ``Pool.terminate``."""
    called: str = ""
    """What the program calls it; empty for a maker of ours."""
    target: str = ""
    """The function that it was started to call; empty if unknown."""
    place: Place | None = None
    """The function that it is in; None if it is in none, or nobody knows."""
    placed_at: float = 0.0
    """When that was told."""
    waits: Wait | None = None
    """What the system says that it waits for; None if it does not wait, or nobody knows."""
    blocked: Blocked | None = None
    """What the program says that it waits for."""
    task: str = ""
    """The task that it does now; empty while it has none; of an event loop the first of them."""
    task_began: float = 0.0
    loop_tasks: tuple[tuple[int, str, float], ...] = ()
    """Tasks that its event loop has now: number, name, and when they began."""
    tasks: int = 0
    """How many tasks it has done."""
    tasks_failed: int = 0
    task_error: str = ""
    """What the last one of them raised."""
    version: int = 0
    """Grows with every change, so that a view can tell what to draw again."""
    sampled: int = 0
    """How many of these changes were samples: most of them change nothing that is drawn."""
    lent: tuple[Entries, ...] = field(default=(), repr=False, compare=False)
    """Those of the above that copies of it have, too: they are copied before they change."""

    def own(self, entries: Kept) -> Kept:
        """Return entries of it to put in their place and to change: a copy, if they are lent."""
        for lent in self.lent:  # no any(): it takes three times as long
            if entries is lent:
                return entries.copy()
        return entries

    @property
    def name(self) -> str:
        """``Chai Maker #1``, or what the program calls it, with its number: ``Process-1 #4``."""
        return f"{self.called or 'Chai Maker'} #{self.number}"

    @property
    def is_ours(self) -> bool:
        """Whether it follows a recipe; else it is a thread of a program that is not ours."""
        return not self.called

    @property
    def paused(self) -> bool:
        """Whether the system has its process stopped."""
        return bool(self.pauses) and self.pauses[-1].end is None

    @property
    def kind(self) -> StepKind | None:
        """The kind of its current (or last) step; None before the first."""
        if self.step is None or not 0 <= self.step < len(self.steps):
            return None
        return self.steps[self.step].kind

    @property
    def progress(self) -> float | None:
        """How much of its current step is done, 0 to 1; None where nobody can know: in a call."""
        if self.step is None:
            return 0.0
        is_told = self.told_progress or self.served_at is not None
        return self.fraction if is_told or self.kind is not StepKind.CALL else None

    @property
    def shares(self) -> Shares | None:
        """What it did with its time over the last second; None where that is not known."""
        return shares_of(self.last_second)

    @property
    def last_second(self) -> list[Stretch]:
        """What it did in the last second until the latest sample, whoever that left out."""
        return gone_on(self.recent, self.held_until)

    @property
    def cause(self) -> str:
        """Why it ended, in words; empty while it runs and when it was served."""
        if not self.joined:
            return self.error or ""
        match self.state:
            case State.KILLED:
                return f"killed by {self.end_signal}"
            case State.ENDED:
                if self.is_ours:
                    return "ended unseen: the system lost its exit code"
                return "exit code unknown: another process joined it"
            case State.STOPPED if self.ended_by_pool:
                return "its pool was terminated"
            case State.STOPPED:
                return "stopped"
            case State.FAILED if self.error:
                return self.error
            case State.FAILED if self.exitcode == 0:
                return "exit code 0 before it had served"
            case State.FAILED:
                return f"exit code {self.exitcode}"
        return ""


@dataclass(slots=True, eq=True)
class Station:
    """One child process and who stands in it."""

    number: int
    pid: int
    engine: Engine
    makers: list[int] = field(default_factory=list)
    cups: int = 0
    """How many cups its memory counts."""
    said: deque[Line] = field(default_factory=lambda: deque(maxlen=SAID_KEPT))
    """Lines that could not be told apart by maker."""
    dropped: int = 0
    """How many such lines were left out."""
    parent: int = 0
    """Number of the station whose process started this one; 0 if it is none of them."""
    name: str = ""
    """What a program that is not ours calls it."""
    command: str = ""
    """Its command line."""
    python: str = ""
    """The Python that it runs; empty if it runs none, or nobody knows."""
    gil: bool | None = None
    """Whether its threads wait for one GIL; None: as the whole run."""
    target: str = ""
    """The function that it was started to call."""
    cpu_seconds: float | None = None
    """What all of the process burned, as the kernel told when it had ended, or its threads if those
    burned more by its own count; None: it did not tell."""
    burned: float = 0.0
    """CPU seconds of those of its makers who ended, as far as they are known."""
    seen_by: SeenBy | None = None
    """By what it is seen who has its GIL; None if that was not told."""
    is_lent: bool = field(default=False, repr=False, compare=False)
    """Whether copies of the floor have it, too: it is copied before it changes."""


class CoreShares(NamedTuple):
    """How busy a core was at one sample, and how much of that makers were; shares from 0 to 1."""

    busy: float | None
    makers: float | None


@dataclass(slots=True, eq=True)
class Core:
    """How busy a core is: shares from 0 to 1, and who is on it."""

    number: int
    busy: float | None = None
    """None before the first sample, and where nobody can tell."""
    makers_share: float | None = None
    makers: tuple[int, ...] = ()
    history: deque[CoreShares] = field(default_factory=lambda: deque(maxlen=HISTORY_KEPT))


def ordinal(number: int) -> str:
    """Return ``1st``, ``2nd``, ``3rd``, ``11th``."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{({1: 'st', 2: 'nd', 3: 'rd'}).get(number % 10, 'th')}"


def gil_share_of(maker: Maker, since: float, use: MakerUse) -> float | None:
    """Return the share of the time since the last sample in which a maker waited for the GIL.

    As it was measured; and else, inferred: a step of bytecode never sleeps, so whenever its thread
    neither ran nor was ready to run, it waited for the one lock that it needs, held by another
    thread of its process. None where that says nothing: in any other step (C code mostly runs
    without the GIL, and may sleep), in a step that began in between, alone in a process, or where
    the system does not tell who is ready.

    Args:
        maker: who; as it is at the sample.
        since: when the sample before this one was taken.
        use: what was sampled of it.
    """
    if maker.state is not State.BREWING or not maker.engine.traits.shares_gil:
        return None
    if use.gil_share is not None:
        return use.gil_share
    if use.cpu_share is None or use.ready_share is None or maker.kind is not StepKind.COMPUTE:
        return None
    if not maker.step_times or maker.step_times[-1].began > since:
        return None
    return max(0.0, 1.0 - use.cpu_share - use.ready_share)


def derive_state(maker: Maker) -> State:
    """Derive the state from the facts; once joined, the exit code decides what is believed."""
    if maker.joined:
        return _state_at_end(maker)
    if maker.served_at is not None:
        return State.SERVED
    if maker.gave_up:
        return State.STOPPED
    if maker.error is not None:
        return State.FAILED
    if maker.paused:
        return State.PAUSED
    return State.SEATED if maker.started_at is None else State.BREWING


def _state_at_end(maker: Maker) -> State:
    if maker.exitcode is None:
        return State.ENDED if maker.error is None else State.FAILED
    if maker.exitcode < 0:
        if maker.ended_by_pool:
            return State.STOPPED
        if not maker.is_ours:  # killed, as every line about it says, whoever sent the signal
            return State.KILLED
        asked = maker.stopping is not None and maker.stopping.signal == -maker.exitcode
        return State.STOPPED if asked and maker.signal_was_ours else State.KILLED
    if maker.exitcode == 0:
        if not maker.is_ours and maker.error is None:
            return State.DONE
        if maker.served_at is not None:
            return State.SERVED
        if maker.gave_up:
            return State.STOPPED
    return State.FAILED
