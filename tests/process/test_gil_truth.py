"""Who waits for the GIL, as the kernel tells it of real threads."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import fmean

import pytest

from chai_tui.host.run_facts import gil_enabled
from chai_tui.host.usable_cores import usable_cores
from chai_tui.model.events import MakerUse
from chai_tui.samplers.choice import make_sampler
from chai_tui.samplers.protocol import Watched

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not gil_enabled(), reason="reads /proc, and needs a GIL"
)

# A thread for each word; their numbers are said when all are up.
THREADS = """
import hashlib, queue, sys, threading, time
numbers, lock, some = [], threading.Lock(), queue.Queue()
lock.acquire()
def compute():
    while True: pass
def native():
    data = bytes(1 << 24)
    while True: hashlib.sha256(data).digest()
def sleep(): time.sleep(1_000)
def queue(): some.get()
def acquire(): lock.acquire()
def timed(): lock.acquire(timeout=1_000)
def begin(work):
    numbers.append(threading.get_native_id())
    work()
for count, name in enumerate(sys.argv[1:], 1):
    threading.Thread(target=begin, args=[globals()[name]], daemon=True).start()
    while len(numbers) < count: time.sleep(0.001)
print(*numbers, flush=True)
lock.acquire()
"""


@contextmanager
def threads_that(*works: str) -> Iterator[list[Watched]]:
    """Whom to watch: a thread for each work, all in one process."""
    process = subprocess.Popen(
        [sys.executable, "-c", THREADS, *works], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        numbers = [int(word) for word in process.stdout.readline().split()]
        yield [
            Watched(maker, process.pid, tid, own_thread=True, shares_gil=True)
            for maker, tid in enumerate(numbers, 1)
        ]
    finally:
        process.kill()
        process.communicate()


def over_many_looks(watched: Sequence[Watched], looks: int = 40) -> Sequence[MakerUse]:
    """What they did over so many looks, which is a second."""
    sampler = make_sampler(usable_cores().numbers)
    try:
        sampler.sample(time.monotonic(), watched)
        for _ in range(looks):
            threading.Event().wait(0.025)  # the rate at which looks are taken
            sampler.probe()
        return sampler.sample(time.monotonic(), watched).makers
    finally:
        sampler.close()


def test_threads_that_compute_wait_for_the_gil_when_they_do_not_run() -> None:
    # Forty looks find a share of 0.6 within 0.08 (one standard deviation), and the threads take
    # turns in step with the looks: the mean of many seconds comes to the truth, one may not.
    missed: list[list[float]] = []
    with threads_that("compute", "compute", "compute") as watched:
        while not missed or max(abs(fmean(of_one)) for of_one in zip(*missed, strict=True)) > 0.1:
            assert len(missed) < 12, missed
            uses = over_many_looks(watched)
            missed.append([_unexplained(use) for use in uses])
    # Two of three do without the lock; beside others, who wakes up to ask waits for a core, too.
    assert all(use.gil_share for use in uses)
    assert sum((use.gil_share or 0.0) + (use.ready_share or 0.0) for use in uses) > 1.5


def _unexplained(use: MakerUse) -> float:
    """The share of the time in which it neither ran, nor waited for a core, nor for the GIL."""
    assert use.cpu_share is not None
    assert use.ready_share is not None
    assert use.gil_share is not None
    return 1.0 - use.cpu_share - use.ready_share - use.gil_share


def test_threads_in_c_code_that_let_go_of_the_gil_do_not_wait_for_it() -> None:
    with threads_that("native", "native") as watched:
        uses = over_many_looks(watched)
    assert all(use.gil_share is not None and use.gil_share < 0.05 for use in uses)


def test_who_waits_for_something_else_does_not_wait_for_the_gil() -> None:
    with threads_that("sleep", "queue", "acquire", "timed", "compute") as watched:
        *resting, busy = over_many_looks(watched)
    assert [use.gil_share for use in resting] == [0.0] * 4
    assert busy.gil_share is not None
    assert busy.gil_share < 0.05
