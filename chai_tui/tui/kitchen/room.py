"""Who gets which lines of the kitchen's screen: makers first, then the boxes below them; pure."""

from __future__ import annotations

from typing import NamedTuple

BOXES_WIDTH = 80
"""From this width on timeline and log stand side by side."""
BOX_EDGES = 2
"""Lines, or columns, of a box that its edges take."""
STORY_WIDTH = 110
"""Columns in which a sentence of the story fits into one line."""
LOG_LEAST, LOG_MOST = 36, 64
"""Columns of a log beside the timeline."""
LINES_A_MAKER = 2
"""Lines of a maker in a timeline that has room: its cores, and why it was on none."""
ROWS_SEEN = 3
"""A timeline is worth its lines when it shows so many makers, or all there are."""


class Boxes(NamedTuple):
    """What stands below the makers.

    Attributes:
        has_timeline: whether the timeline is there.
        has_log: whether the log is.
        is_beside: whether the log stands beside it, else under it.
        timeline: columns of the timeline, or lines where the log is under it; with its edges.
        has_edges: whether the log has edges and a title.
    """

    has_timeline: bool
    has_log: bool = True
    is_beside: bool = False
    timeline: int = 0
    has_edges: bool = False


def story_lines(width: int) -> int:
    """Return how many lines the story has on a screen of so many columns: always as many."""
    return 1 if width >= STORY_WIDTH else 2


def least_log_lines(height: int) -> int:
    """Return how many lines the log has at least on a screen of so many."""
    return 7 if height >= 30 else 3 if height >= 16 else 1


def least_timeline_lines(makers: int) -> int:
    """Return the fewest lines that a box with a timeline of so many makers is worth."""
    return BOX_EDGES + 1 + min(max(1, makers), ROWS_SEEN)


def room_with_boxes(
    free: int, width: int, height: int, makers: int, *, has_log: bool = True
) -> int:
    """Return the lines that makers may have so that both boxes fit below them.

    Args:
        free: lines that nothing else needs.
        width: columns of the screen.
        height: its lines.
        makers: how many there are.
        has_log: whether the log is one of the boxes.

    Returns:
        0 where the screen is too small for that.
    """
    least = least_timeline_lines(makers)
    log = least_log_lines(height) + BOX_EDGES if has_log else 0
    return max(0, free - (max(least, log) if width >= BOXES_WIDTH else least + log))


def boxes_in(width: int, lines: int, makers: int, *, has_log: bool = True) -> Boxes:
    """Return what stands in the lines that the makers leave.

    Args:
        width: columns of the screen.
        lines: how many there are.
        makers: how many makers there are; a timeline of nobody is not shown.
        has_log: whether the log may stand there: it has too small a print for some.
    """
    least = least_timeline_lines(makers)
    log_least = BOX_EDGES + 1
    if not has_log:
        has_timeline = makers > 0 and lines >= least
        return Boxes(has_timeline, has_log=False, is_beside=True, timeline=width, has_edges=True)
    if makers and width >= BOXES_WIDTH and lines >= least:
        log = max(LOG_LEAST, min(LOG_MOST, width * 2 // 5))
        return Boxes(has_timeline=True, is_beside=True, timeline=width - log, has_edges=True)
    if makers and lines >= least + log_least:
        wanted = BOX_EDGES + 1 + LINES_A_MAKER * makers
        timeline = max(least, min(wanted, lines * 2 // 3))
        return Boxes(has_timeline=True, timeline=timeline, has_edges=True)
    return Boxes(has_timeline=False, has_edges=lines > BOX_EDGES + 2)
