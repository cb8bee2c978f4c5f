"""What a source of events offers.

A source has no thread of its own: whoever watches drives it by calling :meth:`Source.poll`.
"""

from __future__ import annotations

from typing import Protocol

from chai_tui.model.commands import Command
from chai_tui.model.events import Event


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
