"""Threads that begin, are named anew, and end.

Nothing of ours stays on a thread's stack: what is patched is called at its beginning and end.
"""

from __future__ import annotations

import _thread

from . import link, tasks
from .words import clipped, dressed, name_of

TYPE_CHECKING = False  # typing takes 5 ms
if TYPE_CHECKING:
    from typing import Any


def patch(module: Any) -> None:
    """Hear of threads."""
    thread = module.Thread
    set_native_id, delete, name = thread._set_native_id, thread._delete, thread.name  # noqa: SLF001

    def _set_native_id(self: Any) -> None:
        set_native_id(self)
        # Whoever starts it waits for this until it is set; of all others it is set already.
        if link.state.is_on and not self._started.is_set():
            link.guarded(_begun, module, self)
            if own is not None:
                own.end = _End(link.thread_id())

    def _delete(self: Any) -> None:
        if link.state.is_on:
            link.tell("E", link.thread_id())
        delete(self)

    def rename(self: Any, new: Any) -> None:
        name.fset(self, new)
        if link.state.is_on and self._native_id is not None:
            link.tell("N", self._native_id, clipped(self._name))

    # Where a thread that ends calls nothing that could be patched, what it alone has ends with it.
    has_delete = "_delete" in thread._bootstrap_inner.__code__.co_names  # noqa: SLF001
    own = None if has_delete else _thread._local()  # noqa: SLF001

    thread._set_native_id = dressed(_set_native_id, set_native_id)  # noqa: SLF001
    thread._delete = dressed(_delete, delete)  # noqa: SLF001
    thread.name = property(name.fget, dressed(rename, name.fset), name.fdel, name.__doc__)


class _End:
    """Ends with the thread that has it; of Python before 3.11."""

    __slots__ = ("tid",)

    def __init__(self, tid: int) -> None:
        self.tid = tid

    def __del__(self) -> None:
        if link.state.is_on:
            link.tell("E", self.tid)


def _begun(module: Any, thread: Any) -> None:
    if type(thread) is module._MainThread:  # noqa: SLF001
        return
    target = getattr(thread, "_target", None)
    name = f"{type(thread).__qualname__}.run" if target is None else name_of(target)
    link.tell("T", link.thread_id(), clipped(thread._name), name)  # noqa: SLF001
    tasks.watch_thread(thread)
