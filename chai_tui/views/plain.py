"""A run as the lesson's lines."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TextIO

from chai_tui.explain.event_text import closing_line
from chai_tui.model.events import Event, Failed, Served, Started, Trouble, Unseated
from chai_tui.model.recipe import StepKind
from chai_tui.model.text import printable
from chai_tui.state.floor import Floor
from chai_tui.views.output import OutputError, warn, write

TRACEBACKS = 3
"""Tracebacks that are printed: who fails later mostly fails alike."""


class PlainView:
    """Prints the lesson's lines, each as it happens; trouble goes to the other stream."""

    needs_samples = True

    def __init__(self, out: TextIO, err: TextIO | None) -> None:
        self._out = out
        self._err = err
        self._tracebacks: set[str] = set()

    def show(self, events: Sequence[Event], floor: Floor) -> None:
        """Print a line for each maker that started or served."""
        lines = []
        for event in events:
            if isinstance(event, Started | Served):
                maker = floor.makers.get(event.maker)
                if maker is not None:
                    verb = "Start" if isinstance(event, Started) else "End"
                    result = printable(event.result) if isinstance(event, Served) else ""
                    words = (maker.name, printable(maker.recipe), "" if result else "brewing")
                    line = " ".join([f"{verb} of", *filter(None, words)])
                    lines.append(f"{line}: {result}" if result else line)
            elif isinstance(event, Trouble | Unseated):
                warn(self._err, printable(event.text))
            elif isinstance(event, Failed):
                self._tell_traceback(event, floor)
        write(self._out, lines)

    def _tell_traceback(self, event: Failed, floor: Floor) -> None:
        """Print where a function failed, which is the user's own; what fails alike only once."""
        maker = floor.makers.get(event.maker)
        if maker is None or all(step.kind is not StepKind.CALL for step in maker.steps):
            return
        told = event.traceback
        if not told or told in self._tracebacks or len(self._tracebacks) == TRACEBACKS:
            return
        self._tracebacks.add(told)
        with contextlib.suppress(OutputError):  # if nobody reads it, the run goes on
            lines = [printable(line) for line in told.splitlines()]
            write(self._err, [f"chai-tui: {maker.name} failed:", *lines])

    def close(self, floor: Floor, asked: int) -> None:
        """Print the closing line."""
        write(self._out, [closing_line(floor, asked)])
