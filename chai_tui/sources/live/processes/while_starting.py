"""What is different in this process for the moment in which it starts another. In the parent."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from multiprocessing import resource_tracker, spawn, util
from typing import Any

import chai_tui
from chai_tui.host.altered import Altered

_SAFE_PATH = "PYTHONSAFEPATH"


@contextlib.contextmanager
def blocked(signals: Iterable[int]) -> Iterator[None]:
    """Keep signals waiting for a moment, in this thread and in whatever it starts.

    A forked child has this process's signal handlers until it has set its own; a signal that waits
    meets those, one that comes at once would be taken by a handler that means nothing there.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def safe_path() -> Iterator[tuple[str, ...]]:
    """Have Pythons that are started meanwhile import nothing from the current folder.

    multiprocessing starts its helpers with ``python -c``, which looks there first: a learner's
    ``random.py`` would be run in place of the one they need, five times over.

    Yields:
        The environment variables that were set for it.
    """
    here = os.path.dirname(os.path.dirname(chai_tui.__file__))  # noqa: PTH120 - pathlib costs an import
    if _SAFE_PATH in os.environ or _is_current(here):
        yield ()
        return
    os.environ[_SAFE_PATH] = "1"
    try:
        yield (_SAFE_PATH,)
    finally:
        os.environ.pop(_SAFE_PATH, None)


def _is_current(folder: str) -> bool:
    """Whether a folder is the current one: then this package itself may come from there."""
    try:
        return os.path.samefile(folder, ".")  # noqa: PTH121 - as above
    except OSError:
        return False


@contextlib.contextmanager
def folders_may_be_gone() -> Iterator[None]:
    """Have whoever is started meanwhile look for no folder or file that may be gone.

    multiprocessing tells a child the name of the current folder, and to go there: that fails where
    the folder was removed, or where its name leads through one that this user may not enter. It
    is there already. The program's own script, which it would run again, is needed by nobody.
    """
    usual = spawn.get_preparation_data

    def prepared(name: str) -> dict[str, Any]:
        data = usual(name)
        data.pop("dir", None)
        if not os.path.exists(data.get("init_main_from_path", "/")):  # noqa: PTH110 - as above
            del data["init_main_from_path"]
        return data

    spawn.os = Altered(os, getcwd=str)  # type: ignore[attr-defined]
    spawn.get_preparation_data = prepared
    try:
        yield
    finally:
        spawn.os = os  # type: ignore[attr-defined]
        spawn.get_preparation_data = usual


@contextlib.contextmanager
def terminal_is_kept(output: int | None) -> Iterator[None]:
    """Have nothing that Pythons say which are started meanwhile reach the terminal.

    They inherit it otherwise, and one whose files are gone has much to say. ``sys.stderr`` stays as
    it is: it belongs to the whole process, and another thread may put another in its place.

    Args:
        output: the descriptor that takes what they say before they are stations; None: it is lost.
    """
    usual = util.spawnv_passfds

    def spawnv_passfds(path: str, arguments: Sequence[str], passed: Sequence[int]) -> int:
        said_to = subprocess.DEVNULL if output is None else output
        started = subprocess.Popen(  # noqa: S603 - multiprocessing's own command
            arguments,
            executable=path,
            pass_fds=passed,
            stdin=subprocess.DEVNULL,
            stdout=said_to,
            stderr=said_to,
            restore_signals=False,  # as multiprocessing has it
        )
        started.returncode = 0  # it is joined elsewhere
        return started.pid

    util.spawnv_passfds = spawnv_passfds  # type: ignore[assignment]
    tracker: Any = resource_tracker
    # It would get our stderr on top, which inside a Textual app has no descriptor; and that it has
    # to be started again, because somebody killed it, is nobody's concern.
    tracker.sys = Altered(sys, stderr=None)
    tracker.warnings = Altered(warnings, warn=_say_nothing)
    try:
        yield
    finally:
        tracker.sys, tracker.warnings = sys, warnings
        util.spawnv_passfds = usual


def _say_nothing(*_arguments: object, **_options: object) -> None:
    pass
