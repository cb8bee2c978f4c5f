"""Memory that the receiver reads, too: what is told very often costs no system call.

A call lets go of the GIL, and who tells something would wait for it behind every thread that wants
it, at both ends of each task. Nor is the receiver woken: it looks every so often.

A slot holds its number and one message; the number is written last, so that whoever reads it finds
the message whole. Nobody waits for the receiver: what it does not read in time is overwritten.
"""

from __future__ import annotations

import _imp
import _signal  # type: ignore[import-not-found]
import itertools
import os
import sys
import time

from . import link

TYPE_CHECKING = False  # typing takes 5 ms
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

SLOT = 128
"""Bytes of one: 8 for its number, from 1 on, 8 for the nanoseconds of ``time.monotonic_ns()``, and
its message; a longer one goes by the socket."""
SLOTS = 2_048
_NUMBER = 8
_ROOM = SLOT - 2 * _NUMBER
_SEPARATORS = 3
_NOT_YET = bytes(_NUMBER)
_MOST_KEPT = 256
_OURS_NS = 100_000_000
"""For so long the connection is taken to be ours still."""
_MMAP: list[Any] = []
"""The type, once it was needed."""
_KEPT: list[Any] = []
"""Memory of connections that are gone: before Python 3.13 it has a descriptor of its own, which it
closes with itself, and which may be the program's by then."""


class Slate:
    """One of this process.

    Raises:
        OSError: there is no such memory to have, or it cannot be handed over.
    """

    def __init__(self) -> None:
        self._socket = link.state.socket
        self._numbers: Iterator[int] = itertools.count(1)
        self._looked_at = time.monotonic_ns()
        self._messages: dict[Any, Any] = {}
        descriptor = os.memfd_create("chai-tui", os.MFD_CLOEXEC)
        try:
            # At once, and all of it: where there is not enough, nobody shall find that out later.
            os.posix_fallocate(descriptor, 0, SLOT * SLOTS)
            self._memory: Any = _mapped(descriptor)
            if sys.version_info < (3, 13):
                _KEPT.append(self._memory)
            link.hand_over("M", descriptors=[descriptor])
        finally:
            os.close(descriptor)

    def write(self, kind: str, thread: int, text: str, number: int) -> None:
        """Write a message; threads may do so at the same time, each into a slot of its own."""
        if link.state.socket is not self._socket:  # another connection's, or a parent's
            link.send(kind, (thread, text, number))
            return
        now = time.monotonic_ns()
        if now > self._looked_at + _OURS_NS:
            self._looked_at = now
            if not link.is_ours():  # the program closed it, and nobody reads here any more
                link.send(kind, (thread, text, number))  # which makes another one
                return
        # Between two tasks no cache is warm: what can be had from before is not made anew.
        message = self._messages.get((kind, thread, text, number))
        if message is None:
            message = self._message(kind, thread, text, number)
            if message is None:
                link.send(kind, (thread, text, number))
                return
        which = next(self._numbers)
        begin = which % SLOTS * SLOT
        at = now.to_bytes(_NUMBER, sys.byteorder)
        self._memory[begin : begin + SLOT] = _NOT_YET + at + message
        self._memory[begin : begin + _NUMBER] = which.to_bytes(_NUMBER, sys.byteorder)

    def _message(self, kind: str, thread: int, text: str, number: int) -> Any:
        """Return what is written of it; None if there is no room for it."""
        said = f"{kind}\x1f{thread}\x1f{text}\x1f{number}"
        message = said.encode("utf-8", "replace").ljust(_ROOM, b"\0")
        if len(message) > _ROOM or said.count(link.SEPARATOR) != _SEPARATORS:
            return None
        if not number:  # a worker's, which are alike
            if len(self._messages) >= _MOST_KEPT:
                self._messages.clear()
            self._messages[kind, thread, text, number] = message
        return message


def tell(kind: str, thread: int, text: str, number: int) -> None:
    """Tell something that may come thousands of times a second; to be called guarded.

    A message of the receiver's forms: its kind, and the fields that a task has.
    """
    slate = link.state.slate
    if slate is None and _is_to_begin():
        slate = link.state.slate = _begun()
    if slate is not None:
        slate.write(kind, thread, text, number)
    else:
        link.send(kind, (thread, text, number))


def _is_to_begin() -> bool:
    """Return whether nobody has begun one on this connection: true for one thread alone."""
    try:
        link.state.unbegun.pop()
    except IndexError:
        return False
    return True


def _begun() -> Any:
    """Return one; None where there is none to have, and the socket has to do."""
    if (
        # In the main thread, where no other needs the GIL as a rule, a program's handler of a
        # signal could raise something. Elsewhere what is raised was raised because of us.
        link.thread_id() == os.getpid()
        # Without a GIL a call takes nothing from anybody, and two threads could take one slot.
        or not getattr(sys, "_is_gil_enabled", lambda: True)()
        # Python ignores it; else the program would hear that its files may not be so long.
        or _signal.getsignal(_signal.SIGXFSZ) != _signal.SIG_IGN
        or not link.is_ours()
    ):
        return None
    try:
        return Slate()
    except Exception:  # noqa: BLE001 - among others what an audit hook of the program refuses
        return None


def _mapped(descriptor: int) -> Any:
    if not _MMAP:
        _MMAP.append(_of_the_library("mmap").mmap)
    if sys.version_info >= (3, 13):
        return _MMAP[0](descriptor, SLOT * SLOTS, trackfd=False)
    return _MMAP[0](descriptor, SLOT * SLOTS)


def _of_the_library(name: str) -> Any:
    """Return a module written in C, past what the program has of that name."""
    bootstrap: Any = sys.modules["_frozen_importlib"]
    before = sys.modules.pop(name, None)  # before Python 3.10, making it changes what is listed
    try:
        if name in sys.builtin_module_names:
            module = _imp.create_builtin(bootstrap.ModuleSpec(name, None))
            _imp.exec_builtin(module)
            return module
        loader, origin = _found(name)
        spec = bootstrap.ModuleSpec(name, loader, origin=origin)
        module = _imp.create_dynamic(spec)
        _imp.exec_dynamic(module)
        return module
    finally:
        sys.modules.pop(name, None)
        if before is not None:
            sys.modules[name] = before


def _found(name: str) -> tuple[Any, str]:
    """Return what loads a module written in C, and its file; raises ImportError if it is not there.

    It is not looked for beside another one: distributions build some of them into Python.
    """
    loader: Any = sys.modules["_frozen_importlib_external"].ExtensionFileLoader
    folder = os.path.dirname(os.__file__)  # noqa: PTH120 - pathlib takes 10 ms
    for suffix in _imp.extension_suffixes():
        path = f"{folder}/lib-dynload/{name}{suffix}"
        if os.path.exists(path):  # noqa: PTH110 - likewise
            return loader(name, path), path
    raise ImportError(name)
