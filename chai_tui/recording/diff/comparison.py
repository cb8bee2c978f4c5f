"""Two runs beside each other, in numbers: each figure before and after, maker by maker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from chai_tui.explain.wording.formatting import cores_worth, ranges
from chai_tui.recording.export.account import Account, MakerAccount
from chai_tui.recording.export.figures import memory_of_all, moves_of, wall_of, wall_of_all
from chai_tui.recording.export.rows import label_of


class Unit(StrEnum):
    """What a figure counts."""

    SECONDS = "s"
    BYTES = "bytes"
    NUMBER = ""


class Figure(NamedTuple):
    """Something that is measured of a maker, or of all.

    Attributes:
        name: in options and in JSON.
        words: for a person.
        unit: of its values.
        is_sampled: whether it comes from samples, and is about.
    """

    name: str
    words: str
    unit: Unit
    is_sampled: bool = False


WALL = Figure("wall", "wall time", Unit.SECONDS)
CPU = Figure("cpu", "CPU time", Unit.SECONDS)
CORES = Figure("cores", "cores at once", Unit.NUMBER)
GIL_WAIT = Figure("gil_wait", "waited for the GIL", Unit.SECONDS, is_sampled=True)
CORE_WAIT = Figure("core_wait", "waited for a core", Unit.SECONDS, is_sampled=True)
PAUSED = Figure("paused", "paused", Unit.SECONDS)
MOVES = Figure("moves", "moves between cores", Unit.NUMBER, is_sampled=True)
MEMORY = Figure("memory", "most memory", Unit.BYTES, is_sampled=True)
OF_ALL = (WALL, CPU, CORES, GIL_WAIT, CORE_WAIT, PAUSED, MOVES, MEMORY)
"""What is measured of a run: but for the wall time and the cores, of all makers together."""
OF_A_MAKER = (WALL, CPU, GIL_WAIT, CORE_WAIT, PAUSED, MOVES, MEMORY)
_LEAST_MEMORY = 1_000_000.0
"""Bytes: the memory of two runs of the same differs by some pages."""
_NOTHING = 1e-9
"""Seconds: less than any clock tells."""
_GREATEST = 1e15
"""Seconds or bytes: no run has more."""


class Change(NamedTuple):
    """A figure of both runs.

    Attributes:
        figure: which.
        before: in A; None if unknown.
        after: in B; likewise.
        least: the difference from which on it is told: less is noise.
    """

    figure: Figure
    before: float | None
    after: float | None
    least: float = 0.0

    @property
    def difference(self) -> float | None:
        """How much more it is; None if unknown."""
        known = self.before is not None and self.after is not None
        return self.after - self.before if known else None  # type: ignore[operator] # both known

    @property
    def share(self) -> float | None:
        """The same as a share of what it was; None if unknown, or it was nothing."""
        difference, before = self.difference, self.before
        if difference is None or before is None or abs(before) < _NOTHING:
            return None
        return difference / before

    @property
    def is_told(self) -> bool:
        """Whether it changed; what only one run knows did, unless it is nothing."""
        if self.difference is None:
            return bool(self.before or self.after)
        return self.difference != 0 and abs(self.difference) >= self.least


class Fact(NamedTuple):
    """Something that both runs were run with, and that is not the same."""

    words: str
    before: str
    after: str


class Matched(NamedTuple):
    """A maker of both runs.

    Attributes:
        recipe: what both did; in a tasting their engine.
        nth: which of the makers with that it is, from 1, as they were seated.
        before: it in A.
        after: it in B.
        changes: of its figures, those that did not change too.
    """

    recipe: str
    nth: int
    before: MakerAccount
    after: MakerAccount
    changes: tuple[Change, ...]

    @property
    def has_changed(self) -> bool:
        """Whether there is anything to tell of it."""
        return (
            any(change.is_told for change in self.changes)
            or self.before.place != self.after.place
            or end_of(self.before) != end_of(self.after)
        )


Name = tuple[str, int]
"""A maker of any run: its recipe (of a tasting: its engine), and which of those it is, from 1."""


@dataclass(frozen=True)
class Comparison:
    """What changed from one run to another.

    Attributes:
        before: the run A.
        after: the run B.
        facts: what they were run with, where that differs: it may explain the rest.
        changes: of all makers together, figures that did not change too.
        makers: those of both, in the order in which A seated them.
        missing: those of A alone.
        new: those of B alone.
        order: in which the makers of both were served, in A and in B.
    """

    before: Account
    after: Account
    facts: tuple[Fact, ...]
    changes: tuple[Change, ...]
    makers: tuple[Matched, ...]
    missing: tuple[MakerAccount, ...]
    new: tuple[MakerAccount, ...]
    order: tuple[tuple[Name, ...], tuple[Name, ...]]

    @property
    def has_changed(self) -> bool:
        """Whether anything did that was measured."""
        return (
            any(change.is_told for change in self.changes)
            or any(maker.has_changed for maker in self.makers)
            or bool(self.missing or self.new)
        )


def compare(before: Account, after: Account) -> Comparison:
    """Compare two runs.

    Makers are matched by their recipe, and the order they were seated in; those of a tasting, who
    have no recipe, by their engine instead, and threads of a program by their names.
    """
    old, new = _by_name(before), _by_name(after)
    sample_every = max(run.sample_every or 0.0 for run in (before.run, after.run))

    def matched(name: Name) -> Matched:
        a, b = old[name], new[name]
        changes = (
            _change(figure, _of_maker(figure, a, before), _of_maker(figure, b, after), sample_every)
            for figure in OF_A_MAKER
        )
        return Matched(*name, a, b, tuple(changes))

    both = [name for name in old if name in new]
    return Comparison(
        before,
        after,
        tuple(_facts(before, after)),
        tuple(
            _change(figure, _of_all(figure, before), _of_all(figure, after), sample_every)
            for figure in OF_ALL
        ),
        tuple(matched(name) for name in both),
        tuple(maker for name, maker in old.items() if name not in new),
        tuple(maker for name, maker in new.items() if name not in old),
        (_order(both, old), _order(both, new)),
    )


def end_of(maker: MakerAccount) -> str:
    """Return how a maker ended, in words: ``served``, ``killed by SIGKILL``, ``brewing``."""
    return maker.cause or str(maker.state)


def _by_name(account: Account) -> dict[Name, MakerAccount]:
    named: dict[Name, MakerAccount] = {}
    workers: Counter[str] = Counter()
    for maker in account.makers.values():
        each = maker
        if not maker.recipe:
            label = label_of(maker)
            workers[label] += 1
            each = replace(maker, recipe=label, nth=workers[label])
        named[each.recipe, each.nth] = each
    return named


def _order(names: list[Name], makers: Mapping[Name, MakerAccount]) -> tuple[Name, ...]:
    served = [name for name in names if makers[name].place is not None]
    return tuple(sorted(served, key=lambda name: makers[name].place or 0))


def _change(
    figure: Figure, before: float | None, after: float | None, sample_every: float
) -> Change:
    match figure.unit:
        case Unit.SECONDS:
            # A sample says of all the time since the one before what it saw at its moment.
            least = sample_every if figure.is_sampled else 0.005
        case Unit.BYTES:
            least = _LEAST_MEMORY
        case Unit.NUMBER:
            least = 0.05 if figure is CORES else 0.0
    return Change(figure, _finite(before), _finite(after), least)


def _of_maker(figure: Figure, maker: MakerAccount, run: Account) -> float | None:
    match figure.name:
        case "wall":
            return wall_of(maker, run)
        case "cpu":
            return maker.cpu_seconds
        case "gil_wait":
            return maker.gil_seconds
        case "core_wait":
            return maker.ready_seconds
        case "paused":
            return maker.paused_seconds
        case "moves":
            return moves_of(maker, run)
        case "memory":
            return maker.memory
    return None


def _of_all(figure: Figure, run: Account) -> float | None:
    match figure.name:
        case "wall":
            return wall_of_all(run)
        case "memory":
            return memory_of_all(run)
        case "cores":
            wall = wall_of_all(run)
            return sum(maker.cpu_seconds for maker in run.makers.values()) / wall if wall else None
    values = [_of_maker(figure, maker, run) for maker in run.makers.values()]
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _finite(value: float | None) -> float | None:
    """A value, unless it is greater than any that can be: a recording may say anything."""
    return value if value is None or abs(value) < _GREATEST else None


def _facts(before: Account, after: Account) -> list[Fact]:
    found = (Fact(*fact) for fact in zip(_FACTS, _told(before), _told(after), strict=True))
    return [fact for fact in found if fact.before != fact.after]


_FACTS = (
    "source", "program", "system", "usable cores", "CPU quota", "Python", "GIL", "start method",
    "engine", "seconds between samples", "chai-tui",
)  # fmt: skip


def _told(account: Account) -> tuple[str, ...]:
    """What a run was run with, in the order of the list above."""
    run = account.run
    engines = dict.fromkeys(str(maker.engine) for maker in account.makers.values())
    return (
        run.source,
        run.program or "none",
        run.system or "unknown",
        ranges(run.cores) or "unknown",
        "none" if run.quota is None else cores_worth(run.quota),
        run.python or "unknown",
        "each process's own" if run.is_program else "on" if run.gil else "off",
        run.start_method or "unknown",
        " ".join(engines) or "none",
        "not sampled" if run.sample_every is None else f"{run.sample_every:g}",
        run.version or "unknown",
    )
