"""What made a race noisy."""

from __future__ import annotations

from chai_tui.race.correction import at_once
from chai_tui.race.records import Race


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
