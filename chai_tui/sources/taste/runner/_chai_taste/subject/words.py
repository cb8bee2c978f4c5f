"""What is told to a person: errors and values in one line, tracebacks without our own part."""

from __future__ import annotations

import reprlib
import traceback
from types import TracebackType

LONGEST_LINE = 300
LONGEST_TRACEBACK = 4_000
"""Characters; with all of them escaped a message still has under 64 kB."""
_OURS = ("_chai_taste", "importlib")

_short = reprlib.Repr()
_short.maxlist = _short.maxtuple = _short.maxset = _short.maxfrozenset = _short.maxdict = 40
_short.maxarray = _short.maxdeque = 40
_short.maxstring = _short.maxother = _short.maxlong = 200
_short.maxlevel = 4


def one_line(text: str, most: int = LONGEST_LINE) -> str:
    """Return the text without line breaks, and cut."""
    line = " ".join(text[: most * 4].split())
    return line if len(line) <= most else line[: most - 1] + "…"


def shown(value: object, most: int = 200) -> str:
    """Return a value as Python shows it, cut; never raises."""
    try:
        return one_line(_short.repr(value), most)
    except BaseException as error:  # noqa: BLE001 - it is the user's code
        return f"<{type(value).__name__}, whose repr raises {type(error).__name__}>"


def error_line(error: BaseException) -> str:
    """Return an error as the last line of a traceback has it."""
    name = type(error).__qualname__
    try:
        text = one_line(str(error))
    except BaseException:  # noqa: BLE001 - it is the user's code
        text = ""
    return f"{name}: {text}" if text else name


def users_part(trace: TracebackType | None) -> TracebackType | None:
    """Return the part of a traceback that begins where our own code and importing end."""
    while trace is not None and is_ours(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    return trace


def is_ours(filename: str) -> bool:
    """Return whether a file is part of the runner, or of how Python imports."""
    return any(part in filename for part in _OURS)


def traceback_text(error: BaseException) -> str:
    """Return an error's traceback from the user's first line on; the end of it where it is long."""
    try:
        trace = users_part(error.__traceback__)
        text = "".join(traceback.format_exception(type(error), error, trace))
    except BaseException:  # noqa: BLE001 - an error whose text raises
        text = error_line(error)
    return text if len(text) <= LONGEST_TRACEBACK else "…" + text[1 - LONGEST_TRACEBACK :]


def line_in(error: BaseException, filename: str | None) -> int | None:
    """Return the innermost line of a file that an error passed through."""
    if isinstance(error, SyntaxError) and error.filename == filename:
        return error.lineno
    found = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == filename:
            found = trace.tb_lineno
        trace = trace.tb_next
    return found
