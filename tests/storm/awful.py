"""Makers that are hard to end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from chai_tui.model.engine import Engine
from chai_tui.model.recipe import Recipe
from tests.process import makers
from tests.process.makers import doing, steps


def ignore_everything() -> None:
    """Ignore every signal that can be ignored."""
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    print("ignoring")


def stop_myself() -> None:
    """Stop like a paused process, without anybody having asked."""
    print("stopping")
    os.kill(os.getpid(), signal.SIGSTOP)


def leave_a_daemon() -> None:
    """Start a process that left our session, keeps both streams open and outlives everybody.

    It ends after a minute by itself, because no process group reaches it any more.
    """
    child = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True
    )
    print(f"daemon {child.pid}")


def answer_sigterm_slowly() -> None:
    """Take longer to clean up than anybody waits."""
    signal.signal(signal.SIGTERM, lambda *_: time.sleep(600))
    print("ready")


def flood_the_descriptor() -> None:
    """Write without end, as C code does."""
    lines = b"flood\n" * 10_000
    while True:
        os.write(1, lines)


AWFUL: dict[str, tuple[Recipe, Engine]] = {
    "waits": (steps(wait=600), Engine.PROCESS),
    "ignores SIGTERM": (doing(ignore_everything, makers.sleep_long), Engine.PROCESS),
    "computes and ignores": (doing(ignore_everything, makers.compute_for_ever), Engine.PROCESS),
    "cleans up slowly": (doing(answer_sigterm_slowly, makers.sleep_long), Engine.PROCESS),
    "stopped itself": (doing(stop_myself, makers.sleep_long), Engine.PROCESS),
    "stopped itself, ignores": (
        doing(ignore_everything, stop_myself, makers.sleep_long),
        Engine.PROCESS,
    ),
    "prints without end": (doing(makers.print_for_ever), Engine.PROCESS),
    "prints and ignores": (doing(ignore_everything, makers.print_for_ever), Engine.PROCESS),
    "floods": (doing(flood_the_descriptor), Engine.PROCESS),
    "holds the GIL": (doing(makers.hold_the_gil_in_c), Engine.PROCESS),
    "has a grandchild": (doing(makers.leave_a_grandchild, makers.sleep_long), Engine.PROCESS),
    "has a daemon": (doing(leave_a_daemon, makers.sleep_long), Engine.PROCESS),
    "threads": (doing(makers.sleep_long), Engine.THREAD),
    "tasks": (doing(makers.compute_for_ever), Engine.ASYNCIO),
    "one after another": (doing(makers.sleep_long), Engine.SERIAL),
}
"""Recipes that no polite request ends, by what they do."""
