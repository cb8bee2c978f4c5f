"""Locks of ``threading`` that the program itself makes: who waits for one for long, who has it.

What it makes stands for the lock and has most of the lock's own methods, which are C. The standard
library's locks, those of what is installed, and those in C are left alone.

A lock notes who takes it, which takes Python 0.1 µs. One that is taken often does not: it is tried
by what is C alone, until it is taken less often, or somebody waits for it::

    with lock: ──▶ enter(): try, note who          taken seldom
    with lock: ──▶ any(map(call, tries))           often; every 64th try, and each after one that
                                   └──▶ again()    failed, asks whether it still is
"""

from __future__ import annotations

import _thread
import itertools
import os
import sys
import time
from _thread import get_ident
from functools import partial

from . import link, raised
from .waiting import PATIENCE, told, went_on
from .words import clipped

TYPE_CHECKING = False  # typing takes 5 ms
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

MOST_LOCKS = 10_000
"""Of a process; a program that has one for each of its objects gets plain ones from then on."""
OFTEN = 5_000
"""Times a second from which on a lock is not noted who takes it."""
BETWEEN = 512
"""Times that it is taken between two looks at the clock."""
TRIES = 64
LOOK_AGAIN = 0.5
"""Seconds until a waiting thread looks whether somebody else has the lock by now."""
MOST_LOOKING = 32
"""Threads of a process that do so at a time; the others are told to wait, and that is all."""
FOREVER = -1
_LIBRARY = os.path.dirname(os.__file__) + os.sep  # noqa: PTH120 - pathlib takes 10 ms
_INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
_HAS_GIL = getattr(sys, "_is_gil_enabled", lambda: True)()


class _Counts:
    """How many locks were made, and how many threads look again and again who has theirs."""

    made = 0
    looking = 0


if sys.version_info >= (3, 11):
    from operator import call as _call
else:
    from operator import methodcaller

    _call = methodcaller("__call__")


class State:
    """What is known of a lock; its methods do not keep the lock that they are part of.

    Attributes:
        take: the real lock's ``acquire``.
        owner: who took it last: a thread's number; the complement of it where that was not in a
            ``with`` and somebody else may release it; 0 if unknown.
        often: whether it is taken so often that nobody notes who takes it.
        own: the lock, weakly.
    """

    __slots__ = ("left", "line", "often", "own", "owner", "path", "real", "since", "take")

    def __init__(self, real: Any, maker: FrameType) -> None:
        self.real = real
        self.take = real.acquire
        self.owner = 0
        self.left = BETWEEN
        self.since = 0.0
        self.path = maker.f_code.co_filename
        self.line = maker.f_lineno
        self.own: Any = None
        self.often = False

    def enter(self) -> bool:
        """Take it, in a ``with``."""
        self.left -= 1
        if self.left < 0:
            self._look_at_the_clock()
        if self.take(False):  # noqa: FBT003
            self.owner = get_ident()
            return True
        return self._wait(FOREVER, get_ident())

    def again(self) -> bool:
        """Take one that was taken often, in a ``with``."""
        now = time.monotonic()
        if self.often and now - self.since > TRIES / OFTEN:
            self._note_again()
        self.since = now
        if self.take(False):  # noqa: FBT003
            return True
        return self._wait(FOREVER, 0)

    def acquire(self, blocking: Any = True, timeout: Any = FOREVER) -> bool:  # noqa: FBT002
        """Take it; whoever does may let another thread release it."""
        if timeout is FOREVER and (blocking is True or blocking is False):
            if self.take(False):  # noqa: FBT003
                self.owner = ~get_ident()
                return True
            return blocking and self._wait(FOREVER, ~get_ident())
        if blocking is True and type(timeout) in (int, float) and PATIENCE < timeout < 1e6:
            return self._wait(timeout, ~get_ident())
        if self.take(blocking, timeout):
            self.owner = ~get_ident()
            return True
        return False

    def _look_at_the_clock(self) -> None:
        now = time.monotonic()
        is_often = now - self.since < BETWEEN / OFTEN
        self.since, self.left = now, BETWEEN
        own = self.own() if is_often and _HAS_GIL else None
        if own is not None:
            self.often = True
            own.__enter__ = quick(self)

    def _note_again(self) -> None:
        own = self.own()
        if own is not None:
            self.owner, self.left, self.often = 0, BETWEEN, False
            own.__enter__ = self.enter

    def _wait(self, timeout: float, owner: int) -> bool:
        got = False
        try:
            if not link.state.is_on:
                got = self.take(True, timeout)  # noqa: FBT003
            else:
                got = self.take(True, PATIENCE) or self._wait_long(timeout)  # noqa: FBT003
            if got:
                self.owner = owner
        except BaseException:
            if got:
                self.real.release()  # a signal's handler came in between
            raised.passed()
            raise
        return bool(got)

    def _wait_long(self, timeout: float) -> bool:
        if self.often:
            self._note_again()
        got = False
        _Counts.looking += 1
        try:
            if timeout != FOREVER or _Counts.looking > MOST_LOOKING:
                # Who has it makes no circle of those who give up.
                link.guarded(self._tell, 0, timeout)
                got = self.take(True, timeout if timeout < 0 else timeout - PATIENCE)  # noqa: FBT003
                return got
            last = -1
            while not got:
                holder = [0]
                link.guarded(self._find_holder, holder)
                if holder[0] != last:
                    last = holder[0]
                    link.guarded(self._tell, last, FOREVER)
                got = self.take(True, LOOK_AGAIN if link.state.is_on else FOREVER)  # noqa: FBT003
            return got
        except BaseException:
            if got:
                self.real.release()
            raise
        finally:
            _Counts.looking -= 1
            try:
                went_on()
            except BaseException:
                if got:
                    self.real.release()
                raise

    def _tell(self, holder: int, timeout: float) -> None:
        name = f"{self.path.rpartition(os.sep)[2]}:{self.line}"
        most = f", at most {timeout:g} s" if timeout >= 0 else ""
        whom_pid = os.getpid() if holder else 0
        told("lock", whom_pid, holder, clipped(f"of {name}{most}"), id(self.real))

    def _owner_now(self) -> int:
        return self.owner

    def _find_holder(self, found: list[int]) -> None:
        """Put in the list the system's number of the thread that has it; 0: unknown."""
        owner = self._owner_now()
        if owner < 0:
            owner = ~owner
            if not _releases(sys._current_frames().get(owner)):  # noqa: SLF001
                return
        thread = sys.modules["threading"]._active.get(owner)
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


