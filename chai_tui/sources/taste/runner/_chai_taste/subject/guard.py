"""Watches an import: it must start nothing, ask nothing, and return."""

from __future__ import annotations

import contextlib
import faulthandler
import functools
import importlib
import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from .channel import Problem
from .words import LONGEST_TRACEBACK, is_ours

PROCESS = "starts a process"
THREAD = "starts a thread"
INPUT = "asks for input"
STARTS: tuple[tuple[str, str, str], ...] = (
    ("os", "fork", PROCESS),
    ("os", "forkpty", PROCESS),
    ("os", "posix_spawn", PROCESS),
    ("os", "posix_spawnp", PROCESS),
    ("os", "spawnv", PROCESS),
    ("os", "spawnve", PROCESS),
    ("os", "execv", "becomes another program"),
    ("os", "execve", "becomes another program"),
    ("os", "system", "runs a command"),
    ("os", "startfile", "starts a program"),
    ("subprocess.Popen", "__init__", PROCESS),
    ("_posixsubprocess", "fork_exec", PROCESS),
    ("_winapi", "CreateProcess", PROCESS),
    ("_thread", "start_new_thread", THREAD),
    ("_thread", "start_new", THREAD),
    ("_thread", "start_joinable_thread", THREAD),
    ("threading", "_start_new_thread", THREAD),
    ("threading", "_start_joinable_thread", THREAD),
    ("builtins", "input", INPUT),
)
"""What an import must not call: where it is, its name, and what it does.

They are replaced while a module is imported. Python's audit events would tell of some more, but a
hook for them stays for good, and makes id(), and with it copy.deepcopy(), several times slower.
"""
GUARD_LINE = 'put it under `if __name__ == "__main__":`'
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
        self.seen: Problem | None = None

    @contextlib.contextmanager
    def watching(self, root: str) -> Iterator[None]:
        """Watch the modules below a folder; empty: none is known, and every one is watched."""
        self.seen = None
        self._root = os.path.join(root, "") if root else ""  # noqa: PTH118 - with a slash
        self._thread = threading.get_ident()
        with contextlib.ExitStack() as stack:
            for where, name, what in STARTS:
                self._replace(stack, where, name, what)
            try:
                yield
            finally:
                self._thread = 0

    def _replace(self, stack: contextlib.ExitStack, where: str, name: str, what: str) -> None:
        module, _, kind = where.partition(".")
        try:
            owner: Any = importlib.import_module(module)
        except ImportError:  # another system's
            return
        owner = getattr(owner, kind) if kind else owner
        real = getattr(owner, name, None)
        if real is None:
            return

        @functools.wraps(real)
        def guarded(*args: Any, **named: Any) -> Any:
            self._hear(what)  # a module may keep this for good
            return real(*args, **named)

        setattr(owner, name, guarded)
        stack.callback(setattr, owner, name, real)

    def _hear(self, what: str) -> None:
        if threading.get_ident() != self._thread:
            return
        frame: FrameType | None = sys._getframe(1)  # noqa: SLF001
        while frame is not None and frame.f_code.co_name != "<module>":
            frame = frame.f_back
        if frame is None or not self._is_users(frame.f_code.co_filename):
            return
        code = "import_reads" if what == INPUT else "import_starts"
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
