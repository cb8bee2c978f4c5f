"""Recordings made by hand, as files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from chai_tui.model.events import Event, RunBegan
from chai_tui.recording.output import RecordingFile, header_of
from tests.builders import HERE


def write_recording(
    path: Path, events: Sequence[Event], *, run: RunBegan = HERE, has_end: bool = True
) -> Path:
    """Write a recording of these events, the beginning of the run before them; return its path."""
    file = RecordingFile(path)
    file.begin(header_of(run, "chai-tui brew", began=0.0))
    file.write([run, *events])
    file.flush()
    if has_end:
        file.close(at=max((event.at for event in events), default=run.at))
    file.abandon()
    return path
