"""Somebody joins a process that cannot end, because it waits to hand over what nobody takes.

The classic one: ``process.join()`` before ``queue.get()``, or ``Popen.wait()`` with a pipe that is
full.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from chai_tui.findings import words
from chai_tui.findings.finding import Desk, Finding, FindingKind
from chai_tui.findings.people import People, Place
from chai_tui.model.events import Exited, Sampled
from chai_tui.model.program_events import Blocked, BlockKind, Unblocked, Wait, WaitKind, Waits

SURE_SECONDS = 1.0
"""So long nobody took anything, and everybody else surely waits too: a scheduler's whim is over
long before that, and so is a slow start."""
UNSURE_SECONDS = 5.0
"""The same where somebody else waits for a lock, or for a pipe: that may end by itself, and whoever
takes something every now and then mostly does so more often than that."""
LATE_SECONDS = 0.25
"""The end of a wait may be told so much later than what was seen meanwhile."""
HELPERS = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")
"""In the command of processes of the standard library that take nothing out of any queue."""
FEEDER = "QueueFeederThre"
"""What the standard library calls the thread that puts things into a queue's pipe, as far as the
system keeps a name."""
_PID = re.compile(r"pid (\d+)")


class Full(NamedTuple):
    """Somebody who waits to hand something over."""

    maker: int
    since: float
    where: str


class JoinBeforeDrain:
    """Looks for a join that waits for a process that waits for room.

    Whether nobody takes anything is not known; so everybody else has to stand still as well.

    Args:
        desk: where to tell.
        people: who is who.
    """

    def __init__(self, desk: Desk, people: People) -> None:
        self._desk = desk
        self._people = people
        self._blocked: dict[int, Blocked] = {}
        self._waits: dict[int, Wait] = {}
        self._since: dict[int, float] = {}
        """Since when each of those who wait has not moved at all."""
        self._writers: set[int] = set()
        self._watched_from: float | None = None
        """Since when it is looked who moves; None: there is nobody to look for."""
        self._told: dict[tuple[int, int], tuple[int, int]] = {}
        """Place of the finding, and who is full, by who joins and by the station that is joined."""
        self.handlers: Mapping[type, Callable[[Any], object]] = {
            Blocked: self._block,
            Unblocked: self._unblock,
            Exited: self._exited,
            Waits: self._wait,
            Sampled: self._sampled,
        }

    def judge(self, at: float) -> None:
        """Nothing: it is looked for at samples, which tell who moved."""

    def end(self, at: float) -> None:
        """Nothing: what did not last is none."""

    # What happens

    def _block(self, event: Blocked) -> None:
        self._blocked[event.maker] = event

    def _unblock(self, event: Unblocked) -> None:
        if self._blocked.pop(event.maker, None) is not None:
            self._ended(event.maker)

    def _exited(self, event: Exited) -> None:
        self._blocked.pop(event.maker, None)
        self._waits.pop(event.maker, None)
        self._since.pop(event.maker, None)
        self._writers.discard(event.maker)
        self._ended(event.maker)

    def _wait(self, event: Waits) -> None:
        for wait in event.makers:
            maker, what, subject = wait
            before = self._waits.get(maker)
            if what is WaitKind.WRITE and subject.startswith("pipe"):
                self._writers.add(maker)
            elif maker in self._writers:
                self._writers.discard(maker)
                self._ended(maker)
            if before is not None and before.what is WaitKind.CHILD:
                self._ended(maker)
            if what is WaitKind.NOTHING:
                self._waits.pop(maker, None)
                self._since.pop(maker, None)
            else:
                self._waits[maker] = wait
                self._since[maker] = event.at

    def _ended(self, maker: int) -> None:
        """Somebody goes on: what was told of it is over."""
        if self._told:
            for key in [key for key, (_, full) in self._told.items() if maker in (key[0], full)]:
                self._desk.change(self._told.pop(key)[0], is_over=True)

    def _sampled(self, event: Sampled) -> None:
        joins = [*self._joins()] if self._is_any_full() else []
        if not joins:
            self._watched_from = None
            return
        if self._watched_from is None:
            self._watched_from = event.at
        since = self._since
        for use in event.makers:
            if use.cpu_share != 0.0 and use.maker in since:  # None: nobody knows
                since[use.maker] = event.at
        for joiner, place in joins:
            if (joiner, place.number) not in self._told:
                self._look(joiner, place, event.at)

    def _is_any_full(self) -> bool:
        return bool(self._writers) or any(
            blocked.on is BlockKind.PUT for blocked in self._blocked.values()
        )

    def _still_since(self, maker: int) -> float:
        """Return since when somebody has surely not moved."""
        if maker in self._blocked:
            return self._blocked[maker].at
        return max(self._since[maker], self._watched_from or 0.0)

    def _joins(self) -> Iterator[tuple[int, Place]]:
        """Yield who waits for the end of which process."""
        people = self._people
        for blocked in self._blocked.values():
            if blocked.on is BlockKind.JOIN and blocked.whom:
                place = people.place_of(blocked.whom)
                own = people.at.get(blocked.maker)
                if place is not None and place.number != own:
                    yield blocked.maker, place
        for maker, wait in self._waits.items():
            if wait.what is WaitKind.CHILD and maker not in self._blocked:
                pid = _PID.fullmatch(wait.subject)
                place = people.by_pid.get(int(pid[1])) if pid else None
                if place is not None and place.number != people.at.get(maker):
                    yield maker, place

    # Whether it is so

    def _look(self, joiner: int, place: Place, at: float) -> None:
        full = next(iter(self._full(place)), None)
        if full is None:
            return
        still = at - max(full.since, self._still_since(joiner))
        if still < SURE_SECONDS + LATE_SECONDS:
            return
        patience = self._patience(joiner, place, full, at)
        if patience is not None and still >= patience + LATE_SECONDS:
            finding = self._finding(joiner, place, full, at)
            self._told[joiner, place.number] = self._desk.tell(finding), full.maker

    def _full(self, place: Place) -> Iterator[Full]:
        for maker in sorted(place.makers):
            blocked = self._blocked.get(maker)
            if blocked is not None and blocked.on is BlockKind.PUT:
                name = words.shown(blocked.name)
                yield Full(maker, blocked.at, f"queue {name}".rstrip() if name else "a queue")
            elif maker in self._writers:
                feeds = self._people.names.get(maker, "").startswith(FEEDER)
                yield Full(maker, self._still_since(maker), "a queue" if feeds else "a pipe")

    def _patience(self, joiner: int, joined: Place, full: Full, at: float) -> float | None:
        """Return how long it has to last, as everybody else stands now; None: however long."""
        patience = SURE_SECONDS
        for place in self._people.places.values():
            # Nobody reads from a pipe to itself; but a queue may be one between threads.
            if place is joined and full.maker in self._writers:
                continue
            if any(helper in place.command for helper in HELPERS):
                continue
            for maker in place.makers - {joiner, full.maker}:
                seconds = self._stuck(maker, at)
                if seconds is None:
                    return None
                patience = max(patience, seconds)
        return patience

    def _stuck(self, maker: int, at: float) -> float | None:
        """Return how long it has to last as far as one of the others is concerned."""
        if self._people.names.get(maker, "").startswith(FEEDER):
            return SURE_SECONDS
        if maker in self._people.paused:
            return None
        blocked = self._blocked.get(maker)
        if blocked is not None:
            # Who waits to get something, waits for somebody who is not there to be taken from.
            return UNSURE_SECONDS if blocked.on is BlockKind.GET else SURE_SECONDS
        wait = self._waits.get(maker)
        if wait is None:
            return None
        if maker in self._writers or wait.what is WaitKind.CHILD:
            return SURE_SECONDS
        ambiguous = wait.what is WaitKind.LOCK or (
            wait.what is WaitKind.READ and wait.subject.startswith("pipe")
        )
        stands = at - self._still_since(maker) >= UNSURE_SECONDS
        return UNSURE_SECONDS if ambiguous and stands else None

    def _finding(self, joiner: int, place: Place, full: Full, at: float) -> Finding:
        people, floor = self._people, self._desk.floor
        first = place.first or full.maker
        verb = "joins" if joiner in self._blocked else "waits for the end of"
        seconds = int(at - full.since)
        sentence = (
            f"{words.who(people, joiner)} {verb} {words.who(people, first)}, which waits to put "
            f"something into {full.where}: nobody has taken anything out for {seconds} s"
        )
        began = self._still_since(joiner)
        evidence = (
            f"{words.who(people, joiner)} {verb} {words.who(people, first)} "
            f"since {words.when(floor, began)}",
            f"{words.who(people, full.maker)} waits to put into {full.where} "
            f"since {words.when(floor, full.since)}",
        )
        makers = tuple(dict.fromkeys((joiner, first, full.maker)))
        return Finding(FindingKind.JOIN_BEFORE_DRAIN, at, sentence, evidence, makers, is_over=False)
