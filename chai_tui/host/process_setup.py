"""What this process changes of what it inherited from whoever started it. Standard library only."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable, Iterator
from types import FrameType

ENDING_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
"""The signals that ask a program to end."""
MANY_FILES = 65_536
"""Descriptors enough for 10,000 makers, at six each, and for what the sampler keeps."""


def hear_of_children() -> None:
    """Have the system tell of children that end, whatever our own parent had set for itself.

    A signal that is ignored or kept waiting is inherited: joining a maker would fail, or never end.
    Call it in the main thread, before there is another.
    """
    number = getattr(signal, "SIGCHLD", None)
    if number is not None:
        signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})


def raise_file_limit() -> None:
    """Allow this process as many descriptors as the system lets it have, up to ``MANY_FILES``."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - no such module on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MANY_FILES if hard == resource.RLIM_INFINITY else min(hard, MANY_FILES)
    if soft == resource.RLIM_INFINITY or soft >= most:
        return
    # macOS reports no hard limit, but refuses more than its own OPEN_MAX.
    for limit in (most, 10_240):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, limit), hard))
            return


@contextlib.contextmanager
def ending_signals_heard_by(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Have a handler hear the signals that ask for an end while the body runs.

    Call it in the main thread.

    One that whoever started us had ignored (nohup, a shell's background job) stays ignored.

    Args:
        handler: gets the signal's number and a frame; it runs in the middle of anything.
    """
    before = {}
    for name in ENDING_SIGNALS:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, handler) or signal.SIG_DFL
    try:
        yield
    finally:
        for number, usual in before.items():
            signal.signal(number, usual)
