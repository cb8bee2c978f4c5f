"""The timeline as lines: a row a maker, a cell a slice of time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import groupby

from chai_tui.explain.formatting import GLYPHS, HELD_UP, seconds_text
from chai_tui.state.records import Maker, State
from chai_tui.tui.canvas.resample import Slice, cut, numbered_runs, overlap
from chai_tui.tui.canvas.styles import Line, Span, core_style, fit
from chai_tui.tui.timeline.time_scale import TimeScale, TimeView

TICK_CELLS = 10

WAITS: Span = ("·", "dim")
READY: Span = ("▒", "others")
GIL: Span = ("░", "paused")
HELD: Span = (HELD_UP, "stopped")
PAUSED: Span = (GLYPHS[State.PAUSED], "paused")
SEATED: Span = (GLYPHS[State.SEATED], "seated")
UNSAMPLED: Span = ("╌", "dim")
ON_A_CORE: Span = ("█", "brewing")
NOTHING: Span = (" ", "")

_THRESHOLDS = tuple(int(f"{cell:06b}"[::-1], 2) / 64 for cell in range(64))
"""The share of a core from which on a cell shows it: van der Corput's sequence, of which any run
of neighbours is spread evenly. So a share is told right also while it changes from sample to
sample, and a cell shows the same wherever the row is scrolled to."""


def cells(
    maker: Maker, scale: TimeScale, now: float, kept: Sequence[int | None] = ()
) -> list[Span]:
    """Return what a maker did, a cell for each slice of time: a character and its style.

    Where a maker used a part of a core, that part of its cells shows the core: four threads that
    share a core show it in every fourth cell, and their wait for the GIL in the others. The cells
    of a sample say how much, not when; beginnings, ends, pauses and who held whom up are exact.

    Args:
        maker: whose time.
        scale: which time each cell stands for.
        now: until when the story of a maker that still runs is told, in the events' seconds.
        kept: who kept its event loop in each cell, as :func:`~chai_tui.state.contention.loop_kept`
            tells it; empty where it stands at none.
    """
    slices = cut(maker, scale.start, scale.seconds, scale.width, now)
    steps_began = [span.began for span in maker.step_times]
    spans: list[Span] = []
    cores: list[int | None] = []
    for index, a_slice in enumerate(slices):
        start = scale.start + index * scale.seconds
        stop = start + scale.seconds
        span = _fixed(maker, start, stop, now)
        if (
            span in (None, SEATED)
            and kept
            and kept[index] not in (None, maker.number)
            and not _began_to_compute(maker, steps_began, start, stop)
        ):
            span = HELD
        core: int | None = None
        if span is None and (a_slice is None or a_slice.cpu_share is None):
            span = UNSAMPLED
        elif span is None and a_slice is not None:
            computes = _computes(maker, steps_began, start + scale.seconds / 2)
            span = _sampled(a_slice, scale.first + index + maker.number, computes=computes)
            core = a_slice.core if span is ON_A_CORE else None
        spans.append(span or NOTHING)
        cores.append(core)
    return [
        span if core is None else (glyph, core_style(core))
        for span, core, glyph in zip(spans, cores, numbered_runs(cores), strict=True)
    ]


def _fixed(maker: Maker, start: float, stop: float, now: float) -> Span | None:
    """What a cell shows whatever was sampled; None if the sample decides."""
    finish = maker.served_at if maker.state is State.SERVED else maker.ended_at
    if finish is not None and start <= finish < stop:
        return GLYPHS[maker.state], str(maker.state)
    if stop <= maker.seated_at or start >= (now if finish is None else finish):
        return NOTHING
    if maker.started_at is None or stop <= maker.started_at:
        return SEATED
    paused = overlap(maker.pauses, start, stop)
    if paused and (
        paused * 2 >= stop - start or any(start <= pause.began < stop for pause in maker.pauses)
    ):
        return PAUSED
    return None


def _computes(maker: Maker, steps_began: list[float], at: float) -> bool:
    """Whether the step at a time is one that always wants a core."""
    index = bisect_right(steps_began, at) - 1
    if not 0 <= index < len(maker.steps):
        return False
    return maker.steps[index].kind.never_waits


def _began_to_compute(maker: Maker, steps_began: list[float], start: float, stop: float) -> bool:
    """Whether a step that keeps an event loop began between two times: be it ever so short."""
    began = range(bisect_left(steps_began, start), bisect_left(steps_began, stop))
    return any(maker.steps[index].kind.never_waits for index in began if index < len(maker.steps))


def _sampled(a_slice: Slice, cell: int, *, computes: bool) -> Span:
    share = a_slice.cpu_share or 0.0
    # A sample's edges are not sharp: nearly all is all, hardly anything is nothing.
    share = 1.0 if share >= 0.9 else 0.0 if share < 0.05 else share
    threshold = _THRESHOLDS[cell % len(_THRESHOLDS)]
    if share > threshold:
        return ON_A_CORE
    if computes and a_slice.gil_share is not None:
        waited = share + (a_slice.gil_share if a_slice.gil_share >= 0.05 else 0.0)
        if waited > threshold:
            return GIL
        return READY if waited + a_slice.ready_share > threshold else WAITS
    # Who computes and has no core wants one, or waits for a lock that nobody can tell of.
    idle = 1.0 - min(1.0, share)
    ready = idle if computes else a_slice.ready_share
    return READY if ready * 2 >= idle and ready > 0.05 else WAITS


# Lines


def gutter_width(greatest: int, width: int) -> int:
    """Return the cells left of the time.

    Args:
        greatest: the greatest number of a maker.
        width: cells of a whole row.
    """
    return len(str(greatest)) + 5 + (8 if width >= 72 else 0)


def gutter(maker: Maker, width: int, *, is_chosen: bool) -> Line:
    """Return what stands left of a maker's time: its number and its state.

    Args:
        maker: who.
        width: in cells; from 14 on the state stands there in words, too.
        is_chosen: whether it is the chosen one.
    """
    state = str(maker.state)
    digits = width - 5 - (8 if width >= 14 else 0)
    line: Line = [
        ("▸" if is_chosen else " ", "chosen"),
        (f"#{maker.number}".rjust(digits + 1), "chosen" if is_chosen else "strong"),
        (f" {GLYPHS[maker.state]} ", state),
    ]
    if width >= 14:
        line.append((state, state))
    return fit(line, width)


def row(
    maker: Maker,
    scale: TimeScale,
    now: float,
    gutter_cells: int,
    kept: Sequence[int | None] = (),
    *,
    is_chosen: bool,
) -> Line:
    """Return a maker's row: ``gutter_cells`` and the scale's width together.

    Args:
        maker: whose row.
        scale: which time each cell stands for.
        now: the floor's time, in the events' seconds.
        gutter_cells: cells left of the time.
        kept: who kept its event loop in each cell of time; empty where it stands at none.
        is_chosen: whether it is the chosen one.
    """
    line = gutter(maker, gutter_cells, is_chosen=is_chosen)
    for style, run in groupby(cells(maker, scale, now, kept), key=lambda span: span[1]):
        line.append(("".join(text for text, _ in run), style))
    return line


def axis(scale: TimeScale, gutter_cells: int) -> Line:
    """Return the seconds over the rows.

    Args:
        scale: which time each cell stands for.
        gutter_cells: cells left of the time.
    """
    line: Line = [(" " * gutter_cells, "")]
    to_tick = -scale.first % TICK_CELLS
    line.append((" " * min(to_tick, scale.width), ""))
    for index in range(to_tick, scale.width, TICK_CELLS):
        label = _tick((scale.first + index) * scale.seconds)
        if index + 1 + len(label) <= scale.width:
            line += [("╷", "frame"), (label.ljust(TICK_CELLS - 1), "dim")]
    return _exactly(line, gutter_cells + scale.width)


def _exactly(line: Line, width: int) -> Line:
    """Cut or padded, without an ellipsis: what is cut off is blank."""
    text_left = width
    cut_line: Line = []
    for text, style in line:
        cut_line.append((text[:text_left], style))
        text_left -= len(cut_line[-1][0])
    return fit(cut_line, width)


def _tick(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:g} s" if seconds == round(seconds) else f"{seconds:.1f} s"
    return seconds_text(seconds)


def headline(view: TimeView, scale: TimeScale, makers: int, width: int) -> Line:
    """Return the line on top: what is shown, and on which scale.

    Args:
        view: what was chosen to be shown.
        scale: which time each cell stands for.
        makers: how many there are.
        width: in cells.
    """
    how = "follows now" if view.first is None else "stands still"
    how = "all of it" if view.scale is None and view.first is None else how
    right = f"{scale.seconds:g} s a cell · {how} "
    left = f"{makers:,} maker{'' if makers == 1 else 's'}"
    line: Line = [(" timeline ", "strong"), (left, "dim")]
    gap = width - 10 - len(left) - len(right)
    if gap < 1:
        return fit([(" ", ""), (right, "dim")], width)
    return fit([*line, (" " * gap, ""), (right, "dim")], width)