def quick(state: State) -> Any:
    """Return what takes a lock with nothing of Python, as long as nobody has to wait for it."""
    tries = itertools.cycle([*[partial(state.take, False)] * (TRIES - 1), state.again])  # noqa: FBT003
    return partial(any, map(_call, tries))


class _Kind(type):
    """The type of what stands for a lock: an instance of it is whatever is a lock."""

    real: Any = None

    def __call__(cls, *args: Any, **options: Any) -> Any:
        """Make a lock: ``threading.Lock()``, where that is a type."""
        real = cls.real(*args, **options)
        return standing_for(real, cls, sys._getframe(1))  # noqa: SLF001

    def __instancecheck__(cls, instance: Any) -> bool:
        return type(instance) is cls or isinstance(instance, cls.real)

    def __subclasscheck__(cls, kind: Any) -> bool:
        return kind is cls or issubclass(kind, cls.real)


def _methods(real: Any) -> dict[str, Any]:
    """Return what a type has that stands for a type of locks."""

    def refuse(cls: Any, **_: Any) -> None:
        raise TypeError(f"type '_thread.{real.__name__}' is not an acceptable base type")

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
        "__repr__": lambda self: repr(self._state.real),
        "__dir__": lambda self: dir(self._state.real),
        "__reduce_ex__": reduce,
        "__init_subclass__": classmethod(refuse),
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
    condition = sys.modules["threading"].Condition.__init__.__code__
    if maker.f_code is condition and maker.f_back is not None:
        maker = maker.f_back
    if not link.state.is_on or _Counts.made >= MOST_LOCKS or not is_own(maker):
        return real
    _Counts.made += 1
    lock = object.__new__(kind)
    is_reentrant = kind.real is _thread.RLock
    state = lock._state = (ReentrantState if is_reentrant else State)(real, maker)
    state.own = _ref(lock)
    lock.__enter__ = quick(state) if is_reentrant and _HAS_GIL else state.enter
    lock.__exit__, lock.acquire, lock.release = real.__exit__, state.acquire, real.release
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
        return standing_for(_thread.allocate_lock(*args), self._kind, sys._getframe(1))  # noqa: SLF001

    def RLock(self, *args: Any, **options: Any) -> Any:  # noqa: N802 - as it is called
        """Make a lock for ``threading.RLock()``, which is a function."""
        real = _thread.RLock(*args, **options)
        return standing_for(real, self._kind, sys._getframe(2))  # noqa: SLF001


def patch(module: Any) -> None:
    """Hear of those who wait for locks; where locks are of C as we know it."""
    if sys.implementation.name != "cpython":
        return
    plain = _type_of(type(_thread.allocate_lock()))
    # Of Python 3.13 it is a type.
    module.Lock = plain if isinstance(module.Lock, type) else _Factory(plain).allocate_lock
    if module._CRLock is _thread.RLock:  # noqa: SLF001
        module._CRLock = _Factory(_type_of(_thread.RLock)).RLock  # noqa: SLF001


_ref = __import__("_weakref").ref
