"""Locks of ``threading`` that the program itself makes: who waits for one for long, who has it.

What it makes stands for the lock and has most of the lock's own methods, which are C. The standard
library's locks, those of what is installed, and those in C are left alone.

A lock notes who takes it, which takes Python 0.5 µs. Where a program takes its locks often, that
would be too much: they become plain, one after the other, those that are taken most often first. A
plain one has the lock's own methods only; nothing more is told of it.

A handler of a signal may raise at any time but while C runs. A lock that was taken then is given
back, so C both takes it and notes in a list that it did.
"""

from __future__ import annotations

import _thread
import os
import sys
import time
from _thread import get_ident
from _weakref import ref

from . import link, raised
from .waiting import PATIENCE, told, went_on
from .words import clipped

TYPE_CHECKING = False  # typing takes 5 ms
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import Any

MOST = 2_000
"""Locks that are made so, each of which takes 5 µs; some programs make one for each object."""
NOTES = 500
MOST_A_SECOND = 10_000
"""Notes of a process between two looks at the clock, and how many a second are not too many."""
LOOK_AGAIN = 0.5
"""Seconds until a waiting thread looks whether somebody else has the lock by now."""
MOST_LOOKING = 32
"""Threads of a process that do so at a time; the others are told to wait, and that is all."""
FOREVER = -1
_NOW = (False,)
_allocate = _thread.allocate_lock
_put = object.__setattr__  # theirs refuses
_LIBRARY = os.path.dirname(os.__file__) + os.sep  # noqa: PTH120 - pathlib takes 10 ms
_INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")


class _Notes:
    """How often locks are taken, and made.

    Attributes:
        left: notes until the next look at the clock.
        since: when the last one was.
        many: how many locks became plain after it: twice as many each time, as there may be many.
        next: how many of those still have to: whichever are taken next.
        made: how many locks were made.
    """

    __slots__ = ("left", "made", "many", "next", "since")

    def __init__(self) -> None:
        self.left = NOTES
        self.since = 0.0
        self.many = self.next = self.made = 0

    def look(self) -> None:
        now = time.monotonic()
        is_often = now - self.since < NOTES / MOST_A_SECOND
        self.next = self.many = max(1, 2 * self.many) if is_often else 0
        self.since, self.left = now, NOTES


_notes = _Notes()
_looking: set[int] = set()
"""Threads that look again and again who has their lock."""


class State:
    """What is known of a lock; its methods do not keep the lock that they are part of.

    Attributes:
        take: the real lock's ``acquire``.
        owner: who took it last: a thread's number; the complement of it where that was not in a
            ``with`` and somebody else may release it; 0 if unknown.
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
            _notes.left -= 1
            if _notes.left < 0:
                _notes.look()
            own = self.own() if _notes.next > 0 else None
            if own is not None:
                _notes.next -= 1
                self.is_plain = True
                _put(own, "__enter__", self.real.__enter__)
                _put(own, "acquire", self.take)
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

    def _owner_now(self) -> int:
        return 0 if self.is_plain else self.owner

    def _find_holder(self, found: list[int]) -> None:
        """Put in the list the system's number of the thread that has it; 0: unknown."""
        owner = self._owner_now()
        if owner < 0:
            owner = ~owner
            if not _releases(sys._current_frames().get(owner)):  # noqa: SLF001
                return
        thread = sys.modules["threading"]._active.get(owner)  # noqa: SLF001
        if thread is not None:
            found[0] = thread._native_id or 0  # noqa: SLF001


def _releases(frame: FrameType | None) -> bool:
    """Whether a thread is in a function that both acquires and releases."""
    while frame is not None:
        names = frame.f_code.co_names
        if "acquire" in names and "release" in names:
            return True
        frame = frame.f_back
    return False


class ReentrantState(State):
    """What is known of a lock that knows itself who has it."""

    __slots__ = ()

    def _owner_now(self) -> int:
        _, _, rest = repr(self.real).partition(" owner=")
        owner = rest.partition(" ")[0]
        return int(owner) if owner.isdigit() else 0


class _Kind(type):
    """The type of what stands for a lock: an instance of it is whatever is a lock."""

    real: Any = None

    def __new__(cls, name: str, bases: tuple[Any, ...], names: Any, **options: Any) -> Any:
        """Make a type; one that a program derives is of the real one, where that may be."""
        if bases:
            bases = tuple(base.real if type(base) is cls else base for base in bases)
            return type(bases[0])(name, bases, names, **options)
        return type.__new__(cls, name, bases, names)

    def __init__(cls, *args: Any, **options: Any) -> None:
        """Nothing: it is made."""

    def __call__(cls, *args: Any, **options: Any) -> Any:
        """Make a lock: ``threading.Lock()``, where that is a type."""
        try:
            real = cls.real(*args, **options)
        except BaseException:
            raised.passed()
            raise
        return standing_for(real, cls, sys._getframe(1))  # noqa: SLF001

    def __instancecheck__(cls, instance: Any) -> bool:
        return type(instance) is cls or isinstance(instance, cls.real)

    def __subclasscheck__(cls, kind: Any) -> bool:
        return kind is cls or issubclass(kind, cls.real)


