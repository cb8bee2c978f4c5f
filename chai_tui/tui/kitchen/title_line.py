"""The header: how makers are made, how many are in which state, how long, how parallel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from rich.cells import cell_len

from chai_tui.explain.wording.formatting import GLYPHS, clock_text, cores_worth, counted
from chai_tui.model.engine import Engine
from chai_tui.model.events import RunBegan
from chai_tui.model.recipe import Recipe
from chai_tui.model.text import printable
from chai_tui.state.makers.records import State
from chai_tui.tui.canvas.maker_facts import state_name
from chai_tui.tui.canvas.painted import Painted
from chai_tui.tui.canvas.program_facts import processes
from chai_tui.tui.canvas.styles import Line, fit, fit_text, width_of

WIDE = 60
ROOM_WIDE, ROOM = 16, 9
"""Kept free always for states as signs and figures (``●2 ✔1``), so that nothing to their left
goes when a state appears; the first from the width ``WIDE`` on. Words take what is left."""
NAME_LEAST, PROGRAM_LEAST = 12, 28
"""A recipe's name or a filter is cut to so many cells before anything else is left out; so is the
command line of a program, which tells more."""


@dataclass(slots=True)
class Setup:
    """What the next makers are, and how the screen is, which no event tells.

    Attributes:
        recipe: of the makers added next.
        engine: likewise.
        frozen: whether the display is.
        missed: how many things happened since it was frozen.
        large: whether it is in large print: fewer facts, for those who sit far away.
    """

    recipe: Recipe
    engine: Engine
    frozen: bool = False
    missed: int = 0
    large: bool = False


class Title(NamedTuple):
    """What the header says.

    Attributes:
        setup: what the next makers are, and how the screen is.
        run: where the makers are.
        counts: makers in each state.
        elapsed: seconds of the current round.
        at_once: CPU seconds of makers for each second.
        is_over: whether every maker was joined.
        sorted_by: what the makers are sorted by; empty for their numbers.
        wanted: the filter; empty for none.
        seen: how many makers are in sight, and of how many; None where all are.
        processes: of a program that is not ours: how many are at work, or were.
        threads: likewise.
        is_flat: whether its processes stand in one list, and not under those that started them.
    """

    setup: Setup
    run: RunBegan
    counts: dict[State, int]
    elapsed: float
    at_once: float
    is_over: bool
    sorted_by: str = ""
    wanted: str = ""
    seen: tuple[int, int] | None = None
    processes: int = 0
    threads: int = 0
    is_flat: bool = False


# What is left out to save room, one after another.
_SAVINGS = ("name", "start method", "words", "cores", "GIL", "recipe", "at once", "engine", "modes")
_SAVINGS_OF_PROGRAMS = (
    "name",
    "words",
    "cores",
    "threads",
    "processes",
    "at once",
    "recipe",
    "modes",
)


def title_line(title: Title, width: int) -> Line:
    """Draw the header: what fits of it, by how much it tells. The right half stays in place."""
    least = max(_counts_width(title, short=True), ROOM_WIDE if width >= WIDE else ROOM)
    savings = _SAVINGS_OF_PROGRAMS if title.run.is_program else _SAVINGS
    for saved in range(len(savings) + 1):
        without = frozenset(savings[:saved])
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
    run, wanted = title.run, printable(title.wanted)
    recipe = printable(run.program if run.is_program else title.setup.recipe.name)
    least = PROGRAM_LEAST if run.is_program else NAME_LEAST
    over = width_of(_setup_and_modes(title, without, recipe, wanted)) - room
    cut = _cut(wanted, over)
    over -= cell_len(wanted) - cell_len(cut)
    return _setup_and_modes(title, without, _cut(recipe, over, least), cut)


def _cut(name: str, over: int, least: int = NAME_LEAST) -> str:
    """A name that is shorter by ``over`` cells, or as short as it may be."""
    cells = cell_len(name)
    return name if over <= 0 or cells <= least else fit_text(name, max(least, cells - over))


def _setup_and_modes(title: Title, without: frozenset[str], recipe: str, wanted: str) -> Line:
    run = title.run
    line: Line = [] if "name" in without else [(" chai-tui ", "strong")]
    separator = " "
    if run.is_program and "name" not in without:
        line[0] = (" chai-tui", "strong")
        line += [(f" {run.source} ", "dim")]
    for part, text, style in _setup_told(title, recipe):
        if text and part not in without:
            line += [(separator, "dim"), (text, style)]
            separator = " · "
    if run.warning:
        line.insert(0, (f" {run.warning} ", "chosen"))
    if "modes" not in without:
        line += _modes(title, wanted)
    if title.seen is not None:  # what cannot be seen is worth any room
        line += [("  " if line else " ", ""), ("{} of {}".format(*title.seen), "strong")]
    return line


def _setup_told(title: Title, recipe: str) -> list[tuple[str, str, str]]:
    """How makers are made, or how large a program is: what is told, in words, and its style."""
    setup, run = title.setup, title.run
    cores = counted(len(run.cores), "core")
    if run.quota is not None:
        cores += f", {cores_worth(run.quota)} allowed"
    if run.is_program:
        return [
            ("recipe", recipe, ""),
            ("processes", processes(title.processes) if title.threads else "", "dim"),
            ("threads", counted(title.threads, "thread") if title.threads else "", "dim"),
            ("cores", cores, "dim"),
        ]
    return [
        ("recipe", recipe, ""),
        ("engine", setup.engine if recipe else "", ""),  # a recording of nobody has neither
        ("start method", run.start_method, "dim"),
        ("GIL", "GIL on" if run.gil else "free-threaded", "dim"),
        ("cores", cores, "dim"),
    ]


def _modes(title: Title, wanted: str) -> Line:
    setup = title.setup
    modes: Line = []
    if setup.frozen:
        missed = f" +{setup.missed:,}" if setup.missed else ""
        modes += [("  ", ""), (f"FROZEN{missed}", "paused")]
    if title.sorted_by:
        modes += [("  ", ""), (f"by {title.sorted_by}", "chosen")]
    if title.is_flat:
        modes += [("  ", ""), ("flat", "chosen")]
    if wanted:
        modes += [("  ", ""), (f"/{wanted}", "chosen")]
    return modes


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
            word = state_name(state, is_ours=not title.run.is_program)
            text = f" {GLYPHS[state]}{count}" if short else f" {GLYPHS[state]} {count} {word}"
            line.append((text, str(state)))
    return line


def _right(title: Title, without: frozenset[str]) -> Line:
    line: Line = [("  ", ""), (clock_text(title.elapsed), "strong")]
    if "at once" in without:
        return [*line, (" ", "")]
    # Room for as many digits as this machine's cores can need; both words are equally long.
    figure = f"{title.at_once:{len(str(len(title.run.cores))) + 2}.1f}"
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
