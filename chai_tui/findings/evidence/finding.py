"""One finding, and the desk where all of them lie."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from chai_tui.state.floor import Floor


class FindingKind(StrEnum):
    """What was found."""

    DEADLOCK = "deadlock"
    """Threads wait in a circle for locks, or for the ends, of each other."""
    JOIN_BEFORE_DRAIN = "join_before_drain"
    """Somebody joins a process that waits to put something where nobody takes it."""
    IDLE_WORKERS = "idle_workers"
    """Most workers of a pool had nothing to do for most of the time."""
    GIL_BOUND = "gil_bound"
    """Threads waited for their GIL while cores were free."""
    TOO_MANY_THREADS = "too_many_threads"
    """Processes have more threads together than there are cores, and all of them want one."""
    OUT_OF_MEMORY = "out_of_memory"
    """A process was killed because memory ran out."""
    SAME_ERROR = "same_error"
    """Several tasks failed by one and the same exception."""
    ZOMBIES = "zombies"
    """Processes have ended, and nobody joins them."""


class Finding(NamedTuple):
    """Something that was found.

    Attributes:
        kind: what.
        at: when it was known, in the events' seconds; what it tells of began earlier.
        sentence: it, in one sentence without its full stop.
        evidence: what shows it, a line each.
        makers: the numbers of those whom it tells of.
        is_over: whether it has ended since; None for what does not last, or nobody can see end.
    """

    kind: FindingKind
    at: float
    sentence: str
    evidence: tuple[str, ...] = ()
    makers: tuple[int, ...] = ()
    is_over: bool | None = None


class Noted(NamedTuple):
    """What became known of a finding at a moment.

    Attributes:
        at: when, in the events' seconds.
        place: of the finding.
        finding: it, as it was known then.
    """

    at: float
    place: int
    finding: Finding


class Desk:
    """Where findings lie, so that those who found them can say more of them later.

    Attributes:
        found: all of them, oldest first.
        floor: the state of the program, at least as new as the event that is looked at.
        due: when time alone may make a finding of something, so that all have to be asked.
        now: the latest time that an event told.
        history: what became known when, oldest first; None where nobody will ask.
    """

    def __init__(self) -> None:
        self.found: list[Finding] = []
        self.floor = Floor()
        self.due = math.inf
        self.now = -math.inf
        self.history: list[Noted] | None = None

    def tell(self, finding: Finding) -> int:
        """Put a finding there; return its place."""
        self.found.append(finding)
        self._note(len(self.found) - 1)
        return len(self.found) - 1

    def change(self, place: int, **changes: Any) -> None:
        """Say of a finding what is known of it now."""
        changed = self.found[place]._replace(**changes)
        if changed != self.found[place]:
            self.found[place] = changed
            self._note(place)

    def _note(self, place: int) -> None:
        if self.history is not None:
            self.history.append(Noted(self.now, place, self.found[place]))

    def wake_at(self, at: float) -> None:
        """Ask to be judged once events are as late as ``at``."""
        self.due = min(self.due, at)


class Detector(Protocol):
    """Looks for one kind of finding."""

    @property
    def handlers(self) -> Mapping[type, Callable[[Any], object]]:
        """What takes in an event, by its type."""

    def judge(self, at: float) -> None:
        """Tell what time alone has made a finding of, up to ``at``; then ask to be woken again."""

    def end(self, at: float) -> None:
        """Tell what can only be told now, that no more events come."""
