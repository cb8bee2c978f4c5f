"""A maker's history cut into columns of time: what charts and timelines are drawn from.

A sample tells of the time since the sample before it, and of nothing inside of that time.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from chai_tui.model.recipe import StepKind
from chai_tui.state.contention import overlaps, step_seconds
from chai_tui.state.makers.records import Maker, Span, Use

FREES_GIL = frozenset({StepKind.NATIVE, StepKind.CALL})
"""Steps in which a thread may use a core without the GIL; of a call nobody knows."""


class Slice(NamedTuple):
    """What a maker did in a column of time, averaged over the part that was sampled.

    Attributes:
        core: the core on which it used the most CPU time; None where it used none or the
            system cannot tell.
        cpu_share: CPU seconds for each second of that part (1.0: one whole core); None if unknown.
        ready_share: share of it in which it was ready but had no core, 0 to 1; None if unknown.
        memory: the most bytes that it held; None if unknown.
        gil_share: share of it in which it waited for the GIL, 0 to 1; None if unknown.
        seconds: how long that part is.
    """

    core: int | None
    cpu_share: float | None
    ready_share: float | None
    memory: int | None
    gil_share: float | None = None
    seconds: float = 0.0


def sampled_since(maker: Maker, samples: Sequence[float] = ()) -> float | None:
    """Return when the history that was kept begins, in the events' seconds; None without any.

    Args:
        maker: whose.
        samples: when samples were taken; without them every entry of the history is one.
    """
    if not maker.history:
        return None
    return _told_since(maker, maker.history[0].at, samples or [maker.history[0].at])


def _told_since(maker: Maker, at: float, samples: Sequence[float]) -> float:
    """When the time begins that a sample tells of: a maker's first one, since it started."""
    index = bisect_left(samples, at)
    started = at if maker.started_at is None else maker.started_at
    if index:
        before = samples[index - 1]
        return max(before, started) if before < started < at else before
    # The samples before the oldest that is known may have been dropped.
    return min(started, at) if index < len(samples) and samples[index] == at else at


def cut(maker: Maker, edges: Sequence[float], samples: Sequence[float] = ()) -> list[Slice | None]:
    """Cut a maker's history into columns.

    An entry of the history is what a sample told; equal ones after it are not kept, so it holds
    until the sample before the next entry, and the last one until the last sample.

    Args:
        maker: whose.
        edges: where columns begin and end, in the events' seconds, ascending.
        samples: when samples were taken; without them every entry of the history is one.

    Returns:
        A slice for each column; None where nothing is known: before the first sample, or after the
        last one.
    """
    parts: list[list[tuple[Use, float]]] = [[] for _ in edges[1:]]
    for began, end, use in _told(maker, edges, samples):
        for index, seconds in overlaps(began, end, edges):
            parts[index].append((use, seconds))
    return [_averaged(part) if part else None for part in parts]


def _told(
    maker: Maker, edges: Sequence[float], samples: Sequence[float]
) -> list[tuple[float, float, Use]]:
    """From when to when each entry holds of those that columns tell of, oldest first."""
    told: list[tuple[float, float, Use]] = []
    if not maker.history or len(edges) < 2:
        return told
    samples = samples or [use.at for use in maker.history]
    known = len(samples) if maker.ended_at is None else bisect_right(samples, maker.ended_at)
    end = samples[known - 1] if known else edges[0]
    for use in reversed(maker.history):
        began = _told_since(maker, use.at, samples)
        if began < end:
            if began < edges[-1]:
                told.append((began, end, use))
            end = began
        if began <= edges[0]:
            break
    told.reverse()
    return told


def _averaged(parts: Sequence[tuple[Use, float]]) -> Slice:
    if len(parts) == 1:  # by far the most: one sample, or several that told the same
        use, seconds = parts[0]
        share = use.cpu_share
        return Slice(use.core, share, use.ready_share, use.memory, use.gil_share, seconds)
    on_core: dict[int | None, float] = {}
    ready: float | None = None
    gil: float | None = None
    memory: int | None = None
    whole = 0.0
    for use, seconds in parts:
        if use.memory is not None:
            memory = max(memory or 0, use.memory)
        if use.cpu_share is None:
            continue
        whole += seconds
        on_core[use.core] = on_core.get(use.core, 0.0) + use.cpu_share * seconds
        if use.ready_share is not None:
            ready = (ready or 0.0) + use.ready_share * seconds
        if use.gil_share is not None:
            gil = (gil or 0.0) + use.gil_share * seconds
    if not whole:
        return Slice(None, None, None, memory)
    busiest = max(on_core, key=lambda core: (on_core[core], core is not None))
    return Slice(
        busiest if on_core[busiest] else None,
        sum(on_core.values()) / whole,
        None if ready is None else ready / whole,
        memory,
        None if gil is None else gil / whole,
        whole,
    )


# What threads of one GIL can have used


def bytecode_seconds(burned: float, freed: float) -> float:
    """Return how many of the CPU seconds that a thread burned were bytecode, at the least.

    Args:
        burned: its CPU seconds.
        freed: the seconds that it was in steps which may let go of the GIL.
    """
    return max(0.0, burned - freed)


def bytecode_burned(
    makers: Iterable[Maker], edges: Sequence[float], samples: Sequence[float]
) -> list[float]:
    """Return the CPU seconds of bytecode that makers burned together in each column, at the least.

    Args:
        makers: who share a GIL.
        edges: where columns begin and end, in the events' seconds, ascending.
        samples: when samples were taken.
    """
    together = [0.0] * max(0, len(edges) - 1)
    for maker in makers:
        burned: dict[int, float] = {}
        for began, end, use in _told(maker, edges, samples):
            if use.cpu_share:  # of a thousand that wait, most have none
                for index, seconds in overlaps(began, end, edges):
                    burned[index] = burned.get(index, 0.0) + use.cpu_share * seconds
        if burned:
            freed = step_seconds(maker, FREES_GIL, edges)
            for index, seconds in burned.items():
                together[index] += bytecode_seconds(seconds, freed[index])
    return together


def share_drawn(a_slice: Slice, seconds: float, freed: float = 0.0, together: float = 0.0) -> float:
    """Return the share of a column that a maker is drawn to have been on a core, 0 to 1.

    Bytecode cannot take more than all of the time of the one GIL that it needs. Where the threads
    that share it burned more, in the figures, the excess was C outside of the lock (system calls,
    the way to and from a wait) or clocks that disagree: nobody knows whose, so all of them give
    way alike.

    Args:
        a_slice: what it did there.
        seconds: how much of the column was sampled at all.
        freed: seconds that it was there in steps which may let go of the GIL.
        together: seconds of bytecode that all those burned who share its GIL.
    """
    if not a_slice.cpu_share or seconds <= 0:
        return 0.0
    burned = a_slice.cpu_share * a_slice.seconds
    if together > seconds:
        burned -= bytecode_seconds(burned, freed) * (1.0 - seconds / together)
    return min(1.0, burned / seconds)


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
