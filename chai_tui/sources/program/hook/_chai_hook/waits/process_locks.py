"""Locks between processes: who waits for one for long, and which of them a waiting thread has.

Who has one that another process waits for, nobody knows there. So each thread that waits for
anything tells which locks it has; in a circle of those who wait for each other all of them do.
Where they are taken too often for that, nobody notes it any more.
"""

from __future__ import annotations

import os
import sys
from _thread import get_ident

from .. import link, raised
from .locks import Notes
from .waiting import PATIENCE, Held, told, went_on

TYPE_CHECKING = False  # typing takes 5 ms
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

SHARED = 1 << 60
"""Keys from here on are of locks between processes: the same one in all of them."""
_HERE = "multiprocessing.synchronize"
_MADE = "of multiprocessing."
_LOCKS = {"Lock", "RLock"}


class _State:
    """What is known of one in this process.

    Attributes:
        key: which lock it is.
        owner: which thread took it last, if it did in a ``with``; else somebody else may release
            it.
    """

    __slots__ = ("__weakref__", "key", "kind", "lock", "owner", "take")

    def __init__(self, lock: Any, kind: str, key: int) -> None:
        self.lock = lock
        self.take = lock.acquire
        self.kind = kind
        self.key = key
        self.owner = 0

    def acquire(self, block: Any = True, timeout: Any = None) -> Any:  # noqa: FBT002
        if block is True and (
            timeout is None or (type(timeout) in (int, float) and timeout > PATIENCE)
        ):
            got = self.take(False) or self.wait(timeout, sys._getframe(1), 0)  # noqa: FBT003, SLF001
        else:
            got = self.take(block, timeout)
        if got:
            self.owner = 0
        return got

    def wait(self, timeout: Any, caller: FrameType, owner: int) -> Any:
        got = False
        try:
            what = self._what(caller) if link.state.is_on else ""
            if not what:
                got = self.take(True, timeout)  # noqa: FBT003
            elif self.take(True, PATIENCE):  # noqa: FBT003
                got = True
            else:
                is_lock = what.startswith(_MADE) and self.kind in _LOCKS
                key = self.key if timeout is None else 0
                told("lock" if is_lock else "condition", 0, 0, what, key, timeout=timeout)
                try:
                    got = self.take(True, None if timeout is None else timeout - PATIENCE)  # noqa: FBT003
                finally:
                    went_on()
            if got:
                self.owner = owner
        except BaseException:
            if got:
                self.lock.release()
            raised.passed()
            raise
        return got

    def _what(self, caller: FrameType) -> str:
        """Return what is waited for; nothing where the standard library does for itself."""
        name = f"{_MADE}{self.kind}"
        frame: FrameType | None = caller
        while frame is not None and frame.f_globals.get("__name__") == _HERE:
            owner = frame.f_locals.get("self")
            name = f"{type(owner).__qualname__}.{frame.f_code.co_name}"
            frame = frame.f_back
        module = None if frame is None else frame.f_globals.get("__name__")
        is_theirs = type(module) is str and module.startswith(("multiprocessing.", "concurrent."))
        return "" if is_theirs else name


def patch(module: Any) -> None:
    """Hear of those who wait for locks and semaphores between processes."""
    kind = module.SemLock
    make_methods, enter = kind._make_methods, kind.__enter__  # noqa: SLF001
    states = sys.modules["weakref"].WeakSet()
    count = [0]
    notes = Notes()

    def _make_methods(self: Any) -> None:
        make_methods(self)
        link.guarded(stand_for, self)

    def stand_for(self: Any) -> None:
        lock = self._semlock
        count[0] += 1
        name = getattr(lock, "name", None)
        # Without a name it is only inherited, and this with it.
        which = hash_of(name) if name else (os.getpid() << 32) + (count[0] & 0xFFFFFFFF)
        state = _State(lock, type(self).__name__, SHARED + which)
        self.acquire = state.acquire
        if state.kind in _LOCKS:
            states.add(state)

    def __enter__(self: Any) -> Any:  # noqa: N807 - as it is called
        state = getattr(self.acquire, "__self__", None)
        if notes.are_too_many() and kind.__enter__ is __enter__:
            kind.__enter__ = enter
        if type(state) is not _State:
            return enter(self)
        if state.take(False):  # noqa: FBT003
            state.owner = get_ident()
            return True
        return state.wait(None, sys._getframe(1), get_ident())  # noqa: SLF001

    kind._make_methods = _make_methods  # noqa: SLF001
    kind.__enter__ = __enter__
    Held.tell = lambda: _tell_held(states)


def _tell_held(states: Any) -> None:
    me = get_ident()
    for state in list(states):
        if state.owner == me and state.lock._is_mine():  # noqa: SLF001
            link.tell("H", link.thread_id(), state.key)


def hash_of(name: str) -> int:
    """Return a number of a name, the same in every process."""
    number = 0
    for letter in name.encode("utf-8", "replace"):
        number = (number * 257 + letter) & ((1 << 56) - 1)
    return number
