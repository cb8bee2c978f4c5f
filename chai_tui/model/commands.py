"""What a source can be asked to do: one small record each."""

from __future__ import annotations

from typing import NamedTuple

from chai_tui.model.engine import Engine
from chai_tui.model.recipe import Recipe


class AddMakers(NamedTuple):
    """Seat ``how_many`` more makers."""

    how_many: int
    recipe: Recipe
    engine: Engine


class StopMaker(NamedTuple):
    """Ask a maker to stop: SIGTERM and, after a grace, SIGKILL; a thread or task is only asked."""

    maker: int


class KillMaker(NamedTuple):
    """End the maker's process with SIGKILL now, and with it everyone who shares it."""

    maker: int


class SignalMaker(NamedTuple):
    """Send the maker's process signal number ``signal``."""

    maker: int
    signal: int


class PauseMaker(NamedTuple):
    """Stop the maker's process (SIGSTOP), and with it everyone who shares it."""

    maker: int


class ResumeMaker(NamedTuple):
    """Let the maker's process run again (SIGCONT)."""

    maker: int


class BrewAgain(NamedTuple):
    """Seat a new maker with the same recipe and engine as this one."""

    maker: int


Command = AddMakers | StopMaker | KillMaker | SignalMaker | PauseMaker | ResumeMaker | BrewAgain
"""Anything that a source can be asked to do."""
