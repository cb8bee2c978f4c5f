"""Runs ``chai-tui`` and writes when its first maker started and its last one served.

``python recorded.py FILE ARGUMENTS…``: with or without a screen, the times are the makers' own.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from chai_tui.model.events import Event, Served, Started
from chai_tui.sources.live.kitchen import Kitchen

_poll = Kitchen.poll
_times: dict[str, float] = {}


def _recording_poll(self: Kitchen, timeout: float | None) -> list[Event]:
    events = _poll(self, timeout)
    for event in events:
        if isinstance(event, Started):
            _times.setdefault("started", event.at)
        elif isinstance(event, Served):
            _times["served"] = event.at
    return events


if __name__ == "__main__":
    from chai_tui.__main__ import main

    Kitchen.poll = _recording_poll  # type: ignore[method-assign]
    record = Path(sys.argv[1])
    sys.argv = ["chai-tui", *sys.argv[2:]]
    code = main()
    record.write_text(json.dumps(_times))
    sys.exit(code)
