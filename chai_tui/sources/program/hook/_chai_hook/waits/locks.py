"""Locks of ``threading`` that the program itself makes: who waits for one for long, who has it.

What it makes is the matter of ``lock_types``. It has most of the lock's own methods, which are C.

A lock notes who takes it, which takes Python 0.5 µs. Where a program takes its locks often, that
would be too much: they become plain, one after the other, those that are taken most often first. A
plain one has the lock's own methods only; nothing more is told of it.

A handler of a signal may raise at any time but while C runs. A lock that was taken then is given
back, so C both takes it and notes in a list that it did.
"""

from __future__ import annotations

import os
import sys
import time
from _thread import get_ident

from .. import link, raised
from ..words import clipped
from .waiting import PATIENCE, told, went_on

TYPE_CHECKING = False  # typing takes 5 ms
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

NOTES = 500
MOST_A_SECOND = 10_000
"""Notes of a process between two looks at the clock, and how many a second are not too many."""
LOOK_AGAIN = 0.5
"""Seconds until a waiting thread looks whether somebody else has the lock by now."""
MOST_LOOKING = 32
"""Threads of a process that do so at a time; the others are told to wait, and that is all."""
FOREVER = -1
_NOW = (False,)
put = object.__setattr__  # theirs refuses


class Notes:
    """How often locks are taken.

    Attributes:
        left: notes until the next look at the clock.
        since: when the last one was.
        many: how many locks became plain after it: twice as many each time, as there may be many.
        next: how many of those still have to: whichever are taken next.
    """

    __slots__ = ("left", "many", "next", "since")

    def __init__(self) -> None:
        self.left = NOTES
        self.since = 0.0
        self.many = self.next = 0

    def are_too_many(self) -> bool:
        """Count one; returns whether there is to be no other one of this lock."""
        self.left -= 1
        if self.left < 0:
            now = time.monotonic()
            is_often = now - self.since < NOTES / MOST_A_SECOND
            self.next = self.many = max(1, 2 * self.many) if is_often else 0
            self.since, self.left = now, NOTES
        return self.next > 0


_notes = Notes()
_looking: set[int] = set()
"""Threads that look again and again who has their lock."""


class State:
    """What is known of a lock; its methods do not keep the lock that they are part of.

    Attributes:
        take: the real lock's ``acquire``.
        owner: who took it last: a thread's number; the complement of it where that was not in a
            ``with``: it may be for anybody to release; 0 if unknown.
        is_plain: whether nobody notes any more who takes it; what the program kept of its methods
            may be these even then.
        own: the lock, weakly.
    """

    __slots__ = ("is_plain", "line", "own", "owner", "path", "real", "take")

    def __init__(self, real: Any, maker: FrameType) -> None:
        self.real = real
        self.take: Callable[..., bool] = real.acquire
        self.owner = 0
        self.path = maker.f_code.co_filename
        self.line = maker.f_lineno
        self.own: Any = None
        self.is_plain = False

    def enter(self) -> bool:
        """Take it, in a ``with``."""
        got: list[bool] = []
        try:
            self._take(got, True, FOREVER)  # noqa: FBT003
            self.owner = get_ident()
            return True  # noqa: TRY300 - outside, a handler could raise in between
        except BaseException:
            if True in got:
                self.real.release()
            raised.passed()
            raise

    def acquire(self, blocking: Any = True, timeout: Any = FOREVER) -> bool:  # noqa: FBT002
        """Take it; whoever does may let another thread release it."""
        got: list[bool] = []
        try:
            self._take(got, blocking, timeout)
            if got[-1]:
                self.owner = ~get_ident()
            return got[-1]
        except BaseException:
            if True in got:
                self.real.release()
            raised.passed()
            raise

    def _take(self, got: list[bool], blocking: Any, timeout: Any) -> None:
        is_usual = (timeout is FOREVER and (blocking is True or blocking is False)) or (
            blocking is True and type(timeout) in (int, float) and PATIENCE < timeout < 1e6
        )
        if not is_usual or self._is_plain_now():
            got.extend(map(self.take, (blocking,), (timeout,)))
            return
        got.extend(map(self.take, _NOW))
        if got[0] or blocking is False:
            return
        if link.state.is_on:
            got.extend(map(self.take, (True,), (PATIENCE,)))
            if got[-1]:
                return
            self._wait_long(got, timeout)
        else:
            got.extend(map(self.take, (True,), (timeout,)))

    def _is_plain_now(self) -> bool:
        if not self.is_plain:
            own = self.own() if _notes.are_too_many() else None
            if own is not None:
                _notes.next -= 1
                self.is_plain = True
                put(own, "__enter__", self.real.__enter__)
                put(own, "acquire", self.take)
        return self.is_plain

    def _wait_long(self, got: list[bool], timeout: float) -> None:
        me = get_ident()
        _looking.add(me)
        try:
            if timeout != FOREVER or len(_looking) > MOST_LOOKING:
                # Who has it makes no circle of those who give up.
                link.guarded(self._tell, 0, timeout)
                rest = timeout if timeout == FOREVER else max(timeout - PATIENCE, 0)
                got.extend(map(self.take, (True,), (rest,)))
                return
            last = -1
            while not got[-1]:
                holder = [0]
                link.guarded(self._find_holder, holder)
                if holder[0] != last:
                    last = holder[0]
                    link.guarded(self._tell, last, FOREVER)
                got.extend(map(self.take, (True,), (LOOK_AGAIN if link.state.is_on else FOREVER,)))
                del got[:-1]
        finally:
            _looking.discard(me)
            went_on()

    def _tell(self, holder: int, timeout: float) -> None:
        name = f"{self.path.rpartition(os.sep)[2]}:{self.line}"
        told(
            "lock",
            os.getpid() if holder else 0,
            holder,
            clipped(f"of {name}"),
            id(self.real),
            timeout=None if timeout == FOREVER else timeout,
        )

    def forget_others(self) -> None:
        """In a forked child: of its parent's threads, only the one that forked is here."""
        if self.owner not in (get_ident(), ~get_ident()):
            self.owner = 0

    def _owner_now(self) -> int:
        return 0 if self.is_plain else max(self.owner, 0)

    def _find_holder(self, found: list[int]) -> None:
        """Put in the list the system's number of the thread that has it; 0: unknown."""
        thread = sys.modules["threading"]._active.get(self._owner_now())  # noqa: SLF001
        if thread is not None:
            found[0] = thread._native_id or 0  # noqa: SLF001


class ReentrantState(State):
    """What is known of a lock that knows itself who has it."""

    __slots__ = ()

    def _owner_now(self) -> int:
        if not self.owner:
            return 0  # it was the parent's, or nobody noted it
        _, _, rest = repr(self.real).partition(" owner=")
        owner = rest.partition(" ")[0]
        return int(owner) if owner.isdigit() else 0
