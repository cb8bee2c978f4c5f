"""What the simulated machine knows of a maker and of its station."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from chai_tui.model.engine import Engine
from chai_tui.model.recipe import Recipe, StepKind


@dataclass(slots=True, eq=False)
class Station:
    """One simulated process. Times are the machine's, in seconds."""

    number: int
    pid: int
    engine: Engine
    workers: dict[int, Worker] = field(default_factory=dict)
    """Who is not joined yet, by number."""
    is_born: bool = False
    closing: bool = False
    """Whether nobody may be seated here any more."""
    paused: bool = False
    pending: list[int] = field(default_factory=list)
    """Signals that wait until it runs again."""
    cups: int = 0
    turn: Worker | None = None
    """Who has the thread that several share."""
    queue: deque[Worker] = field(default_factory=deque)
    """Who waits for that."""
    holder: Worker | None = None
    """Who has the GIL that several share."""
    waiters: deque[Worker] = field(default_factory=deque)
    handover_at: float = 0.0


@dataclass(slots=True, eq=False)
class Worker:
    """One simulated maker."""

    maker: int
    station: Station
    recipe: Recipe
    tid: int = 0
    began: bool = False
    done: bool = False
    asked: bool = False
    doomed: bool = False
    """Whether its process is dying."""
    overdue: bool = False
    """Whether it will go on as soon as its process runs again."""
    wants_back: bool = False
    """Whether C code has returned, and needs the GIL for a moment."""
    step: int = -1
    step_began: float = 0.0
    left: float = 0.0
    """CPU seconds until the current piece of work is done."""
    cpu: float = 0.0
    told: float = 0.0
    """CPU seconds at its last report."""
    core: int | None = None
    last_core: int = -1
    since: float = 0.0
    """Until when it was booked what it burned."""
    slice_ends: float = 0.0
    burst_ends: float = 0.0
    ready_since: float = 0.0
    ran: float = 0.0
    """Seconds on a core since the last sample."""
    waited: float = 0.0
    """Seconds ready without one since then."""
    locked_out: float = 0.0
    """Seconds it waited for the GIL since then."""
    locked_out_since: float | None = None
    """Until when these were booked; None while it does not wait for it."""
    token: int = 0
    """Grows whenever what was planned for it holds no longer."""

    @property
    def kind(self) -> StepKind | None:
        """The kind of its current step; None before the first and after the last."""
        steps = self.recipe.steps
        return steps[self.step].kind if 0 <= self.step < len(steps) else None

    @property
    def is_native(self) -> bool:
        """Whether it runs C code that lets go of the GIL."""
        return self.kind is StepKind.NATIVE

    @property
    def needs_lock(self) -> bool:
        """Whether its next piece of work needs the GIL."""
        return self.kind is StepKind.COMPUTE or self.wants_back

    def guard(self, happen: Callable[[Worker], None]) -> Callable[[], None]:
        """Return a plan for it that is forgotten if anything else comes between."""
        token = self.token

        def if_it_still_holds() -> None:
            if self.token == token and not self.doomed:
                happen(self)

        return if_it_still_holds
