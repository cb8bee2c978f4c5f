"""The one clock of all lanes: which time each cell of a lane stands for, and what was run then. Pure.

The lanes take turns, so what stands below each other in one column adds up to one cell at most.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from chai_tui.race.records import Lane, Race
from chai_tui.tui.canvas.styles import Line, Span, fit
from chai_tui.tui.timeline.cells import height_of

_EIGHTHS = " ▁▂▃▄▅▆▇█"
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

    Until it is over, the race has all the time that it may take at most; so nothing moves but what
    is added. Then it is shown as long as it was.

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
    if not race.is_over:
        stop = max(stop, race.phase_at + race.left)
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


def lane_cells(lane: Lane, clock: RaceClock, now: float, style: str = "") -> Line:
    """Return a lane's time, a cell for each column: how high it is says for how much of it.

    Args:
        lane: whose time.
        clock: the columns.
        now: the time of the latest event.
        style: of the rounds that count; empty for the usual one.
    """
    shares: list[dict[str, float]] = [{} for _ in range(clock.width)]
    size = clock.cell_seconds
    for block in blocks_of(lane, now):
        first = max(0, int((block.began - clock.start) / size))
        last = min(clock.width - 1, int((block.ended - clock.start) / size))
        for index in range(first, last + 1):
            left = clock.start + index * size
            part = min(block.ended, left + size) - max(block.began, left)
            if part >= 0:
                shares[index][block.style] = shares[index].get(block.style, 0.0) + part / size
    return _joined(_cell(share, style) for share in shares)


def _cell(share: dict[str, float], style: str) -> Span:
    """A cell; a round is seen, however short it was."""
    if not share:
        return " ", ""
    shown = RUNNING if RUNNING in share else max(share, key=lambda name: share[name])
    height = max(1, height_of(min(1.0, sum(share.values()))))
    return _EIGHTHS[height], style if style and shown == RUN else shown


def _joined(spans: Iterator[Span]) -> Line:
    """Neighbours of one style as one text."""
    return [
        ("".join(text for text, _ in run), style)
        for style, run in groupby(spans, key=lambda span: span[1])
    ]


def axis_cells(clock: RaceClock) -> Line:
    """Return the seconds since the race began, over the cells."""
    wanted = clock.cell_seconds * _TICK_CELLS
    step = next((step for step in _STEPS if step >= wanted), math.ceil(wanted))
    text = ""
    line: Line = []
    used = 0
    for number in range(int((clock.stop - clock.start) / step) + 1):
        cell = int(number * step / clock.cell_seconds)
        text = f"{number * step:g} s"
        if cell < used or cell + 1 + len(text) > clock.width:
            continue
        line += [(" " * (cell - used), ""), ("╷", "frame"), (text, "dim")]
        used = cell + 1 + len(text)
    return fit(line, clock.width)
