"""What crosses the pipes of a station: reports from the child, requests from the parent.

    child                                    parent
    Reporter ── ReportQueue ── reports ────▶ decode() (decoding.py) ──▶ events and more
    executor ◀─ lifeline ───── requests ────── Seat, Ask, Close

A report is a plain tuple that begins with a one-letter code. Encoded and framed it stays under
``WIRE_LIMIT`` bytes, so its write is atomic: a maker killed at any moment leaves either a whole
report or nothing.
"""

from __future__ import annotations

import marshal
import select
import struct
from typing import NamedTuple

from chai_tui.model.engine import Engine
from chai_tui.model.recipe import Recipe

WIRE_LIMIT = 4_096
"""Bytes of a report with its frame: what Linux writes to a pipe in one piece (POSIX: PIPE_BUF)."""
FRAGMENT_LIMIT = 3_000
"""Bytes of output in one report; with its other fields and the frame well under WIRE_LIMIT."""
ERROR_LIMIT = 400
"""Bytes of an error's one line."""
TRACEBACK_LIMIT = 3_000
"""Bytes of a traceback; the whole of it is on the maker's stderr."""


IS_ATOMIC: bool = getattr(select, "PIPE_BUF", 0) >= WIRE_LIMIT
"""Whether a pipe takes a whole report in one piece: on Linux (4,096 bytes), not on macOS (512)."""
HEADER = struct.Struct("!i")
"""What multiprocessing puts before a message: its length."""

encoded, decoded = marshal.dumps, marshal.loads
"""Not pickle: a maker may write anything to any descriptor, and nothing that it writes is run in
the parent. Both ends are one Python, so its own format will do for numbers, texts and bytes."""


class Seat(NamedTuple):
    """A request: seat this maker."""

    maker: int
    name: str
    recipe: Recipe


class StationPlan(NamedTuple):
    """What a station is told at its birth.

    Attributes:
        title: what ps and htop show.
        engine: how its makers are seated.
        seats: its first makers; exactly one for the process engine.
        inherited: descriptors of the parent to close; only a forked child has any.
        niceness: how much it gives way to others where cores are scarce, 0 to 19.
        unset: environment variables that were set for its birth alone.
    """

    title: str
    engine: Engine
    seats: tuple[Seat, ...]
    inherited: tuple[int, ...]
    niceness: int
    unset: tuple[str, ...]


class Ask(NamedTuple):
    """A request: ask this maker to stop."""

    maker: int


class Close(NamedTuple):
    """A request: everyone was joined and nobody will come; end the process."""


Request = Seat | Ask | Close


STARTED = "s"
STEP_BEGAN = "b"
PROGRESS = "p"
SERVED = "v"
FAILED = "f"
GAVE_UP = "g"
FRAGMENT = "w"
JOINED = "j"


def shortened(text: str, limit: int) -> str:
    """Return ``text`` in at most ``limit`` bytes of UTF-8, cut in the middle."""
    data = text.encode("utf-8", "backslashreplace")
    if len(data) <= limit:
        return data.decode()
    half = limit // 2 - 3
    return data[:half].decode(errors="ignore") + "\n…\n" + data[-half:].decode(errors="ignore")
