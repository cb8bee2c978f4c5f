"""Which samples each column of the timeline stands for, and how a person changes that.

A column is one sample or several whole ones, so its edges are times at which samples were taken:
what happened inside of a sample nobody knows. They are counted from the origin on, so a column
keeps its samples while the run goes on.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from chai_tui.state.floor import Floor

LADDER = (1, 2, 4, 10, 20, 60, 120, 240, 720, 1_440, 7_200)
"""How many samples a column may stand for: ten such columns make a round number for the axis."""
MOST_CELLS = 4
"""So many cells a column is wide at most, while all of a short run fits so."""
PITCH_SECONDS = 0.5
"""How far samples are taken to be apart where a run does not tell."""


class TimeScale(NamedTuple):
    """Which time each column stands for.

    Attributes:
        samples: how many samples a column is.
        first: the column at the left edge, counted from the origin.
        edges: where columns begin and end, in the events' seconds: one more than there are columns.
        known: until when samples were taken.
        now: until when the story of a maker that still runs is told.
        pitch: seconds that samples are meant to be apart.
        is_sampled: whether a sample is still to come for what comes after the last one.
        origin: the time that counts as zero.
        cells: how many cells wide each column is drawn.
    """

    samples: int
    first: int
    edges: tuple[float, ...]
    known: float
    now: float
    pitch: float = PITCH_SECONDS
    is_sampled: bool = True
    origin: float = 0.0
    cells: int = 1

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.edges) - 1

    @property
    def settled(self) -> int:
        """How many of the columns, from the left, had another sample after them.

        What makers said of their steps until then has come by now.
        """
        return max(0, bisect_left(self.edges, self.known) - 1)

    @property
    def told_until(self) -> tuple[int, int]:
        """The column that samples reach, and how many quarters of it: less is not worth drawing."""
        known = min(self.known, self.edges[-1])
        index = self.index_at(known)
        if index < 0 or index >= self.width:
            return index, 0
        start, stop = self.edges[index : index + 2]
        return index, math.ceil(4 * (known - start) / (stop - start)) if stop > start else 4

    def index_at(self, at: float) -> int:
        """Return which of the columns shown a time lies in; -1 and ``width`` are beside them."""
        index = bisect_left(self.edges, at) - 1
        return 0 if index < 0 and at >= self.edges[0] else index


NO_SCALE = TimeScale(1, 0, (0.0,), 0.0, 0.0)
"""Nothing is shown yet."""


class Grid(NamedTuple):
    """All columns that there can be.

    Attributes:
        origin: the time that counts as zero, in the events' seconds.
        times: when samples were taken.
        base: how many of them were before the origin.
        stop: how many of them there are until the last that matters.
        now: the time of the latest event that matters.
        pitch: seconds that samples are meant to be apart: where there are none, columns are.
        is_sampled: whether samples are taken.
    """

    origin: float
    times: Sequence[float]
    base: int
    stop: int
    now: float
    pitch: float
    is_sampled: bool

    @property
    def _count(self) -> int:
        return self.stop - self.base

    @property
    def _last(self) -> float:
        return self.times[self.stop - 1] if self._count > 0 else self.origin

    def _open_until(self, samples: int) -> float:
        """Where the column ends that waits for its next sample, however late that is."""
        nominal = self._last + (samples - self._count % samples) * self.pitch
        return max(nominal, self.now) if self.is_sampled else nominal

    def column_at(self, at: float, samples: int) -> int:
        """Return the column of so many samples in which a time lies."""
        if self._count and at <= self._last:
            before = bisect_left(self.times, at, self.base, self.stop) - self.base
            return before // samples
        beyond = (at - self._open_until(samples)) / (samples * self.pitch)
        return self._count // samples + max(0, math.ceil(beyond))

    def edge(self, column: int, samples: int) -> float:
        """Return when a column of so many samples begins."""
        before = column * samples
        if before <= 0:
            return self.origin + before * self.pitch
        if before <= self._count:
            return self.times[self.base + before - 1]
        beyond = column - self._count // samples - 1
        return self._open_until(samples) + beyond * samples * self.pitch

    def scale(self, samples: int, first: int, width: int) -> TimeScale:
        """Return ``width`` columns of so many samples, from the column ``first`` on."""
        edges: list[float] = []
        stop = first + max(0, width) + 1
        if first <= 0:
            edges.append(self.origin)
        # Most columns begin where one of the samples was taken: of these there may be thousands.
        after = max(1, first)
        known = min(stop, self._count // samples + 1)
        if after < known:
            start = self.base + after * samples - 1
            edges += self.times[start : start + (known - after) * samples : samples]
        edges += [self.edge(column, samples) for column in range(max(after, known), stop)]
        return TimeScale(
            samples,
            first,
            tuple(edges),
            self._last,
            self.now,
            self.pitch,
            self.is_sampled,
            self.origin,
        )


def grid_of(floor: Floor, origin: float) -> Grid:
    """Return the columns of a floor's time, counted from an origin in the events' seconds.

    Of a quiet kitchen that is still looked at, they go until the sample in which its last maker
    ended.
    """
    times = floor.sample_times
    base, stop, now = bisect_right(times, origin), len(times), floor.now
    if floor.makers and not floor.open:
        now = max(origin, until_of(floor))
        stop = max(base, min(stop, bisect_left(times, now) + 1))
    pitch = floor.run.sample_every or PITCH_SECONDS
    is_sampled = bool(times) or floor.run.sample_every is not None
    return Grid(origin, times, base, stop, now, pitch, is_sampled)


class TimeView(NamedTuple):
    """How a person looks at the timeline.

    Attributes:
        scale: index in ``LADDER``; None fits everything in.
        first: the column at the left edge; None follows now.
    """

    scale: int | None = None
    first: int | None = None


def fitting_scale(grid: Grid, until: float, width: int) -> int:
    """Return the index of the finest scale that shows everything until a time."""
    return next(
        (
            index
            for index, samples in enumerate(LADDER)
            if grid.column_at(until, samples) < width - 1
        ),
        len(LADDER) - 1,
    )


def scale_for(view: TimeView, grid: Grid, until: float, width: int) -> TimeScale:
    """Return the scale that a view has at a time.

    Args:
        view: what was chosen.
        grid: the columns that there are.
        until: the last time that anything is known about.
        width: cells for the time.
    """
    index = fitting_scale(grid, until, width) if view.scale is None else view.scale
    samples = LADDER[index]
    cells = _cells_a_column(grid, until, width) if samples == 1 else 1
    width //= cells
    first = view.first
    if first is None:
        # Two cells stay free behind now, so that an end can be seen as one.
        first = max(0, grid.column_at(until, samples) - max(0, width - 2))
    return grid.scale(samples, first, width)._replace(cells=cells)


def _cells_a_column(grid: Grid, until: float, width: int) -> int:
    """How wide columns of one sample can be, so that all of the time fits."""
    columns = grid.column_at(until, 1) + 2
    return max(1, min(MOST_CELLS, width // max(1, columns)))


def zoomed_in(view: TimeView, steps: int, scale: TimeScale) -> TimeView:
    """Return the view with a finer (``steps`` > 0) or coarser scale, its middle kept."""
    index = min(len(LADDER) - 1, max(0, LADDER.index(scale.samples) - steps))
    if view.first is None:
        return TimeView(index, None)
    middle = (scale.first + scale.width / 2) * scale.samples
    return TimeView(index, max(0, round(middle / LADDER[index] - scale.width / 2)))


def panned(columns: int, scale: TimeScale, following: int) -> TimeView:
    """Return the view moved by columns; moved up to now, it follows it again.

    Args:
        columns: how far: to later times, or earlier ones if negative.
        scale: what is shown.
        following: the first column of a view that follows now.
    """
    first = max(0, scale.first + columns)
    kept = LADDER.index(scale.samples)
    return TimeView(kept, None) if first >= following and columns > 0 else TimeView(kept, first)


def origin_of(floor: Floor, before: float | None) -> float:
    """Return the time that counts as zero: the earliest seat.

    Args:
        floor: whose.
        before: what it was until now; it stays when the earliest makers are cleared away.
    """
    seats = [maker.seated_at for maker in floor.makers.values()]
    if before is not None:
        seats.append(before)
    return min(seats, default=floor.now)


def until_of(floor: Floor) -> float:
    """Return the last time that matters: a quiet kitchen's clock does not."""
    if floor.open or not floor.makers:
        return floor.now
    return max(maker.ended_at or floor.now for maker in floor.makers.values())
