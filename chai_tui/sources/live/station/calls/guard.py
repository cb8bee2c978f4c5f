"""Keeps a module that is imported from starting work of its own. Standard library only.

Many scripts begin to work when they are imported, because nobody ever wrote
``if __name__ == "__main__":``. A maker would do all of it, and so would every process that it
started. Python tells of such beginnings before they happen, so they can be stopped at the line.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_STARTS = {
    "os.fork": "starts a process",
    "os.forkpty": "starts a process",
    "os.posix_spawn": "starts a process",
    "os.spawn": "starts a process",
    "os.startfile": "starts a process",
    "subprocess.Popen": "starts a process",
    "os.exec": "becomes another program",
    "os.system": "starts a shell",
    "_thread.start_new_thread": "starts a thread",
    "_thread.start_joinable_thread": "starts a thread",
    "builtins.input": "waits for somebody to type",
}
_LIBRARY = os.path.dirname(os.__file__) + os.sep  # noqa: PTH120 - pathlib would be imported for it
_INSTALLED = ("site-packages", "dist-packages")

_guarded: dict[int, str] = {}
"""The top package or module that each thread imports now."""
_is_watching = False


class StartsWorkError(BaseException):  # no ``except Exception`` of the module may swallow it
    """A module starts work when it is imported.

    Attributes:
        what: it does.
        file: where.
        line: there.
    """

    def __init__(self, what: str, file: str, line: int) -> None:
        super().__init__(f"{what} at line {line} when imported")
        self.what = what
        self.file = file
        self.line = line


@contextmanager
def guarded(top: str) -> Iterator[None]:
    """Stop a module that starts work while the body imports it.

    Only its own lines count: what an installed library does when it is imported is its own affair.

    Args:
        top: the module, or the package that it is in.
    """
    global _is_watching  # noqa: PLW0603 - a hook is there for good, so there is one
    if not _is_watching:
        _is_watching = True
        sys.addaudithook(_hear)
    thread = threading.get_ident()
    _guarded[thread] = top
    try:
        with _starts_heard():
            yield
    finally:
        del _guarded[thread]


@contextmanager
def _starts_heard() -> Iterator[None]:
    """Hear of what Python does not tell: processes of multiprocessing, and threads before 3.12."""
    from multiprocessing.process import BaseProcess  # noqa: PLC0415 - only for a function's sake

    usual_process, usual_thread = BaseProcess.start, threading.Thread.start

    def start_process(process: BaseProcess) -> None:
        _stop("os.fork", sys._getframe(1))  # noqa: SLF001 - there is no other way
        usual_process(process)

    def start_thread(thread: threading.Thread) -> None:
        _stop("_thread.start_new_thread", sys._getframe(1))  # noqa: SLF001 - likewise
        usual_thread(thread)

    BaseProcess.start = start_process  # type: ignore[method-assign, assignment]
    threading.Thread.start = start_thread  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        BaseProcess.start = usual_process  # type: ignore[method-assign]
        threading.Thread.start = usual_thread  # type: ignore[method-assign]


def _hear(event: str, _arguments: tuple[Any, ...]) -> None:
    if _guarded and event in _STARTS:
        _stop(event, sys._getframe(1))  # noqa: SLF001 - there is no other way


def _stop(event: str, asking: FrameType) -> None:
    """Raise if the module that is imported in this thread asks for it itself."""
    top = _guarded.get(threading.get_ident())
    frame = None if top is None else _culprit(asking, top)
    if frame is not None:
        raise StartsWorkError(_STARTS[event], frame.f_code.co_filename, frame.f_lineno)


def _culprit(innermost: FrameType | None, top: str) -> FrameType | None:
    """Return the frame of the module's own code that asked for it; None if another's did."""
    frame = innermost
    while frame is not None:
        if str(frame.f_globals.get("__name__")).partition(".")[0] == top:
            return _at_top(frame, top)
        if not _is_of_python(frame.f_code.co_filename):
            return None
        frame = frame.f_back
    return None


def _at_top(frame: FrameType, top: str) -> FrameType:
    """Return the line of the module that led there: a reader wants to know what to guard."""
    last = frame
    outer: FrameType | None = frame
    while outer is not None and str(outer.f_globals.get("__name__")).partition(".")[0] == top:
        last = outer
        if outer.f_code.co_name == "<module>":
            break
        outer = outer.f_back
    return last


def _is_of_python(file: str) -> bool:
    if file.startswith("<"):
        return True
    return file.startswith(_LIBRARY) and not any(name in file for name in _INSTALLED)
