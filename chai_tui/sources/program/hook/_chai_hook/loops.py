"""Tasks of ``asyncio``: which of them an event loop has, and what they raised.

Told when one is made and when it is done, not when it has its turn: that is many thousand times a
second. Nor are more tasks told than so many a second.
"""

from __future__ import annotations

import sys
import time

from . import link, slate
from .words import clipped, dressed, error_line, name_of

TYPE_CHECKING = False  # typing takes 5 ms
if TYPE_CHECKING:
    from typing import Any

MOST_A_SECOND = 500
"""Tasks that are told of; each costs 15 µs."""
_NAMING = {"create_task"}


_OF_ASYNCIO: list[Any] = []
"""The code of what a loop does by itself at its end: no task of the program's."""


class _Budget:
    """How many tasks may be told of."""

    left = MOST_A_SECOND
    since = 0.0
    told = 0


def _may_tell() -> bool:
    if _Budget.left <= 0:
        now = time.monotonic()
        if now - _Budget.since < 1:
            return False
        _Budget.since, _Budget.left = now, MOST_A_SECOND
    _Budget.left -= 1
    return True


class Done:
    """What a task calls when it is done; ``number`` is 0 if nothing was told of it."""

    __slots__ = ("name", "number", "thread")

    def __init__(self, thread: int, name: str, number: int) -> None:
        self.thread = thread
        self.name = name
        self.number = number

    def __call__(self, task: Any) -> None:
        """Tell that it is."""
        if link.state.is_on:
            link.guarded(self._tell, task)

    def _tell(self, task: Any) -> None:
        # Not by asking for it: a task whose error nobody asked for says so in the end.
        error = getattr(task, "_exception", None)
        if not self.number:
            if error is None or not _may_tell():
                return
            self.number = _tell_began(self.thread, self.name)
        line = error_line(error) if isinstance(error, BaseException) else ""
        slate.tell("K", self.thread, line, self.number)


def _tell_began(thread: int, name: str) -> int:
    _Budget.told += 1
    slate.tell("J", thread, name, _Budget.told)
    return _Budget.told


def patch(module: Any) -> None:
    """Hear of tasks; what a task shows of itself is as without us."""
    loop = module.BaseEventLoop
    original = loop.create_task
    ends = [getattr(loop, f"shutdown_{what}", None) for what in ("asyncgens", "default_executor")]
    _OF_ASYNCIO.extend(one.__code__ for one in ends if one is not None)  # 3.8 lacks the second
    shown: Any = sys.modules["asyncio.base_futures"]
    repr_info = shown._future_repr_info  # noqa: SLF001
    format_callbacks = shown._format_callbacks  # noqa: SLF001

    def create_task(self: Any, coro: Any, **options: Any) -> Any:
        task = original(self, coro, **options)
        if link.state.is_on:
            link.guarded(_made, task, coro, options.get("name"), sys._getframe(1))  # noqa: SLF001
        return task

    def _format_callbacks(callbacks: Any) -> Any:
        return format_callbacks([one for one in callbacks if type(one[0]) is not Done])

    def _future_repr_info(future: Any) -> Any:
        return [part for part in repr_info(future) if part != "cb=[]"]

    loop.create_task = dressed(create_task, original)
    shown._format_callbacks = dressed(_format_callbacks, format_callbacks)  # noqa: SLF001
    shown._future_repr_info = dressed(_future_repr_info, repr_info)  # noqa: SLF001


def _made(task: Any, coroutine: Any, name: Any, caller: Any) -> None:
    code = getattr(coroutine, "cr_code", None)
    if any(code is one for one in _OF_ASYNCIO):
        return
    trace = getattr(task, "_source_traceback", None)
    if trace and trace[-1].filename == __file__:
        del trace[-1]
    if name is None and caller.f_code.co_name in _NAMING:
        name = caller.f_locals.get("name")
    if type(name) is not str:
        name = getattr(coroutine, "__qualname__", None)
    name = clipped(name) if type(name) is str else name_of(coroutine)
    thread = link.thread_id()
    # One that is eager may be done already; of such a one 3.12 must not be asked for more.
    if task.done():
        Done(thread, name, 0)(task)
    else:
        number = _tell_began(thread, name) if _may_tell() else 0
        task.add_done_callback(Done(thread, name, number))
