"""Wait for any of many pipes and processes at once, and be woken from another thread."""

from __future__ import annotations

import contextlib
import os
import selectors
import sys
import threading
import time
from multiprocessing import connection
from typing import Any

Waitable = Any
"""A descriptor, a handle, or an object with ``fileno()``."""

MOST_AT_ONCE = 60
"""Handles that Windows waits for at once (63; Python 3.13 knows a way round it, 3.12 does not)."""
SLICED_SECONDS = 0.02
"""How long more handles than that wait for each other."""


class SelectorPoller:
    """Keeps its list in the kernel (epoll, kqueue): 3,000 pipes cost what three do."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._bell, self._rope = os.pipe()
        for descriptor in (self._bell, self._rope):
            os.set_blocking(descriptor, False)
        self._selector.register(self._bell, selectors.EVENT_READ, None)
        # One that its owner may take again: a signal may come while it rings.
        self._lock = threading.RLock()

    def add(self, waitable: Waitable, token: object) -> None:
        """Wait for ``waitable`` too; :meth:`wait` returns ``token`` when it is ready."""
        self._selector.register(waitable, selectors.EVENT_READ, token)

    def remove(self, waitable: Waitable) -> None:
        """Wait for it no longer, if it was; call it before closing it."""
        with contextlib.suppress(KeyError):
            self._selector.unregister(waitable)

    def wait(self, timeout: float | None) -> list[Any]:
        """Return the tokens that are ready, after at most ``timeout`` seconds."""
        tokens = [key.data for key, _ in self._selector.select(timeout)]
        if None in tokens:
            with contextlib.suppress(BlockingIOError):
                os.read(self._bell, 4_096)
            tokens = [token for token in tokens if token is not None]
        return tokens

    def wake(self) -> None:
        """Ring the bell: make a waiting :meth:`wait` return. A full bell needs no more rings."""
        with self._lock, contextlib.suppress(OSError):
            os.write(self._rope, b"!")

    def close(self) -> None:
        """Close the selector and the bell."""
        with self._lock:  # whoever rings meanwhile must not reach what is opened next
            self._selector.close()
            os.close(self._bell)
            os.close(self._rope)
            self._bell = self._rope = -1


class PortablePoller:
    """``multiprocessing.connection.wait``: the only way that knows Windows' handles."""

    def __init__(self) -> None:
        self._tokens: dict[Any, object] = {}
        self._bell, self._rope = connection.Pipe(duplex=False)
        # One that its owner may take again: a signal may come while it rings.
        self._lock = threading.RLock()

    def add(self, waitable: Waitable, token: object) -> None:
        """Wait for it too."""
        self._tokens[waitable] = token

    def remove(self, waitable: Waitable) -> None:
        """Wait for it no longer; it need not have been waited for."""
        self._tokens.pop(waitable, None)

    def wait(self, timeout: float | None) -> list[Any]:
        """Return the tokens that are ready."""
        ready = self._ready([self._bell, *self._tokens], timeout)
        if self._bell in ready:
            with self._lock:
                while self._bell.poll():
                    self._bell.recv_bytes()
        return [self._tokens[waitable] for waitable in ready if waitable is not self._bell]

    @staticmethod
    def _ready(waitables: list[Any], timeout: float | None) -> list[Any]:
        if len(waitables) <= MOST_AT_ONCE:
            return connection.wait(waitables, timeout)
        deadline = None if timeout is None else time.monotonic() + timeout
        slices = [
            waitables[begin : begin + MOST_AT_ONCE]
            for begin in range(0, len(waitables), MOST_AT_ONCE)
        ]
        while True:
            ready = [one for part in slices for one in connection.wait(part, 0)]
            left = SLICED_SECONDS if deadline is None else deadline - time.monotonic()
            if ready or left <= 0:
                return ready
            # The first part has the bell.
            connection.wait(slices[0], min(left, SLICED_SECONDS))

    def wake(self) -> None:
        """Ring the bell, unless it rings already."""
        with self._lock, contextlib.suppress(OSError):
            if not self._bell.poll():
                self._rope.send_bytes(b"!")

    def close(self) -> None:
        """Close the bell."""
        with self._lock:
            self._bell.close()
            self._rope.close()


Poller = SelectorPoller | PortablePoller
"""Knows what to wait for; only ``wake`` may be called from another thread."""


def make_poller() -> Poller:
    """Return the best poller of this system."""
    return PortablePoller() if sys.platform == "win32" else SelectorPoller()
