"""What made a race noisy."""

from __future__ import annotations

from statistics import median

from chai_tui.race.rounds.correction import at_once, corrected_walls
from chai_tui.race.rounds.records import Race
from chai_tui.race.rounds.statistics import Standing, ratio
from chai_tui.race.verdict import SLOWER_AT_LEAST, Verdict


def others_cores(race: Race) -> float | None:
    """Return how many cores others took from the lane that felt it most; None if unknown.

    A thread that is ready but has no core waits for as long as somebody else has it.
    """
    taken = [
        sum(ended.ready or 0.0 for ended in lane.rounds) / wall
        for lane in race.lanes.values()
        if lane.workers <= at_once(race, lane)  # else they keep one another waiting
        and any(ended.ready is not None for ended in lane.rounds)
        and (wall := sum(ended.wall for ended in lane.rounds)) > 0
    ]
    return max(taken, default=None)


def length_spread(race: Race) -> float | None:
    """Return how many times as long the longest call was as the shortest; None if unknown."""
    if race.tasted is None or race.tasted.calls < 2 or race.tasted.shortest <= 0:
        return None
    return race.tasted.longest / race.tasted.shortest


def contenders(race: Race, verdict: Verdict) -> list[Standing]:
    """Return the lanes that may be the fastest, lightest first: those that do not clearly lose.

    At least two, if there are two: where one was the fastest by too little, with the next one.
    """
    seen = verdict.seen
    if len(seen) < 2:
        return list(seen)
    walls = corrected_walls(race)
    best = max(seen, key=lambda one: one.speedup)

    def lost_by(one: Standing) -> float:
        """How many times as long it takes as the best, at least."""
        slower = walls[one.lane.number], walls[best.lane.number]
        return ratio(*slower, verdict.confidence).low

    others = [one for one in seen if one is not best]
    near = [one for one in others if lost_by(one) <= SLOWER_AT_LEAST and not _loses(race, one)]
    kept = {one.lane.number for one in near or [min(others, key=lost_by)]}
    return [one for one in seen if one is best or one.lane.number in kept]


def _loses(race: Race, standing: Standing) -> bool:
    """Whether a lane is surely slower than a plain loop."""
    return standing.lane is not race.serial and standing.high < 1.0


def taken_off(standing: Standing) -> tuple[float, float] | None:
    """Return the seconds of a lane's round as measured and without what others took; or None."""
    measured = [ended.wall for ended in standing.lane.rounds if ended.counts and ended.wall > 0]
    if not measured or standing.wall is None:
        return None
    return median(measured), standing.wall
