"""The lanes as lines: who, when, how many calls, how fast. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from chai_tui.explain.tasting.lanes import engine_name, interval_text, lane_name
from chai_tui.explain.tasting.notes import differed_texts, out_texts
from chai_tui.explain.wording.formatting import (
    GLYPHS,
    counted,
    percent_cells,
    ranges,
    span_text,
    speed_text,
)
from chai_tui.model.engine import Engine
from chai_tui.model.race_events import Phase
from chai_tui.model.text import printable
from chai_tui.race.rounds.records import Lane, Race
from chai_tui.race.rounds.statistics import Standing
from chai_tui.race.verdict import LIGHT_TO_HEAVY, by_weight
from chai_tui.state.makers.records import State
from chai_tui.tui.canvas.prose import beside, wrapped
from chai_tui.tui.canvas.styles import Line, Span, fit, fit_text, width_of
from chai_tui.tui.taste.race_clock import RaceClock, axis_cells, clock_of, lane_cells

SETTLED = 0.03
"""A speed-up is written as one that holds if half of its interval is under this part of it."""
OUT = GLYPHS[State.ENDED]
"""The sign of an engine that does not race."""


class Columns(NamedTuple):
    """Cells of what stands beside each other in a lane.

    Attributes:
        name: engine and workers.
        makers: the numbers of its makers; 0: not shown.
        time: its rounds.
        calls: the calls of its round; 0: not shown.
        bar: of its speed-up; 0: not shown.
        speed: its speed-up in figures.
        has_interval: whether these have room for the interval.
    """

    name: int
    makers: int
    time: int
    calls: int
    bar: int
    speed: int
    has_interval: bool

    @property
    def before(self) -> int:
        """Cells before the time."""
        return self.name + self.makers


NAME = len("▸! interpreters ×16 ")
SHORT_NAME = len("▸! processes ×16 ")
SPEED, SPEED_ALONE = len("  12.93× (11.88–13.97)"), len("  12.93×")
TALLEST = 3
"""Lines of a lane's time at most."""


def columns_for(width: int, *, is_large: bool = False) -> Columns:
    """Return who gets how many of so many cells; in large print there are fewer facts."""
    name = NAME if width >= 60 else SHORT_NAME
    makers = 8 if width >= 140 and not is_large else 0
    calls = 10 if width >= 90 and not is_large else 0
    bar = width // 6 if width >= 100 else 0
    has_interval = width >= 60
    speed = SPEED if has_interval else SPEED_ALONE
    time = max(0, width - name - makers - calls - bar - speed - (1 if bar else 0))
    return Columns(name, makers, time, calls, bar, speed, has_interval)


class Look(NamedTuple):
    """Everything that decides how the lanes look, beside their width.

    Attributes:
        race: what happened.
        standings: how every lane does, by its number.
        now: the time of the latest event.
        chosen: the number of the chosen lane; None for none.
        is_large: whether there are fewer facts.
    """

    race: Race
    standings: Mapping[int, Standing]
    now: float
    chosen: int | None = None
    is_large: bool = False

    @property
    def top(self) -> int:
        """The end of the scale of the speed-ups: a power of two, at least the workers."""
        began = self.race.began
        most = max((standing.speedup for standing in self.standings.values()), default=1.0)
        top = max(2, 0 if began is None else began.workers)
        while top < most / 1.05:
            top *= 2
        return top


class Row(NamedTuple):
    """A line of the race.

    Attributes:
        line: as it is drawn.
        lane: the number of the lane that it belongs to; None if to none.
    """

    line: Line
    lane: int | None = None


def race_rows(look: Look, width: int, lines_a_lane: int) -> list[Row]:
    """Return the lanes from the lightest to the heaviest, with those that are not ready yet.

    Args:
        look: what to draw.
        width: of each line, in cells.
        lines_a_lane: from 2 on one of them says what its rounds are like, from 3 on the last one
            is blank, and the others are its time.
    """
    race, columns = look.race, columns_for(width, is_large=look.is_large)
    clock = clock_of(race, look.now, columns.time)
    lanes = lanes_of(race)
    rows: list[Row] = []
    for engine in LIGHT_TO_HEAVY:
        for lane in lanes:
            if lane.engine is engine:
                lines = _lane(look, lane, clock, columns, lines_a_lane)
                rows += [Row(fit(line, width), lane.number) for line in lines]
        if engine in waiting(race):
            rows.append(Row(_waiting(engine, columns, width)))
    return rows


