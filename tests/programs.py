"""Runs a program as ``chai-tui run`` does, without a screen, and notes what was told of it."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from chai_tui.model.events import Event, Said
from chai_tui.model.program import RunProgram, WatchProgram
from chai_tui.sources.program.source import ProgramSource
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Maker, Station

PATIENCE = 60.0
"""Seconds after which a condition is said never to hold."""


class Seen:
    """What a source told.

    Attributes:
        floor: the state.
        events: everything, oldest first.
        source: it.
    """

    def __init__(self, source: ProgramSource) -> None:
        self.source = source
        self.floor = Floor()
        self.events: list[Event] = []

    def take(self, events: list[Event]) -> None:
        """Fold events."""
        self.events += events
        self.floor.fold(events)

    def until(self, holds: Callable[[], object]) -> None:
        """Let it go on until something holds.

        Raises:
            AssertionError: it never did.
        """
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, self.told
            self.take(self.source.poll(0.5))

    def until_over(self) -> None:
        """Let it go on until everybody has ended."""
        self.until(lambda: self.floor.all_joined)

    @property
    def told(self) -> str:
        """What was told, for a person."""
        rows = [
            f"#{maker.number} {maker.called} pid {maker.pid} {maker.state} {maker.exitcode} "
            f"{maker.waits} {[line.text for line in maker.said]}"
            for maker in self.floor.makers.values()
        ]
        return "\n".join([*rows, *(repr(event) for event in self.events[-20:])])

    @property
    def lines(self) -> list[str]:
        """What was said, by whomever."""
        return [event.line for event in self.events if isinstance(event, Said)]

    def makers(self, called: str) -> list[Maker]:
        """Those with something in their name."""
        return [maker for maker in self.floor.makers.values() if called in maker.called]

    def stations(self, command: str) -> list[Station]:
        """Those with something in their command line."""
        return [each for each in self.floor.stations.values() if command in each.command]


class Gate:
    """A named pipe as a program's input, in which it waits until it is let go on.

    Attributes:
        path: of it; for ``stdin``.

    Args:
        folder: where it is made.
    """

    def __init__(self, folder: Path) -> None:
        self.path = str(folder / "gate")
        os.mkfifo(self.path)
        self._ends = os.open(self.path, os.O_RDWR)  # both: who opens it waits for nobody

    def let_go_on(self) -> None:
        """Give it a line."""
        os.write(self._ends, b"\n")

    def close(self) -> None:
        """Give it the end of its input; idempotent."""
        if self._ends >= 0:
            os.close(self._ends)
            self._ends = -1


@contextlib.contextmanager
def run(
    *command: str,
    every: float | None = 0.05,
    hook: bool = False,
    lines_per_second: int | None = None,
    **options: Any,
) -> Iterator[Seen]:
    """Run a command, and end all of it in the end."""
    program = RunProgram(command, " ".join(command), hook=hook)._replace(**options)
    seen = Seen(ProgramSource(program, sample_every=every, lines_per_second=lines_per_second))
    try:
        yield seen
    finally:
        seen.take(seen.source.close())


@contextlib.contextmanager
def run_python(code: str, *arguments: str, **options: Any) -> Iterator[Seen]:
    """Run Python code, as :func:`run` does."""
    with run(sys.executable, "-c", code, *arguments, **options) as seen:
        yield seen


@contextlib.contextmanager
def watch(*pids: int, every: float | None = 0.05) -> Iterator[Seen]:
    """Watch processes that run."""
    seen = Seen(ProgramSource(WatchProgram(pids, " ".join(map(str, pids))), sample_every=every))
    try:
        yield seen
    finally:
        seen.take(seen.source.close())
