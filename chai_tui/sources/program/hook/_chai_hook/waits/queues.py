"""Waiting for a queue, between threads or processes, to have something or room for it."""

from __future__ import annotations

import os
import sys
import time

from .. import link, raised
from ..words import clipped, dressed
from .lock_types import is_own
from .waiting import PATIENCE, is_long, rest, told, went_on

TYPE_CHECKING = False  # typing takes 5 ms
if TYPE_CHECKING:
    from typing import Any


def patch_process_queues(module: Any) -> None:
    """Hear of waiting for a queue between processes."""
    _patch_get(module.Queue)
    _patch_put(module.Queue)
    _patch_put(module.JoinableQueue)
    _patch_simple(module.SimpleQueue)


def _patch_get(kind: Any) -> None:
    original = kind.get

    def get(self: Any, block: Any = True, timeout: Any = None) -> Any:  # noqa: FBT002
        try:
            if block and link.state.is_on and not self._closed and is_long(timeout):
                began = time.monotonic()
                if not link.is_readable(self._reader.fileno(), PATIENCE):
                    link.guarded(_tell_queue, "get", self, timeout)
                    try:
                        return original(self, block, rest(timeout, began))
                    finally:
                        went_on()
                timeout = rest(timeout, began)
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
                and is_long(timeout)
                and self._sem._semlock._is_zero()  # noqa: SLF001
                and time.monotonic() > last[0] + PATIENCE
            )
            if not is_told:
                original(self, obj, block, timeout)
                return
            link.guarded(_tell_queue, "put", self, timeout)
            try:
                original(self, obj, block, timeout)
            finally:
                last[0] = time.monotonic()
                went_on()
        except BaseException:
            raised.passed()
            raise

    kind.put = dressed(put, original)


def _tell_queue(what: str, queue: Any, timeout: float | None = None) -> None:
    # Both ends of a pipe are one file: the same number in every process.
    end = queue._reader if what == "get" else queue._writer  # noqa: SLF001
    key = os.fstat(end.fileno()).st_ino
    told(what, 0, 0, clipped(type(queue).__qualname__), key, timeout=timeout)


def patch_simple_queue(module: Any) -> None:
    """Hear of waiting for a ``queue.SimpleQueue``, of which the program's own are of Python."""
    real: Any = module.SimpleQueue
    if not isinstance(real, type) or real.__module__ != "_queue":
        return
    empty = module.Empty
    take: Any = getattr(real, "get")  # noqa: B009 - it is Any

    class Kind(type):
        def __call__(cls, *args: Any, **options: Any) -> Any:
            is_watched = cls is not own or is_own(sys._getframe(1))  # noqa: SLF001
            return type.__call__(cls if is_watched else real, *args, **options)

        def __instancecheck__(cls, instance: Any) -> bool:
            return type.__instancecheck__(real if cls is own else cls, instance)

        def __subclasscheck__(cls, kind: Any) -> bool:
            return type.__subclasscheck__(real if cls is own else cls, kind)

    def get(self: Any, block: Any = True, timeout: Any = None) -> Any:  # noqa: FBT002
        if not (block and link.state.is_on and is_long(timeout) and self.empty()):
            return take(self, block, timeout)
        try:
            try:
                return take(self, True, PATIENCE)  # noqa: FBT003
            except empty:
                pass
            told("get", 0, 0, "SimpleQueue", id(self), timeout=timeout)
            try:
                return take(self, True, None if timeout is None else timeout - PATIENCE)  # noqa: FBT003
            finally:
                went_on()
        except BaseException:
            raised.passed()
            raise

    names = {
        "__module__": "queue",
        "__doc__": real.__doc__,
        "__slots__": (),
        "get": dressed(get, take),
        "__reduce_ex__": lambda _, protocol: real().__reduce_ex__(protocol),
    }
    own = module.SimpleQueue = Kind("SimpleQueue", (real,), names)


def _patch_simple(kind: Any) -> None:
    """Hear of waiting for a ``multiprocessing.SimpleQueue``."""
    original_get, original_put = kind.get, kind.put

    def get(self: Any) -> Any:
        try:
            if link.state.is_on and not link.is_readable(self._reader.fileno(), PATIENCE):
                link.guarded(_tell_queue, "get", self)
                try:
                    return original_get(self)
                finally:
                    went_on()
            return original_get(self)
        except BaseException:
            raised.passed()
            raise

    def put(self: Any, obj: Any) -> None:
        try:
            if link.state.is_on and not link.is_writable(self._writer.fileno(), PATIENCE):
                link.guarded(_tell_queue, "put", self)
                try:
                    original_put(self, obj)
                finally:
                    went_on()
                return
            original_put(self, obj)
        except BaseException:
            raised.passed()
            raise

    kind.get, kind.put = dressed(get, original_get), dressed(put, original_put)
