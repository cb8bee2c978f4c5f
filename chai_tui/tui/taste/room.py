"""Who gets which lines of the race's screen: the verdict first, then the lanes. Pure."""

from __future__ import annotations

from typing import NamedTuple

MOST_LINES = 5
"""Lines of a lane where there is room: three for its rounds, what they are like, a blank one."""


class Parts(NamedTuple):
    """The lines of each part; 0: it is not shown.

    Attributes:
        about: what the function is.
        gil: how often the GIL is held.
        axis: the clock over the lanes.
        lane: of each lane.
        trouble: results that differ, engines that do not race.
        table: the figures of all lanes, with a blank line over them.
        notes: what else follows from them.
        verdict: the verdict with its box.
    """

    about: int
    gil: int
    axis: int
    lane: int
    trouble: int
    table: int
    notes: int
    verdict: int


def parts(
    free: int,
    *,
    lanes: int,
    about: int = 1,
    trouble: int = 0,
    table: int = 0,
    notes: int = 0,
    verdict: int = 0,
) -> Parts:
    """Return who gets how many lines.

    Args:
        free: lines that title, cores and keys leave.
        lanes: how many there are, with those to come.
        about: lines of what the function is.
        trouble: how many lines there are of it.
        table: lines of the table; 0 before there is one.
        notes: lines of what else follows, likewise.
        verdict: lines of the verdict with its box, likewise.
    """
    left = free
    took_verdict = min(verdict, max(0, left - min(lanes, 2)))
    left -= took_verdict
    left -= lanes  # a line each
    took: dict[str, int] = {}
    for name, wanted in (
        ("gil", 1),
        ("axis", 1),
        ("trouble", trouble),
        ("about", about),
        ("table", table),
        ("notes", notes),
    ):
        least = 1 if name in {"trouble", "about"} else wanted
        took[name] = min(wanted, left) if left >= least > 0 else 0
        left -= took[name]
    more = 0 if lanes == 0 or not took["axis"] else max(0, left) // lanes
    return Parts(
        took["about"],
        took["gil"],
        took["axis"],
        1 + min(MOST_LINES - 1, more),
        took["trouble"],
        took["table"],
        took["notes"],
        took_verdict,
    )
