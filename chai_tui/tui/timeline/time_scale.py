"""Which time each cell of the timeline stands for, and how a person changes that."""

from __future__ import annotations

import math
from typing import NamedTuple

SCALES = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 6.0, 12.0, 30.0, 60.0, 120.0, 360.0, 720.0)
"""Seconds a cell may stand for: ten of them make a round number for the axis.

None is finer than a twentieth of a second: a sample tells about half a second, ten such cells, and
progress is reported ten times a second. Finer cells would look like moments that nobody measured.
"""


class TimeScale(NamedTuple):
    """Which time each cell stands for.

    Attributes:
        origin: the time that counts as zero, in the events' seconds.
        seconds: how long a cell is.
        first: the cell at the left edge, counted from the origin.
        width: how many cells there are.
    """

    origin: float
    seconds: float
    first: int
    width: int

    @property
    def start(self) -> float:
        """When the cell at the left edge begins."""
        return self.origin + self.first * self.seconds

    def cell_at(self, at: float) -> int:
        """Return the cell, counted from the origin, in which a time lies."""
        return math.floor((at - self.origin) / self.seconds)


class TimeView(NamedTuple):
    """How a person looks at the timeline.

    Attributes:
        scale: index in ``SCALES``; None fits everything in.
        first: the cell at the left edge; None follows now.
    """

    scale: int | None = None
    first: int | None = None


def fitting_scale(seconds: float, width: int) -> int:
    """Return the index of the finest scale that shows ``seconds`` in ``width`` cells."""
    return next(
        (index for index, scale in enumerate(SCALES) if seconds / scale < width - 1),
        len(SCALES) - 1,
    )


def scale_for(view: TimeView, origin: float, until: float, width: int) -> TimeScale:
    """Return the scale that a view has at a time.

    Args:
        view: what was chosen.
        origin: the time that counts as zero, in the events' seconds.
        until: the last time that anything is known about.
        width: cells for the time.
    """
    index = fitting_scale(until - origin, width) if view.scale is None else view.scale
    scale = TimeScale(origin, SCALES[index], 0, max(0, width))
    if view.first is not None:
        return scale._replace(first=view.first)
    # Two cells stay free behind now, so that an end can be seen as one.
    return scale._replace(first=max(0, scale.cell_at(until) - max(0, width - 2)))


def zoomed_in(view: TimeView, steps: int, scale: TimeScale) -> TimeView:
    """Return the view with a finer (``steps`` > 0) or coarser scale, its middle kept."""
    index = min(len(SCALES) - 1, max(0, SCALES.index(scale.seconds) - steps))
    if view.first is None:
        return TimeView(index, None)
    middle = (scale.first + scale.width / 2) * scale.seconds
    return TimeView(index, max(0, round(middle / SCALES[index] - scale.width / 2)))


def panned(view: TimeView, cells: int, scale: TimeScale, until: float) -> TimeView:
    """Return the view moved by ``cells``; moved up to now, it follows it again."""
    following = scale_for(view._replace(first=None), scale.origin, until, scale.width).first
    first = max(0, scale.first + cells)
    kept = SCALES.index(scale.seconds)
    return TimeView(kept, None) if first >= following and cells > 0 else TimeView(kept, first)
