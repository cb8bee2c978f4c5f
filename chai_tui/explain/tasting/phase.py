"""What a tasting does now, in words; pure."""

from __future__ import annotations

import math

from chai_tui.model.race_events import Phase
from chai_tui.model.text import printable
from chai_tui.race.rounds.records import Race


def phase_text(race: Race, now: float) -> str:
    """Return what the tasting does now: ``races: round 4 of about 12, 3 s left``.

    Args:
        race: what is known of it.
        now: on the clock of the events.
    """
    left = race.left - max(0.0, now - race.phase_at)
    ends = f", {math.ceil(left - 1e-6)} s left" if left > 0 else ""
    match race.phase:
        case Phase.IMPORT:
            target = f" {printable(race.began.target)}" if race.began else ""
            return f"imports{target}{ends}"
        case Phase.TASTE:
            return f"tastes single calls{ends}"
        case Phase.START:
            return f"starts workers{ends}"
        case Phase.RACE:
            return f"races{_rounds(race, now)}{ends}"
        case Phase.OVER:
            return "could not be tasted" if race.failed else "is over"


def _rounds(race: Race, now: float) -> str:
    """Which round it is, of how many there will be if the race is not sure before."""
    if not race.lanes:
        return ""
    # Who is given up makes no more of them.
    done = max(len(lane.rounds) for lane in race.lanes.values())
    for lane in race.lanes.values():
        if lane.running is not None:
            done = lane.running.round - 1
    elapsed = now - race.phase_at
    if not done or elapsed <= 0:
        return f": round {done + 1}"
    most = max(done + 1, round(done * max(race.left, elapsed) / elapsed))
    return f": round {done + 1} of about {most}"
