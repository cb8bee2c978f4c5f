"""What each cell of the timeline shows: how much of its time a maker was on a core, and why not.

A cell is a column of time, and a sample has no order inside: so its height is a share, its colour
the core with most of that, and beside it stands the greatest reason for the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from chai_tui.explain.wording.formatting import GLYPHS, HELD_UP
from chai_tui.model.recipe import StepKind
from chai_tui.state.contention import ALL, step_seconds
from chai_tui.state.makers.records import Maker, State
from chai_tui.tui.canvas.resample import FREES_GIL, Slice, cut, overlap, share_drawn
from chai_tui.tui.canvas.styles import Line, Span, core_style
from chai_tui.tui.timeline.time_scale import TimeScale

WAITS: Span = ("·", "dim")
READY: Span = ("▒", "others")
GIL: Span = ("░", "paused")
HELD: Span = (HELD_UP, "stopped")
PAUSED: Span = (GLYPHS[State.PAUSED], "paused")
SEATED: Span = (GLYPHS[State.SEATED], "seated")
UNSAMPLED: Span = ("╌", "dim")
NOTHING: Span = (" ", "")

LEAST_REASON = 1 / 8
"""The share of a cell from which on a reason is shown: as little as a core is shown by height."""
LEAST_SHARE = 0.02
"""The share of a core that is seen at all; reporting progress takes less."""
_EIGHTHS = " ▁▂▃▄▅▆▇█"
_TOLERANCE = 0.2
"""Eighths by which a height may be rounded up: a sample's edges are not sharper than that.

Under a quarter, so that shares which add up to one are never drawn as more: at most four of them
are higher than one eighth, and together they gain less than one.
"""
_NEVER_WAIT = frozenset(kind for kind in StepKind if kind.never_waits)
TINTED = frozenset({READY, GIL, HELD})
"""Reasons that are seen behind a height; to wait is what is left where there is none."""


LASTING = frozenset(_EIGHTHS) | {
    text for text, _ in (WAITS, READY, GIL, HELD, PAUSED, SEATED, UNSAMPLED)
}
"""Signs that tell of all the time of a cell."""


class Cell(NamedTuple):
    """What a maker did in a column of time.

    Attributes:
        sign: what is exact or not known: seated, ended, no sample; ``NOTHING`` if neither.
        height: eighths of a core, 0 to 8.
        core: the core that was used most; None if none was, or nobody can tell.
        why: what kept it from a core for the rest of the time; ``NOTHING`` where nothing did.
    """

    sign: Span = NOTHING
    height: int = 0
    core: int | None = None
    why: Span = NOTHING


BLANK = Cell()


def height_of(share: float) -> int:
    """Return the eighths of a cell that show a share: never more than was measured."""
    if share < LEAST_SHARE:
        return 0
    return min(8, max(1, int(share * 8 + _TOLERANCE)))


def cells(
    maker: Maker,
    scale: TimeScale,
    samples: Sequence[float],
    kept: Sequence[Mapping[int, float]] = (),
    together: Sequence[float] = (),
) -> list[Cell]:
    """Return what a maker did, a cell for each column of time.

    Args:
        maker: whose time.
        scale: the columns.
        samples: when samples were taken.
        kept: who kept its event loop in each column, as
            :func:`~chai_tui.state.contention.loop_kept` tells it; empty where it stands at none.
        together: seconds of bytecode in each column of all who share its GIL, as
            :func:`~chai_tui.tui.canvas.resample.bytecode_burned` tells it; empty where nobody does.
    """
    edges = scale.edges
    found = [BLANK] * scale.width
    finish = maker.served_at if maker.state is State.SERVED else maker.ended_at
    first = max(0, scale.index_at(maker.seated_at))
    last = scale.index_at(scale.now if finish is None else finish)
    started = scale.width if maker.started_at is None else scale.index_at(maker.started_at)
    slices = cut(maker, edges, samples)
    times = _StepTimes.of(maker, edges)
    for index in range(first, min(scale.width, last + 1)):
        start, stop = edges[index], edges[index + 1]
        if index == last and finish is not None:
            found[index] = Cell((GLYPHS[maker.state], str(maker.state)))
            continue
        held = _held_up(maker, kept[index]) if kept else 0.0
        paused = overlap(maker.pauses, start, stop) if maker.pauses else 0.0
        known = min(stop, scale.known) - start
        a_slice = slices[index]
        why = HELD if held >= LEAST_REASON else NOTHING
        sign, share, core = NOTHING, 0.0, None
        if index < started:
            why = SEATED if why is NOTHING else why
        elif a_slice is None or a_slice.cpu_share is None or known <= 0:
            # What comes after the last sample is not told yet; what was before is not any more.
            is_open = a_slice is None and scale.is_sampled and stop > scale.known
            sign = NOTHING if is_open else UNSAMPLED
        else:
            freed = times.freed[index]
            share = share_drawn(a_slice, known, freed, together[index] if together else 0.0)
            core = a_slice.core
            steps = times.shares(index, known)
            why = _why(maker, a_slice, known, share, steps, held=held, paused=paused / known)
        if paused and (
            paused * 2 >= min(stop, scale.now) - start
            or any(start <= pause.began < stop for pause in maker.pauses)
        ):
            sign, why = NOTHING, PAUSED
        height = height_of(share)
        found[index] = Cell(sign, height, core if height else None, why)
    return found


class _StepTimes(NamedTuple):
    """Seconds of each column in steps that wait, that never do, in calls, and without the GIL."""

    waiting: Sequence[float]
    never: Sequence[float]
    calls: Sequence[float]
    freed: Sequence[float]

    @classmethod
    def of(cls, maker: Maker, edges: Sequence[float]) -> _StepTimes:
        if not maker.step_times:  # as of any that is not ours
            return cls(*[[0.0] * len(edges)] * 4)
        return cls(
            step_seconds(maker, {StepKind.WAIT}, edges),
            step_seconds(maker, _NEVER_WAIT, edges),
            step_seconds(maker, {StepKind.CALL}, edges),
            step_seconds(maker, FREES_GIL, edges),
        )

    def shares(self, index: int, known: float) -> tuple[float, float, float]:
        """The shares of a column's sampled part in which it waited, never did, and called."""
        return self.waiting[index] / known, self.never[index] / known, self.calls[index] / known


