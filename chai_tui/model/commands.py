"""What a source can be asked to do: one small record each."""

from __future__ import annotations

from dataclasses import dataclass

from chai_tui.model.engine import Engine
from chai_tui.model.recipe import Recipe


@dataclass(frozen=True, slots=True)
class AddMakers:
    """Seat ``how_many`` more makers.

    ``recipes`` is what each of them brews, where they do not all brew ``recipe``.
    """

    how_many: int
    recipe: Recipe
    engine: Engine
    recipes: tuple[Recipe, ...] = ()


@dataclass(frozen=True, slots=True)
class _OfMaker:
    """Something asked of one maker; what is asked is the class."""

    maker: int


class StopMaker(_OfMaker):
    """Ask a maker to stop: SIGTERM and, after a grace, SIGKILL; a thread or task is only asked."""

    __slots__ = ()


class KillMaker(_OfMaker):
    """End the maker's process with SIGKILL now, and with it everyone who shares it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class SignalMaker(_OfMaker):
    """Send the maker's process signal number ``signal``."""

    signal: int


class PauseMaker(_OfMaker):
    """Stop the maker's process (SIGSTOP), and with it everyone who shares it."""

    __slots__ = ()


class ResumeMaker(_OfMaker):
    """Let the maker's process run again (SIGCONT)."""

    __slots__ = ()


class BrewAgain(_OfMaker):
    """Seat a new maker with the same recipe and engine as this one."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class RaceAgain:
    """Taste the function once more, from the beginning."""


Command = (
    AddMakers
    | StopMaker
    | KillMaker
    | SignalMaker
    | PauseMaker
    | ResumeMaker
    | BrewAgain
    | RaceAgain
)
"""Anything that a source can be asked to do."""
