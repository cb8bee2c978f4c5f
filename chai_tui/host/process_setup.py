"""What this process changes of what it inherited from whoever started it. Standard library only."""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from types import FrameType
from typing import NoReturn


def _numbers(*names: str) -> frozenset[int]:
    return frozenset(getattr(signal, name) for name in names if hasattr(signal, name))


ENDING_SIGNALS = _numbers("SIGINT", "SIGTERM", "SIGHUP")
"""The signals that ask a program to end."""
_LEFT_IGNORED = _numbers("SIGINT", "SIGHUP", "SIGPIPE", "SIGXFSZ", "SIGKILL", "SIGSTOP")
_NOT_DEADLY = _numbers(
    *("SIGKILL", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGCONT"),  # they stop it
    *("SIGCHLD", "SIGURG", "SIGWINCH", "SIGINFO"),  # they do nothing
    *("SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL"),  # they are faults
    *("SIGPIPE", "SIGXFSZ"),  # Python ignores them
)
HANG_UP = 1
"""The number of SIGHUP everywhere, and what stands for it where there is none."""
SIGNALLED = 128
"""What a shell adds to the number of the signal that ended a program."""
MANY_FILES = 65_536
"""Descriptors enough for 10,000 makers, at six each, and for what the sampler keeps."""


def answer_signals() -> None:
    """Have every signal answered as by a fresh process, whatever our own parent had set for itself.

    What is ignored or kept waiting is inherited: nothing would end us, joining a maker would fail
    or never end, and makers would inherit it in turn. An ignored INT or HUP is somebody's wish
    (a shell's for a background job, nohup's), and what Python ignores for itself stays too.

    Call it in the main thread, before there is another.
    """
    if sys.platform == "win32":
        return
    every = signal.valid_signals()
    for number in every - _LEFT_IGNORED:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, every)


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


def inherited_descriptors() -> tuple[int, ...]:
    """Return those from 3 on that a program would inherit that takes this process's place.

    Call it before anything is opened that is meant for children: what Python opens is not.
    """
    try:
        names = os.listdir("/proc/self/fd")  # noqa: PTH208 - pathlib costs an import
    except OSError:  # nobody has mounted it
        return ()
    inherited = []
    for number in map(int, names):
        with contextlib.suppress(OSError):  # the one with which they are listed
            if number > 2 and os.get_inheritable(number):
                inherited.append(number)
    return tuple(inherited)


@contextlib.contextmanager
def signals_heard_by(
    handler: Callable[[int, FrameType | None], None], numbers: Iterable[int]
) -> Iterator[None]:
    """Have a handler hear signals while the body runs; call it in the main thread.

    One that is ignored stays ignored (see :func:`answer_signals`).

    Args:
        handler: gets the signal's number and a frame; it runs in the middle of anything.
        numbers: the signals'.
    """
    before = {}
    for number in numbers:
        if signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, handler) or signal.SIG_DFL
    try:
        yield
    finally:
        for number, usual in before.items():
            signal.signal(number, usual)


def ending_signals_heard_by(
    handler: Callable[[int, FrameType | None], None],
) -> contextlib.AbstractContextManager[None]:
    """Have a handler hear the signals that ask for an end; see :func:`signals_heard_by`."""
    return signals_heard_by(handler, ENDING_SIGNALS)


def deadly_signals() -> set[int]:
    """Return the other signals that end this process, where nobody has another use for them.

    Those of faults are left out: a handler would be called for the same fault again and again.
    """
    if sys.platform == "win32":
        return set()
    others = signal.valid_signals() - _NOT_DEADLY - ENDING_SIGNALS
    return {number for number in others if signal.getsignal(number) is signal.SIG_DFL}


def end_by_signal(number: int) -> NoReturn:
    """End this process as a signal does that nobody heard; call it in the main thread.

    Args:
        number: the signal's.
    """
    # What the interpreter does at its end: multiprocessing's folders go.
    atexit._run_exitfuncs()  # noqa: SLF001 - there is no other way
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    # The first process of a container is spared its own signals.
    os._exit(SIGNALLED + number)
