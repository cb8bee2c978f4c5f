"""What crosses the pipes of a station: reports from the child, orders from the parent.

    child                                    parent
    Reporter ── SimpleQueue ── reports ────▶ decode() ──▶ events, fragments of output, "joined"
    Inbox    ◀─ lifeline ───── orders ────── Seat, Ask, Close

A report is a plain tuple that begins with a one-letter code. Pickled and framed it stays under
``WIRE_LIMIT`` bytes, so its write is atomic: a maker killed at any moment leaves either a whole
report or nothing.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from chai_tui.events import (
    Event,
    Failed,
    GaveUp,
    Progress,
    Served,
    Started,
    StepBegan,
)
from chai_tui.recipe import Recipe
from chai_tui.text import printable

FRAGMENT_LIMIT = 3_000
"""Bytes of output in one report; with pickle's and the frame's share well under WIRE_LIMIT."""
ERROR_LIMIT = 400
"""Bytes of an error's one line."""
TRACEBACK_LIMIT = 3_000
"""Bytes of a traceback; the whole of it is on the maker's stderr."""


class Seat(NamedTuple):
    """An order: seat this maker."""

    maker: int
    name: str
    recipe: Recipe


class Ask(NamedTuple):
    """An order: ask this maker to stop."""

    maker: int


class Close(NamedTuple):
    """An order: everyone was joined and nobody will come; end the process."""


Order = Seat | Ask | Close


class Fragment(NamedTuple):
    """Part of what a maker wrote to its Python-level stdout or stderr."""

    at: float
    maker: int | None
    stream: str
    data: bytes


class Joined(NamedTuple):
    """The station joined the maker's thread or task: nothing more comes from it."""

    at: float
    maker: int


Report = Event | Fragment | Joined

STARTED = "s"
STEP_BEGAN = "b"
PROGRESS = "p"
SERVED = "v"
FAILED = "f"
GAVE_UP = "g"
FRAGMENT = "w"
JOINED = "j"


def _failed(at: float, maker: int, error: str, traceback: str, cpu_seconds: float) -> Failed:
    lines = "\n".join(printable(line) for line in traceback.splitlines())
    return Failed(at, maker, printable(error), lines, cpu_seconds)


_DECODERS: dict[str, Any] = {
    STARTED: Started,
    STEP_BEGAN: StepBegan,
    PROGRESS: Progress,
    SERVED: Served,
    FAILED: _failed,
    GAVE_UP: GaveUp,
    FRAGMENT: Fragment,
    JOINED: Joined,
}


def decode(report: Any) -> Report:
    """Return what a report says.

    Raises:
        ValueError: it is no report; a maker may write anything to any descriptor.
    """
    try:
        code, *fields = report
        decoded: Report = _DECODERS[code](*fields)
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise ValueError(f"no report: {report!r:.80}") from error
    return decoded


def shortened(text: str, limit: int) -> str:
    """Return ``text`` in at most ``limit`` bytes of UTF-8, cut in the middle."""
    data = text.encode("utf-8", "backslashreplace")
    if len(data) <= limit:
        return data.decode()
    half = limit // 2 - 3
    return data[:half].decode(errors="ignore") + "\n…\n" + data[-half:].decode(errors="ignore")
