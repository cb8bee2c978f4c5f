"""The timeline as lines: a row a maker, a cell one sample or several."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter

from chai_tui.explain.wording.formatting import GLYPHS, seconds_text
from chai_tui.model.text import printable
from chai_tui.state.makers.records import Maker
from chai_tui.tui.canvas.styles import Line, Span, fit
from chai_tui.tui.timeline.cells import LASTING, Cell, one_line, two_lines
from chai_tui.tui.timeline.time_scale import TimeScale, TimeView

TICK_CELLS = 10
_STYLE = itemgetter(1)  # of a span

WORD_CELLS = 8
"""For a state in words."""
NAME_CELLS, SHORT_NAME_CELLS = 17, 11
"""For the name of one that is not ours; the second where the row is short."""


def gutter_width(greatest: int, width: int, *, has_names: bool = False) -> int:
    """Return the cells left of the time.

    Args:
        greatest: the greatest number of a maker.
        width: cells of a whole row.
        has_names: whether makers have names: they are a program's that is not ours.
    """
    if has_names:
        return len(str(greatest)) + 4 + (NAME_CELLS if width >= 64 else SHORT_NAME_CELLS)
    return len(str(greatest)) + 5 + (WORD_CELLS if width >= 72 else 0)


def gutter(maker: Maker, width: int, *, is_chosen: bool) -> Line:
    """Return what stands left of a maker's time: its number and its state, or its engine.

    Args:
        maker: who.
        width: in cells; from 14 on the state stands there in words, too.
        is_chosen: whether it is the chosen one.
    """
    state = str(maker.state)
    if not maker.is_ours:
        words = NAME_CELLS if width >= NAME_CELLS + 5 else SHORT_NAME_CELLS
        named: Line = [
            ("▸" if is_chosen else " ", "chosen"),
            (f"#{maker.number}".rjust(width - 3 - words), "chosen" if is_chosen else "strong"),
            (f" {GLYPHS[maker.state]} ", state),
            (printable(maker.called), ""),
        ]
        return fit([*fit(named, width - 1), (" ", "")], width)
    digits = width - 5 - (WORD_CELLS if width >= 14 else 0)
    line: Line = [
        ("▸" if is_chosen else " ", "chosen"),
        (f"#{maker.number}".rjust(digits + 1), "chosen" if is_chosen else "strong"),
        (f" {GLYPHS[maker.state]} ", state),
    ]
    if width >= 14:  # of who works in a race, and has no recipe, the engine tells more
        line.append((state if maker.recipe else str(maker.engine), state))
    return fit(line, width)


def rows_of(
    maker: Maker,
    found: Sequence[Cell],
    gutter_cells: int,
    *,
    is_chosen: bool,
    in_two: bool,
    cells: int = 1,
) -> list[Line]:
    """Return a maker's row, or two lines: each ``gutter_cells`` and the columns' cells wide.

    Args:
        maker: whose row.
        found: its columns.
        gutter_cells: cells left of the time.
        is_chosen: whether it is the chosen one.
        in_two: whether reasons have a line of their own.
        cells: how many cells wide each column is.
    """
    left = gutter(maker, gutter_cells, is_chosen=is_chosen)
    if not in_two:
        return [[*left, *_joined(_widened(one_line(found), cells))]]
    heights, reasons = (_widened(line, cells) for line in two_lines(found))
    blank = (" " * gutter_cells, "")
    return [[*left, *_joined(heights)], [blank, *_joined(reasons)]]


def _widened(spans: Iterable[Span], cells: int) -> Iterable[Span]:
    """Each as wide as so many cells; what is said once, as an end or a core's number, once."""
    if cells == 1:
        return spans
    return (
        (text * cells if text in LASTING else text.ljust(cells), style) for text, style in spans
    )


def _joined(spans: Iterable[Span]) -> Line:
    """Neighbours of one style as one text."""
    return [("".join([text for text, _ in run]), style) for style, run in groupby(spans, _STYLE)]


def axis(scale: TimeScale, gutter_cells: int) -> Line:
    """Return the seconds over the rows.

    Args:
        scale: which time each cell stands for.
        gutter_cells: cells left of the time.
    """
    line: Line = [(" " * gutter_cells, "")]
    columns = -(-TICK_CELLS // scale.cells)  # from tick to tick
    width = scale.width * scale.cells
    to_tick = -scale.first % columns
    line.append((" " * min(to_tick * scale.cells, width), ""))
    for index in range(to_tick, scale.width, columns):
        label = _tick(scale.edges[index] - scale.origin)
        if index * scale.cells + 1 + len(label) <= width:
            line += [("╷", "frame"), (label.ljust(columns * scale.cells - 1), "dim")]
    return _exactly(line, gutter_cells + width)


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
        tenths = f"{seconds:.1f}"
        return f"{tenths.removesuffix('.0')} s"
    return seconds_text(seconds)


def headline(
    view: TimeView, scale: TimeScale, makers: int, width: int, *, noun: str = "maker"
) -> Line:
    """Return the line on top: what is shown, and on which scale.

    Args:
        view: what was chosen to be shown.
        scale: which time each cell stands for.
        makers: how many there are.
        width: in cells.
        noun: what one of them is called.
    """
    how = "follows now" if view.first is None else "stands still"
    how = "all of it" if view.scale is None and view.first is None else how
    cell = f"{scale.samples} sample{'' if scale.samples == 1 else 's'}"
    cell = cell if scale.is_sampled else f"{scale.samples * scale.pitch:g} s"
    right = f"{cell} a cell · {how} "
    left = f"{makers:,} {noun}{'' if makers == 1 else 's'}"
    line: Line = [(" timeline ", "strong"), (left, "dim")]
    gap = width - 10 - len(left) - len(right)
    if gap < 1:
        return fit([(" ", ""), (right, "dim")], width)
    return fit([*line, (" " * gap, ""), (right, "dim")], width)
