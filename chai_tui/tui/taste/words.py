"""Words of a tasting, until those of ``explain`` are there."""

from __future__ import annotations

from chai_tui.explain.formatting import memory_text, percent, seconds_text
from chai_tui.model.race_events import Phase
from chai_tui.race.kind import kind_of
from chai_tui.race.records import Race
from chai_tui.race.statistics import Standing

_PHASES = {
    Phase.IMPORT: "importing",
    Phase.TASTE: "tasting single calls",
    Phase.START: "starting workers",
    Phase.RACE: "racing",
    Phase.OVER: "done",
}


def phase_text(race: Race) -> str:
    """Return what the tasting does now."""
    return _PHASES[race.phase]


def kind_text(race: Race) -> str:
    """Return what the function is."""
    kind = kind_of(race)
    if kind is None or race.tasted is None or race.loaded is None:
        return ""
    call = seconds_text(race.tasted.wall / race.tasted.calls)
    gil = "" if kind.gil is None else f", {percent(kind.gil)} of a call holds the GIL"
    nature = kind.nature.replace("_", " ")
    return f"{race.loaded.name} {nature}: a call takes {call}{gil}."


HEADER = ("", "a round", "speed-up", "calls/s", "CPU", "memory", "start")


def table_row(standing: Standing) -> tuple[str, ...]:
    """Return what is told of a lane."""
    wall, cpu, rate = standing.wall, standing.cpu_seconds, standing.calls_per_second
    return (
        f"{standing.lane.engine} ×{standing.lane.workers}",
        "—" if wall is None else seconds_text(wall),
        f"{standing.speedup:.2f}× ({standing.low:.2f}–{standing.high:.2f})",
        "—" if rate is None else f"{rate:,.0f}",
        "—" if cpu is None else seconds_text(cpu),
        memory_text(standing.memory),
        seconds_text(standing.start_seconds),
    )
