"""Charts of one maker's CPU and memory over time, on scales that are written beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from chai_tui.explain.wording.formatting import memory_text, percent, round_top, seconds_text
from chai_tui.state.makers.records import Maker
from chai_tui.tui.canvas.prose import heading
from chai_tui.tui.canvas.resample import Slice, cut, numbered_runs, sampled_since
from chai_tui.tui.canvas.styles import Line, core_style, fit, fit_text

GUTTER = 9
"""Cells left of a chart: the scale's labels and its line."""
CPU_ROWS = 3
MEMORY_ROWS = 2
_EIGHTHS = "▁▂▃▄▅▆▇█"


class Column(NamedTuple):
    """One column of a chart: how high (None: not known) and with which style."""

    value: float | None
    style: str


def columns_drawn(columns: Sequence[Column], top: float, rows: int) -> list[Line]:
    """Return columns as ``rows`` lines, one cell each, full at ``top``.

    What is more than nothing always shows, be it ever so little; what is more than ``top`` fills
    its column.
    """
    lines: list[Line] = []
    for row in range(rows):
        floor = (rows - 1 - row) * 8
        line: Line = []
        for value, style in columns:
            if value is None or value <= 0 or top <= 0:
                line.append((" ", ""))
                continue
            eighths = max(1, round(min(1.0, value / top) * rows * 8)) - floor
            line.append((_EIGHTHS[min(8, eighths) - 1] if eighths > 0 else " ", style))
        lines.append(line)
    return lines


def _with_scale(lines: list[Line], top: str, bottom: str, width: int) -> list[Line]:
    labels = [top, *[""] * (len(lines) - 2), bottom] if len(lines) > 1 else [top]
    return [
        fit([(f"{fit_text(label, GUTTER - 2):>{GUTTER - 2}} ", "dim"), ("▏", "dim"), *line], width)
        for label, line in zip(labels, lines, strict=True)
    ]


def _right(label: str) -> str:
    return f"{label:>{GUTTER - 2}}"


def charts(
    maker: Maker,
    now: float,
    width: int,
    samples: Sequence[float] = (),
    *,
    is_seen: bool = True,
) -> list[Line]:
    """Return CPU and memory over time, with the core that each column ran on.

    The scales are fixed, and written: CPU up to one core (or as many whole cores as the maker
    ever used), memory up to the next 1, 2 or 5 times a power of ten.

    Args:
        maker: whose.
        now: until when they go for a maker that still runs, in the events' seconds.
        width: in cells, the scale's labels included; under 13 there is nothing to draw.
        samples: when samples were taken; without them every entry of its history is one.
        is_seen: whether a sample is to be expected.
    """
    columns = width - GUTTER
    since = sampled_since(maker, samples)
    if columns < 4:
        return []
    if since is None and not is_seen:
        return []
    if since is None:
        return [heading("cpu", width), fit([("  no sample yet", "dim")], width)]
    until = max(now if maker.ended_at is None else maker.ended_at, since)
    column = max(until - since, 1e-3) / columns
    slices = cut(maker, [since + column * index for index in range(columns + 1)], samples)
    return [
        *_cpu(slices, width),
        *_memory(maker, slices, width),
        _time_axis(since - maker.seated_at, until - maker.seated_at, maker, width),
    ]


def _cpu(slices: Sequence[Slice | None], width: int) -> list[Line]:
    most = max((a_slice.cpu_share or 0.0 for a_slice in slices if a_slice), default=0.0)
    # A sample may read a little over one core; that is no second core.
    cores = max(1, math.ceil(most - 0.1))
    drawn = columns_drawn(
        [
            Column(None, "")
            if a_slice is None
            else Column(
                a_slice.cpu_share, "brewing" if a_slice.core is None else core_style(a_slice.core)
            )
            for a_slice in slices
        ],
        cores,
        CPU_ROWS,
    )
    scale = "one core" if cores == 1 else f"{cores} cores"
    lines = [
        heading(f"cpu · {percent(cores)} is {scale}", width),
        *_with_scale(drawn, _right(percent(cores)), _right("0 %"), width),
    ]
    cores_used = [a_slice.core if a_slice else None for a_slice in slices]
    if any(core is not None for core in cores_used):
        cells: Line = [
            (text, "" if core is None else core_style(core))
            for text, core in zip(numbered_runs(cores_used, "─"), cores_used, strict=True)
        ]
        lines.append(fit([(f"{_right('core')} ▏", "dim"), *cells], width))
    return lines


def _memory(maker: Maker, slices: Sequence[Slice | None], width: int) -> list[Line]:
    most = max((a_slice.memory or 0 for a_slice in slices if a_slice), default=0)
    if not most:
        return []
    top = round_top(most)
    drawn = columns_drawn(
        [Column(a_slice.memory if a_slice else None, "strong") for a_slice in slices],
        top,
        MEMORY_ROWS,
    )
    whose = "of the whole process" if maker.engine.shares_station else "its process's own"
    return [
        heading(f"memory · {whose} · scale to {memory_text(top)}", width),
        *_with_scale(drawn, _right(memory_text(top)), _right("0"), width),
    ]


def _time_axis(began: float, ended: float, maker: Maker, width: int) -> Line:
    left = f"{seconds_text(began)} after it was {'seated' if maker.is_ours else 'seen first'}"
    if width < 56:
        left = seconds_text(began)
    right = seconds_text(ended) if maker.joined else f"now {seconds_text(ended)}"
    gap = width - GUTTER - len(left) - len(right)
    if gap < 1:
        return fit([(" " * GUTTER, ""), (left, "dim")], width)
    return fit([(" " * GUTTER, ""), (left, "dim"), (" " * gap, ""), (right, "dim")], width)
