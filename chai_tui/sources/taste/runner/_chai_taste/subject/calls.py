"""What workers run: the calls themselves, in the tightest loop that can tell which one failed.

All of it is found by name in worker processes and interpreters. Keep it light: each imports it.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterable
from importlib import import_module
from itertools import repeat as times
from operator import length_hint
from typing import Any, NamedTuple, Union

from .channel import die_with_parent
from .words import error_line, traceback_text


class Failed(NamedTuple):
    """A call raised: which of its task, what, and the traceback."""

    offset: int
    error: str
    traceback: str


Results = Union[list[Any], Failed]
_here = threading.local()
_import_problem = ""


def _failed(calls: int, left: int, error: BaseException) -> Failed:
    return Failed(calls - left - 1, error_line(error), traceback_text(error))


def one(function: Callable[..., Any], *args: Any) -> Any:
    """Call a function once; return its result, or what it raised."""
    try:
        return function(*args)
    except BaseException as error:  # noqa: BLE001 - also SystemExit is told to the parent
        return _failed(1, 0, error)


def one_async(function: Callable[..., Any], *args: Any) -> Any:
    """Call an async function once, in a loop of this thread's own."""
    try:
        return own_loop().run_until_complete(function(*args))
    except BaseException as error:  # noqa: BLE001
        return _failed(1, 0, error)


def each(function: Callable[..., Any], items: list[Any]) -> Results:
    """Call a function with each item."""
    todo = iter(items)
    try:
        return [function(item) for item in todo]
    except BaseException as error:  # noqa: BLE001 - also SystemExit is told to the parent
        return _failed(len(items), length_hint(todo), error)


def repeat(function: Callable[..., Any], args: tuple[Any, ...], count: int) -> Results:
    """Call a function so many times with the same arguments."""
    todo = times(None, count)
    try:
        # A star costs as much as a short call.
        if not args:
            return [function() for _ in todo]
        if len(args) == 1:
            (one,) = args
            return [function(one) for _ in todo]
        if len(args) == 2:
            one, two = args
            return [function(one, two) for _ in todo]
        return [function(*args) for _ in todo]
    except BaseException as error:  # noqa: BLE001
        return _failed(count, length_hint(todo), error)


def each_async(function: Callable[..., Any], items: list[Any]) -> Results:
    """Call an async function with one item after another, in a loop of this thread's own."""
    todo = iter(items)
    try:
        return own_loop().run_until_complete(_await_each(map(function, todo)))
    except BaseException as error:  # noqa: BLE001
        return _failed(len(items), length_hint(todo), error)


def repeat_async(function: Callable[..., Any], args: tuple[Any, ...], count: int) -> Results:
    """Call an async function so many times with the same arguments, one call after another."""
    todo = times(None, count)
    try:
        return own_loop().run_until_complete(_await_each(function(*args) for _ in todo))
    except BaseException as error:  # noqa: BLE001
        return _failed(count, length_hint(todo), error)


async def _await_each(started: Iterable[Awaitable[Any]]) -> list[Any]:
    # Not `await` in a comprehension over a generator: it must stay one call after another.
    return [await one for one in started]


def own_loop() -> asyncio.AbstractEventLoop:
    """Return this thread's event loop, which lives as long as the thread."""
    loop: asyncio.AbstractEventLoop | None = getattr(_here, "loop", None)
    if loop is None:
        loop = _here.loop = asyncio.new_event_loop()
    return loop


def begin_process(module: str) -> None:
    """Prepare a worker process."""
    die_with_parent()
    _leave_fork_server()
    # What the function starts itself is started as anywhere else, not as this worker was.
    multiprocessing.set_start_method(None, force=True)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    begin_interpreter(module)


def _leave_fork_server() -> None:
    """Let go of the fork server: it lives as long as anybody holds its pipe, and this one with it.

    What the function starts from a server gets one of its own.
    """
    server = getattr(sys.modules.get("multiprocessing.forkserver"), "_forkserver", None)
    descriptor = getattr(server, "_forkserver_alive_fd", None)
    if server is not None and descriptor is not None:
        os.close(descriptor)
        server.__init__()


def begin_interpreter(module: str) -> None:
    """Import the user's module where the calls will be made; :func:`who` tells of a problem."""
    global _import_problem  # noqa: PLW0603 - one for each interpreter
    try:
        import_module(module)
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is told
        _import_problem = error_line(error)


def who(seconds: float) -> tuple[int, int, int, str]:
    """Hold a worker for so long, and tell which one it is: process, thread, ident, problem."""
    time.sleep(seconds)
    return os.getpid(), threading.get_native_id(), threading.get_ident(), _import_problem


def nothing() -> None:
    """What handing over a call costs."""
