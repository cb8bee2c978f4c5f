"""What the runner measures of calls, made in this process."""

from __future__ import annotations

import _thread
import io
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chai_tui.sources.taste.runner._chai_taste import clocks, gil, tasting
from chai_tui.sources.taste.runner._chai_taste.blocks import make_block
from chai_tui.sources.taste.runner._chai_taste.lanes import Lane, died, engines_for, main_seat
from chai_tui.sources.taste.runner._chai_taste.subject.channel import Message, Problem
from chai_tui.sources.taste.runner._chai_taste.subject.comparing import Expectations
from chai_tui.sources.taste.runner._chai_taste.subject.guard import Guard, Stopped
from chai_tui.sources.taste.runner._chai_taste.subject.target import Target

called: list[Any] = []
more = {"is": 0}


def adds(item: int) -> int:
    called.append(item)
    return item + more["is"]


COMPUTED = 0.005
"""Seconds of CPU time."""


def computes(item: int) -> int:
    until = time.thread_time() + COMPUTED
    while time.thread_time() < until:
        pass
    return item


def seventh_fails(item: int) -> int:
    if item == 7:
        raise ValueError("no milk")
    return item


SEVENTH = r"ValueError: no milk with item 7 \(7\)"


def returns_function(item: int) -> Any:
    return lambda: item


def target_of(function: Any, items: int = 10) -> Target:
    called.clear()
    more["is"] = 0
    target = Target(__name__, function.__name__, function)
    target.items = range(items)
    return target


class Parent:
    """Takes what is told."""

    def __init__(self) -> None:
        self.told: list[Message] = []

    def send(self, message: Message) -> None:
        self.told.append(message)


def tasted(target: Target, parent: Any = None, *, most: int = 5) -> Message:
    request = {"seconds": 60.0, "most": most}  # there is time for all of them on any machine
    parent = Parent() if parent is None else parent
    return tasting.taste(target, request, parent, Expectations(), main_seat())


class Lanes:
    """Two lanes, and what is expected of their results."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._expected = Expectations()
        self.serial = Lane("serial", 1, None)
        self.threads = Lane("thread", 2, ThreadPoolExecutor(2))
        self.serial.seats = self.threads.seats = [main_seat()]

    def block(self, lane: Lane, **request: int) -> Message:
        request = {"first": 0, "count": 10, "chunk": 3, **request}
        parent: Any = Parent()
        try:
            return make_block(self._target, lane, request, parent, self._expected)
        finally:
            if lane.pool is not None:
                lane.pool.shutdown()


# Single calls


def test_a_first_call_that_is_not_long_is_made_again_and_counts_for_nothing() -> None:
    parent = Parent()
    told = tasted(target_of(adds), parent)
    assert [note["first"] for note in parent.told] == [True, False]
    assert told["calls"] == 5
    assert called == [0, 1, 2, 3, 4, 5]


def test_calls_that_are_timed_together_are_as_long_as_each() -> None:
    timed = tasting._Timed()
    timed.add(10, 1.0)
    timed.add(1, 0.05)
    assert (timed.calls, timed.wall) == pytest.approx((11, 1.05))
    assert (timed.shortest, timed.longest) == pytest.approx((0.05, 0.1))


def test_cpu_time_is_that_of_the_calls() -> None:
    target = target_of(computes, 3)
    lanes = Lanes(target)
    before = time.thread_time()
    alone, round_ = tasted(target), lanes.block(lanes.serial)
    least = (alone["calls"] * COMPUTED, 3 * COMPUTED)
    assert alone["thread_cpu"] >= least[0]
    assert round_["cpu"] >= least[1]
    assert alone["thread_cpu"] + round_["cpu"] <= time.thread_time() - before


def test_what_cannot_be_pickled_is_known_before_processes_start() -> None:
    target = target_of(returns_function)
    assert "process" in engines_for(target)[0]
    assert "lambda" in tasted(target)["result"]["problem"] + target.unpicklable
    engines, out = engines_for(target)
    assert "process" not in engines
    assert out["process"] == target.unpicklable != ""


def test_a_call_that_raises_is_told_with_its_item() -> None:
    with pytest.raises(Problem, match=SEVENTH):
        tasted(target_of(seventh_fails), most=10)


# Rounds


@pytest.mark.parametrize("lane", ["serial", "threads"])
def test_a_call_that_raises_in_a_round_is_told_with_its_item(lane: str) -> None:
    lanes = Lanes(target_of(seventh_fails))
    with pytest.raises(Problem, match=SEVENTH):
        lanes.block(getattr(lanes, lane))


def test_every_lane_makes_all_calls_and_results_are_compared_with_the_loops() -> None:
    lanes = Lanes(target_of(adds))
    for _ in range(2):
        assert lanes.block(lanes.serial)["times"] == 0
    called.clear()
    more["is"] = 1
    told = lanes.block(lanes.threads, first=4)
    assert sorted(called) == list(range(10))
    assert told["times"] == 10
    assert told["differs"][0] == [4, "4", "5"]


# The system's figures


def files(monkeypatch: pytest.MonkeyPatch, **texts: bytes) -> None:
    """Have the system's files hold these texts, by a part of their path; others are not there."""

    def opened(path: str, _mode: str) -> io.BytesIO:
        for part, text in texts.items():
            if part in path:
                return io.BytesIO(text)
        raise OSError(path)

    monkeypatch.setattr(clocks, "open", opened, raising=False)


