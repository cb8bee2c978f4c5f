"""What is told of an exception: one line, and the traceback. Standard library only."""

from __future__ import annotations

import os
import traceback

from chai_tui.sources.live.station.calls.guard import StartsWorkError
from chai_tui.sources.live.station.calls.loading import CannotLoadError

_HERE = os.path.dirname(__file__) + os.sep  # noqa: PTH120 - without pathlib, as everywhere here
_IMPORTLIB = os.path.dirname(os.__file__) + f"{os.sep}importlib{os.sep}"  # noqa: PTH120 - likewise
_OURS = (_HERE, _IMPORTLIB, "<frozen importlib")


def told_of(error: BaseException) -> tuple[str, str]:
    """Return an error's one line and its traceback, which begins with the maker's own code."""
    if not isinstance(error, CannotLoadError):
        return _summary(error), _traceback(error)
    cause = error.__cause__
    if cause is None:
        return str(error), f"{error}\n"
    if isinstance(cause, ModuleNotFoundError | StartsWorkError):
        return str(error), f"{_traceback(cause, without_last_line=True)}{error}\n"
    return str(error), f"{_traceback(cause)}\n{error}\n"


def _summary(error: BaseException) -> str:
    """The line with the error's type; more lines of its message are told by an ellipsis."""
    lines = "".join(traceback.format_exception_only(error)).strip().splitlines()
    if not isinstance(error, SyntaxError):  # where that is comes first
        notes = sum(len(str(note).splitlines()) for note in getattr(error, "__notes__", ()))
        first, *more = lines[: max(1, len(lines) - notes)] or [""]
        return f"{first} …" if more else first
    return next((line for line in lines if line.startswith(type(error).__name__)), lines[-1])


def _traceback(error: BaseException, *, without_last_line: bool = False) -> str:
    """Return a traceback without the frames that are ours, or how Python imports."""
    told = traceback.TracebackException.from_exception(error)
    frames = list(told.stack)
    while frames and frames[0].filename.startswith(_OURS):
        del frames[0]
    while frames and frames[-1].filename.startswith(_OURS):
        del frames[-1]
    told.stack[:] = frames
    lines = list(told.format())
    if not frames:  # nothing but a heading
        lines = [line for line in lines if not line.startswith("Traceback (most recent")]
    return "".join(lines[:-1] if without_last_line else lines)
