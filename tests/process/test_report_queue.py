"""The queue of a station: a multiprocessing queue that needs no semaphore, and no less."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing import process as multiprocessing_process
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from typing import Any

import pytest

from chai_tui.host.engines import engines_here
from chai_tui.model.engine import Engine
from chai_tui.sources.live.processes.pipes import ReportPipe
from chai_tui.sources.live.station import wire
from chai_tui.sources.live.station.report_queue import ReportQueue
from chai_tui.state.makers.records import State
from tests.process.conftest import PATIENCE, Watch
from tests.process.makers import doing, printing, steps
from tests.thorough import briefly

SHM = Path("/dev/shm")  # noqa: S108 - where Linux keeps semaphores
WAYS = ["spawn"] if sys.platform == "win32" else ["forkserver", "spawn", "fork"]

needs_dev_shm = pytest.mark.skipif(not SHM.is_dir(), reason="semaphores are no files here")


@pytest.fixture
def queue() -> Iterator[ReportQueue]:
    made = ReportQueue(ctx=multiprocessing.get_context("spawn"))
    yield made
    made.close()


@pytest.fixture
def semaphores(monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the semaphores of this process names that no other's have; return their pattern."""
    config = multiprocessing_process.current_process()._config  # type: ignore[attr-defined]
    monkeypatch.setitem(config, "semprefix", f"/chai-queue-{os.getpid()}")
    return f"sem.chai-queue-{os.getpid()}-*"


@pytest.fixture
def no_semaphores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the system refuse every semaphore, as where ``/dev/shm`` is full."""
    import multiprocessing.synchronize  # it cannot be imported without them

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("_multiprocessing.SemLock", refuse)
    with pytest.raises(OSError, match="No space left"):
        multiprocessing.SimpleQueue()


@pytest.fixture
def small_pipes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have queues made as where a pipe takes no whole report."""
    monkeypatch.setattr(wire, "IS_ATOMIC", False)


def test_it_is_a_multiprocessing_queue(queue: ReportQueue) -> None:
    assert isinstance(queue, SimpleQueue)
    assert queue.empty()
    for item in ("a report", (1, 2.0, b"three", None)):
        queue.put(item)
    assert not queue.empty()
    assert [queue.get(), queue.get()] == ["a report", (1, 2.0, b"three", None)]
    queue.close()
    with pytest.raises(OSError, match="closed"):
        queue.get()


@needs_dev_shm
def test_fifty_makers_leave_no_semaphore(watch: Watch, semaphores: str) -> None:
    seen = multiprocessing.get_context("spawn").Lock()
    assert len(list(SHM.glob(semaphores))) == 1
    del seen
    makers = watch.add(steps(wait=600), how_many=50)
    watch.until(lambda: all(maker.started_at for maker in makers))
    assert list(SHM.glob(semaphores)) == []


@pytest.mark.usefixtures("no_semaphores")
@pytest.mark.skipif(not wire.IS_ATOMIC, reason="writers take turns here")
@briefly("start_method", WAYS)
def test_a_kitchen_brews_where_there_are_no_semaphores(watch: Watch) -> None:
    makers = [watch.add(steps(wait=0.01, compute=0.01), 2, engine) for engine in engines_here()]
    watch.joined(*(maker for group in makers for maker in group))
    assert watch.floor.all_served


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit")
@briefly("start_method", WAYS)
def test_makers_are_seated_where_no_file_may_be_written(watch: Watch) -> None:
    import resource

    watch.joined(*watch.add(steps(wait=0.01)))  # what is written and loaded once
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        watch.joined(*watch.add(steps(wait=0.01), how_many=3))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert watch.floor.all_served


@pytest.mark.skipif(sys.platform == "win32", reason="a message is written whole or not at all")
@briefly("method", ["forkserver", "spawn"])
def test_a_writer_finds_the_pipe_broken_once_its_parent_reads_no_more(method: str) -> None:
    context: Any = multiprocessing.get_context(method)
    queue = ReportQueue(ctx=context)
    process = context.Process(target=_put_for_ever, args=(queue,))
    process.start()
    queue.writer.close()
    assert queue.get() == "again"
    queue.reader.close()
    process.join(PATIENCE)
    process.kill()
    process.join()
    assert process.exitcode == errno.EPIPE


def _put_for_ever(queue: ReportQueue) -> None:
    try:
        while True:
            queue.put("again")
    except BrokenPipeError as error:
        os._exit(error.errno or 0)


@pytest.mark.usefixtures("small_pipes")
class TestWhereAPipeTakesNoWholeReport:
    def test_threads_take_turns(self, queue: ReportQueue) -> None:
        """What they write is far too much for one write anywhere."""
        texts = [letter * 100_000 for letter in "abcdefgh"]
        for text in texts:
            threading.Thread(target=_put_often, args=(queue, text), daemon=True).start()
        pipe, got = ReportPipe(queue), Counter[str]()
        deadline = time.monotonic() + PATIENCE
        while got.total() < 20 * len(texts) and not pipe.garbled:
            assert time.monotonic() < deadline
            got.update(pipe.read())
        assert (got, pipe.garbled) == (Counter(dict.fromkeys(texts, 20)), "")

    @briefly("start_method", WAYS)
    @pytest.mark.parametrize("engine", [Engine.PROCESS, Engine.THREAD])
    def test_makers_are_heard_all_the_same(self, watch: Watch, engine: Engine) -> None:
        line = "x" * 900
        group = watch.add(doing(*[printing(line)] * 50), 4, engine)
        watch.joined(*group)
        assert watch.floor.all_served
        for maker in group:
            assert watch.said(maker)[1:-1] == [line] * 50

    @pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
    def test_a_signal_handler_may_print_in_the_middle_of_a_report(self, watch: Watch) -> None:
        (maker,) = watch.add(doing(_print_while_a_handler_does))
        watch.joined(maker)
        assert maker.state is State.SERVED
        assert set(watch.said(maker)[1:-1]) == {"main", "handler"}


def _put_often(queue: ReportQueue, item: str) -> None:
    for _ in range(20):
        queue.put(item)


def _print_while_a_handler_does() -> None:
    heard = 0

    def hear(*_: object) -> None:
        nonlocal heard
        heard += 1
        sys.stdout.write("handler\n")

    signal.signal(signal.SIGALRM, hear)
    while heard < 100:
        asked = heard + 1
        signal.setitimer(signal.ITIMER_REAL, 0.001)  # once: a slow machine is not done in between
        while heard < asked:
            sys.stdout.write("main\n")
