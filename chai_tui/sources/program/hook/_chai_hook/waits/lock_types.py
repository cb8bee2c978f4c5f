"""What stands for locks of ``threading`` that the program makes, and is as they are.

The standard library's locks, those of what is installed, and those in C are left alone.
"""

from __future__ import annotations

import _thread
import os
import sys
from _weakref import ref

from .. import link, raised
from ..words import dressed
from .locks import ReentrantState, State, put

TYPE_CHECKING = False  # typing takes 5 ms
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

MOST = 2_000
"""Locks that are made so, each of which takes 5 µs; some programs make one for each object."""
_LIBRARY = os.path.dirname(os.__file__) + os.sep  # noqa: PTH120 - pathlib takes 10 ms
_INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
_allocate = _thread.allocate_lock


_made: list[ref[Any]] = []
"""All that were made, weakly."""


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
        if len(_made) >= MOST and not (args or options):
            return cls.real()
        try:
            real = cls.real(*args, **options)
        except BaseException:
            raised.passed()
            raise
        return standing_for(real, cls, sys._getframe(1))  # noqa: SLF001

    def __eq__(cls, other: object) -> bool:
        # Whoever has a table of types finds the real one.
        return cls is other or cls.real is other

    def __hash__(cls) -> int:
        return hash(cls.real)

    def __repr__(cls) -> str:
        return repr(cls.real)

    def __getattr__(cls, name: str) -> Any:
        getattr(cls.real, name)  # an error of its own
        return _unbound(name)

    def __instancecheck__(cls, instance: Any) -> bool:
        return type(instance) is cls or isinstance(instance, cls.real)

    def __subclasscheck__(cls, kind: Any) -> bool:
        return kind is cls or issubclass(kind, cls.real)


def _unbound(name: str) -> Any:
    """Return a method of a type, to be called with a lock."""
    return lambda lock, *args, **options: getattr(lock, name)(*args, **options)


for _name in ("__enter__", "__exit__", "acquire", "release"):
    setattr(_Kind, _name, property(lambda _, name=_name: _unbound(name)))  # type: ignore[misc]


def _methods(real: Any) -> dict[str, Any]:
    """Return what a type has that stands for a type of locks."""
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
        "__reduce__": lambda self: self._state.real.__reduce__(),
        "__reduce_ex__": lambda self, protocol: self._state.real.__reduce_ex__(protocol),
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
    if len(_made) >= MOST:
        return real
    condition = sys.modules["threading"].Condition.__init__.__code__
    if maker.f_code is condition and maker.f_back is not None:
        maker = maker.f_back
    if not link.state.is_on or not is_own(maker):
        return real
    lock = object.__new__(kind)
    is_reentrant = kind.real is _thread.RLock
    state = (ReentrantState if is_reentrant else State)(real, maker)
    state.own = ref(lock)
    put(lock, "_state", state)
    put(lock, "__enter__", state.enter)
    put(lock, "__exit__", real.__exit__)
    put(lock, "acquire", state.acquire)
    put(lock, "release", real.release)
    _made.append(state.own)
    if len(_made) >= MOST:
        _restore()
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
        if len(_made) >= MOST:
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
    real: Any = type(_allocate())
    plain = _type_of(real)
    setattr(State, "acquire", dressed(State.acquire, real.acquire))  # noqa: B010
    # Of Python 3.13 it is a type.
    is_type = isinstance(module.Lock, type)
    _patch(module, "Lock", plain if is_type else _Factory(plain).allocate_lock)
    if module._CRLock is _thread.RLock:  # noqa: SLF001
        _patch(module, "_CRLock", _Factory(_type_of(_thread.RLock)).RLock)
    os.register_at_fork(after_in_child=lambda: link.guarded(_forget_others))


def _forget_others() -> None:
    for own in _made:
        lock = own()
        if lock is not None:
            lock._state.forget_others()  # noqa: SLF001


def _patch(module: Any, name: str, ours: Any) -> None:
    _patched.append((module, name, getattr(module, name), ours))
    setattr(module, name, ours)


def _restore() -> None:
    """Make no more: what others put there since stays."""
    for module, name, original, ours in _patched:
        if getattr(module, name) is ours:
            setattr(module, name, original)
