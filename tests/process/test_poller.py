"""Waiting for many pipes at once, in both ways, on whatever system this is."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from multiprocessing import connection

import pytest

from chai_tui.sources.live.poller import MOST_AT_ONCE, Poller, PortablePoller, SelectorPoller

KINDS: list[Callable[[], Poller]] = [PortablePoller]
if sys.platform != "win32":
    KINDS.append(SelectorPoller)


@pytest.fixture(params=KINDS)
def poller(request: pytest.FixtureRequest) -> Iterator[Poller]:
    made: Poller = request.param()
    yield made
    made.close()


def test_the_last_of_many_is_heard(poller: Poller) -> None:
    pipes = [connection.Pipe(duplex=False) for _ in range(3 * MOST_AT_ONCE)]
    for number, (reader, _) in enumerate(pipes):
        poller.add(reader, number)
    assert poller.wait(0) == []
    pipes[-1][1].send_bytes(b"here")
    assert poller.wait(30) == [len(pipes) - 1]
    for reader, writer in pipes:
        poller.remove(reader)
        reader.close()
        writer.close()
    assert poller.wait(0) == []


@pytest.mark.parametrize("how_many", [0, 2 * MOST_AT_ONCE])
def test_another_thread_can_wake_it(poller: Poller, how_many: int) -> None:
    pipes = [connection.Pipe(duplex=False) for _ in range(how_many)]
    for number, (reader, _) in enumerate(pipes):
        poller.add(reader, number)
    threading.Timer(0.05, poller.wake).start()
    assert poller.wait(30) == []
    for reader, writer in pipes:
        poller.remove(reader)
        reader.close()
        writer.close()


def test_many_rings_wake_once(poller: Poller) -> None:
    for _ in range(100_000):
        poller.wake()
    assert poller.wait(30) == []
    assert poller.wait(0) == []


def test_what_is_not_waited_for_can_be_removed(poller: Poller) -> None:
    reader, writer = connection.Pipe(duplex=False)
    poller.remove(reader)
    reader.close()
    writer.close()
