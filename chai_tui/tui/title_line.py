"""The header: how makers are made, how many are in which state, how long, how parallel."""

from __future__ import annotations

from typing import NamedTuple

from chai_tui.state import State
from chai_tui.text import printable
from chai_tui.tui.figures import GLYPHS
from chai_tui.tui.ink import Line, fit, width_of
from chai_tui.tui.painted import Painted

WIDE = 100
"""From this width on there is room for three states in words (``✔ 1 served``), else for signs
and figures; kept free always, so that nothing to their left goes when a state appears."""
ROOM_WIDE, ROOM = 34, 9


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


def clock_text(seconds: float) -> str:
    """Return ``00:02.4``, from an hour on ``1:00:02``."""
    tenths = int(max(0.0, seconds) * 10 + 1e-6)
    minutes, tenths = divmod(tenths, 600)
    if minutes < 60:
        return f"{minutes:02}:{tenths // 10:02}.{tenths % 10}"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{tenths // 10:02}"


# What is left out to save room, one after another.
_SAVINGS = ("cores", "name", "start method", "GIL", "words", "recipe", "at once", "engine", "modes")


def title_line(title: Title, width: int) -> Line:
    """Draw the header: what fits of it, by how much it tells. The right half stays in place."""
    counts = _counts(title)
    least = max(width_of(_counts(title, short=True)), ROOM_WIDE if width >= WIDE else ROOM)
    for saved in range(len(_SAVINGS) + 1):
        without = frozenset(_SAVINGS[:saved])
        left, right = _left(title, without), _right(title, without)
        room = width - width_of(left) - width_of(right)
        if room >= least:
            break
    if width_of(counts) > room:
        counts = _counts(title, short=True)
    return fit([*left, (" " * max(0, room - width_of(counts)), ""), *counts, *right], width)


def _left(title: Title, without: frozenset[str]) -> Line:
    cores = f"{title.cores} core{'' if title.cores == 1 else 's'}"
    if title.quota is not None:
        cores += f", {title.quota:.1f} allowed"
    setup = [
        ("recipe", printable(title.recipe), ""),
        ("engine", title.engine, ""),
        ("start method", title.start_method, "dim"),
        ("GIL", f"GIL {'on' if title.has_gil else 'off'}", "dim"),
        ("cores", cores, "dim"),
    ]
    line: Line = [] if "name" in without else [(" chai-tui ", "strong")]
    separator = " "
    for part, text, ink in setup:
        if text and part not in without:
            line += [(separator, "dim"), (text, ink)]
            separator = " · "
    modes: Line = []
    if title.frozen:
        modes += [("  ", ""), ("FROZEN", "paused")]
    if title.sorted_by:
        modes += [("  ", ""), (f"by {title.sorted_by}", "chosen")]
    if title.wanted:
        modes += [("  ", ""), (f"/{printable(title.wanted)}", "chosen")]
    return line if "modes" in without else [*line, *modes]


def _counts(title: Title, *, short: bool = False) -> Line:
    line: Line = []
    for state, count in title.counts.items():
        if count:
            text = f" {GLYPHS[state]}{count}" if short else f" {GLYPHS[state]} {count} {state} "
            line.append((text, str(state)))
    return line


def _right(title: Title, without: frozenset[str]) -> Line:
    line: Line = [("  ", ""), (clock_text(title.elapsed), "strong")]
    if "at once" in without:
        return [*line, (" ", "")]
    # Room for as many digits as this machine's cores can need, and for the longer words.
    figure = f"{title.at_once:{len(str(title.cores)) + 2}.1f}"
    words = "" if "words" in without else f" {'on average' if title.is_over else 'at once':<10}"
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
