"""What is told of an exception: one line, and the traceback. Standard library only."""

from __future__ import annotations

import os
import traceback
from types import TracebackType

from chai_tui.sources.live.station.calls.loading import CannotLoadError

_HERE = os.path.dirname(__file__) + os.sep  # noqa: PTH120 - without pathlib, as everywhere here
_IMPORTLIB = os.path.dirname(os.__file__) + f"{os.sep}importlib{os.sep}"  # noqa: PTH120 - likewise


def told_of(error: BaseException) -> tuple[str, str]:
    """Return an error's one line and its traceback, which begins with the maker's own code."""
    if isinstance(error, CannotLoadError):
        cause = error.__cause__
        return str(error), f"{error}\n" if cause is None else f"{_traceback(cause)}\n{error}\n"
    summary = "".join(traceback.format_exception_only(error)).strip().splitlines()[-1:]
    return "".join(summary), _traceback(error)


def _traceback(error: BaseException) -> str:
    return "".join(traceback.format_exception(type(error), error, _own(error.__traceback__)))


def _own(frames: TracebackType | None) -> TracebackType | None:
    """Return the frames from the first on that is not ours, and not how Python imports."""
    first = frames
    while first is not None and _is_ours(first.tb_frame.f_code.co_filename):
        first = first.tb_next
    return first or frames


def _is_ours(file: str) -> bool:
    return file.startswith((_HERE, _IMPORTLIB, "<frozen importlib"))
