"""The lanes of a race as a table; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from chai_tui.explain.tasting.lanes import interval_text, lane_name
from chai_tui.explain.wording.formatting import counted, memory_text, span_text, speed_text
from chai_tui.model.engine import Engine
from chai_tui.race.rounds.records import Race
from chai_tui.race.rounds.statistics import Standing, standings
from chai_tui.race.verdict import by_weight

HEADINGS = (
    "engine", "a round", "speed-up", "95 % sure", "calls/s", "CPU", "memory", "start-up"
)  # fmt: skip
"""What the columns of the table hold; but for the first they are aligned at the right."""


class Row(NamedTuple):
    """A lane of the table.

    Attributes:
        lane: its number.
        cells: as many texts as there are headings.
        is_chosen: whether it is the one to use.
    """

    lane: int
    cells: tuple[str, ...]
    is_chosen: bool


def lane_rows(race: Race) -> list[Row]:
    """Return a row for each lane, from the lightest to the heaviest."""
    by_lane = {standing.lane.number: standing for standing in standings(race)}
    chosen = race.judged.lane if race.judged else None
    return [
        Row(lane.number, _cells(by_lane[lane.number]), lane.number == chosen)
        for lane in by_weight(race.lanes.values())
    ]


def table_lines(race: Race) -> list[str]:
    """Return the table as lines, its columns aligned; the lane to use is marked with ``›``."""
    rows = lane_rows(race)
    columns = [
        max(map(len, column)) for column in zip(HEADINGS, *(r.cells for r in rows), strict=True)
    ]
    lines = [("  ", HEADINGS), *(("› " if row.is_chosen else "  ", row.cells) for row in rows)]
    return [f"{mark}{_aligned(cells, columns)}" for mark, cells in lines]


def legend_text(race: Race) -> str:
    """Return what the columns hold; empty before there was a round."""
    calls = next((lane.rounds[-1].calls for lane in race.lanes.values() if lane.rounds), 0)
    if not calls:
        return ""
    items = race.loaded.items if race.loaded else 0
    made = f"{calls:,} of the {items:,} items" if calls < items else counted(calls, "call")
    beside = "; memory beside the plain loop's" if race.serial else ""
    return f"a round is {made}; CPU a round{beside}; start-up is not in the speed-up"


def _aligned(cells: Sequence[str], columns: Sequence[int]) -> str:
    first, *rest = zip(cells, columns, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)])


def _cells(standing: Standing) -> tuple[str, ...]:
    lane = standing.lane
    is_measured = lane.engine is not Engine.SERIAL and standing.rounds > 0
    calls = standing.calls_per_second
    speed = "1×" if lane.engine is Engine.SERIAL else "—"
    if is_measured:
        speed = speed_text(standing.speedup)
    return (
        lane_name(lane),
        "—" if standing.wall is None else span_text(standing.wall),
        speed,
        interval_text(standing) if is_measured else "—",
        "—" if calls is None else f"{calls:,.{0 if calls >= 9.95 else 1}f}",
        "—" if standing.cpu_seconds is None else span_text(standing.cpu_seconds),
        "—" if lane.engine is Engine.SERIAL else memory_text(standing.memory or None),
        span_text(standing.start_seconds),
    )
