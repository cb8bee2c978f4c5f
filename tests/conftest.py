"""What all tests share."""

from __future__ import annotations

import compileall
import signal
import sys
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import HealthCheck, settings

import chai_tui

LONGEST_ID = 60
"""How much of a parameter names a test."""

# A loaded machine is no reason for a property to fail.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

# multiprocessing has every child run the parent's main module again; here that is pytest, 200 ms
# of imports that no maker needs. Without a file or a spec there is nothing to run.
_main = sys.modules["__main__"]
_main.__spec__ = None
if hasattr(_main, "__file__"):
    del _main.__file__


def pytest_configure(config: pytest.Config) -> None:
    """Compile the program once where Python may not keep what it compiles.

    Else (``PYTHONDONTWRITEBYTECODE``) each of hundreds of programs that the tests start compiles
    all of it again.
    """
    if sys.dont_write_bytecode and not hasattr(config, "workerinput"):
        compileall.compile_dir(Path(chai_tui.__file__).parent, quiet=2)


@pytest.fixture(scope="session", autouse=True)
def _signals_as_usual() -> None:
    """Hand down no signal that whoever started the tests had ignored or kept waiting.

    ``nohup`` and a shell's background job do so, and what is ignored or blocked is inherited: a
    program that a test starts would never hear of it. A handler is not: this process goes on
    ignoring, and what it starts has the defaults. A fixture, because it is the workers that start
    programs.
    """
    if sys.platform == "win32":
        return
    signal.pthread_sigmask(signal.SIG_UNBLOCK, signal.valid_signals())
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, _ignore)


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """Do nothing, as for a signal that is ignored."""


def pytest_make_parametrize_id(val: object) -> str | None:
    """Name a test after the beginning of what is long: some of it is a megabyte."""
    if isinstance(val, str | bytes) and len(val) > LONGEST_ID:
        return f"{val[:LONGEST_ID]!a}...{len(val)}"
    return None
