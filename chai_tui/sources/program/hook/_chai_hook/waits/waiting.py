"""Waiting for an end or a condition, and how any wait is told: when it lasts, and when it is over.

Plain locks are the matter of ``locks``.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import os
import sys
import time

from .. import link, raised
from ..words import clipped, dressed

TYPE_CHECKING = False  # typing takes 5 ms
if TYPE_CHECKING:
    from typing import Any

PATIENCE = 0.01
"""Seconds that a wait may last and is not told."""
_OF_LIBRARY = {"threading", "queue", "concurrent.futures._base"}
_KEEP_LOCKS = {"lock", "condition", "join"}
_QUEUED = {"get": "get", "put": "put"}


class Held:
    """What tells, before a thread waits, which locks between processes it has."""

    tell: Any = None


def told(
    kind: str, whom: int, thread: int, name: str, key: int = 0, *, timeout: float | None = None
) -> None:
    """Tell that this thread waits for something, and still does."""
    if Held.tell is not None and kind in _KEEP_LOCKS:
        link.guarded(Held.tell)
    most = "" if timeout is None else timeout
    link.guarded(_tell, kind, whom, thread, name, key, most)


def _tell(*what: object) -> None:
    me = link.thread_id()
    link.tell("B", me, *what, int(me == os.getpid() and _handles_signals()))


def _handles_signals() -> bool:
    return any(
        callable(handler) and handler is not _signal.default_int_handler
        for handler in map(_signal.getsignal, range(1, _signal.NSIG))
    )


def went_on() -> None:
    """Tell that it does no longer."""
    link.tell("U", link.thread_id())


class _Waiter:
    """The lock that a waiting thread makes for itself, and another one opens."""

    __slots__ = ("_lock", "release")

    def __init__(self, lock: Any) -> None:
        self._lock = lock
        self.release = lock.release

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:  # noqa: FBT001, FBT002
        if self._lock.acquire(False):  # noqa: FBT003
            return True
        if not blocking:
            return False
        try:
            return self._wait(timeout, sys._getframe(2))  # noqa: SLF001
        except BaseException:
            raised.passed()
            raise

    def _wait(self, timeout: float, caller: Any) -> bool:
        take = self._lock.acquire
        if 0 <= timeout <= PATIENCE or not link.state.is_on:
            return bool(take(True, timeout))  # noqa: FBT003
        if take(True, PATIENCE):  # noqa: FBT003
            return True
        link.guarded(_tell_condition, caller, None if timeout < 0 else timeout)
        try:
            return bool(take(True, -1 if timeout < 0 else timeout - PATIENCE))  # noqa: FBT003
        finally:
            went_on()


def _tell_condition(caller: Any, timeout: float | None) -> None:
    """Tell what a condition is waited for as: ``caller`` called its ``wait``."""
    module = caller.f_globals.get("__name__")
    what = caller.f_code.co_name
    if module not in _OF_LIBRARY:
        told("condition", 0, 0, "Condition.wait", 0, timeout=timeout)
        return
    owner = caller.f_locals.get("self")
    kind = type(owner).__qualname__
    if module == "queue" and what in _QUEUED:
        told(_QUEUED[what], 0, 0, clipped(kind), id(owner), timeout=timeout)
    else:
        told("condition", 0, 0, clipped(f"{kind}.{what}"), id(owner), timeout=timeout)


def patch_threading(module: Any) -> None:
    """Hear of conditions that are waited for, and of all that is made of them; and of joins."""
    allocate = module._allocate_lock  # noqa: SLF001
    wait = module.Condition.wait.__code__

    def _allocate_lock() -> Any:
        lock = allocate()
        return _Waiter(lock) if sys._getframe(1).f_code is wait else lock  # noqa: SLF001

    thread = module.Thread
    join, is_alive = thread.join, thread.is_alive

    def telling_join(self: Any, timeout: Any = None) -> None:
        try:
            if not link.state.is_on or not is_long(timeout):
                join(self, timeout)
                return
            began = time.monotonic()
            join(self, PATIENCE)
            if not is_alive(self):
                return
            link.guarded(_tell_thread, self, timeout)
            try:
                join(self, rest(timeout, began))
            finally:
                went_on()
        except BaseException:
            raised.passed()
            raise

    module._allocate_lock = _allocate_lock  # noqa: SLF001
    thread.join = dressed(telling_join, join)


def is_long(timeout: Any) -> bool:
    """Return whether a wait of at most so many seconds, or of any length, may be told."""
    return timeout is None or (type(timeout) in (int, float) and timeout > PATIENCE)


def rest(timeout: float | None, began: float) -> float | None:
    """Return how many of so many seconds are left of a wait that began then."""
    return None if timeout is None else max(0.0, timeout - (time.monotonic() - began))


def _tell_thread(thread: Any, timeout: float | None) -> None:
    name = clipped(thread._name)  # noqa: SLF001
    told("join", os.getpid(), thread._native_id or 0, name, 0, timeout=timeout)  # noqa: SLF001


def patch_process(module: Any) -> None:
    """Hear of waiting for a process's end."""
    base = module.BaseProcess
    join = base.join

    def telling_join(self: Any, timeout: Any = None) -> None:
        try:
            descriptor = _sentinel(self) if link.state.is_on and is_long(timeout) else -1
            if descriptor < 0:
                join(self, timeout)
                return
            began = time.monotonic()
            if link.is_readable(descriptor, PATIENCE):
                join(self, rest(timeout, began))
                return
            link.guarded(_tell_process, self, timeout)
            try:
                join(self, rest(timeout, began))
            finally:
                went_on()
        except BaseException:
            raised.passed()
            raise

    base.join = dressed(telling_join, join)


def _sentinel(process: Any) -> int:
    """Return what becomes readable when a process ends; -1 where ``join`` is to see for itself."""
    popen = getattr(process, "_popen", None)
    descriptor = getattr(popen, "sentinel", None)
    of_us = getattr(process, "_parent_pid", None) == os.getpid()
    if not of_us or type(descriptor) is not int or getattr(popen, "returncode", 0) is not None:
        return -1
    return descriptor


def _tell_process(process: Any, timeout: float | None) -> None:
    pid = process._popen.pid  # noqa: SLF001
    told("join", pid, pid, clipped(process._name), 0, timeout=timeout)  # noqa: SLF001


def patch_popen(module: Any) -> None:
    """Hear of waiting a while for a child that ``subprocess`` started.

    It is done in small steps, of which the system only tells that somebody sleeps.
    """
    popen = module.Popen
    original = popen.wait

    def wait(self: Any, timeout: Any = None) -> Any:
        try:
            own = self.__dict__
            pid = own.get("pid") if own.get("returncode", 0) is None else None
            if not pid or timeout is None or not is_long(timeout) or not link.state.is_on:
                return original(self, timeout)
            # It is told at once: what an interrupt does meanwhile is the original's matter.
            told("join", pid, pid, f"pid {pid}", timeout=timeout)
            try:
                return original(self, timeout)
            finally:
                went_on()
        except BaseException:
            raised.passed()
            raise

    popen.wait = dressed(wait, original)
