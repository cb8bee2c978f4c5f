"""Watches an import: it must start nothing, ask nothing, and return."""

from __future__ import annotations

import _thread
import contextlib
import faulthandler
import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from .channel import Problem
from .words import LONGEST_TRACEBACK, is_ours

STARTS: dict[str, str] = {
    "os.fork": "starts a process",
    "os.forkpty": "starts a process",
    "os.posix_spawn": "starts a process",
    "os.spawn": "starts a process",
    "os.exec": "becomes another program",
    "os.system": "runs a command",
    "os.startfile": "starts a program",
    "subprocess.Popen": "starts a process",
    "pty.spawn": "starts a process",
    "_thread.start_new_thread": "starts a thread",
    "_thread.start_joinable_thread": "starts a thread",
    "builtins.input": "asks for input",
}
"""What an import must not do, by the name of Python's audit event."""
GUARD_LINE = 'put it under `if __name__ == "__main__":`'
_STARTERS = (
    (_thread, "start_new_thread"),
    (_thread, "start_new"),
    (threading, "_start_new_thread"),
)
_GRACE = 5.0
"""Seconds until C code that never lets go of the GIL is ended, after the import's time is over."""


class Stopped(BaseException):
    """Raised at the user's line, past any ``except Exception`` that stands around it."""


class Guard:
    """Stops what a user's module starts when it is imported.

    What a library starts in its own module body is its own affair: the body that is being
    executed innermost decides, and only those below the user's folder are watched.
    """

    def __init__(self) -> None:
        self._root = ""
        self._thread = 0
        self._is_hooked = False
        self.seen: Problem | None = None

    @contextlib.contextmanager
    def watching(self, root: str) -> Iterator[None]:
        """Watch the modules below a folder; empty: none is known, and every one is watched."""
        if not self._is_hooked:
            sys.addaudithook(self._hear)  # there is no way to take it back
            self._is_hooked = True
        self.seen = None
        self._root = root
        self._thread = threading.get_ident()
        try:
            with self._hearing_threads():
                yield
        finally:
            self._thread = 0

    @contextlib.contextmanager
    def _hearing_threads(self) -> Iterator[None]:
        """Hear of threads also from a Python older than 3.12, which has no event for them."""
        if sys.version_info >= (3, 12):
            yield
            return
        real = _thread.start_new_thread

        def start(*given: Any, **named: Any) -> int:
            self._hear("_thread.start_new_thread", None)
            return real(*given, **named)

        for module, name in _STARTERS:
            setattr(module, name, start)
        try:
            yield
        finally:
            for module, name in _STARTERS:
                setattr(module, name, real)

    def _hear(self, event: str, _details: object) -> None:
        if not self._thread or event not in STARTS or threading.get_ident() != self._thread:
            return
        frame: FrameType | None = sys._getframe(1)  # noqa: SLF001
        while frame is not None and frame.f_code.co_name != "<module>":
            frame = frame.f_back
        if frame is None or not self._is_users(frame.f_code.co_filename):
            return
        what = STARTS[event]
        code = "import_reads" if event == "builtins.input" else "import_starts"
        text = f"{what} at line {frame.f_lineno} when imported: {GUARD_LINE}"
        trace = "".join(traceback.format_stack(frame, limit=1))
        self.seen = Problem(code, text, line=frame.f_lineno, traceback=trace)
        raise Stopped(text)

    def _is_users(self, filename: str) -> bool:
        if is_ours(filename) or "site-packages" in filename or "dist-packages" in filename:
            return False
        return filename.startswith(self._root)


@contextlib.contextmanager
def time_limit(seconds: float, tell: Callable[[Problem], None]) -> Iterator[None]:
    """Tell of an import that never returns, and end this process then."""
    over = threading.Event()
    importing = threading.get_ident()

    def watch() -> None:
        if not over.wait(seconds):
            stack = traceback.extract_stack(sys._current_frames().get(importing))  # noqa: SLF001
            users = [entry for entry in stack if not is_ours(entry.filename)]
            bodies = [entry for entry in users if entry.name == "<module>"]
            line = bodies[-1].lineno if bodies else None
            where = f" at line {line}" if line else ""
            text = f"its import has not returned after {seconds:.0f} s, it is{where}: {GUARD_LINE}"
            trace = "".join(traceback.format_list(users))[-LONGEST_TRACEBACK:]
            tell(Problem("import_hangs", text, line=line, traceback=trace))
            os._exit(1)  # nothing else ends what it does, and there must be one answer

    watcher = threading.Thread(target=watch, name="chai-taste-import", daemon=True)
    watcher.start()
    faulthandler.dump_traceback_later(seconds + _GRACE, exit=True)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()
        over.set()
        watcher.join()
