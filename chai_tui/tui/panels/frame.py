"""Draws the frame round those who share a process: what they share.

Pure, as the panels in it are.
"""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len

from chai_tui.explain.program.happenings import target_told
from chai_tui.explain.wording.formatting import counted, memory_cells
from chai_tui.model.text import printable
from chai_tui.state.makers.records import Station
from chai_tui.tui.canvas.program_facts import nest_text
from chai_tui.tui.canvas.styles import Line, fit, fit_text

_FRAME_SAVINGS = ("engine", "pid", "memory", "cores", "process", "cups", "GIL")
"""What the edge of a frame leaves out to save room, one after another."""


class Company(NamedTuple):
    """Who is in a process that is not ours.

    Attributes:
        threads: how many are at work.
        depth: how many processes on the screen are above it, where that is to be seen.
    """

    threads: int
    depth: int = 0


def draw_frame_top(
    station: Station,
    width: int,
    *,
    has_gil: bool,
    cores: float | None = None,
    memory: int | None = None,
    has_pid: bool = True,
    program: Company | None = None,
) -> Line:
    """Draw the upper edge of the frame round a station: what its makers share.

    Args:
        station: whose.
        width: in cells.
        has_gil: whether this Python has a GIL.
        cores: how many cores' worth of time they use together; None if nobody can tell.
        memory: bytes that its process holds; None if unknown.
        has_pid: whether to tell the number of its process.
        program: of a process that is not ours, who is in it; None for one of ours.
    """
    if program is not None:
        return _program_frame_top(
            station, width, program, cores=cores, memory=memory, has_pid=has_pid
        )
    each_its_own = station.engine.traits.own_interpreter
    cups = "" if each_its_own else counted(station.cups, "cup")
    gil = "a GIL each" if each_its_own else "one GIL"
    for saved in range(len(_FRAME_SAVINGS) + 1):
        without = _FRAME_SAVINGS[:saved]
        held = "" if memory is None else f" {memory_cells(memory).strip()}"
        shared = [
            "" if "memory" in without else f"shared memory{held}",
            "" if "cups" in without else cups,
        ]
        told = [
            ("process", "one process"),
            ("pid", f"pid {station.pid}" if has_pid else ""),
            ("", ", ".join(filter(None, shared))),
            ("GIL", gil if has_gil else "free-threaded"),
            ("cores", "" if cores is None else f"{cores:.1f} cores"),
        ]
        shares = " · ".join(text for part, text in told if text and part not in without)
        engine = "" if "engine" in without else f" {station.engine} "
        room = width - 6 - cell_len(shares) - cell_len(engine)
        if room >= 0:
            break
    return fit(
        [
            ("╭─ ", "shared"),
            (shares, "shared"),
            (" " + "─" * max(0, room), "shared"),
            (engine, "dim"),
            ("─╮", "shared"),
        ],
        width,
    )


_PROGRAM_SAVINGS = ("target", "pid", "threads", "memory", "cores", "GIL")
"""Likewise round a process that is not ours; then its name is cut."""


def _program_frame_top(
    station: Station,
    width: int,
    company: Company,
    *,
    cores: float | None,
    memory: int | None,
    has_pid: bool,
) -> Line:
    """The upper edge of the frame round a process that is not ours: which one, and how it is."""
    gil = "one GIL" if station.gil else "free-threaded" if station.python.endswith("t") else ""
    name = printable(station.name or station.command) or f"pid {station.pid}"
    target = target_told(name, printable(station.target))
    told = [
        ("target", target),
        ("pid", f"pid {station.pid}" if has_pid else ""),
        ("memory", "" if memory is None else memory_cells(memory).strip()),
        ("threads", counted(company.threads, "thread")),
        ("GIL", gil),
        ("cores", "" if cores is None else f"{cores:.1f} cores"),
    ]
    indent = nest_text(company.depth)
    most = max(0, width - len("╭─ ") - len(" ─╮") - len(indent))
    for saved in range(len(_PROGRAM_SAVINGS) + 1):
        without = _PROGRAM_SAVINGS[:saved]
        facts = "".join(f" · {text}" for part, text in told if text and part not in without)
        if cell_len(name) + cell_len(facts) <= most:
            break
    name = fit_text(name, min(cell_len(name), max(0, most - cell_len(facts))))
    room = max(0, most - cell_len(name) - cell_len(facts))
    return fit(
        [
            ("╭─ ", "shared"),
            (indent, "dim"),
            (name, "strong"),
            (facts, "shared"),
            (" " + "─" * room + "─╮", "shared"),
        ],
        width,
    )


def draw_frame_bottom(width: int) -> Line:
    """Draw the lower edge of the frame round a station."""
    return fit([("╰" + "─" * max(0, width - 2) + "╯", "shared")], width)