def _methods(real: Any) -> dict[str, Any]:
    """Return what a type has that stands for a type of locks."""

    def reduce(self: Any, protocol: int) -> Any:
        # Some pickle even locks, by their type.
        pickler = sys._getframe(1).f_locals.get("self")  # noqa: SLF001
        known = getattr(type(pickler), "dispatch", None)
        if type(known) is dict and real in known:
            return (_thread.RLock if real is _thread.RLock else _thread.allocate_lock), ()
        return self._state.real.__reduce_ex__(protocol)

    return {
        "__slots__": ("__enter__", "__exit__", "__weakref__", "_state", "acquire", "release"),
        "__module__": "threading" if real is not _thread.RLock else "_thread",
        "__qualname__": "Lock" if real is not _thread.RLock else "RLock",
        "__doc__": real.__doc__,
        "__class__": property(lambda _: real),
        "__getattr__": lambda self, name: getattr(self._state.real, name),
        "__setattr__": lambda self, name, value: setattr(self._state.real, name, value),
        "__delattr__": lambda self, name: delattr(self._state.real, name),
        "__repr__": lambda self: repr(self._state.real),
        "__dir__": lambda self: dir(self._state.real),
        "__reduce_ex__": reduce,
    }


def _type_of(real: Any) -> Any:
    kind = _Kind("Lock" if real is not _thread.RLock else "RLock", (), _methods(real))
    kind.real = real
    return kind


def standing_for(real: Any, kind: Any, maker: FrameType) -> Any:
    """Return what stands for a lock if it is the program's own; else the lock.

    Args:
        real: the lock.
        kind: the type that is to stand for it.
        maker: who makes it.
    """
    if _notes.made >= MOST:
        return real
    condition = sys.modules["threading"].Condition.__init__.__code__
    if maker.f_code is condition and maker.f_back is not None:
        maker = maker.f_back
    if not link.state.is_on or not is_own(maker):
        return real
    _notes.made += 1
    if _notes.made == MOST:
        _restore()
    lock = object.__new__(kind)
    is_reentrant = kind.real is _thread.RLock
    state = (ReentrantState if is_reentrant else State)(real, maker)
    state.own = ref(lock)
    _put(lock, "_state", state)
    _put(lock, "__enter__", state.enter)
    _put(lock, "__exit__", real.__exit__)
    _put(lock, "acquire", state.acquire)
    _put(lock, "release", real.release)
    return lock


def is_own(maker: FrameType) -> bool:
    """Whether code is the program's: neither the standard library's nor installed."""
    names = maker.f_globals
    path = names.get("__file__")
    if type(path) is not str:
        return names.get("__name__") == "__main__"
    return not any(place in path for place in _INSTALLED) and not path.startswith(_LIBRARY)


class _Factory:
    """Makes locks where ``threading.Lock`` is a function: pickled, it is the real one."""

    def __init__(self, kind: Any) -> None:
        self._kind = kind

    def __reduce__(self) -> Any:
        return __import__, ("_thread",)

    def allocate_lock(self, *args: Any) -> Any:
        """Make a lock."""
        if _notes.made >= MOST:
            return _allocate(*args)
        return standing_for(_thread.allocate_lock(*args), self._kind, sys._getframe(1))  # noqa: SLF001

    def RLock(self, *args: Any, **options: Any) -> Any:  # noqa: N802 - as it is called
        """Make a lock for ``threading.RLock()``, which is a function."""
        real = _thread.RLock(*args, **options)
        return standing_for(real, self._kind, sys._getframe(2))  # noqa: SLF001


_patched: list[tuple[Any, str, Any, Any]] = []
"""Of which module what is ours: its name, what it was, and what it is."""


def patch(module: Any) -> None:
    """Hear of those who wait for locks; where locks are of C as we know it."""
    if sys.implementation.name != "cpython":
        return
    plain = _type_of(type(_thread.allocate_lock()))
    # Of Python 3.13 it is a type.
    is_type = isinstance(module.Lock, type)
    _patch(module, "Lock", plain if is_type else _Factory(plain).allocate_lock)
    if module._CRLock is _thread.RLock:  # noqa: SLF001
        _patch(module, "_CRLock", _Factory(_type_of(_thread.RLock)).RLock)


def _patch(module: Any, name: str, ours: Any) -> None:
    _patched.append((module, name, getattr(module, name), ours))
    setattr(module, name, ours)


def _restore() -> None:
    """Make no more: what others put there since stays."""
    for module, name, original, ours in _patched:
        if getattr(module, name) is ours:
            setattr(module, name, original)
