"""Leaves when a signal says so, even while the screen waits for a terminal that takes nothing.

A connection that froze or a terminal that was stopped keeps the event loop in the middle of
drawing, and nothing that waits for its turn there ever happens. So a thread of its own is told::

    handler, in the main thread ──▶ pipe ──▶ this thread ──▶ told(): end the makers, ask the loop
    a terminal that is gone ─────────┘            └─ not left after a while ──▶ stuck()
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType

from chai_tui.host.process_setup import ENDING_SIGNALS, deadly_signals, signals_heard_by

LEAVING_SECONDS = 3.0
"""How long leaving in order may take after a signal: with makers that ignore everything it takes
half a second, on a loaded machine three times that."""
_LEFT = 0  # no signal has this number


@contextlib.contextmanager
def signals_watched(
    heard: Callable[[int], None],
    told: Callable[[int], None],
    stuck: Callable[[int], None],
    *,
    leaving_seconds: float = LEAVING_SECONDS,
) -> Iterator[Callable[[int], None]]:
    """Watch for signals that end a program, as long as the body runs; call it in the main thread.

    There are none on Windows.

    Args:
        heard: gets the signal's number at once, in the middle of anything: it may only note it.
        told: gets it too; called in another thread, must not wait for the main one.
        stuck: likewise, if the body still runs ``leaving_seconds`` after that.
        leaving_seconds: how long the body may go on after a signal.

    Yields:
        What acts as if a signal had come, from any thread.
    """
    if sys.platform == "win32":
        yield told
        return
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    left = threading.Event()

    def leave(number: int) -> None:
        with contextlib.suppress(BlockingIOError):  # thousands came already
            os.write(writer, bytes((number,)))

    def note(number: int, _frame: FrameType | None) -> None:
        heard(number)
        leave(number)

    def watch() -> None:
        while (number := os.read(reader, 1)[0]) != _LEFT:
            told(number)
            if not left.wait(leaving_seconds):
                stuck(number)

    thread = threading.Thread(target=watch, name="chai-signals", daemon=True)
    try:
        thread.start()
        with signals_heard_by(note, ENDING_SIGNALS | deadly_signals()):
            yield leave
    finally:
        left.set()
        if thread.ident is not None:
            os.set_blocking(writer, True)
            os.write(writer, bytes((_LEFT,)))
            thread.join()
        os.close(reader)
        os.close(writer)
