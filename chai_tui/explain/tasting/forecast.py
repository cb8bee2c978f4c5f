"""What follows for other calls and other machines, in words; pure."""

from __future__ import annotations

from chai_tui.explain.tasting.lanes import engine_noun
from chai_tui.explain.wording.formatting import counted, span_text, speed_text, two_digits
from chai_tui.explain.wording.grammar import listed
from chai_tui.model.engine import Engine
from chai_tui.race.forecast import CORES, Forecast, forecast, items_allow, pays_from, would_not_help
from chai_tui.race.rounds.costs import call_seconds
from chai_tui.race.rounds.kind import Nature, kind_of
from chai_tui.race.rounds.records import Race, lane_of
from chai_tui.race.rounds.statistics import standings

CUTS = 0.99
"""Items are told to set a limit if a speed-up reaches this part of it."""


def pays_text(race: Race) -> str:
    """Return from which length of a call on processes pay on this machine; empty if unknown.

    Nor is it said where the race shows otherwise.
    """
    least, call, lane = pays_from(race), call_seconds(race), lane_of(race, Engine.PROCESS)
    if least is None or call is None or lane is None:
        return ""
    raced = next(one for one in standings(race) if one.lane is lane)
    if call > least and raced.high < 1.0:
        return ""
    how = ", handed over one at a time" if call < least and raced.low > 1.0 else ""
    return (
        f"On this machine a call must take over about {span_text(two_digits(least))} before "
        f"processes pay{how}; this one takes {span_text(call)}."
    )


def forecast_text(race: Race) -> str:
    """Return what more cores would give at most; empty if that is unknown."""
    kind, ahead = kind_of(race), forecast(race)
    if not ahead or kind is None:
        return ""
    if kind.nature is Nature.USES_CORES:
        return "What more cores would give is not known: the function uses several by itself."
    useless = listed([engine_noun(engine) for engine in would_not_help(race)], "or")
    what = "workers" if kind.nature is Nature.WAITS else "cores"
    gives = _gives(ahead)
    if not gives:
        return f"More {useless} would not help." if useless else ""
    law = f"by Amdahl's law{_items(race, ahead)}"
    text = f"With {listed([f'{cores}' for cores in CORES])} {what}: {'; '.join(gives)} ({law})."
    return f"{text} More {useless} would not help." if useless else text


def _gives(ahead: list[Forecast]) -> list[str]:
    """What each engine gives at most that gives anything."""
    named = (
        (Engine.THREAD, [entry.threads for entry in ahead]),
        (Engine.PROCESS, [entry.processes for entry in ahead]),
    )
    return [
        f"{engine_noun(engine)} at most {listed([speed_text(times) for times in speeds if times])}"
        for engine, speeds in named
        if any(speeds)
    ]


def _items(race: Race, ahead: list[Forecast]) -> str:
    """What the items allow, where that is what holds up."""
    most = items_allow(race)
    best = max(max(entry.threads or 0.0, entry.processes or 0.0) for entry in ahead)
    if race.loaded is None or best < CUTS * most:
        return ""
    items = race.loaded.items
    if race.tasted is None or most >= CUTS * items:
        there = f"there {'is' if items == 1 else 'are'} only {counted(items, 'item')}"
        return f"; never over {speed_text(most)}, as {there}"
    longest, all_items = span_text(race.tasted.longest), f"all {counted(items, 'item')}"
    return f"; never over {speed_text(most)} with {all_items}, as the longest takes {longest}"
