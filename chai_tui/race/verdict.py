"""Which lane to use, and whether that is sure."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from chai_tui.model.engine import Engine
from chai_tui.race.rounds.correction import WAITS_BELOW, Spent, corrected_walls, spent
from chai_tui.race.rounds.records import Lane, Race
from chai_tui.race.rounds.statistics import (
    CONFIDENCE,
    LEAST_ROUNDS,
    Ratio,
    Standing,
    ratio,
    standings,
)

LIGHT_TO_HEAVY = (
    Engine.SERIAL,
    Engine.ASYNCIO,
    Engine.THREAD,
    Engine.INTERPRETER,
    Engine.PROCESS,
)
"""Of lanes that are equally fast the lightest is used: it costs least memory and trouble."""
SLOWER_AT_LEAST = 1.03
"""A lighter lane is truly slower only if it surely is so by 3 % …"""
SLOWER_ABOUT = 1.05
"""… and was measured to be so by 5 %."""
SAME_WAITS = 1.20
"""The same for lanes whose waits overlap alike, so that nothing but noise tells them apart."""
LOOP_IS_FREE_BELOW = 0.5
"""A lane whose threads together run for less of its rounds does not hold up its waits."""

SURE_CONFIDENCE, SURE_SLACK = 0.99, 0.05
"""A race ends early if its verdict holds with these …"""
SURE_ROUNDS, SURE_HALF = 5, 0.05
"""… after so many rounds, and if half of the interval that is told at the end, at
``FINAL_CONFIDENCE``, is that small …"""
LATE_SLACK, LATE_ROUNDS, LATE_HALF = -0.05, 3, 0.10
"""… or these, once it is late: the winner is surely ahead of all others by 5 %, but for those that
wait alike. Where rounds differ much, the rest of the budget would hardly narrow the interval, nor
change the verdict."""
HOPELESS_ROUNDS, HOPELESS_BELOW = 3, 0.8
"""After so many rounds a lane is given up that is at most so many times as fast as a loop."""
FINAL_CONFIDENCE, FINAL_SLACK = CONFIDENCE, 0.07
"""At the end of the budget these decide."""


class Reason(StrEnum):
    """Why a verdict is as it is."""

    FASTER = "faster"
    """The lane is faster than any other."""
    TIE = "tie"
    """It is the lightest of several that are equally fast."""
    ONLY = "only"
    """No other could race."""
    NOISY = "noisy"
    """The rounds differ too much to say."""
    TOO_LONG = "too_long"
    """There were too few rounds to say."""


class Verdict(NamedTuple):
    """What to use.

    Attributes:
        lane: the number of the lane to use; None: it cannot be said.
        engine: its engine; None likewise.
        reason: why.
        tied_with: how the other lanes do that are as fast.
        seen: how all lanes do, from the lightest to the heaviest, at ``confidence``.
        confidence: the probability that a true figure lies in its interval.
    """

    lane: int | None
    engine: Engine | None
    reason: Reason
    tied_with: tuple[Standing, ...] = ()
    seen: tuple[Standing, ...] = ()
    confidence: float = FINAL_CONFIDENCE

    @property
    def winner(self) -> Standing | None:
        """How the lane to use does."""
        return next((standing for standing in self.seen if standing.lane.number == self.lane), None)


def by_weight(lanes: Iterable[Lane]) -> list[Lane]:
    """Return lanes from the lightest to the heaviest; of one engine, fewer workers are lighter."""
    return sorted(
        lanes, key=lambda lane: (LIGHT_TO_HEAVY.index(lane.engine), lane.workers, lane.number)
    )


def judge(
    race: Race, *, confidence: float = FINAL_CONFIDENCE, slack: float = FINAL_SLACK
) -> Verdict:
    """Return which lane to use.

    It is the lightest that no other one beats by more than the slack, if every lighter one is truly
    slower. Where there is none such, noise hides it.

    Args:
        race: what was measured.
        confidence: the probability that a true ratio lies in its interval.
        slack: by how much another lane may still be faster.
    """
    lanes = by_weight(race.lanes.values())
    order = {lane.number: place for place, lane in enumerate(lanes)}
    seen = tuple(
        sorted(standings(race, confidence), key=lambda standing: order[standing.lane.number])
    )
    if len(lanes) == 1:
        return Verdict(lanes[0].number, lanes[0].engine, Reason.ONLY, (), seen, confidence)
    if not seen or min(standing.rounds for standing in seen) < LEAST_ROUNDS:
        return Verdict(None, None, Reason.TOO_LONG, (), seen, confidence)
    compared = _Compared(race, confidence)
    for place, lane in enumerate(lanes):
        heavier, lighter = lanes[place + 1 :], lanes[:place]
        if all(compared.is_slower(other, lane) for other in lighter) and not any(
            compared.may_beat(other, lane, slack) for other in (*lighter, *heavier)
        ):
            tied = tuple(
                standing
                for standing in seen
                if standing.lane in heavier and compared.is_as_fast(standing.lane, lane)
            )
            reason = Reason.TIE if tied else Reason.FASTER
            return Verdict(lane.number, lane.engine, reason, tied, seen, confidence)
    return Verdict(None, None, Reason.NOISY, (), seen, confidence)


def is_sure(race: Race, *, is_late: bool = False) -> bool:
    """Return whether more rounds would tell nothing that matters: the race can end.

    Args:
        race: what was measured.
        is_late: whether much of the budget is gone, so that less has to do.
    """
    if is_late and _holds(race, LATE_SLACK, LATE_ROUNDS, LATE_HALF):
        return True
    return _holds(race, SURE_SLACK, SURE_ROUNDS, SURE_HALF)


def _holds(race: Race, slack: float, rounds: int, most: float) -> bool:
    """Whether there is a verdict with that slack after so many rounds, half its interval small."""
    hopeless = hopeless_lanes(race)
    lanes = [lane for lane in race.lanes.values() if lane.number not in hopeless]
    counted = min((sum(ended.counts for ended in lane.rounds) for lane in lanes), default=0)
    if counted < rounds:
        return False
    verdict = judge(race, confidence=SURE_CONFIDENCE, slack=slack)
    winner = verdict.winner
    if winner is None:
        return False
    told = next(one for one in standings(race, FINAL_CONFIDENCE) if one.lane is winner.lane)
    half = Ratio(told.rounds, told.speedup, told.low, told.high).half
    return verdict.reason is Reason.ONLY or half < most


def hopeless_lanes(race: Race) -> set[int]:
    """Return the lanes that are surely slower than a plain loop: they need no more rounds."""
    return {
        standing.lane.number
        for standing in standings(race, SURE_CONFIDENCE)
        if standing.rounds >= HOPELESS_ROUNDS and standing.high < HOPELESS_BELOW
    }


class _Compared:
    """Lanes against one another, round by round."""

    def __init__(self, race: Race, confidence: float) -> None:
        self._walls = corrected_walls(race)
        self._spent = spent(race)
        self._confidence = confidence

    def is_slower(self, lighter: Lane, lane: Lane) -> bool:
        """Whether the lighter lane is truly slower."""
        faster = self._ratio(lighter, lane)
        about = SAME_WAITS if _wait_alike(lighter, lane, self._spent) else SLOWER_ABOUT
        return faster.low > SLOWER_AT_LEAST and faster.value > about

    def may_beat(self, other: Lane, lane: Lane, slack: float) -> bool:
        """Whether the other lane may be faster by more than the slack."""
        most = SAME_WAITS if _wait_alike(lane, other, self._spent) else 1 + slack
        return self._ratio(lane, other).high > most

    def is_as_fast(self, heavier: Lane, lane: Lane) -> bool:
        """Whether a heavier lane was not measured to be slower, beyond what matters."""
        return self._ratio(heavier, lane).value <= SLOWER_ABOUT

    def _ratio(self, slower: Lane, faster: Lane) -> Ratio:
        return ratio(self._walls[slower.number], self._walls[faster.number], self._confidence)


def _wait_alike(lighter: Lane, heavier: Lane, share: Spent | None) -> bool:
    """Whether the waits of a function overlap in the lighter lane as they do in the heavier one.

    They do if as many wait at once, unless what the lighter one's own thread does, or a call that
    keeps its loop, gets in the way.
    """
    if share is None or not share.is_waiting or (share.holds or 0.0) >= WAITS_BELOW:
        return False
    if lighter.engine is Engine.SERIAL or lighter.workers < heavier.workers:
        return False
    wall = sum(ended.wall for ended in lighter.rounds if ended.counts)
    cpu = sum(ended.cpu for ended in lighter.rounds if ended.counts)
    return cpu < LOOP_IS_FREE_BELOW * wall