def lanes_of(race: Race) -> list[Lane]:
    """Return the lanes in the order in which they are shown: from the lightest to the heaviest."""
    return by_weight(race.lanes.values())


def waiting(race: Race) -> list[Engine]:
    """Return the engines that may race, and are not ready yet; once it began, none comes."""
    if race.began is None or race.phase in {Phase.RACE, Phase.OVER}:
        return []
    out = {lane.engine for lane in race.lanes.values()} | race.out.keys()
    if race.loaded is not None and not race.loaded.is_async:
        out.add(Engine.ASYNCIO)
    return [engine for engine in race.began.engines if engine not in out]


def trouble_lines(race: Race, width: int) -> list[Line]:
    """Return what a reader must not miss, and what the verdict does not say already.

    Results that differ, engines that do not race.
    """
    said = "" if race.judged is None else race.judged.sentence
    told = [("!", "failed", text) for text in differed_texts(race)]
    told += [(OUT, "paused", text) for text in out_texts(race)]
    return [
        line
        for sign, style, text in told
        if text not in said
        for line in _told(sign, style, printable(text), width)
    ]


def _told(sign: str, style: str, text: str, width: int) -> list[Line]:
    """A text behind its sign, in three lines at most."""
    pieces = wrapped(text, max(1, width - 4))
    if len(pieces) > 3:
        pieces = [*pieces[:2], f"{pieces[2]} …"]
    return beside([(f" {sign} ", style)], [[(piece, style)] for piece in pieces], width)


def axis_line(look: Look, width: int) -> Line:
    """Return what stands over the lanes: the clock, and what their figures are."""
    columns, top = columns_for(width, is_large=look.is_large), look.top
    clock = clock_of(look.race, look.now, columns.time)
    line: Line = [(" " * (columns.before), "")]
    line += [(" " * columns.time, "")] if clock is None else axis_cells(clock)
    if columns.calls:
        line.append((fit_text("   calls", columns.calls), "dim"))
    if columns.bar:
        ends = f"0×{f'{top}×'.rjust(columns.bar - 2)}"
        line += [(" ", ""), (ends, "dim")]
    line.append(("speed-up".rjust(10 if columns.has_interval else columns.speed), "dim"))
    return fit(line, width)


def _lane(
    look: Look, lane: Lane, clock: RaceClock | None, columns: Columns, lines_a_lane: int
) -> list[Line]:
    judged = look.race.judged
    is_best = judged is not None and judged.lane == lane.number
    standing = look.standings.get(lane.number)
    height = max(1, min(TALLEST, lines_a_lane - 2))
    times: list[Line] = [[(" " * columns.time, "")]] * height
    if clock is not None:
        style = "served" if is_best else ""
        times = lane_cells(lane, clock, look.now, height=height, style=style)
    first = [*_name(lane, look, columns, is_best=is_best), *times[0]]
    if columns.calls:
        calls = calls_text(lane, columns.calls - 1).rjust(columns.calls - 1)
        first += fit([(calls, "dim" if lane.running is None else "strong")], columns.calls)
    if columns.bar:
        first += [(" ", ""), *speed_bar(standing, columns.bar, look.top, is_best=is_best)]
    first += speed_spans(standing, columns, is_best=is_best)
    blank = (" " * columns.before, "")
    lines = [first, *([blank, *time] for time in times[1:])]
    if lines_a_lane > 1:
        lines.append([] if look.is_large else [blank, *_below(lane, standing)])
    return [*lines, *([[]] * (lines_a_lane - len(lines)))]


