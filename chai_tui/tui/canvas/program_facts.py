"""What is said of a thread of a program that is not ours: its name, its state, what it does now."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len

from chai_tui.explain.program.gil import MOSTLY
from chai_tui.explain.program.happenings import (
    blocked_text,
    place_text,
    target_told,
    task_text,
    waits_of,
)
from chai_tui.explain.wording.formatting import counted
from chai_tui.model.text import printable
from chai_tui.state.makers.records import Maker, State
from chai_tui.tui.canvas.maker_facts import wants_a_core
from chai_tui.tui.canvas.prose import wrapped
from chai_tui.tui.canvas.styles import Line, fit, fit_text, width_of

NEST = "└ "
"""Before the name of a process that another one on the screen started."""
NEST_CELLS = 2
NESTED_MOST = 4
"""So deep is nesting shown by indents; what is deeper stands as deep."""
TARGET_LEAST = 4
"""Cells in which a target is worth telling."""
NAME_LEAST = 6
"""To so many cells a name is cut before a state is told in fewer words."""


def name_of(maker: Maker) -> str:
    """Return what the program calls it, without control codes."""
    return printable(maker.called)


def blocked_or_waits(maker: Maker) -> str:
    """Return what it waits for: as the program says, else as the system does; nothing else."""
    return blocked_text(maker.blocked) or waits_of(maker)


def _computes(maker: Maker) -> str:
    """What it mostly did since the last sample, of one that waits for nothing else."""
    if maker.core is None:
        return "wants a core" if wants_a_core(maker) else ""
    shares = {
        "computes": maker.cpu_share or 0.0,
        "wants a core": maker.ready_share or 0.0,
        "waits for the GIL": maker.gil_share or 0.0,
    }
    does = max(shares, key=lambda what: shares[what])
    has_gil = does == "computes" and (maker.gil_held or 0.0) >= MOSTLY
    return "has the GIL" if has_gil and maker.engine.traits.shares_gil else does


def does_now(maker: Maker) -> str:
    """Return what it does now, in one phrase: its task, or what it waits for, or that it computes.

    Nothing of one that has ended, stands still, or of which nobody knows.
    """
    if maker.joined or maker.state is not State.BREWING:
        return ""
    return task_text(maker) or blocked_or_waits(maker) or _computes(maker)


def doing_lines(maker: Maker, width: int, most: int) -> list[Line]:
    """Return what it does now: its task and what it waits for, side by side or one under another.

    Args:
        maker: who.
        width: of a line, in cells.
        most: lines that there may be; one at least.

    Returns:
        At least one line, which may be blank.
    """
    now = does_now(maker)
    tasks = _tasks_done(maker)
    if not maker.task or not now:
        place = f"  {place_text(maker.place)}" if now and maker.place is not None else ""
        line: Line = [(now, ""), (place, "dim")]
        if width_of(line) + len(tasks) >= width:
            line = line[:1]
        if width_of(line) > width and most > 1:
            first, *more = wrapped(now, width)
            rest = " ".join(more)
            return [[(first, "")], [(rest, "")]]
        return [_ends(line, tasks, width)]
    waits = blocked_or_waits(maker) or _computes(maker)
    if len(maker.loop_tasks) > 1:  # names fill what room there is
        tasks = ""
        if most < 2:
            now = task_beside(maker, waits, width)
    together: Line = [(now, "strong"), (f"  {waits}" if waits else "", "dim")]
    if width_of(together) + len(tasks) < width or most < 2 or not waits:
        if width_of(together) > width:
            together = together[:1]
        return [_ends(together, tasks, width)]
    return [_ends([(now, "strong")], tasks, width), [(waits, "dim")]]


def task_beside(maker: Maker, waits: str, width: int) -> str:
    """Return what it does now, cut so that what it waits for has room beside it.

    Args:
        maker: who.
        waits: what it waits for.
        width: of both, in cells.
    """
    now = does_now(maker)
    if not waits:
        return now
    room = max(width // 3, width - 2 - cell_len(waits))
    return fit_text(now, min(cell_len(now), room)) if len(maker.loop_tasks) > 1 else now


def _tasks_done(maker: Maker) -> str:
    """How many tasks it has done; nothing of one that has none."""
    if not maker.tasks:
        return ""
    failed = f", {maker.tasks_failed:,} failed" if maker.tasks_failed else ""
    return f"{counted(maker.tasks, 'task')} done{failed}"


def _ends(left: Line, right: str, width: int) -> Line:
    """A line with dim words at its end, where there is room for them."""
    if not right or width_of(left) + 2 + len(right) > width:
        return left
    return [*fit(left, width - len(right)), (right, "dim")]


def nest_text(depth: int, *, most: int = NESTED_MOST) -> str:
    """Return the indent of one that stands so deep under others; nothing at the top.

    Args:
        depth: how many of those on the screen are above it.
        most: how deep it is shown at most.
    """
    return f"{' ' * NEST_CELLS * (min(depth, most) - 1)}{NEST}" if depth else ""


def named(maker: Maker, target: str, room: int, depth: int = 0, *, nested: int = 1) -> Line:
    """Return its name and, dim, the function that it was started to call: at most so many cells.

    Args:
        maker: who.
        target: that function's name; empty if unknown, or not to be told.
        room: in cells.
        depth: how many of those on the screen are above it.
        nested: how many of these an indent is shown for.
    """
    name = name_of(maker)
    target = target_told(name, printable(target))
    indent = nest_text(depth, most=nested)
    least = NAME_LEAST
    if nested == 1:  # in no column: what it is called tells more
        least = cell_len(name) + (cell_len(target) + 1 if target else 0)
    if room - len(indent) < least:
        indent = ""
    left = max(0, room - len(indent))
    line: Line = [(indent, "dim"), (fit_text(name, min(left, cell_len(name))), "strong")]
    left -= cell_len(name) + 1
    if target and left >= min(TARGET_LEAST, cell_len(target)):
        line.append((f" {fit_text(target, min(left, cell_len(target)))}", "dim"))
    return line


def processes(number: int) -> str:
    """Return ``1 process`` or ``4 processes``."""
    return f"{number:,} process{'' if number == 1 else 'es'}"


def stations_at_work(makers: Iterable[Maker]) -> int:
    """Return how many processes makers stand in."""
    return len({maker.station for maker in makers})
