"""A run as JSON, one object an event."""

from __future__ import annotations

from collections.abc import Sequence
from json import JSONEncoder
from typing import TextIO

from chai_tui.model.event_json import as_json
from chai_tui.model.events import Event
from chai_tui.state.floor import Floor
from chai_tui.views.output import write


class JsonView:
    """Prints every event as a JSON object on a line of its own."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        # Escaped to ASCII, so that every reader and every encoding takes it.
        self._encode = JSONEncoder(separators=(",", ":"), allow_nan=False).encode

    def show(self, events: Sequence[Event], _floor: Floor) -> None:
        """Print the events."""
        write(self._out, [self._encode(as_json(event)) for event in events])

    def close(self, _floor: Floor, _asked: int) -> None:
        """Print nothing: the last event was the end."""
