"""Waiting for many pipes at once, in both ways, on whatever system this is."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from multiprocessing import connection

import pytest

from chai_tui.stations.waiting import MOST_AT_ONCE, PortableWaiter, SelectorWaiter, Waiter

KINDS: list[Callable[[], Waiter]] = [PortableWaiter]
if sys.platform != "win32":
    KINDS.append(SelectorWaiter)


@pytest.fixture(params=KINDS)
def waiter(request: pytest.FixtureRequest) -> Iterator[Waiter]:
    made: Waiter = request.param()
    yield made
    made.close()


def test_the_last_of_many_is_heard(waiter: Waiter) -> None:
    pipes = [connection.Pipe(duplex=False) for _ in range(3 * MOST_AT_ONCE)]
    for number, (reader, _) in enumerate(pipes):
        waiter.add(reader, number)
    assert waiter.wait(0) == []
    pipes[-1][1].send_bytes(b"here")
    assert waiter.wait(30) == [len(pipes) - 1]
    for reader, writer in pipes:
        waiter.remove(reader)
        reader.close()
        writer.close()
    assert waiter.wait(0) == []


@pytest.mark.parametrize("how_many", [0, 2 * MOST_AT_ONCE])
def test_another_thread_can_wake_it(waiter: Waiter, how_many: int) -> None:
    pipes = [connection.Pipe(duplex=False) for _ in range(how_many)]
    for number, (reader, _) in enumerate(pipes):
        waiter.add(reader, number)
    threading.Timer(0.05, waiter.wake).start()
    assert waiter.wait(30) == []
    for reader, writer in pipes:
        waiter.remove(reader)
        reader.close()
        writer.close()


def test_many_rings_wake_once(waiter: Waiter) -> None:
    for _ in range(100_000):
        waiter.wake()
    assert waiter.wait(30) == []
    assert waiter.wait(0) == []


def test_what_is_not_waited_for_can_be_removed(waiter: Waiter) -> None:
    reader, writer = connection.Pipe(duplex=False)
    waiter.remove(reader)
    reader.close()
    writer.close()
