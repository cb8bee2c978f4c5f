"""The signals that ask a program to end, and who hears them meanwhile. Standard library only."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType

NAMES = ("SIGINT", "SIGTERM", "SIGHUP")


@contextlib.contextmanager
def heard_by(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Have a handler hear them as long as the body runs; call it in the main thread.

    One that whoever started us had ignored (nohup, a shell's background job) stays ignored.

    Args:
        handler: gets the signal's number and a frame; it runs in the middle of anything.
    """
    before = {}
    for name in NAMES:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, handler) or signal.SIG_DFL
    try:
        yield
    finally:
        for number, usual in before.items():
            signal.signal(number, usual)
