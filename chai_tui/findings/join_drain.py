"""Somebody joins a process that cannot end, because it waits to hand over what nobody takes.

The classic one: ``process.join()`` before ``queue.get()``, or ``Popen.wait()`` with a pipe that is
full.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from chai_tui.findings.evidence import words
from chai_tui.findings.evidence.finding import Desk, Finding, FindingKind
from chai_tui.findings.evidence.people import People, Place
from chai_tui.findings.evidence.waiting import Waiting, is_helper
from chai_tui.model.events import Exited, Sampled
from chai_tui.model.program_events import BlockKind, Unblocked, WaitKind, Waits

SURE_SECONDS = 1.0
"""So long nobody took anything, and everybody else surely waits too: a scheduler's whim is over
long before that, and so is a slow start."""
UNSURE_SECONDS = 5.0
"""The same where somebody else waits for a lock, or for a pipe: that may end by itself, and whoever
takes something every now and then mostly does so more often than that."""
LATE_SECONDS = 0.25
"""The end of a wait may be told so much later than what was seen meanwhile."""
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

    Whether nobody takes anything is not known; so everybody else has to stand still as well, and
    all of the program has to be seen. Who waits with a timeout goes on by itself.

    Args:
        desk: where to tell.
        people: who is who.
        waiting: who waits for what; it has taken in every event before this does.
    """

    def __init__(self, desk: Desk, people: People, waiting: Waiting) -> None:
        self._desk = desk
        self._people = people
        self._waiting = waiting
        self._version = 0
        self._told: dict[tuple[int, int], tuple[int, Full]] = {}
        """Place of the finding, and who is full, by who joins and by the station that is joined."""
        self.handlers: Mapping[type, Callable[[Any], object]] = {
            Sampled: self._sampled,
            **dict.fromkeys((Unblocked, Exited, Waits), self._changed),
        }

    def judge(self, at: float) -> None:
        """Nothing: it is looked for at samples, which tell who moved."""

    def end(self, at: float) -> None:
        """Nothing: what did not last is none."""

    def _changed(self, _: Unblocked | Exited | Waits) -> None:
        """Look whether what was told is over."""
        if not self._told or self._version == self._waiting.version:
            return
        self._version = self._waiting.version
        joins = {(joiner, place.number) for joiner, place in self._joins()}
        for key, (number, full) in [*self._told.items()]:
            place = self._people.places[key[1]]
            if key not in joins or all(each.maker != full.maker for each in self._full(place)):
                del self._told[key]
                self._desk.change(number, is_over=True)

    def _sampled(self, event: Sampled) -> None:
        is_all_seen = self._desk.floor.run.source == "run"
        for joiner, place in self._joins() if is_all_seen and self._is_any_full() else ():
            if (joiner, place.number) not in self._told:
                self._look(joiner, place, event.at)

    def _is_any_full(self) -> bool:
        waiting = self._waiting
        return bool(waiting.writers) or any(
            blocked.on is BlockKind.PUT for blocked in waiting.blocked.values()
        )

    def _joins(self) -> Iterator[tuple[int, Place]]:
        """Yield who waits for the end of which process."""
        people, waiting = self._people, self._waiting
        for blocked in waiting.blocked.values():
            if blocked.on is BlockKind.JOIN and blocked.whom and blocked.timeout is None:
                place = people.place_of(blocked.whom)
                own = people.at.get(blocked.maker)
                if place is not None and place.number != own:
                    yield blocked.maker, place
        for maker, wait in waiting.waits.items():
            if wait.what is WaitKind.CHILD and maker not in waiting.blocked:
                pid = _PID.fullmatch(wait.subject)
                place = people.by_pid.get(int(pid[1])) if pid else None
                if place is not None and place.number != people.at.get(maker):
                    yield maker, place

    # Whether it is so

    def _look(self, joiner: int, place: Place, at: float) -> None:
        full = next(iter(self._full(place)), None)
        if full is None:
            return
        still = at - max(full.since, self._since(joiner, at))
        if still < SURE_SECONDS + LATE_SECONDS:
            return
        patience = self._patience(joiner, place, full, at)
        if patience is not None and still >= patience + LATE_SECONDS:
            finding = self._finding(joiner, place, full, at)
            self._told[joiner, place.number] = self._desk.tell(finding), full

    def _since(self, maker: int, at: float) -> float:
        since = self._waiting.since(maker)
        return at if since is None else since

    def _full(self, place: Place) -> Iterator[Full]:
        for maker in sorted(place.makers):
            blocked = self._waiting.blocked.get(maker)
            if blocked is not None and blocked.on is BlockKind.PUT:
                if blocked.timeout is not None:
                    continue
                name = words.shown(blocked.name)
                yield Full(maker, blocked.at, f"queue {name}".rstrip() if name else "a queue")
            elif maker in self._waiting.writers:
                feeds = self._people.names.get(maker, "").startswith(FEEDER)
                yield Full(maker, self._since(maker, math.inf), "a queue" if feeds else "a pipe")

    def _patience(self, joiner: int, joined: Place, full: Full, at: float) -> float | None:
        """Return how long it has to last, as everybody else stands now; None: however long."""
        patience = SURE_SECONDS
        for place in self._people.places.values():
            # Nobody reads from a pipe to itself; but a queue may be one between threads.
            if place is joined and full.maker in self._waiting.writers:
                continue
            if is_helper(place):
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
        blocked = self._waiting.blocked.get(maker)
        if blocked is not None:
            if blocked.timeout is not None:
                return None
            # Who waits to get something, waits for somebody who is not there to be taken from.
            return UNSURE_SECONDS if blocked.on is BlockKind.GET else SURE_SECONDS
        wait = self._waiting.waits.get(maker)
        if wait is None:
            return None
        if maker in self._waiting.writers or wait.what is WaitKind.CHILD:
            return SURE_SECONDS
        # A file's lock may be anybody's, and so may the other end of a pipe that none of them has.
        ambiguous = (wait.what is WaitKind.LOCK and not wait.subject) or (
            wait.what is WaitKind.READ and wait.subject.startswith("pipe ")
        )
        stands = at - self._since(maker, at) >= UNSURE_SECONDS
        return UNSURE_SECONDS if ambiguous and stands else None

    def _finding(self, joiner: int, place: Place, full: Full, at: float) -> Finding:
        people, floor = self._people, self._desk.floor
        first = place.first or full.maker
        verb = "joins" if joiner in self._waiting.blocked else "waits for the end of"
        seconds = int(at - full.since)
        sentence = (
            f"{words.who(people, joiner)} {verb} {words.who(people, first)}, which waits to put "
            f"something into {full.where}: nobody has taken anything out for {seconds} s"
        )
        began = self._since(joiner, at)
        evidence = (
            f"{words.who(people, joiner)} {verb} {words.who(people, first)} "
            f"since {words.when(floor, began)}",
            f"{words.who(people, full.maker)} waits to put into {full.where} "
            f"since {words.when(floor, full.since)}",
        )
        makers = tuple(dict.fromkeys((joiner, first, full.maker)))
        return Finding(FindingKind.JOIN_BEFORE_DRAIN, at, sentence, evidence, makers, is_over=False)
