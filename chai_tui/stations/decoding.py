"""What a station's reports say, as events. Runs in the parent: no child needs all of them."""

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
from chai_tui.stations.wire import (
    FAILED,
    FRAGMENT,
    GAVE_UP,
    JOINED,
    PROGRESS,
    SERVED,
    STARTED,
    STEP_BEGAN,
)
from chai_tui.text import printable


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
