"""The form of a recording: lines of JSON, of which the first is a header and the last an end.

::

    {"recording":1,"chai_tui":"0.1.0","python":"CPython 3.13.0","command":"chai-tui brew …", …}
    {"event":"run_began","at":5123.100041, …}
    {"event":"seated","at":5123.101876,"maker":1, …}
    …
    {"end":{"at":5126.214005,"events":61,"why":"over"}}

``docs/recording.md`` describes it for others; a change that a reader of before would misunderstand
makes :data:`FORMAT` greater.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from chai_tui.model.event_json import as_json, from_json
from chai_tui.model.events import RunBegan
from chai_tui.model.text import printable

FORMAT = 1
"""Grows whenever a reader of before would misunderstand a recording."""
BEGINS = b'{"recording":'
"""How every recording begins."""
_ENCODE = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
MOST_AFTER, MOST_BEFORE = 10 * 366 * 86_400.0, 86_400.0
"""Seconds after its beginning, and before, at which something in a recording may have happened."""
_LATEST = 1e12
"""Seconds: no clock says more, and microseconds of more could not be told apart."""


class RecordingError(ValueError):
    """There is no recording, or it cannot be written; the text is one line for a person."""


class Header(NamedTuple):
    """The first line.

    Attributes:
        chai_tui: the version that wrote it.
        python: of what ran chai-tui: ``CPython 3.13.0``.
        command: as it was typed; empty if unknown.
        monotonic: the time of the first event, in the events' seconds.
        wall: the same moment as a time of day in UTC: ``2026-05-04T12:00:00.123Z``.
        run: what the run is, as its first event tells; a recording that was cut has it here.
        format: of the recording.
    """

    chai_tui: str = ""
    python: str = ""
    command: str = ""
    monotonic: float = 0.0
    wall: str = ""
    run: RunBegan = RunBegan(0.0)
    format: int = FORMAT

    @property
    def window(self) -> tuple[float, float]:
        """The times between which something in it may have happened, in the events' seconds."""
        return self.monotonic - MOST_BEFORE, self.monotonic + MOST_AFTER


class End(NamedTuple):
    """The last line.

    Attributes:
        at: the time of the latest event, in the events' seconds.
        events: how many events there are.
        why: ``over``: nothing more happened; ``saved``: it was saved while it went on.
    """

    at: float
    events: int
    why: str = "over"


def header_line(header: Header) -> bytes:
    """Return the first line, with its end."""
    told = {
        "recording": header.format,
        "chai_tui": header.chai_tui,
        "python": header.python,
        "command": header.command,
        "monotonic": round(header.monotonic, 6),
        "wall": header.wall,
        "run": as_json(header.run._replace(at=round(header.run.at, 6))),
    }
    return _ENCODE(told).encode() + b"\n"


def end_line(end: End) -> bytes:
    """Return the last line, with its end."""
    told = {"at": round(end.at, 6), "events": end.events, "why": end.why}
    return _ENCODE({"end": told}).encode() + b"\n"


def read_header(value: object) -> Header:
    """Return the header that a first line stands for; keys that are unknown are passed over.

    Args:
        value: what JSON made of it.

    Raises:
        RecordingError: it is none, or of a greater format than this version knows.
    """
    told = value.get("recording") if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping) or not isinstance(told, int) or isinstance(told, bool):
        raise RecordingError("expected a recording of chai-tui, found something else")
    if told > FORMAT:
        raise RecordingError(
            f"expected a recording of format {FORMAT}, found one of format {str(told)[:20]}, "
            "which a newer chai-tui wrote"
        )
    if told < 1:
        raise RecordingError("expected a recording of format 1, found an older one")
    run = _run(value.get("run"))
    return Header(
        chai_tui=_text(value.get("chai_tui")),
        python=_text(value.get("python")),
        command=_text(value.get("command")),
        monotonic=_time(value.get("monotonic"), run.at),
        wall=_text(value.get("wall")),
        run=run,
        format=told,
    )


def read_end(value: object) -> End | None:
    """Return the end that a line stands for; None if it is another line."""
    told = value.get("end") if isinstance(value, Mapping) else None
    if not isinstance(told, Mapping):
        return None
    events = told.get("events")
    if not isinstance(events, int) or not 0 <= events < _LATEST:
        events = 0
    return End(_time(told.get("at"), 0.0), events, _text(told.get("why")))


def _time(value: object, usual: float) -> float:
    """A time, or the usual one where it is none that can be."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and abs(value) < _LATEST else usual  # type: ignore[arg-type]


def _run(value: object) -> RunBegan:
    try:
        told = from_json(value)
    except ValueError:
        told = None
    return told if isinstance(told, RunBegan) else RunBegan(0.0)


def _text(value: Any) -> str:
    return printable(value[:1_000]) if isinstance(value, str) else ""
