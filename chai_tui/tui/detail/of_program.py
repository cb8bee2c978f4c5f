"""What is known of a thread of a program that is not ours, beside what is known of any maker."""

from __future__ import annotations

from chai_tui.explain.program.ends import end_text
from chai_tui.explain.program.gil import held_share, layers_text
from chai_tui.explain.program.happenings import (
    blocked_text,
    place_text,
    target_told,
    waits_of,
)
from chai_tui.explain.program.happenings import task_text as task_now
from chai_tui.explain.program.processes import process_of
from chai_tui.explain.wording.formatting import counted, percent, seconds_text
from chai_tui.model.text import printable
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Maker, Station

_JUST_NOW = 2.0
"""Seconds ago that are now: it is looked at once a second at most."""


def parent_text(floor: Floor, maker: Maker) -> str:
    """Return which process started the one that a maker is in; empty if it is none of them."""
    station = floor.stations.get(maker.station)
    parent = None if station is None else floor.stations.get(station.parent)
    if parent is None:
        return ""
    number = f"#{parent.makers[0]} " if parent.makers else ""
    return f"{number}{printable(parent.name or parent.command)}, pid {parent.pid}"


def process_end_text(floor: Floor, maker: Maker) -> str:
    """Return how the process ended whose first thread a maker was; empty of any other."""
    station = floor.stations.get(maker.station)
    if station is None or maker.tid != maker.pid or not maker.joined:
        return ""
    process = process_of(floor, station)
    if not process.is_over:
        return "it ended; its process goes on"
    how = end_text(process)
    return f"its process {'was ' if how.startswith('killed') else ''}{how}"


def process_text(maker: Maker, station: Station | None, company: str) -> str:
    """Return which process and thread it is.

    Args:
        maker: who.
        station: where it stands; None once that is forgotten.
        company: who shares its process; empty if nobody does.
    """
    name = "" if station is None else printable(station.name)
    thread = f"tid {maker.tid}" if maker.tid not in (None, maker.pid) else ""
    shared = f"shared with {company}" if company else ""
    burned = ""
    if shared and station is not None and station.cpu_seconds:
        burned = f"{seconds_text(station.cpu_seconds)} of CPU time in all"
    return " · ".join(filter(None, (name, f"pid {maker.pid}", thread, shared, burned)))


def python_text(station: Station | None) -> str:
    """Return the Python that runs there, and its lock; empty where none does, or nobody knows."""
    if station is None or not station.python:
        return ""
    python = printable(station.python)
    return f"{python} · its threads take turns with one GIL" if station.gil else python


def target_text(maker: Maker, station: Station | None) -> str:
    """Return the function that it was started to call."""
    alone = station is not None and not maker.engine.shares_station
    target = printable(maker.target or (station.target if station is not None and alone else ""))
    return target_told(printable(maker.called), target)


def task_text(maker: Maker, now: float) -> str:
    """Return the task that it does now, and how many it has done.

    Args:
        maker: who.
        now: the floor's time, in the events' seconds.
    """
    if len(maker.loop_tasks) > 1:
        return task_now(maker)
    parts = []
    if maker.task:
        since = seconds_text(max(0.0, now - maker.task_began))
        parts.append(f"{printable(maker.task)}, for {since}")
    if maker.tasks:
        parts.append(f"{counted(maker.tasks, 'task')} done")
    if maker.tasks_failed:
        parts.append(f"{maker.tasks_failed:,} of them failed, at last: {maker.task_error}")
    return " · ".join(parts)


def gil_text(maker: Maker, station: Station | None) -> str:
    """Return for how much of the last second it had the GIL, and by what that is seen."""
    share = held_share(maker)
    layers = layers_text(None if station is None else station.seen_by)
    told = ""
    if share is not None and maker.engine.shares_station:  # alone it has it whenever it wants
        told = f"has it {percent(share)} of the time"
    return " · ".join(filter(None, (told, layers)))


def place_text_at(maker: Maker, now: float) -> str:
    """Return which function it is in, and how long ago that was seen if it was not just now.

    Args:
        maker: who.
        now: the floor's time, in the events' seconds.
    """
    told = "" if maker.joined else place_text(maker.place)
    age = now - maker.placed_at
    return f"{told}, seen {seconds_text(age)} ago" if told and age > _JUST_NOW else told


def waits_text(maker: Maker, holder: str = "") -> str:
    """Return what it waits for: as the program says, and as the system does.

    Args:
        maker: who.
        holder: who has the GIL that it waits for; empty if it waits for none, or nobody knows.
    """
    said, seen = blocked_text(maker.blocked), waits_of(maker)
    if holder:
        seen = f"{seen}, which {holder} has"
    if said and seen:
        return f"{said} · the system says: {seen}"
    return said or seen
