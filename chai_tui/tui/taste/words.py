"""Words of a tasting, until those of ``explain`` are there."""

from __future__ import annotations

import json
from typing import NamedTuple

from chai_tui.explain.formatting import memory_text, percent, seconds_text
from chai_tui.model.race_events import Phase
from chai_tui.race.kind import kind_of
from chai_tui.race.records import Race
from chai_tui.race.statistics import Standing, standings


def phase_text(race: Race, now: float) -> str:
    left = max(0.0, race.left - (now - race.phase_at))
    done = min((len(lane.rounds) for lane in race.lanes.values()), default=0)
    return {
        Phase.IMPORT: f"imports work.py:resize, {left:.0f} s left",
        Phase.TASTE: f"tastes single calls, {left:.0f} s left",
        Phase.START: f"starts workers, {left:.0f} s left",
        Phase.RACE: f"races: round {done + 1} of about 20, {left:.0f} s left",
        Phase.OVER: "is over",
    }[race.phase]


def kind_text(race: Race) -> str:
    kind = kind_of(race)
    if kind is None or race.tasted is None or race.loaded is None:
        return ""
    call = race.tasted.wall / race.tasted.calls * 1e3
    gil = "" if kind.gil is None else f" ({percent(kind.gil)})"
    return f"A call takes {call:.3g} ms: it computes and holds the GIL{gil}."


HEADINGS = (
    "engine", "a round", "speed-up", "95 % sure", "calls/s", "CPU", "memory", "start-up"
)  # fmt: skip


class Row(NamedTuple):
    lane: int
    cells: tuple[str, ...]
    is_chosen: bool


def lane_rows(race: Race) -> list[Row]:
    best = race.judged.lane if race.judged else None
    return [Row(s.lane.number, _cells(s), s.lane.number == best) for s in standings(race)]


def speed_text(times: float) -> str:
    return f"{times:.2f}×"


def interval_text(standing: Standing) -> str:
    if standing.rounds < 2:
        return "—"
    return f"{standing.low:.2f}–{standing.high:.2f}"


def span_text(seconds: float) -> str:
    return f"{seconds * 1e3:.3g} ms" if seconds < 1 else seconds_text(seconds)


def _cells(standing: Standing) -> tuple[str, ...]:
    wall, cpu, rate = standing.wall, standing.cpu_seconds, standing.calls_per_second
    return (
        f"{standing.lane.engine} ×{standing.lane.workers}",
        "—" if wall is None else span_text(wall),
        speed_text(standing.speedup),
        interval_text(standing),
        "—" if rate is None else f"{rate:,.0f}",
        "—" if cpu is None else span_text(cpu),
        memory_text(standing.memory),
        span_text(standing.start_seconds),
    )


def pays_text(race: Race) -> str:
    return "" if race.judged is None else "2 processes pay from 0.9 ms a call on, on this machine."


def forecast_text(race: Race) -> str:
    return ""


def result_text(race: Race) -> str:
    return json.dumps({"target": race.began.target if race.began else ""})


def report_lines(race: Race) -> list[str]:
    if race.failed is not None:
        return [race.failed.text]
    return [] if race.judged is None else [race.judged.sentence]