def test_who_was_ready_waited_for_the_second_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    files(monkeypatch, schedstat=b"5000000000 250000000 7\n")
    assert clocks.used_by([main_seat()] * 2).ready == pytest.approx(0.5)


def test_of_lanes_with_a_worker_that_nobody_sees_nothing_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seat = main_seat()
    hidden = seat._replace(tid=seat.tid + 1)
    files(monkeypatch, **{f"{seat.tid}/schedstat": b"5000000000 250000000 7\n"})
    assert clocks.used_by([seat, hidden]).ready is None


def test_memory_that_others_share_is_nobodys_own(monkeypatch: pytest.MonkeyPatch) -> None:
    text = b"Rss: 112 kB\nShared_Clean: 100 kB\nPrivate_Clean: 4 kB\nPrivate_Dirty: 8 kB\n"
    files(monkeypatch, smaps_rollup=text)
    assert clocks.private_bytes(os.getpid()) == 12 * 1024


def test_who_looks_for_the_lock_leaves_the_switch_interval_as_it_was() -> None:
    before = sys.getswitchinterval()
    gil.find_word()
    assert sys.getswitchinterval() == before


def test_a_few_looks_of_a_thread_say_nothing_of_the_gil() -> None:
    late = gil.Late()
    late._late, late._looks = 6, 9
    assert late.share is None
    late._looks = 10
    assert late.share == pytest.approx(0.6)


# Ends


def test_who_ended_a_pool_is_told_apart_from_those_that_it_asked_to_end() -> None:
    lane = Lane("process", 2, None)
    lane.processes = [SimpleNamespace(exitcode=code) for code in (-15, None, -9)]
    told = died(lane, [])
    assert isinstance(told, Problem)
    assert "was killed by SIGKILL" in told.message["text"]


# Imports


def test_a_library_may_start_a_thread_and_afterwards_anybody(tmp_path: Path) -> None:
    real = _thread.start_new_thread
    guard = Guard()
    body = "import _thread\n_thread.start_new_thread(int, ())\n"
    library, users = tmp_path / "lib" / "site-packages" / "tea.py", tmp_path / "work.py"
    with guard.watching(str(tmp_path)):
        exec(compile(body, library, "exec"), {})  # noqa: S102 - as an import does
        with pytest.raises(Stopped, match="starts a thread at line 2"):
            exec(compile(body, users, "exec"), {})  # noqa: S102
    assert guard.seen is not None
    assert _thread.start_new_thread is real