def _held_up(maker: Maker, kept: Mapping[int, float]) -> float:
    """The share of a column for which others kept the loop."""
    return kept.get(ALL, 0.0) - kept.get(maker.number, 0.0)


def _why(
    maker: Maker,
    a_slice: Slice,
    known: float,
    share: float,
    steps: tuple[float, float, float],
    *,
    held: float,
    paused: float,
) -> Span:
    """The greatest reason for what is left of a column beside the share of a core.

    A wait is what is left of a step that waits. Who computes on a thread and under a GIL of its
    own, and has no core, wants one, also where the system does not tell; of anybody else nothing is
    said that was not measured. A thread of a program that is not ours has no steps: there the
    system tells how long it was ready, and it slept for the rest.
    """
    waiting, never, calls = steps
    there = min(1.0, a_slice.seconds / known)
    traits = maker.engine.traits
    ready = (a_slice.ready_share or 0.0) * there
    gil = (a_slice.gil_share or 0.0) * there
    left = max(0.0, there - share - ready - gil)
    if a_slice.ready_share is None:
        if traits.own_thread and not traits.shares_gil:
            ready = min(never, left)
    elif a_slice.gil_share is not None or not traits.shares_gil:
        waiting += calls
    if not maker.is_ours:
        waiting = 0.0 if a_slice.ready_share is None else left
    waits = min(waiting, left) - held - paused
    greatest, why = held, HELD
    if gil > greatest:  # no max(): every new cell of every row asks
        greatest, why = gil, GIL
    if ready > greatest:
        greatest, why = ready, READY
    if waits > greatest:
        greatest, why = waits, WAITS
    return why if greatest >= LEAST_REASON else NOTHING


# As text


def one_line(found: Sequence[Cell]) -> Iterator[Span]:
    """Yield the cells of one line: reasons stand behind the heights, or alone.

    A pause always does so: it is an event, and seen however short it was.
    """
    for sign, height, core, why in found:
        if height and why != PAUSED:
            style = "brewing" if core is None else core_style(core)
            yield _EIGHTHS[height], f"{style} on {why[1]}" if why in TINTED else style
        else:
            yield alone(sign, why)


def alone(sign: Span, why: Span) -> Span:
    """Return what stands for a cell without a height: what is known before what is not."""
    return why if sign == NOTHING or (sign == UNSAMPLED and why != NOTHING) else sign


def two_lines(found: Sequence[Cell]) -> tuple[Line, Line]:
    """Return the cells in two lines: heights, and under them reasons.

    Where nothing is to be said of a core that was not the one before, its number stands there.
    """
    heights: Line = []
    reasons: Line = []
    for sign, height, core, _ in found:
        style = "brewing" if core is None else core_style(core)
        heights.append((_EIGHTHS[height], style) if height else sign)
    printed: int | None = None
    for index, (_, _, core, why) in enumerate(found):
        if index < len(reasons):  # under the rest of a number
            continue
        digits = "" if core is None or core == printed else str(core)
        under = found[index : index + len(digits)]
        if (
            digits
            and len(under) == len(digits)
            and all(cell.why == NOTHING and cell.core == core for cell in under)
        ):
            reasons += [(digit, core_style(core or 0)) for digit in digits]
            printed = core
        else:
            reasons.append(why)
    return heights, reasons
