"""The one clock of all lanes: which time each cell stands for, and what was run then. Pure.

The lanes take turns, so what stands below each other in one column adds up to one cell at most.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from chai_tui.race.rounds.records import Lane, Race
from chai_tui.tui.canvas.styles import Line, Span, fit

_FROM_BELOW = " ▁▂▃▄▅▆▇█"
_FROM_LEFT = " ▏▎▍▌▋▊▉█"
FULL = 15 / 16
"""The share of a cell that is as good as all of it."""
_TICK_CELLS = 9
"""Cells from tick to tick, at least."""
_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_800, 3_600)
"""Seconds from tick to tick."""
WARM_UP, RUN, RUNNING = "dim", "brewing", "story"
"""Styles of a round that only warms up, of one that counts, and of the one that is run now."""


class Block(NamedTuple):
    """A round, or the part of it that is over.

    Attributes:
        began: when, in the events' seconds.
        ended: until when it is known to go on; likewise.
        style: how it is drawn.
    """

    began: float
    ended: float
    style: str


class RaceClock(NamedTuple):
    """Which time the cells of a lane stand for.

    Attributes:
        start: where the first one begins, in the events' seconds.
        stop: where the last one ends.
        width: how many there are.
    """

    start: float
    stop: float
    width: int

    @property
    def cell_seconds(self) -> float:
        """Seconds that a cell stands for."""
        return max(1e-9, self.stop - self.start) / max(1, self.width)


def clock_of(race: Race, now: float, width: int) -> RaceClock | None:
    """Return the clock of a race; None before its first round.

    It has all the time that the race may take at most, so nothing moves but what is added; not when
    the verdict comes, either. Only a race that needed less than half of it is then shown as long as
    it was.

    Args:
        race: what happened.
        now: the time of the latest event.
        width: cells for the time.
    """
    blocks = [block for lane in race.lanes.values() for block in blocks_of(lane, now)]
    if not blocks or width < 1:
        return None
    start = min(block.began for block in blocks)
    stop = max(block.ended for block in blocks)
    planned = max(stop, race.race_until)
    if not race.is_over or stop - start >= (planned - start) / 2:
        stop = planned
    return RaceClock(start, max(stop, start + 1e-3), width)


def blocks_of(lane: Lane, now: float) -> list[Block]:
    """Return a lane's rounds in time; the one that is run now goes until ``now``."""
    blocks = [
        Block(ended.at - ended.wall, ended.at, RUN if ended.counts else WARM_UP)
        for ended in lane.rounds
    ]
    if lane.running is not None:
        blocks.append(Block(lane.running.at, max(now, lane.running.at), RUNNING))
    return blocks


def lane_cells(
    lane: Lane, clock: RaceClock, now: float, *, height: int = 1, style: str = ""
) -> list[Line]:
    """Return a lane's time: as much of each cell is filled as the lane ran of its time.

    From the left where a round ends, from the right where one begins (of both, the longer one is
    drawn); from below where there are several.

    Args:
        lane: whose time.
        clock: the columns.
        now: the time of the latest event.
        height: how many lines it is high.
        style: of the rounds that count; empty for the usual one.
    """
    parts: list[list[Block]] = [[] for _ in range(clock.width)]
    size = clock.cell_seconds
    for block in blocks_of(lane, now):
        began, ended = ((at - clock.start) / size for at in (block.began, block.ended))
        for index in range(max(0, int(began)), min(clock.width - 1, int(ended)) + 1):
            part = Block(max(0.0, began - index), min(1.0, ended - index), block.style)
            if part.ended >= part.began:
                parts[index].append(part)
    columns = [_column(found, height, style) for found in parts]
    return [_joined(column[row] for column in columns) for row in range(height)]


def _column(parts: list[Block], height: int, style: str) -> list[Span]:
    """A cell of each line, from above."""
    if not parts:
        return [(" ", "")] * height
    longest = max(parts, key=lambda part: (part.style == RUNNING, part.ended - part.began))
    shown = style if style and longest.style == RUN else longest.style
    share = min(1.0, sum(part.ended - part.began for part in parts))
    touching = all(part.began <= 0 or part.ended >= 1 for part in parts)
    if len(parts) == 1 or (len(parts) == 2 and touching):
        return [("█" if share >= FULL else _from_side(longest), shown)] * height
    eighths = max(1, round(share * 8 * height))  # a round is seen, however short it was
    levels = [min(8, max(0, eighths - 8 * row)) for row in reversed(range(height))]
    return [(_FROM_BELOW[level], shown) for level in levels]


def _from_side(part: Block) -> str:
    """A cell that is filled from one of its sides: where the part begins or ends, or is nearer."""
    share = part.ended - part.began
    if part.began <= 0 or (part.ended < 1 and part.began + part.ended < 1):
        return _FROM_LEFT[max(part.began > 0, round(share * 8))]  # it is seen, however short
    return "▐" if share >= 1 / 4 or part.ended < 1 else " "


def _joined(spans: Iterable[Span]) -> Line:
    """Neighbours of one style as one text."""
    return [
        ("".join(text for text, _ in run), style)
        for style, run in groupby(spans, key=lambda span: span[1])
    ]


def axis_cells(clock: RaceClock) -> Line:
    """Return the seconds since the race began, over the cells."""
    wanted = clock.cell_seconds * _TICK_CELLS
    step = next((step for step in _STEPS if step >= wanted), math.ceil(wanted))
    line: Line = []
    used = 0
    for number in range(int((clock.stop - clock.start) / step) + 1):
        cell = int(number * step / clock.cell_seconds)
        text = f"{number * step:g} s"
        if cell < used or cell + 1 + len(text) >= clock.width:
            continue
        line += [(" " * (cell - used), ""), ("╷", "frame"), (text, "dim")]
        used = cell + 1 + len(text)
    return fit(line, clock.width)
