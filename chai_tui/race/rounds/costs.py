"""What a call costs: alone, and handed over to another process."""

from __future__ import annotations

from chai_tui.model.engine import Engine
from chai_tui.race.rounds.records import Race, lane_of
from chai_tui.race.rounds.statistics import standings


def call_seconds(race: Race) -> float | None:
    """Return how long a lone call is; None before one was made."""
    serial = race.serial
    if serial is not None:
        standing = next(s for s in standings(race) if s.lane is serial)
        if standing.calls_per_second:
            return 1 / standing.calls_per_second
    if race.tasted is None or race.tasted.calls < 1 or race.tasted.wall <= 0:
        return None
    return race.tasted.wall / race.tasted.calls


def overhead_seconds(race: Race, chunk: int = 1) -> float | None:
    """Return what a call costs beside its work when a process makes it.

    Pickling its argument and its result, and, once a chunk, handing the task over with the
    function; None if processes do not race.
    """
    lane = lane_of(race, Engine.PROCESS)
    if lane is None or race.tasted is None:
        return None
    handed = lane.opened.task_seconds + race.tasted.function.seconds
    return handed / max(1, chunk) + race.tasted.argument.seconds + race.tasted.result.seconds
