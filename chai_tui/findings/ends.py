"""How processes end: for lack of memory, or with nobody there who joins them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from chai_tui.explain.wording.formatting import memory_text
from chai_tui.explain.wording.grammar import sentence_of
from chai_tui.findings.evidence import words
from chai_tui.findings.evidence.finding import Desk, Finding, FindingKind
from chai_tui.findings.evidence.people import People, Place
from chai_tui.findings.evidence.waiting import Waiting
from chai_tui.model.events import Exited
from chai_tui.model.program_events import (
    Blocked,
    BlockKind,
    OutOfMemory,
    Unblocked,
    Unjoined,
    WaitKind,
    Waits,
)

SIGKILL = 9
TOGETHER_SECONDS = 5.0
"""An end by SIGKILL and the system's count of those it killed belong together if they were told
within so much time; a look at both takes half a second, on a machine without memory longer."""
UNJOINED_SECONDS = 10.0
"""Whoever started a process may have something to do before it joins it."""
GATHERED_SECONDS = 0.25
"""Those who end at about the same time are told of together."""
_OF_STRANGERS = ("socket ", "unix socket ", "terminal ", "timer ", "changes of files ")
"""So begins what is read or polled that no child says anything by; without a name, a socket may be
a pipe to one, and of several files nothing is known."""


class NoMemory:
    """Looks for processes that the system killed because memory ran out.

    Args:
        desk: where to tell.
        people: who is who.
    """

    def __init__(self, desk: Desk, people: People) -> None:
        self._desk = desk
        self._people = people
        self._killed: dict[int, float] = {}
        self._lacked: dict[int, OutOfMemory] = {}
        self.handlers: Mapping[type, Callable[[Any], object]] = {
            Exited: self._exited,
            OutOfMemory: self._ran_out,
        }

    def judge(self, at: float) -> None:
        """Nothing: time makes no difference."""

    def end(self, at: float) -> None:
        """Likewise."""

    def _exited(self, event: Exited) -> None:
        if event.exitcode == -SIGKILL and not event.ours:
            station = self._people.at.get(event.maker, 0)
            if station not in self._killed:
                self._killed[station] = event.at
                self._look(station, event.at)

    def _ran_out(self, event: OutOfMemory) -> None:
        if event.kills > 0 and event.station not in self._lacked:
            self._lacked[event.station] = event
            self._look(event.station, event.at)

    def _look(self, station: int, at: float) -> None:
        lacked, killed = self._lacked.get(station), self._killed.get(station, -math.inf)
        place = self._people.places.get(station)
        if lacked is None or place is None or abs(lacked.at - killed) > TOGETHER_SECONDS:
            return
        count = words.many(lacked.kills, "process", "processes")
        evidence = [f"the system killed {count} there for lack of memory"]
        maker = self._desk.floor.makers.get(place.first)
        if maker is not None and maker.memory is not None:
            evidence.append(f"it held {memory_text(maker.memory)} when it was looked at last")
        sentence = f"{words.who(self._people, place.first)} died by SIGKILL: memory ran out"
        self._desk.tell(
            Finding(FindingKind.OUT_OF_MEMORY, at, sentence, tuple(evidence), (place.first,))
        )


class Zombies:
    """Looks for processes that have ended while whoever started them does something else.

    Who waits for the end of one is about to join them all, one after another; so is who waits for
    what others have to say, as at the end of a pipeline. A server that waits for clients is not.

    Args:
        desk: where to tell.
        people: who is who.
        waiting: who waits for what; it has taken in every event before this does.
    """

    def __init__(self, desk: Desk, people: People, waiting: Waiting) -> None:
        self._desk = desk
        self._people = people
        self._waiting = waiting
        self._pending: dict[int, float] = {}
        """When those who nobody joined yet are told of, by station."""
        self._left: dict[int, dict[int, None]] = {}
        """The makers that were told of, by their parent's station."""
        self._open: dict[int, set[int]] = {}
        """Those of them who are not joined yet."""
        self._told: dict[int, int] = {}
        self._joining: set[int] = set()
        """The makers who wait for some process's or thread's end, or for what it says or does."""
        self._went_on: dict[int, float] = {}
        """When makers did so last."""
        self.handlers: Mapping[type, Callable[[Any], object]] = {
            Unjoined: self._unjoined,
            Exited: self._exited,
            Blocked: self._goes_on,
            Unblocked: self._goes_on,
            Waits: self._waits,
        }

    def judge(self, at: float) -> None:
        """Tell of those whom nobody joined for long."""
        tells_at = min(self._pending.values(), default=math.inf) + GATHERED_SECONDS
        if at < tells_at:
            self._desk.wake_at(tells_at)
            return
        for station, due in [*self._pending.items()]:
            if at < due:
                self._desk.wake_at(due)
                continue
            place = self._people.places.get(station)
            parent = None if place is None else self._people.places.get(place.parent)
            if place is None or parent is None:  # so many have ended since that it is forgotten
                del self._pending[station]
            elif parent.makers & (self._joining | self._people.paused):
                self._wait(station, at)
            elif at < (since := self._busy_since(parent)) + UNJOINED_SECONDS:
                self._wait(station, since)
            else:
                del self._pending[station]
                self._tell(parent, place, at)

    def end(self, at: float) -> None:
        """Nothing: what was not long, is none."""

    def _unjoined(self, event: Unjoined) -> None:
        place = self._people.places.get(event.station)
        parent = self._people.places.get(place.parent) if place is not None else None
        if parent is None:
            return
        if event.is_joined:
            self._pending.pop(event.station, None)
            self._was_joined(parent.number, event.station)
        elif parent.makers and event.station not in self._pending:
            self._wait(event.station, event.at)

    def _wait(self, station: int, at: float) -> None:
        self._pending[station] = at + UNJOINED_SECONDS
        self._desk.wake_at(at + UNJOINED_SECONDS)

    def _busy_since(self, parent: Place) -> float:
        return max((self._went_on.get(maker, -math.inf) for maker in parent.makers), default=0.0)

    def _was_joined(self, parent: int, station: int) -> None:
        still = self._open.get(parent)
        if still is not None and station in still:
            still.discard(station)
            if not still:
                self._desk.change(self._told[parent], is_over=True)

    def _exited(self, event: Exited) -> None:
        self._joining.discard(event.maker)
        self._went_on.pop(event.maker, None)
        place = self._people.place_of(event.maker)
        if place is None or place.makers:
            return
        for station in [*self._pending]:
            child = self._people.places.get(station)
            if child is None or child.parent == place.number:
                del self._pending[station]
        if place.number in self._told:
            self._open[place.number].clear()
            self._desk.change(self._told[place.number], is_over=True)

    def _goes_on(self, event: Blocked | Unblocked) -> None:
        self._look(event.maker, event.at)

    def _waits(self, event: Waits) -> None:
        for wait in event.makers:
            self._look(wait.maker, event.at)

    def _look(self, maker: int, at: float) -> None:
        """Note whether somebody is about to join those who ended, or does so no longer."""
        if self._joins(maker):
            self._joining.add(maker)
        elif maker in self._joining:
            self._joining.discard(maker)
            self._went_on[maker] = at

    def _joins(self, maker: int) -> bool:
        blocked, wait = self._waiting.blocked.get(maker), self._waiting.waits.get(maker)
        if blocked is not None and (
            blocked.on is BlockKind.JOIN
            or (blocked.on is BlockKind.CONDITION and self._waits_for_others(blocked))
        ):
            return True
        return wait is not None and (
            wait.what is WaitKind.CHILD
            or (
                wait.what in {WaitKind.READ, WaitKind.POLL}
                and not wait.subject.startswith(_OF_STRANGERS)
            )
        )

    def _waits_for_others(self, blocked: Blocked) -> bool:
        """Whether a program may go on once others are done, and does not look again and again."""
        place = self._people.place_of(blocked.maker)
        return blocked.timeout is None and place is not None and place.first == blocked.maker

    def _tell(self, parent: Place, place: Place, at: float) -> None:
        left = self._left.setdefault(parent.number, {})
        left[place.first] = None
        self._open.setdefault(parent.number, set()).add(place.number)
        firsts = (*left,)
        count = words.many(len(left), "process", "processes")
        them = "it" if len(left) == 1 else "them"
        sentence = sentence_of(
            f"{count} ended, and {words.who(self._people, parent.first)} did not join {them} "
            f"for over {UNJOINED_SECONDS:g} s"
        )
        evidence = (f"not joined: {words.everybody(self._people, firsts)}",)
        if parent.number in self._told:
            self._desk.change(
                self._told[parent.number],
                sentence=sentence,
                evidence=evidence,
                makers=firsts,
                is_over=False,
            )
        else:
            self._told[parent.number] = self._desk.tell(
                Finding(FindingKind.ZOMBIES, at, sentence, evidence, firsts, is_over=False)
            )
