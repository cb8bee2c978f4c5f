"""Notices that the terminal is gone where no SIGHUP tells: it is ignored, or goes to others."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import threading
from collections.abc import Callable, Iterator

LOOK_SECONDS = 0.5
"""How often a terminal is looked at that nothing was told of: not every hang-up wakes who waits."""


def is_hung_up(terminal: int) -> bool:
    """Whether a terminal's other end is gone."""
    return sys.platform != "win32" and _is_gone(terminal, 0, also=None)


def _is_gone(terminal: int, seconds: float, *, also: int | None) -> bool:
    """Wait until a terminal is gone, or there is something to read from ``also``."""
    poll = select.poll()
    poll.register(terminal, select.POLLHUP)
    if also is not None:
        poll.register(also, select.POLLIN)
    return terminal in dict(poll.poll(1000 * seconds))


@contextlib.contextmanager
def hang_up_watched(terminal: int | None, told: Callable[[], None]) -> Iterator[None]:
    """Watch a terminal as long as the body runs, in a thread that sleeps.

    Where there can be no thread, and on Windows, nobody watches.

    Args:
        terminal: its descriptor; None: there is none.
        told: called once in another thread when its other end is gone.
    """
    if terminal is None or sys.platform == "win32":
        yield
        return
    reader, writer = os.pipe()
    left = threading.Event()

    def watch() -> None:
        while not left.is_set():
            if _is_gone(terminal, LOOK_SECONDS, also=reader):
                told()
                return

    thread = threading.Thread(target=watch, name="chai-hang-up", daemon=True)
    try:
        with contextlib.suppress(RuntimeError):  # no thread is left
            thread.start()
        yield
    finally:
        left.set()
        os.write(writer, b".")
        if thread.ident is not None:
            thread.join()
        os.close(reader)
        os.close(writer)
