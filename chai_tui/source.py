"""What a source of events offers, and the commands that one may accept.

A source has no thread of its own: whoever watches drives it by calling :meth:`Source.poll`.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from chai_tui.engine import Engine
from chai_tui.events import Event
from chai_tui.recipe import Recipe


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


class Source(Protocol):
    """Where events come from: live processes, a recording, a simulation."""

    commands: frozenset[type[Command]]
    """What it accepts; a view dims the rest."""

    def poll(self, timeout: float | None) -> list[Event]:
        """Return what happened since the last call, oldest first.

        Args:
            timeout: the most seconds to wait for something to happen; None waits for ever.

        Returns:
            A batch of events; empty on timeout, or when a call of ``submit`` or ``wake`` had no
            visible effect yet.
        """
        ...

    def submit(self, command: Command) -> None:
        """Ask for something; safe from any thread, returns at once, wakes a waiting ``poll``."""
        ...

    def wake(self) -> None:
        """Make a waiting ``poll`` return; safe from any thread."""
        ...

    def close(self) -> list[Event]:
        """End everything that the source started and return the last events; idempotent.

        Call it from the thread that polls.
        """
        ...
