"""Functions of every shape; importing this does nothing."""

from __future__ import annotations

import hashlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

_LARGE = bytes(2_000_000)


def busy() -> int:
    """Compute for some milliseconds: what others are compared with."""
    return sum(number * number for number in range(40_000))


double = lambda: busy()  # noqa: E731, PLW0108 - the point of it


def _make() -> Callable[[], int]:
    def inner() -> int:
        return busy()

    return inner


local = _make()


def returns_lock() -> Any:
    """Return what cannot be pickled."""
    busy()
    return threading.Lock()


def raises_at(item: int) -> int:
    """Raise for one item of several."""
    if item == 3:
        raise ValueError(f"no chai for {item}")
    return busy()


def never_returns() -> None:
    """Wait for ever."""
    threading.Event().wait()


def leaves() -> None:
    """End the process without a word."""
    os._exit(7)


def is_killed() -> None:
    """End the process as the kernel does when memory is short."""
    os.kill(os.getpid(), signal.SIGKILL)


def prints() -> int:
    """Print, through Python and past it."""
    print("steeping [b]now[/b]")
    os.write(2, b"past Python\n")
    return busy()


def reads() -> str:
    """Read what nobody can type."""
    busy()
    return sys.stdin.read()


def returns_iterator() -> Iterator[int]:
    """Return before anything is done."""
    return iter([1, 2])


def generates() -> Iterator[int]:
    """Return at its first yield."""
    yield 1


class Kettle:
    """Not a function, but has one."""

    @staticmethod
    def boil() -> int:
        """Compute for some milliseconds."""
        return busy()


not_callable = 5


def own_threads() -> None:
    """Use two cores by itself, as NumPy may."""

    def hash_some() -> None:
        for _ in range(6):
            hashlib.sha256(_LARGE).digest()

    threads = [threading.Thread(target=hash_some) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


_counter = 0


def counts() -> int:
    """Return something else each time."""
    global _counter  # noqa: PLW0603 - the point of it
    _counter += 1
    busy()
    return _counter


_seen: list[int] = []


def shares(item: int) -> int:
    """Return what depends on who else is at work in this process."""
    _seen.append(item)
    time.sleep(0.004)
    return len(_seen) if _seen.pop() == item else -item


_built: list[int] = []


def builds_once() -> int:
    """Take long the first time, as what imports or caches does."""
    if not _built:
        time.sleep(0.6)
        _built.append(1)
    return busy()


def waits() -> None:
    """Wait for 20 ms."""
    time.sleep(0.02)
