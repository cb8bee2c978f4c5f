"""Waiting for an end, a condition or a queue: told when it lasts, and when it is over.

A plain lock is not looked at: its type is C, and whoever makes one would get something else.
"""

from __future__ import annotations

import os
import sys
import time

from . import link, raised
from .words import clipped, dressed

TYPE_CHECKING = False  # typing takes 5 ms
if TYPE_CHECKING:
    from typing import Any

PATIENCE = 0.01
"""Seconds that a wait may last and is not told."""
_OF_LIBRARY = {"threading", "queue", "concurrent.futures._base"}
_QUEUED = {"get": "get", "put": "put"}


def _told(kind: str, whom: int, thread: int, name: str, key: int = 0) -> None:
    link.tell("B", link.thread_id(), kind, whom, thread, name, key)


def _went_on() -> None:
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
        link.guarded(_tell_condition, caller)
        try:
            return bool(take(True, -1 if timeout < 0 else timeout - PATIENCE))  # noqa: FBT003
        finally:
            _went_on()


def _tell_condition(caller: Any) -> None:
    """Tell what a condition is waited for as: ``caller`` called its ``wait``."""
    module = caller.f_globals.get("__name__")
    what = caller.f_code.co_name
    if module not in _OF_LIBRARY:
        _told("lock", 0, 0, "Condition.wait")
        return
    owner = caller.f_locals.get("self")
    kind = type(owner).__qualname__
    if module == "queue" and what in _QUEUED:
        _told(_QUEUED[what], 0, 0, clipped(kind), id(owner))
    else:
        _told("lock", 0, 0, clipped(f"{kind}.{what}"), id(owner))


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
            if not link.state.is_on or not _is_long(timeout):
                join(self, timeout)
                return
            began = time.monotonic()
            join(self, PATIENCE)
            if not is_alive(self):
                return
            link.guarded(_tell_thread, self)
            try:
                join(self, _rest(timeout, began))
            finally:
                _went_on()
        except BaseException:
            raised.passed()
            raise

    module._allocate_lock = _allocate_lock  # noqa: SLF001
    thread.join = dressed(telling_join, join)


def _is_long(timeout: Any) -> bool:
    return timeout is None or (type(timeout) in (int, float) and timeout > PATIENCE)


def _rest(timeout: float | None, began: float) -> float | None:
    return None if timeout is None else max(0.0, timeout - (time.monotonic() - began))


def _tell_thread(thread: Any) -> None:
    _told("join", os.getpid(), thread._native_id or 0, clipped(thread._name))  # noqa: SLF001


def patch_process_join(base: Any) -> None:
    """Hear of waiting for a process's end."""
    join = base.join

    def telling_join(self: Any, timeout: Any = None) -> None:
        try:
            descriptor = _sentinel(self) if link.state.is_on and _is_long(timeout) else -1
            if descriptor < 0:
                join(self, timeout)
                return
            began = time.monotonic()
            if link.is_readable(descriptor, PATIENCE):
                join(self, _rest(timeout, began))
                return
            link.guarded(_tell_process, self)
            try:
                join(self, _rest(timeout, began))
            finally:
                _went_on()
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


def _tell_process(process: Any) -> None:
    pid = process._popen.pid  # noqa: SLF001
    _told("join", pid, pid, clipped(process._name))  # noqa: SLF001


def patch_process_queues(module: Any) -> None:
    """Hear of waiting for a queue between processes."""
    _patch_get(module.Queue)
    _patch_put(module.Queue)
    _patch_put(module.JoinableQueue)


def _patch_get(kind: Any) -> None:
    original = kind.get

    def get(self: Any, block: Any = True, timeout: Any = None) -> Any:  # noqa: FBT002
        try:
            if block and link.state.is_on and not self._closed and _is_long(timeout):
                began = time.monotonic()
                if not link.is_readable(self._reader.fileno(), PATIENCE):
                    link.guarded(_tell_queue, "get", self)
                    try:
                        return original(self, block, _rest(timeout, began))
                    finally:
                        _went_on()
                timeout = _rest(timeout, began)
            return original(self, block, timeout)
        except BaseException:
            raised.passed()
            raise

    kind.get = dressed(get, original)


def _patch_put(kind: Any) -> None:
    original = kind.put
    last = [0.0]

    def put(self: Any, obj: Any, block: Any = True, timeout: Any = None) -> None:  # noqa: FBT002
        try:
            # How long it would wait cannot be tried: it would take the place in the queue. So it
            # is told at once, but not of each of many that follow each other.
            is_told = (
                block
                and link.state.is_on
                and not self._closed
                and _is_long(timeout)
                and self._sem._semlock._is_zero()  # noqa: SLF001
                and time.monotonic() > last[0] + PATIENCE
            )
            if not is_told:
                original(self, obj, block, timeout)
                return
            link.guarded(_tell_queue, "put", self)
            try:
                original(self, obj, block, timeout)
            finally:
                last[0] = time.monotonic()
                _went_on()
        except BaseException:
            raised.passed()
            raise

    kind.put = dressed(put, original)


def _tell_queue(what: str, queue: Any) -> None:
    # Both ends of a pipe are one file: the same number in every process.
    end = queue._reader if what == "get" else queue._writer  # noqa: SLF001
    key = os.fstat(end.fileno()).st_ino
    _told(what, 0, 0, clipped(type(queue).__qualname__), key)
