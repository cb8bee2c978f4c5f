"""How each kind of step spends its time. Runs in the child; standard library only."""

from __future__ import annotations

import os
import time
import types
from collections.abc import Callable, Coroutine, Generator
from typing import Any

Tell = Callable[[float], None]
"""Takes how much of the step is done, 0 to 1; raises to end the step early."""

_ROUNDS = 4_000  # about 0.1 ms of bytecode: fine enough to stop within it, coarse enough to be free
_CHURN_BYTES = 64 * 1024  # about 1 ms of compression, all of it without the GIL


def wait(seconds: float, tell: Tell, sleep: Callable[[float], object], interval: float) -> None:
    """Sleep; the time passes even while the process is stopped, as it does for real I/O.

    Args:
        seconds: wall seconds.
        tell: told after every sleep.
        sleep: sleeps for that many seconds.
        interval: the longest single sleep, in seconds.
    """
    began = time.monotonic()
    while (left := began + seconds - time.monotonic()) > 0:
        tell(1 - left / seconds)
        sleep(min(interval, left))


async def wait_async(seconds: float, tell: Tell, interval: float) -> None:
    """Like :func:`wait`, but let the event loop run meanwhile."""
    import asyncio  # noqa: PLC0415 - 25 ms that only the asyncio engine pays

    began = time.monotonic()
    while (left := began + seconds - time.monotonic()) > 0:
        tell(1 - left / seconds)
        await asyncio.sleep(min(interval, left))


def compute(seconds: float, tell: Tell) -> None:
    """Run Python bytecode until this thread has burned ``seconds`` of CPU time; holds the GIL."""
    began = time.thread_time()
    while (burned := time.thread_time() - began) < seconds:
        tell(burned / seconds)
        for _ in range(_ROUNDS):
            pass


def native(seconds: float, tell: Tell) -> None:
    """Run C code that releases the GIL until this thread has burned ``seconds`` of CPU time."""
    import zlib  # noqa: PLC0415 - only native steps need it

    milk = os.urandom(_CHURN_BYTES)  # nothing repeats in it, so compressing it is work
    began = time.thread_time()
    while (burned := time.thread_time() - began) < seconds:
        tell(burned / seconds)
        zlib.compress(milk, 9)


def run_to_its_end(coroutine: Coroutine[Any, Any, object]) -> object:
    """Run what an async function returned, on an event loop of its own; return its result."""
    import asyncio  # noqa: PLC0415 - as above

    return asyncio.run(coroutine)


@types.coroutine
def between_rests(
    coroutine: Coroutine[Any, Any, object],
    run: Callable[[], None],
    rest: Callable[[], None],
) -> Generator[Any, Any, object]:
    """Await a coroutine whose own stretches on the event loop are told.

    Args:
        coroutine: what to await.
        run: called before it goes on.
        rest: called when it waits, or is done.
    """
    sent: object = None
    error: BaseException | None = None
    while True:
        run()
        try:
            awaited = coroutine.send(sent) if error is None else coroutine.throw(error)
        except StopIteration as end:
            return end.value
        finally:
            rest()
        sent = error = None
        try:
            sent = yield awaited
        except BaseException as raised:  # noqa: BLE001 - the coroutine's own affair
            error = raised
