"""Samplers against real processes, compared with what psutil tells from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import psutil
import pytest

from chai_tui.host.usable_cores import usable_cores
from chai_tui.model.events import MakerUse, Sampled
from chai_tui.samplers.choice import make_sampler
from chai_tui.samplers.portable import PortableSampler
from chai_tui.samplers.protocol import Sampler, Watched

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
PATIENCE = 60.0
"""Seconds after which a condition is said never to hold: generous, for loaded machines."""

# Two threads, one that burns and one that sleeps; their numbers are said when both are up.
PAIR = """
import threading, time
numbers = []
def burn():
    numbers.append(threading.get_native_id())
    while True: pass
def rest():
    numbers.append(threading.get_native_id())
    threading.Event().wait()
threading.Thread(target=rest, daemon=True).start()
while not numbers: time.sleep(0.001)
threading.Thread(target=burn, daemon=True).start()
while len(numbers) < 2: time.sleep(0.001)
print(*numbers, flush=True)
threading.Event().wait()
"""
BURN = "print(flush=True)\nwhile True: pass"
BURN_ON_LAST_CORE = f"import os\nos.sched_setaffinity(0, {{max(os.sched_getaffinity(0))}})\n{BURN}"
REST = "import threading\nprint(flush=True)\nthreading.Event().wait()"

Start = Callable[[str], tuple[psutil.Process, list[int]]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start Python code; return its process and the numbers that it says when it is up."""
    started: list[subprocess.Popen[str]] = []

    def start_code(code: str) -> tuple[psutil.Process, list[int]]:
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        return psutil.Process(process.pid), [
            int(word) for word in process.stdout.readline().split()
        ]

    yield start_code
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def sampler() -> Iterator[Sampler]:
    one = make_sampler(usable_cores().numbers)
    yield one
    one.close()


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition."""
    give_up = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < give_up, "it never came"
        threading.Event().wait(0.01)


def burned(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


class ByPsutil(NamedTuple):
    """What a worker burned by psutil, which looks before and after each look of the sampler.

    The machine may pause between the two, and the worker goes on: the truth is in between.

    Attributes:
        share: at least so much of the time between two samples, and at most.
        seconds: of the CPU, up to the second one; likewise.
    """

    share: tuple[float, float]
    seconds: tuple[float, float]


def over_half_a_second_of_work(
    sampler: Sampler, watched: Sequence[Watched], worker: psutil.Process
) -> tuple[Sampled, ByPsutil]:
    """Return a sample of a stretch in which the worker burned 0.5 s, and what psutil tells."""
    first_least, began = burned(worker), time.monotonic()
    sampler.sample(began, watched)
    first_most = burned(worker)
    until(lambda: burned(worker) >= first_most + 0.5)
    last_least, ended = burned(worker), time.monotonic()
    sample = sampler.sample(ended, watched)
    last_most = burned(worker)
    least, most = (last_least - first_most, last_most - first_least)
    share = (least / (ended - began), most / (ended - began))
    return sample, ByPsutil(share, (last_least, last_most))


def is_within(value: float | None, bounds: tuple[float, float], most: float = 0.1) -> bool:
    """Whether something is as psutil tells it, which counts in hundredths of a second."""
    return value is not None and bounds[0] - most <= value <= bounds[1] + most


def alone(maker: int, process: psutil.Process) -> Watched:
    return Watched(maker, process.pid, process.pid, own_thread=True)


@linux_only
def test_a_burner_is_on_its_core_and_a_sleeper_on_none(start: Start, sampler: Sampler) -> None:
    burner, _ = start(BURN_ON_LAST_CORE)
    sleeper, _ = start(REST)
    sample, told = over_half_a_second_of_work(
        sampler, [alone(1, burner), alone(2, sleeper)], burner
    )
    busy, resting = sample.makers
    last_core = max(os.sched_getaffinity(0))
    assert (busy.core, resting.core) == (last_core, None)
    assert is_within(busy.cpu_share, told.share), (busy, told)
    assert resting.cpu_share is not None
    assert resting.cpu_share < 0.01
    assert is_within(busy.cpu_seconds, told.seconds), (busy, told)
    # Together they are all the time there is: a burner is always on a core or waiting for one.
    assert (busy.cpu_share or 0.0) + (busy.ready_share or 0.0) == pytest.approx(1.0, abs=0.15)
    use = next(use for use in sample.cores if use.core == last_core)
    assert use.makers is not None
    assert use.busy is not None
    assert use.makers == pytest.approx(busy.cpu_share, abs=0.02)
    assert use.busy >= use.makers


@linux_only
def test_memory_is_what_psutil_calls_unique(start: Start, sampler: Sampler) -> None:
    sleeper, _ = start(REST)
    (use,) = sampler.sample(time.monotonic(), [alone(1, sleeper)]).makers
    assert use.memory == pytest.approx(sleeper.memory_full_info().uss, rel=0.05)


@linux_only
def test_threads_of_one_process_are_told_apart(start: Start, sampler: Sampler) -> None:
    process, (sleeping, burning) = start(PAIR)
    watched = [
        Watched(1, process.pid, sleeping, own_thread=True),
        Watched(2, process.pid, burning, own_thread=True),
    ]
    sample, told = over_half_a_second_of_work(sampler, watched, process)
    resting, busy = sample.makers
    assert resting.core is None
    assert busy.core in os.sched_getaffinity(0)
    assert is_within(busy.cpu_share, told.share), (busy, told)


@linux_only
def test_a_stopped_process_is_seen_stopped_until_it_goes_on(start: Start, sampler: Sampler) -> None:
    sleeper, _ = start(REST)
    burner, _ = start(BURN)
    watched = [alone(1, sleeper), alone(2, burner)]

    def stopped() -> list[bool | None]:
        return [use.stopped for use in sampler.sample(time.monotonic(), watched).makers]

    assert stopped() == [False, False]
    for each in (sleeper, burner):
        each.send_signal(signal.SIGSTOP)
    until(lambda: stopped() == [True, True])
    for each in (sleeper, burner):
        each.send_signal(signal.SIGCONT)
    until(lambda: stopped() == [False, False])


@linux_only
def test_who_dies_between_two_looks_has_no_figures(start: Start, sampler: Sampler) -> None:
    burner, _ = start(BURN)
    sleeper, _ = start(REST)
    watched = [alone(1, burner), alone(2, sleeper)]
    sampler.sample(time.monotonic(), watched)
    burner.kill()
    burner.wait()
    dead, living = sampler.sample(time.monotonic(), watched).makers
    assert dead == MakerUse(1, *[None] * 6)
    assert living.cpu_seconds is not None


def open_descriptors() -> int:
    return psutil.Process().num_fds()


@linux_only
def test_descriptors_of_those_no_longer_watched_are_closed(start: Start) -> None:
    processes = [start(REST)[0] for _ in range(3)]
    before = open_descriptors()
    sampler = make_sampler(usable_cores().numbers)
    for watched in ([0, 1, 2], [1], [1, 2], [], [0, 1, 2]) * 20:
        sampler.sample(time.monotonic(), [alone(who, processes[who]) for who in watched])
        assert open_descriptors() <= before + 1 + 2 * len(watched)
    processes[0].kill()
    processes[0].wait()
    sampler.sample(time.monotonic(), [alone(who, processes[who]) for who in range(3)])
    assert open_descriptors() == before + 1 + 2 * 2
    sampler.close()
    sampler.close()
    assert open_descriptors() == before


@linux_only
def test_without_any_descriptor_left_there_are_no_figures_and_no_error(start: Start) -> None:
    import resource  # POSIX only

    sleeper, _ = start(REST)
    make_sampler(usable_cores().numbers).close()  # what it imports needs descriptors too
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        sampler = make_sampler(usable_cores().numbers)
        sample = sampler.sample(time.monotonic(), [alone(1, sleeper)])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert sample.makers == (MakerUse(1, *[None] * 6),)
    (use,) = sampler.sample(time.monotonic(), [alone(1, sleeper)]).makers
    assert use.cpu_seconds is not None
    sampler.close()


def test_the_portable_sampler_tells_shares_but_puts_nobody_on_a_core(start: Start) -> None:
    burner, _ = start(BURN)
    sleeper, _ = start(REST)
    sampler = PortableSampler(usable_cores().numbers)
    sample, told = over_half_a_second_of_work(
        sampler, [alone(1, burner), alone(2, sleeper)], burner
    )
    busy, resting = sample.makers
    assert not sampler.maps_cores
    assert {use.core for use in sample.makers} == {None}
    assert {use.makers for use in sample.cores} == {None}
    assert is_within(busy.cpu_share, told.share), (busy, told)
    assert resting.cpu_share is not None
    assert resting.cpu_share < 0.05
    assert is_within(busy.cpu_seconds, told.seconds), (busy, told)
    assert max(use.busy or 0.0 for use in sample.cores) > 0.2
    sampler.close()


@pytest.mark.skipif(sys.platform == "darwin", reason="psutil has no thread numbers there")
def test_the_portable_sampler_tells_threads_apart(start: Start) -> None:
    process, (sleeping, burning) = start(PAIR)
    watched = [
        Watched(1, process.pid, sleeping, own_thread=True),
        Watched(2, process.pid, burning, own_thread=True),
    ]
    sample, told = over_half_a_second_of_work(
        PortableSampler(usable_cores().numbers), watched, process
    )
    resting, busy = sample.makers
    assert resting.cpu_share is not None
    assert resting.cpu_share < 0.05
    assert is_within(busy.cpu_share, told.share), (busy, told)


def test_the_portable_sampler_reads_memory_and_the_first_share(start: Start) -> None:
    sleeper, _ = start(REST)
    started = sleeper.create_time()
    sampler = PortableSampler([0], wall_clock=lambda: started + 2.0)
    (use,) = sampler.sample(5.0, [alone(1, sleeper)]).makers
    assert use.memory == pytest.approx(sleeper.memory_full_info().uss, rel=0.05)
    assert use.cpu_seconds is not None
    assert use.cpu_share == pytest.approx(use.cpu_seconds / 2.0)


def test_the_portable_sampler_shares_out_one_thread_and_survives_a_death(start: Start) -> None:
    burner, _ = start(BURN)
    sampler = PortableSampler(usable_cores().numbers)
    watched = [Watched(number, burner.pid, burner.pid, own_thread=False) for number in (2, 1)]
    sample, _ = over_half_a_second_of_work(sampler, watched, burner)
    first, second = sample.makers
    assert (first.maker, second.maker) == (2, 1)
    assert first.cpu_share
    assert (second.cpu_share, first.cpu_seconds, second.cpu_seconds) == (0.0, None, None)
    burner.kill()
    burner.wait()
    sample = sampler.sample(time.monotonic(), watched)
    assert [use.cpu_share for use in sample.makers] == [None, None]
    assert sampler.sample(time.monotonic(), []).makers == ()
