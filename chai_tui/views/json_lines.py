"""A run as JSON, one object an event."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from json import JSONEncoder
from typing import TextIO

from chai_tui.model.event_json import as_json
from chai_tui.model.events import CoreUse, Event, MakerUse, Sampled
from chai_tui.state.floor import Floor
from chai_tui.views.output import write

_OF_CORE, _OF_MAKER = (
    "{" + ",".join([f'"{name}":%s' for name in kind._fields]) + "}" for kind in (CoreUse, MakerUse)
)
"""What these are written as: they have nothing but numbers in them."""


class JsonView:
    """Prints every event as a JSON object on a line of its own."""

    needs_samples = False

    def __init__(self, out: TextIO) -> None:
        self._out = out
        # Escaped to ASCII, so that every reader and every encoding takes it.
        self._encode = JSONEncoder(separators=(",", ":"), allow_nan=False).encode

    def show(self, events: Sequence[Event], _floor: Floor) -> None:
        """Print the events."""
        lines = [
            self._line_of(event) if type(event) is Sampled else self._encode(as_json(event))
            for event in events
        ]
        write(self._out, lines)

    def _line_of(self, event: Sampled) -> str:
        """Write a sample without an object for each maker: it takes less than half of the time."""
        at = self._encode(event.at)
        cores, makers = self._all(event.cores, _OF_CORE), self._all(event.makers, _OF_MAKER)
        return f'{{"event":"sampled","at":{at},"cores":[{cores}],"makers":[{makers}]}}'

    def _all(self, records: Sequence[tuple[object, ...]], form: str) -> str:
        numbers = self._encode([*chain.from_iterable(records)])[1:-1].split(",")
        return ",".join([form] * len(records)) % (*numbers,) if records else ""

    def close(self, _floor: Floor, _asked: int) -> None:
        """Print nothing: the last event was the end."""
