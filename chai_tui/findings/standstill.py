"""A Python process all of whose threads wait for locks, or for the ends of each other.

Who has a plain lock is known to nobody. But if nobody in the process moves any more, nobody can
give one back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chai_tui.explain.wording.grammar import number_word
from chai_tui.findings.evidence import words
from chai_tui.findings.evidence.finding import Desk, Finding, FindingKind
from chai_tui.findings.evidence.people import People, Place
from chai_tui.findings.evidence.waiting import Waiting, is_helper
from chai_tui.model.events import Exited, Sampled, Seated
from chai_tui.model.program_events import (
    Blocked,
    BlockKind,
    Unblocked,
    Wait,
    WaitKind,
    Waits,
)

STILL_SECONDS = 5.0
"""So long nobody moved: where only the place in the kernel is known, a wait with a timeout looks
like one without, and most timeouts are shorter."""
_NOWHERE = Wait(0, WaitKind.NOTHING)


def is_plain_lock(blocked: Blocked) -> bool:
    """Whether somebody waits for a lock that nobody else is known to have."""
    return blocked.on is BlockKind.LOCK and blocked.whom in (0, blocked.maker)


class Standstill:
    """Looks for processes that have come to a standstill.

    Only where all of the program is seen, and no other Python that could have a lock of theirs is
    in it; where the first thread, as the program tells, waits for a lock or for the end of another
    one, and handles no signal meanwhile. Who waits for an event, a condition or a queue is left
    alone: that is how services wait for whoever interrupts them.

    Args:
        desk: where to tell.
        people: who is who.
        waiting: who waits for what; it has taken in every event before this does.
    """

    def __init__(self, desk: Desk, people: People, waiting: Waiting) -> None:
        self._desk = desk
        self._people = people
        self._waiting = waiting
        self._began: dict[int, float] = {}
        """Since when all the threads of a process wait so, as far as is known."""
        self._told: dict[int, int] = {}
        self.handlers: Mapping[type, Callable[[Any], object]] = {
            Sampled: self._sampled,
            **dict.fromkeys((Unblocked, Exited, Waits, Seated), self._changed),
        }

    def judge(self, at: float) -> None:
        """Nothing: it is looked for at samples, which tell who moved."""

    def end(self, at: float) -> None:
        """Nothing: what did not last is none."""

    def _changed(self, _: Unblocked | Exited | Waits | Seated) -> None:
        """Look whether what was told is over."""
        for station, number in [*self._told.items()]:
            if not self._stands(self._people.places[station]):
                del self._told[station]
                self._desk.change(number, is_over=True)

    def _sampled(self, event: Sampled) -> None:
        if not self._waiting.blocked or self._desk.floor.run.source != "run":
            return
        alive = [place for place in self._people.places.values() if place.makers]
        pythons = [place for place in alive if place.is_python and not is_helper(place)]
        if len(pythons) != 1 or pythons[0].number in self._told:
            return
        (place,) = pythons
        if self._stands(place):
            sinces = [self._waiting.since(maker) for maker in place.makers]
            since = max(event.at if since is None else since for since in sinces)
            if event.at - since >= STILL_SECONDS:
                self._told[place.number] = self._desk.tell(self._finding(place, since, event.at))

    def _stands(self, place: Place) -> bool:
        """Whether all of a process's threads wait for locks and ends, and one for a lock."""
        waiting = self._waiting
        first = waiting.blocked.get(place.first)
        if first is None or first.handles_signals:
            return False
        locks = 0
        for maker in place.makers:
            blocked = waiting.blocked.get(maker)
            if blocked is None:
                if waiting.waits.get(maker, _NOWHERE)[1:] != (WaitKind.LOCK, ""):  # not TIMED
                    return False
                locks += 1
            elif blocked.timeout is not None:
                return False
            elif is_plain_lock(blocked):
                locks += 1
            elif blocked.on is not BlockKind.JOIN or blocked.whom not in place.makers:
                return False
        return locks > 0

    def _finding(self, place: Place, since: float, at: float) -> Finding:
        people, blocked = self._people, self._waiting.blocked
        makers = tuple(sorted(place.makers))
        joiners = [
            maker for maker in makers if maker in blocked and blocked[maker].on is BlockKind.JOIN
        ]
        others = [maker for maker in makers if maker not in joiners]
        wait = "waits for a lock" if len(others) == 1 else "wait for locks"
        first = words.who(people, place.first)
        if len(makers) == 1:
            sentence = f"{first} {wait}, and nobody else is there to give it back"
        else:
            rest = "the other one joins one" if len(joiners) == 1 else "the others join some"
            sentence = (
                f"None of the {number_word(len(makers))} threads of {first} moves: "
                f"{words.everybody(people, others)} {wait}{f', {rest} of them' * bool(joiners)}"
            )
        evidence = (
            *[
                f"{words.who(people, maker)} joins {words.who(people, blocked[maker].whom)}"
                for maker in joiners[: words.NAMED_AT_MOST]
            ],
            f"{words.everybody(people, others)}: for a lock, as the system tells",
            f"nobody has moved since {words.when(self._desk.floor, since)}",
        )
        return Finding(FindingKind.DEADLOCK, at, sentence, evidence, makers, is_over=False)
