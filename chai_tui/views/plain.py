"""A run as the lesson's lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from chai_tui.explain.event_text import closing_line
from chai_tui.model.events import Event, Served, Started, Trouble, Unseated
from chai_tui.model.text import printable
from chai_tui.state.floor import Floor
from chai_tui.views.output import warn, write


class PlainView:
    """Prints the lesson's lines, each as it happens; trouble goes to the other stream."""

    def __init__(self, out: TextIO, err: TextIO | None) -> None:
        self._out = out
        self._err = err

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
        write(self._out, lines)

    def close(self, floor: Floor, asked: int) -> None:
        """Print the closing line."""
        write(self._out, [closing_line(floor, asked)])
