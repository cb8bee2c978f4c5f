"""Draws the cores: how busy each is, how much of that makers are, and which ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from chai_tui.explain.wording.formatting import cores_worth, quota_text
from chai_tui.model.events import RunBegan
from chai_tui.state.makers.records import Core, CoreShares
from chai_tui.tui.canvas.styles import Line, core_style, fit, fit_text
from chai_tui.tui.kitchen.core_layout import MARKS_TOGETHER, Grid, Marks, lay_out, rows_allowed

_HEIGHTS = "▁▂▃▄▅▆▇█"
_MAKERS, _OTHERS, _ANYONE, _EMPTY, _UNKNOWN = "█", "▓", "▒", "░", " "
LEGEND = f"{_MAKERS} these makers  {_OTHERS} everything else  {_EMPTY} idle  #1: who was on it last"
LEGEND_NAMED = f"{_MAKERS} its workers  {_OTHERS} everything else  {_EMPTY} idle, and who was on it"
MARKED = 0.5 / len(_HEIGHTS)
"""The least share of a core that its history shows."""
LEGEND_UNMAPPED = f"{_ANYONE} busy, with anything  {_EMPTY} idle"


def core_lines(
    cores: Sequence[Core],
    width: int,
    max_rows: int,
    run: RunBegan,
    names: Mapping[int, str] | None = None,
) -> list[Line]:
    """Return the cores as lines of exactly ``width`` cells.

    Args:
        cores: from left to right, then down.
        width: cells in a line.
        max_rows: the most lines to return.
        run: where they are; it says what may be used of them, and what is known.
        names: what makers are called, by number; without one they are called by that.
    """
    names = names or {}
    if not cores or width < 1 or max_rows < 1:
        return []
    note = _note(width, run)
    rows = max_rows - 1 if note and max_rows > 1 else max_rows
    layout = lay_out([core.number for core in cores], width, rows, maps_cores=run.maps_cores)
    if isinstance(layout, Grid):
        lines = [
            [
                span
                for core in cores[first : first + layout.columns]
                for span in _cell(core, layout, names, maps_cores=run.maps_cores)
            ]
            for first in range(0, len(cores), layout.columns)
        ]
    else:
        step = layout.marks_a_row * layout.cores_a_mark
        lines = [
            _marks(cores[first : first + step], layout) for first in range(0, len(cores), step)
        ]
        if layout.has_who:
            lines.append(_who(cores, names))
    if note and rows < max_rows:
        lines.append([(note, "dim")])
    return [fit(line, width) for line in lines]


def rows_wanted(numbers: Sequence[int], width: int, screen_height: int, run: RunBegan) -> int:
    """Return how many rows :func:`core_lines` needs on a screen of that height.

    Args:
        numbers: the cores' numbers.
        width: cells in a row.
        screen_height: rows of the whole screen.
        run: as for :func:`core_lines`.
    """
    if not numbers or width < 1:
        return 0
    has_note = bool(_note(width, run))
    rows = rows_allowed(screen_height) - has_note
    return lay_out(numbers, width, rows, maps_cores=run.maps_cores).rows + has_note


def maker_numbers(makers: Sequence[int], width: int) -> str:
    """Return ``#1 #4``; with ``+3`` for those that do not fit into ``width`` cells."""
    if width < 1:
        return ""
    for shown in range(min(len(makers), width // 2), -1, -1):  # a number takes two cells or more
        words = [f"#{number}" for number in makers[:shown]]
        if shown < len(makers):
            words.append(f"+{len(makers) - shown}")
        text = " ".join(words)
        if len(text) <= width:
            return text
    return "…"


def _whose(makers: Sequence[int], names: Mapping[int, str], width: int) -> str:
    """Who was on a core: each name once, and the numbers of those who have none."""
    if not any(maker in names for maker in makers):
        return maker_numbers(makers, width)
    return ", ".join(dict.fromkeys(names.get(maker, f"#{maker}") for maker in makers))


def heights(shares: Sequence[float | None]) -> str:
    """Return each share, 0 to 1, as a block; the scale is the same everywhere and for ever."""
    return "".join(
        " " if share is None else _HEIGHTS[min(7, int(_clamped(share) * 8))] for share in shares
    )


def _cell(core: Core, grid: Grid, names: Mapping[int, str], *, maps_cores: bool) -> Line:
    sizes = grid.cell
    style = core_style(core.number)
    digits = sizes.label - len(" core  " if grid.has_word else "  ")
    word = " core " if grid.has_word else " "
    line: Line = [
        (f"{word}{core.number:>{digits}} ", "dim"),
        *_bar(core, sizes.bar, maps_cores=maps_cores),
        (f" {'—' if core.busy is None else round(_clamped(core.busy) * 100):>3} %", ""),
    ]
    if sizes.makers:
        whose = _whose(core.makers, names, sizes.makers)
        line.append((f"  {fit_text(whose, sizes.makers)}", style))
    if sizes.history:
        kept = core.history
        latest = list(islice(kept, max(0, len(kept) - sizes.history), None))
        line += [(" " * (1 + sizes.history - len(latest)), ""), *_history(latest, style)]
    return fit(line, grid.column_width)


def _history(shares: Sequence[CoreShares], style: str) -> Line:
    """The makers' share at each sample; where nobody tells of makers, how busy it was at all."""
    told = [one.busy if one.makers is None else one.makers for one in shares]
    return [
        (heights([share if share is None or share >= MARKED else None for share in told]), style)
    ]


def _bar(core: Core, width: int, *, maps_cores: bool) -> Line:
    inner = width - 2
    style = core_style(core.number)
    known = core.makers_share if core.busy is None else core.busy  # what makers use at the least
    busy = round(_clamped(known or 0.0) * inner)
    if maps_cores:
        makers = min(busy, round(_clamped(core.makers_share or 0.0) * inner))
        filled: Line = [(_MAKERS * makers, style), (_OTHERS * (busy - makers), "others")]
    else:
        filled = [(_ANYONE * busy, style)]
    rest = _UNKNOWN if core.busy is None else _EMPTY
    return [("▕", "dim"), *filled, (rest * (inner - busy), "empty"), ("▏", "dim")]


def _marks(cores: Sequence[Core], marks: Marks) -> Line:
    line: Line = [(_marks_label(cores, marks), "dim")]
    for index, first in enumerate(range(0, len(cores), marks.cores_a_mark)):
        sharing = cores[first : first + marks.cores_a_mark]
        if marks.is_spaced and index and index % MARKS_TOGETHER == 0:
            line.append((" ", ""))
        known = [core.busy for core in sharing if core.busy is not None]
        busy = sum(known) / len(known) if known else None
        with_makers = next((core for core in sharing if core.makers), None)
        if with_makers is not None:
            style = core_style(with_makers.number)
        else:
            style = "empty" if busy is None or busy < 1 / len(_HEIGHTS) else "others"
        line.append((heights([busy]), style))
    return line


def _who(cores: Sequence[Core], names: Mapping[int, str]) -> Line:
    """Return who is on which core, for a drawing with no room for it beside the cores."""
    line: Line = []
    for core in cores:
        if core.makers:
            line.append((f" core {core.number} ", "dim"))
            line.append((f"{_whose(core.makers, names, 12)} ", core_style(core.number)))
    return line or [(f" no {'worker' if names else 'maker'} is on a core", "dim")]


def _marks_label(cores: Sequence[Core], marks: Marks) -> str:
    if not marks.label:
        return ""
    first, last = cores[0].number, cores[-1].number
    text = str(first) if first == last else f"{first}–{last}"
    if marks.cores_a_mark > 1:
        text += f" ×{marks.cores_a_mark}"
    return f"{text:>{marks.label - 1}} "


def _note(width: int, run: RunBegan) -> str:
    """Return what has to be said about all cores, in as many words as fit."""
    words: list[tuple[str, str]] = []
    if run.quota is not None:
        words.append((quota_text(run.quota), f"≤ {cores_worth(run.quota)} cores"))
    if run.unseen:
        what = "makers' cores, CPU shares and memory are not known here"
        words.append((f"{run.unseen}: {what}", "makers' figures: not known here"))
    elif not run.maps_cores:
        words.append(
            ("this system does not tell which core a process is on", "makers' cores unknown")
        )
    if not run.measures_cores:
        words.append(("how busy cores are is not known here", "cores' use: not known"))
    long, short = (
        "".join(f" {'· ' if index else ''}{word[length]}" for index, word in enumerate(words))
        for length in (0, 1)
    )
    return long if len(long) <= width else short


def _clamped(share: float) -> float:
    """Return the share between 0 and 1; what is no number is 0."""
    return min(1.0, share) if share > 0.0 else 0.0
