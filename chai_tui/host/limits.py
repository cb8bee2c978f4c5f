"""Which of the system's limits was met, in words for a person. Standard library only."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import threading

SPARE_DESCRIPTORS = 32
"""Descriptors that starting a station leaves free: ten for the start itself, the others for what
the screen opens meanwhile."""


def ensure_descriptors() -> None:
    """Check that a station can be started without using up this process's descriptors.

    multiprocessing loses descriptors, and the process behind them, when it runs out of them in the
    middle of a start.

    Raises:
        OSError: there are too few.
    """
    if sys.platform == "win32":
        return
    taken = [os.open(os.devnull, os.O_RDONLY)]
    try:
        # 20 µs: nothing beside a start.
        while len(taken) < SPARE_DESCRIPTORS:
            taken.append(os.dup(taken[0]))
    finally:
        for descriptor in taken:
            os.close(descriptor)


def start_thread(thread: threading.Thread) -> None:
    """Start a thread.

    Raises:
        RuntimeError: the system refused; the text names its limit.
    """
    try:
        thread.start()
    except RuntimeError as error:
        raise RuntimeError(in_words(error)) from error


def is_refusal(error: BaseException) -> bool:
    """Whether the system refused something, as opposed to a fault of the program."""
    return isinstance(error, (OSError, MemoryError)) or _is_thread_refused(error)


def _is_thread_refused(error: BaseException) -> bool:
    return isinstance(error, RuntimeError) and "start new thread" in str(error)


def in_words(error: BaseException) -> str:
    """Return why something could not be started, naming the limit that was met."""
    if isinstance(error, EOFError):
        return "the fork server ended meanwhile"
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EMFILE:
        return f"no more open files for this process ({_limit('RLIMIT_NOFILE')})"
    if number == errno.ENFILE:
        return "no more open files on this machine"
    with contextlib.suppress(ImportError, MemoryError, OSError):  # there is too little to look
        from chai_tui.host import shortage  # noqa: PLC0415 - only for a message

        if _is_thread_refused(error):
            return shortage.too_little_for_a_thread()
        if number == errno.EAGAIN:
            return shortage.too_few_tasks()
        if number == errno.ENOMEM or isinstance(error, MemoryError):
            return shortage.too_little_space()
    if not isinstance(error, OSError):
        return str(error) or type(error).__name__
    return error.strerror or str(error)


def _limit(name: str) -> str:
    try:
        import resource  # noqa: PLC0415 - POSIX only, and only for a message
    except ImportError:
        return name
    soft, _ = resource.getrlimit(getattr(resource, name))
    return f"{name} is {'unlimited' if soft == resource.RLIM_INFINITY else soft}"
