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
class StopMaker:
    """Ask a maker to stop: SIGTERM and, after a grace, SIGKILL; a thread or task is only asked."""

    maker: int


@dataclass(frozen=True, slots=True)
class KillMaker:
    """End the maker's process with SIGKILL now, and with it everyone who shares it."""

    maker: int


@dataclass(frozen=True, slots=True)
class SignalMaker:
    """Send the maker's process signal number ``signal``."""

    maker: int
    signal: int


@dataclass(frozen=True, slots=True)
class PauseMaker:
    """Stop the maker's process (SIGSTOP), and with it everyone who shares it."""

    maker: int


@dataclass(frozen=True, slots=True)
class ResumeMaker:
    """Let the maker's process run again (SIGCONT)."""

    maker: int


@dataclass(frozen=True, slots=True)
class BrewAgain:
    """Seat a new maker with the same recipe and engine as this one."""

    maker: int


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
