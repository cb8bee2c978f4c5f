"""A maker's history cut into equal slices of time: what charts and timelines are drawn from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from chai_tui.state.records import HISTORY_KEPT, Maker, Span, Use


class Slice(NamedTuple):
    """What a maker did in a slice of time, averaged over the part that was sampled.

    Attributes:
        core: the core on which it used the most CPU time; None where it used none or the
            system cannot tell.
        cpu_share: CPU seconds for each second of the slice (1.0: one whole core); None if unknown.
        ready_share: share of the slice in which it was ready but had no core, 0 to 1.
        memory: the most bytes that it held; None if unknown.
        gil_share: share of the slice in which it waited for the GIL, 0 to 1; None if unknown.
    """

    core: int | None
    cpu_share: float | None
    ready_share: float
    memory: int | None
    gil_share: float | None = None


def sampled_since(maker: Maker) -> float | None:
    """Return when the history that was kept begins, in the events' seconds; None without any.

    The first sample tells about the time since the maker started. Of a long run only the latest
    entries are kept.
    """
    if not maker.history:
        return None
    first = maker.history[0].at
    if len(maker.history) == HISTORY_KEPT or maker.started_at is None:
        return first
    return min(first, maker.started_at)


def cut(maker: Maker, began: float, seconds: float, count: int, now: float) -> list[Slice | None]:
    """Cut a maker's history into slices.

    Args:
        maker: whose.
        began: when the first slice begins, in the events' seconds.
        seconds: how long each slice is.
        count: how many slices.
        now: until when the last entry of a maker that still runs holds.

    Returns:
        ``count`` slices; None where nothing is known: before the first sample, or after the end.
    """
    slices: list[Slice | None] = [None] * count
    since = sampled_since(maker)
    if since is None or seconds <= 0:
        return slices
    end = now if maker.ended_at is None else maker.ended_at
    entries = _with_gil_told(maker.history)
    entries[0] = entries[0]._replace(at=since)
    last = len(entries) - 1
    index = 0
    for number in range(count):
        start, stop = began + number * seconds, began + (number + 1) * seconds
        start, stop = max(start, since), min(stop, end)
        if stop <= start:
            continue
        while index < last and entries[index + 1].at <= start:
            index += 1
        first = index
        while index < last and entries[index + 1].at < stop:
            index += 1
        slices[number] = _averaged(entries, first, index, start, stop)
    return slices


def _with_gil_told(history: Iterable[Use]) -> list[Use]:
    """Let the next sample tell what one could not: a step's first cannot judge the GIL yet."""
    entries = list(history)
    told: float | None = None
    for index in range(len(entries) - 1, -1, -1):
        if entries[index].gil_share is not None:
            told = entries[index].gil_share
        elif told is not None:
            entries[index] = entries[index]._replace(gil_share=told)
    return entries


def _averaged(entries: Sequence[Use], first: int, last: int, start: float, stop: float) -> Slice:
    if first == last:  # by far the most: a slice is shorter than a sample
        use = entries[first]
        return Slice(use.core, use.cpu_share, use.ready_share or 0.0, use.memory, use.gil_share)
    on_core: dict[int | None, float] = {}
    ready = 0.0
    gil: float | None = None
    memory: int | None = None
    whole = 0.0
    for index in range(first, last + 1):
        use = entries[index]
        if use.memory is not None:
            memory = max(memory or 0, use.memory)
        if use.cpu_share is None:
            continue
        until = entries[index + 1].at if index < last else stop
        held = max(0.0, min(until, stop) - max(use.at, start))
        whole += held
        on_core[use.core] = on_core.get(use.core, 0.0) + use.cpu_share * held
        ready += (use.ready_share or 0.0) * held
        if use.gil_share is not None:
            gil = (gil or 0.0) + use.gil_share * held
    if not whole:
        return Slice(None, None, 0.0, memory)
    busiest = max(on_core, key=lambda core: (on_core[core], core is not None))
    return Slice(
        busiest if on_core[busiest] else None,
        sum(on_core.values()) / whole,
        ready / whole,
        memory,
        None if gil is None else gil / whole,
    )


def overlap(spans: Iterable[Span], start: float, stop: float) -> float:
    """Return how many seconds of ``start`` to ``stop`` the spans cover; an open span goes on."""
    return sum(
        max(0.0, (stop if span.end is None else min(span.end, stop)) - max(span.began, start))
        for span in spans
    )


def numbered_runs(cores: Sequence[int | None], glyph: str = "█") -> list[str]:
    """Return a character for each core, so that a run of one core begins with its number.

    ``[0, 0, 0, None, 12, 12, 12]`` is ``0██ 12█``. A run shorter than its number shows glyphs
    only, because a part of a number would be another core's.
    """
    cells: list[str] = []
    index = 0
    while index < len(cores):
        core = cores[index]
        stop = index
        while stop < len(cores) and cores[stop] == core:
            stop += 1
        length = stop - index
        if core is None:
            cells.extend(" " * length)
        else:
            digits = str(core)
            label = digits if len(digits) <= length else ""
            cells.extend(label + glyph * (length - len(label)))
        index = stop
    return cells
