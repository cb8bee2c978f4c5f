"""Threads that wait for each other: for a lock that another one has, or for its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chai_tui.explain.wording.grammar import number_word, sentence_of
from chai_tui.findings.evidence import words
from chai_tui.findings.evidence.finding import Desk, Finding, FindingKind
from chai_tui.findings.evidence.people import People
from chai_tui.model.events import Exited
from chai_tui.model.program_events import Blocked, BlockKind, Unblocked

DEADLOCK_SECONDS = 1.0
"""A circle that lasts as long as this: who tries for a lock with a short timeout, and steps back
where it does not get it, is in one for milliseconds."""
LATE_SECONDS = 0.25
"""The end of a wait may be told so much later than what was seen meanwhile."""
_EDGES = (BlockKind.LOCK, BlockKind.JOIN)

Circle = tuple[int, ...]


class Deadlock:
    """Looks for circles of those who wait for each other.

    A thread that waits for a lock that it has itself is none: another one may release it. Nor is
    one that waits for a while only.

    Args:
        desk: where to tell.
        people: who is who.
    """

    def __init__(self, desk: Desk, people: People) -> None:
        self._desk = desk
        self._people = people
        self._blocked: dict[int, Blocked] = {}
        self._pending: dict[Circle, float] = {}
        self._told: dict[Circle, int] = {}
        self.handlers: Mapping[type, Callable[[Any], object]] = {
            Blocked: self._block,
            Unblocked: self._unblock,
            Exited: self._unblock,
        }

    def judge(self, at: float) -> None:
        """Tell of circles that have lasted."""
        for circle, due in [*self._pending.items()]:
            if at >= due:
                del self._pending[circle]
                self._told[circle] = self._desk.tell(self._finding(circle, at))
            else:
                self._desk.wake_at(due)

    def end(self, at: float) -> None:
        """Nothing: what did not last is none."""

    def _block(self, event: Blocked) -> None:
        before = self._blocked.get(event.maker)
        if before is not None and before[2:] != event[2:]:
            self._unblock(event)
        if event.on not in _EDGES or not event.whom or event.timeout is not None:
            return
        self._blocked[event.maker] = event
        circle = self._circle_of(event.maker)
        if circle and circle not in self._told and circle not in self._pending:
            began = max(self._blocked[maker].at for maker in circle)
            due = began + DEADLOCK_SECONDS + LATE_SECONDS
            self._pending[circle] = due
            self._desk.wake_at(due)

    def _unblock(self, event: Unblocked | Exited | Blocked) -> None:
        if self._blocked.pop(event.maker, None) is None:
            return
        for circle in [circle for circle in self._pending if event.maker in circle]:
            del self._pending[circle]
        for circle in [circle for circle in self._told if event.maker in circle]:
            self._desk.change(self._told.pop(circle), is_over=True)

    def _circle_of(self, maker: int) -> Circle:
        """Return who wait for each other, the lowest number first; nobody if that is no circle."""
        chain = [maker]
        while (blocked := self._blocked.get(chain[-1])) is not None:
            if blocked.whom == maker and len(chain) > 1:
                least = chain.index(min(chain))
                return (*chain[least:], *chain[:least])
            if blocked.whom in chain:
                return ()
            chain.append(blocked.whom)
        return ()

    def _finding(self, circle: Circle, at: float) -> Finding:
        waits = [self._blocked[maker] for maker in circle]
        count = number_word(len(circle))
        names = words.everybody(self._people, circle)
        if any(wait.on is BlockKind.JOIN for wait in waits):
            first = next(i for i, wait in enumerate(waits) if wait.on is BlockKind.JOIN)
            sentence = self._chain([*waits[first:], *waits[:first]])
        elif len(circle) == 2:
            sentence = sentence_of(f"{count} threads wait for each other's lock: {names}")
        else:
            sentence = sentence_of(f"{count} threads wait in a circle for locks: {names}")
        evidence = tuple(
            f"{self._wait(wait)}, since {words.when(self._desk.floor, wait.at)}" for wait in waits
        )
        return Finding(FindingKind.DEADLOCK, at, sentence, evidence, circle, is_over=False)

    def _chain(self, waits: list[Blocked]) -> str:
        """Return ``#1 main joins #2 T-1, which waits for a lock that #1 main has``."""
        parts = [words.who(self._people, waits[0].maker)]
        for wait in waits:
            link = " " if len(parts) == 1 else ", which "
            parts.append(f"{link}{self._doing(wait)}")
        return "".join(parts)

    def _wait(self, wait: Blocked) -> str:
        return f"{words.who(self._people, wait.maker)} {self._doing(wait)}"

    def _doing(self, wait: Blocked) -> str:
        whom = words.who(self._people, wait.whom)
        if wait.on is BlockKind.JOIN:
            return f"joins {whom}"
        lock = f"lock {words.shown(wait.name)}" if wait.name else "a lock"
        return f"waits for {lock} that {whom} has"
