"""The header: how makers are made, how many are in which state, how long, how parallel."""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len

from chai_tui.explain.formatting import GLYPHS, clock_text, counted
from chai_tui.model.text import printable
from chai_tui.state.records import State
from chai_tui.tui.canvas.painted import Painted
from chai_tui.tui.canvas.styles import Line, fit, fit_text, width_of

WIDE = 60
ROOM_WIDE, ROOM = 16, 9
"""Kept free always for states as signs and figures (``●2 ✔1``), so that nothing to their left
goes when a state appears; the first from the width ``WIDE`` on. Words take what is left."""
NAME_LEAST = 12
"""A recipe's name or a filter is cut to so many cells before anything else is left out."""


class Title(NamedTuple):
    """What the header says.

    Attributes:
        recipe: of the makers added next.
        engine: likewise.
        start_method: how processes are started.
        has_gil: whether this Python has one.
        cores: how many may be used.
        quota: how many cores' worth of time may be used at once; None for all.
        counts: makers in each state.
        elapsed: seconds of the current round.
        at_once: CPU seconds of makers for each second.
        is_over: whether every maker was joined.
        frozen: whether the display is.
        warning: what the run is, if it is not live: ``simulated``.
        missed: how many things happened since it was frozen.
        sorted_by: what the makers are sorted by; empty for their numbers.
        wanted: the filter; empty for none.
    """

    recipe: str
    engine: str
    start_method: str
    has_gil: bool
    cores: int
    quota: float | None
    counts: dict[State, int]
    elapsed: float
    at_once: float
    is_over: bool
    frozen: bool = False
    sorted_by: str = ""
    wanted: str = ""
    missed: int = 0
    warning: str = ""


# What is left out to save room, one after another.
_SAVINGS = ("name", "start method", "words", "cores", "GIL", "recipe", "at once", "engine", "modes")


def title_line(title: Title, width: int) -> Line:
    """Draw the header: what fits of it, by how much it tells. The right half stays in place."""
    least = max(_counts_width(title, short=True), ROOM_WIDE if width >= WIDE else ROOM)
    for saved in range(len(_SAVINGS) + 1):
        without = frozenset(_SAVINGS[:saved])
        right = _right(title, without)
        room = width - width_of(right) - least
        left = _left(title, without, room)
        if width_of(left) <= room:
            break
    room = width - width_of(left) - width_of(right)
    counts = _counts(title, short=_counts_width(title, short=False) > room)
    return fit([*left, (" " * max(0, room - width_of(counts)), ""), *counts, *right], width)


def _left(title: Title, without: frozenset[str], room: int) -> Line:
    """How makers are made, then modes; what a person named is cut so that all fits the room."""
    recipe, wanted = printable(title.recipe), printable(title.wanted)
    over = width_of(_setup_and_modes(title, without, recipe, wanted)) - room
    cut = _cut(wanted, over)
    over -= cell_len(wanted) - cell_len(cut)
    return _setup_and_modes(title, without, _cut(recipe, over), cut)


def _cut(name: str, over: int) -> str:
    """A name that is shorter by ``over`` cells, or as short as it may be."""
    cells = cell_len(name)
    return (
        name if over <= 0 or cells <= NAME_LEAST else fit_text(name, max(NAME_LEAST, cells - over))
    )


def _setup_and_modes(title: Title, without: frozenset[str], recipe: str, wanted: str) -> Line:
    cores = counted(title.cores, "core")
    if title.quota is not None:
        cores += f", {title.quota:.1f} allowed"
    setup = [
        ("recipe", recipe, ""),
        ("engine", title.engine, ""),
        ("start method", title.start_method, "dim"),
        ("GIL", f"GIL {'on' if title.has_gil else 'off'}", "dim"),
        ("cores", cores, "dim"),
    ]
    line: Line = [] if "name" in without else [(" chai-tui ", "strong")]
    separator = " "
    for part, text, style in setup:
        if text and part not in without:
            line += [(separator, "dim"), (text, style)]
            separator = " · "
    if title.warning:
        line.insert(0, (f" {title.warning} ", "chosen"))
    modes: Line = []
    if title.frozen:
        missed = f" +{title.missed:,}" if title.missed else ""
        modes += [("  ", ""), (f"FROZEN{missed}", "paused")]
    if title.sorted_by:
        modes += [("  ", ""), (f"by {title.sorted_by}", "chosen")]
    if wanted:
        modes += [("  ", ""), (f"/{wanted}", "chosen")]
    return line if "modes" in without else [*line, *modes]


def _counts_width(title: Title, *, short: bool) -> int:
    """The most cells that the counts can take with these states and so many makers.

    So how they are told changes with the states there are and with the number of makers, and not
    whenever a count gets another digit.
    """
    counts = [count for count in title.counts.values() if count]
    digits = sum(len(str(count)) for count in counts)
    return width_of(_counts(title, short=short)) - digits + _most_digits(sum(counts), len(counts))


def _most_digits(total: int, counts: int) -> int:
    """The most digits that so many counts, none of them zero, can have together."""
    digits, left, cost = counts, total - counts, 9  # to make 10 of 1, then 100 of 10
    while counts and cost <= left:
        longer = min(counts, left // cost)
        digits += longer
        if longer < counts:
            break
        left, cost = left - longer * cost, cost * 10
    return digits


def _counts(title: Title, *, short: bool) -> Line:
    line: Line = []
    for state, count in title.counts.items():
        if count:
            text = f" {GLYPHS[state]}{count}" if short else f" {GLYPHS[state]} {count} {state}"
            line.append((text, str(state)))
    return line


def _right(title: Title, without: frozenset[str]) -> Line:
    line: Line = [("  ", ""), (clock_text(title.elapsed), "strong")]
    if "at once" in without:
        return [*line, (" ", "")]
    # Room for as many digits as this machine's cores can need; both words are equally long.
    figure = f"{title.at_once:{len(str(title.cores)) + 2}.1f}"
    words = "" if "words" in without else " average" if title.is_over else " at once"
    return [*line, (f"  {figure} cores", "strong"), (words, "dim"), (" ", "")]


class TitleLine(Painted):
    """The header."""

    def __init__(self, title: Title) -> None:
        super().__init__(id="title")
        self._title = title

    def show(self, title: Title) -> None:
        """Show this from now on."""
        self._title = title
        self.repaint()

    def paint(self, width: int, height: int) -> list[Line]:
        """Draw the header."""
        return [title_line(self._title, width)][:height]
