"""Which of the system's limits was met, in words for a person. Standard library only."""

from __future__ import annotations

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
    return isinstance(error, OSError) or _is_thread_refused(error)


def _is_thread_refused(error: BaseException) -> bool:
    return isinstance(error, RuntimeError) and "start new thread" in str(error)


def in_words(error: BaseException) -> str:
    """Return why something could not be started, naming the limit that was met."""
    if _is_thread_refused(error):
        # CPython does not say why, and this is nearly always it.
        return f"no more processes or threads for this user ({_limit('RLIMIT_NPROC')})"
    if isinstance(error, EOFError):
        return "the fork server ended meanwhile"
    if not isinstance(error, OSError):
        return str(error)
    if error.errno == errno.EMFILE:
        return f"no more open files for this process ({_limit('RLIMIT_NOFILE')})"
    if error.errno == errno.ENFILE:
        return "no more open files on this machine"
    if error.errno == errno.EAGAIN:
        return f"no more processes or threads for this user ({_limit('RLIMIT_NPROC')})"
    if error.errno == errno.ENOMEM:
        return "no more memory"
    return error.strerror or str(error)


def _limit(name: str) -> str:
    try:
        import resource  # noqa: PLC0415 - POSIX only, and only for a message
    except ImportError:
        return name
    soft, _ = resource.getrlimit(getattr(resource, name))
    return f"{name} is {'unlimited' if soft == resource.RLIM_INFINITY else soft}"
