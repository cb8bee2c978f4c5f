"""What came of a race: the verdict in a box, the figures of all lanes in a table. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich.cells import cell_len

from chai_tui.explain.tasting.forecast import forecast_text, pays_text
from chai_tui.explain.tasting.naming import failure_text
from chai_tui.explain.tasting.table import HEADINGS, lane_rows
from chai_tui.explain.wording.formatting import memory_text, span_text
from chai_tui.model.text import printable
from chai_tui.race.rounds.records import Race
from chai_tui.tui.canvas.prose import paragraph, wrapped
from chai_tui.tui.canvas.styles import Line, fit, fit_text

_SENTENCES = re.compile(r"(?<=[.])\s+(?=[A-Z0-9])")
EDGES = 2
"""Lines, or columns, of a box that its edges take."""
PADDING = 2
"""Columns between an edge and the words, on each side."""


def box(
    title: str, texts: Sequence[tuple[str, str]], width: int, style: str, height: int = 0
) -> list[Line]:
    """Return texts in a box.

    Args:
        title: stands in its upper edge.
        texts: each with its style; each begins a line.
        width: of the box, in cells.
        style: of its edges and its title.
        height: lines there are for it; 0 for as many as it needs. From two more than those on, a
            blank line stands above the words and below them.
    """
    inner = max(1, width - EDGES - 2 * PADDING)
    lines: list[Line] = [[(piece, one)] for text, one in texts for piece in wrapped(text, inner)]
    room = height - EDGES if height else len(lines)
    if room <= 0:
        return [fit(line, width) for line in lines[:height]]
    if len(lines) > room:
        lines = lines[:room]
        lines[-1] = fit([*lines[-1], (" …", "")], inner)
    if room >= len(lines) + 2:
        lines = [[], *lines, []]
    top = f"─ {title} "
    rule = "─" * max(0, width - EDGES - cell_len(top))
    edge: list[Line] = [[("╭─ ", style), (title, style), (f" {rule}╮", style)]]
    blank = (" " * PADDING, "")
    side = ("│", style)
    edge += [[side, blank, *fit(line, inner), blank, side] for line in lines]
    edge.append([(f"╰{'─' * max(0, width - EDGES)}╯", style)])
    return [fit(line, width) for line in edge]


def verdict_box(race: Race, width: int, height: int = 0) -> list[Line]:
    """Return the verdict in its box; nothing before there is one."""
    if race.failed is not None:
        return box("cannot be tasted", [(failure_text(race), "strong")], width, "failed", height)
    if race.judged is None:
        return []
    style = "served" if race.judged.lane is not None else "paused"
    title = "verdict" if race.judged.lane is not None else "no verdict"
    first, *more = _SENTENCES.split(printable(race.judged.sentence), maxsplit=1)
    return box(title, [(first, "strong"), *((text, "") for text in more)], width, style, height)


def tasted_lines(race: Race, width: int) -> list[Line]:
    """Return what single calls were like; nothing before that is known."""
    told = race.tasted
    if told is None or not told.calls:
        return []
    call = span_text(told.wall / told.calls)
    if told.calls > 1:
        call += f", from {span_text(told.shortest)} to {span_text(told.longest)}"
    cpu = (told.process_cpu + told.child_cpu) / told.calls
    facts = [
        ("single calls", f"{told.calls:,} in {span_text(told.wall)}"),
        ("a call", call),
        ("CPU of a call", span_text(cpu)),
    ]
    for name, measure in (("argument", told.argument), ("result", told.result)):
        if measure.size is not None:
            took = span_text(measure.seconds)
            facts.append((name, f"{memory_text(measure.size)}, pickled and read in {took}"))
        elif measure.problem:
            facts.append((name, f"cannot be pickled: {printable(measure.problem)}"))
    return [
        fit([(f"  {name:<15}", "dim"), (fit_text(text, max(0, width - 18)), "")], width)
        for name, text in facts
    ]


def table_lines(race: Race, width: int) -> list[Line]:
    """Return the figures of all lanes, as many columns as there is room for; nothing without."""
    rows = lane_rows(race)
    if not rows:
        return []
    table = [HEADINGS, *(row.cells for row in rows)]
    cells = [max(cell_len(row[index]) for row in table) for index in range(len(HEADINGS))]
    shown = len(cells)
    while shown > 1 and sum(cells[:shown]) + 2 * shown + 1 > width:
        shown -= 1
    styles = ["dim", *("served" if row.is_chosen else "" for row in rows)]
    lines = []
    for row, style in zip(table, styles, strict=True):
        line: Line = [(f"  {fit_text(row[0], cells[0])}", style or "strong")]
        for text, room in zip(row[1:shown], cells[1:shown], strict=True):
            line.append((f"  {text.rjust(room)}", style))
        lines.append(fit(line, width))
    return lines


def note_lines(race: Race, width: int) -> list[Line]:
    """Return what else follows from the figures: when processes pay, what more cores would give."""
    texts = [pays_text(race), forecast_text(race)] if race.judged is not None else []
    return [
        line
        for text in texts
        if text
        for line in paragraph(text, max(1, width - 1), "dim", indent=2)
    ]