def _name(lane: Lane, look: Look, columns: Columns, *, is_best: bool) -> Line:
    is_chosen = lane.number == look.chosen
    style = "served" if is_best else "chosen" if is_chosen else "strong"
    sign: Span = (" ", "")
    if lane.differed is not None:
        sign = ("!", "failed")
    elif is_best:
        sign = (GLYPHS[State.SERVED], "served")
    line: Line = [("▸" if is_chosen else " ", "chosen"), sign, (" ", "")]
    name = fit_text(lane_name(lane), columns.name - 4)
    line += [(name, style), (" ", "")]
    if columns.makers:
        numbers = ranges(sorted(lane.opened.makers))
        line += fit([(f"#{numbers}" if numbers else "", "dim")], columns.makers)
    return line


def calls_text(lane: Lane, cells: int) -> str:
    """Return ``12/16``, or ``75 %`` where that has no room; of a round that is over, ``16``."""
    if lane.running is not None:
        text = f"{lane.done}/{lane.running.calls}"
        share = lane.done / max(1, lane.running.calls)
        return text if len(text) <= cells else percent_cells(share).strip()
    return str(lane.rounds[-1].calls) if lane.rounds else ""


def _below(lane: Lane, standing: Standing | None) -> Line:
    """What the rounds of a lane are like, under its time."""
    if standing is None or standing.wall is None:
        opened = lane.opened.start_seconds
        return [(f"ready in {span_text(opened)}", "dim")] if not lane.rounds else []
    told = f"{counted(standing.rounds, 'round')} of {span_text(standing.wall)}"
    if standing.calls_per_second is not None:
        told += f" · {standing.calls_per_second:,.0f} calls/s"
    return [(told, "dim")]


def _waiting(engine: Engine, columns: Columns, width: int) -> Line:
    sign = GLYPHS[State.SEATED]
    line: Line = [("   ", ""), (fit_text(engine_name(engine), columns.name - 3), "dim")]
    line += [(" " * columns.makers, ""), (f"{sign} not ready yet", "seated")]
    return fit(line, width)


def is_settled(standing: Standing) -> bool:
    """Whether a speed-up will hardly change any more."""
    if not math.isfinite(standing.high) or standing.low <= 0:
        return False
    return standing.high / standing.speedup < 1 + SETTLED


def speed_bar(standing: Standing | None, width: int, top: int, *, is_best: bool = False) -> Line:
    """Return a speed-up as a bar: full until what it is at least, shaded until what at most.

    Args:
        standing: how the lane does; None if nobody knows.
        width: in cells, with the two ends.
        top: the speed-up at its end.
        is_best: whether it is the lane to use.
    """
    inner = max(0, width - 2)
    if standing is None or standing.rounds == 0:
        return [("▕", "dim"), ("░" * inner, "empty"), ("▏", "dim")]
    style = "served" if is_best else "brewing" if is_settled(standing) else "others"
    high = standing.high if math.isfinite(standing.high) else standing.speedup
    low = standing.low if standing.low > 0 else standing.speedup
    full, shaded = (min(inner, round(value / top * inner)) for value in (low, high))
    return [
        ("▕", "dim"),
        ("█" * full, style),
        ("▒" * (shaded - full), style),
        ("░" * (inner - shaded), "empty"),
        ("▏", "dim"),
    ]


def speed_spans(standing: Standing | None, columns: Columns, *, is_best: bool = False) -> Line:
    """Return ``1.93× (1.88–1.97)``; without the interval where there is none, or no room."""
    if standing is None or standing.rounds == 0:
        return fit([("—".rjust(8), "dim")], columns.speed)
    style = "served" if is_best else "strong" if is_settled(standing) else ""
    is_alone = standing.lane.engine is Engine.SERIAL
    value: Span = ("1×".rjust(8) if is_alone else speed_text(standing.speedup).rjust(8), style)
    line: Line = [value]
    if columns.has_interval and not is_alone and standing.rounds > 1:
        line.append((f" ({interval_text(standing)})", "dim"))
    if width_of(line) > columns.speed:
        line = [value]
    return fit(line, columns.speed)
