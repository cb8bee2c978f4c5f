"""The rounds of a lane as a table. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from chai_tui.model.race_events import RoundEnded
from chai_tui.race.rounds.records import Lane
from chai_tui.tui.canvas.styles import Line, bar, fit

HEADER_LINES = 1
_COLUMNS = (
    ("round", 7),
    ("calls", 8),
    ("wall", 11),
    ("corrected", 11),
    ("speed-up", 10),
    ("cpu", 11),
    ("no core", 11),
)
"""What is told of a round, and the cells for it."""
_GOES_FIRST = ("calls", "no core", "cpu", "speed-up")
"""What goes where there is no room, one after another."""
BAR_LEAST = 16


def _shown(width: int) -> list[tuple[str, int]]:
    shown = list(_COLUMNS)
    for name in _GOES_FIRST:
        if sum(cells for _, cells in shown) <= width:
            break
        shown = [column for column in shown if column[0] != name]
    return shown


def round_header(width: int) -> list[Line]:
    """Return what stands over the columns."""
    return [fit([(name.rjust(cells), "dim") for name, cells in _shown(width)], width)]


def milliseconds(seconds: float | None) -> str:
    """Return ``52.13 ms``, ``41.2 µs`` or ``1.213 s``; a dash for None."""
    if not seconds:
        return "—" if seconds is None else "0"
    if seconds < 1e-3:
        return f"{seconds * 1e6:.1f} µs"
    return f"{seconds * 1e3:.2f} ms" if seconds < 0.9995 else f"{seconds:.3f} s"


def round_lines(
    lane: Lane, walls: Mapping[int, float], alone: Mapping[int, float], width: int
) -> list[Line]:
    """Return a line for each round, oldest first.

    Args:
        lane: whose rounds.
        walls: its corrected seconds by round: of those that count.
        alone: the same of the lane that makes one call after another.
        width: of each line, in cells.
    """
    longest = max((ended.wall for ended in lane.rounds), default=1.0)
    shown = _shown(width)
    room = width - sum(cells for _, cells in shown) - 2
    lines = []
    for ended in lane.rounds:
        facts = _facts(ended, walls.get(ended.round), alone.get(ended.round))
        style = "" if ended.counts else "dim"
        line: Line = [(facts[name].rjust(cells), style) for name, cells in shown]
        if not ended.counts:
            line.append(("  warms up", "dim"))
        elif room >= BAR_LEAST:
            line += [("  ", ""), *bar(ended.wall / longest, min(40, room), "brewing")]
        lines.append(fit(line, width))
    return lines


def _facts(ended: RoundEnded, wall: float | None, alone: float | None) -> dict[str, str]:
    speed = f"{alone / wall:.2f}×" if wall and alone else "—"
    return {
        "round": str(ended.round),
        "calls": f"{ended.calls:,}",
        "wall": milliseconds(ended.wall),
        "corrected": milliseconds(wall),
        "speed-up": speed,
        "cpu": milliseconds(ended.cpu),
        "no core": milliseconds(ended.ready),
    }
