"""What a station's reports say, as events. Runs in the parent: no child needs all of them."""

from __future__ import annotations

from typing import Any, NamedTuple

from chai_tui.model.events import (
    Event,
    Failed,
    GaveUp,
    Progress,
    Served,
    Started,
    StepBegan,
)
from chai_tui.model.text import printable
from chai_tui.sources.live.station.wire import (
    FAILED,
    FRAGMENT,
    GAVE_UP,
    JOINED,
    PROGRESS,
    SERVED,
    STARTED,
    STEP_BEGAN,
)


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


def _step_began(at: float, maker: int, step: int, name: str) -> StepBegan:
    return StepBegan(at, maker, step, printable(name))


def _served(at: float, maker: int, cpu_seconds: float, cups: int, result: str) -> Served:
    return Served(at, maker, cpu_seconds, cups, printable(result))


class _Form(NamedTuple):
    """What a kind of report is made of."""

    make: Any
    fields: frozenset[tuple[type, ...]]


_AT_MAKER = (float, int)
_NOBODY = type(None)
_FORMS: dict[str, _Form] = {
    code: _Form(make, frozenset(fields))
    for code, make, *fields in (
        (STARTED, Started, (*_AT_MAKER, int, int, int)),
        (STEP_BEGAN, _step_began, (*_AT_MAKER, int, str)),
        (PROGRESS, Progress, (*_AT_MAKER, float, float)),
        (SERVED, _served, (*_AT_MAKER, float, int, str)),
        (FAILED, _failed, (*_AT_MAKER, str, str, float)),
        (GAVE_UP, GaveUp, (*_AT_MAKER, float)),
        (FRAGMENT, Fragment, (*_AT_MAKER, str, bytes), (float, _NOBODY, str, bytes)),
        (JOINED, Joined, _AT_MAKER),
    )
}


def decode(report: Any) -> Report:
    """Return what a report says.

    Raises:
        ValueError: it is no report; a maker may write anything to any descriptor.
    """
    try:
        code, *fields = report
        form = _FORMS[code]
        if tuple(map(type, fields)) in form.fields:
            decoded: Report = form.make(*fields)
            return decoded
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise ValueError(f"no report: {report!r:.80}") from error
    raise ValueError(f"no report: {report!r:.80}")
