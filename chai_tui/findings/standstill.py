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
    """Whether somebody waits for a lock, however long that takes, and nobody knows who has it."""
    return blocked.on is BlockKind.LOCK and not blocked.whom and blocked.timeout is None


class Standstill:
    """Looks for processes that have come to a standstill.

    Only where all of the program is seen, and no other Python that could have a lock of theirs is
    in it; where one thread joins another one, which waits for a plain lock. Who waits for an event,
    a condition or a queue may be woken by a signal's handler: that is how services wait.

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
        if (
            not any(blocked.on is BlockKind.JOIN for blocked in self._waiting.blocked.values())
            or self._desk.floor.run.source != "run"
        ):
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
        """Whether all of a process's threads wait for locks and ends, and both of them occur."""
        waiting = self._waiting
        joins = locks = 0
        for maker in place.makers:
            blocked = waiting.blocked.get(maker)
            if blocked is not None and is_plain_lock(blocked):
                locks += 1
            elif blocked is not None:
                if blocked.on is not BlockKind.JOIN or blocked.whom not in place.makers:
                    return False
                joins += 1
            elif waiting.waits.get(maker, _NOWHERE)[1:] == (WaitKind.LOCK, ""):  # not TIMED
                locks += 1
            else:
                return False
        return joins > 0 and locks > 0

    def _finding(self, place: Place, since: float, at: float) -> Finding:
        people, blocked = self._people, self._waiting.blocked
        makers = tuple(sorted(place.makers))
        joiners = [
            maker for maker in makers if maker in blocked and blocked[maker].on is BlockKind.JOIN
        ]
        others = [maker for maker in makers if maker not in joiners]
        wait = "waits for a lock" if len(others) == 1 else "wait for locks"
        rest = "the other one joins one" if len(joiners) == 1 else "the others join some"
        sentence = (
            f"None of the {number_word(len(makers))} threads of {words.who(people, place.first)} "
            f"moves: {words.everybody(people, others)} {wait}, {rest} of them"
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
