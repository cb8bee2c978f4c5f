"""The Linux sampler over a /proc made by hand: every figure, and everything that can be missing."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from chai_tui.model.events import CoreUse, MakerUse
from chai_tui.samplers.protocol import Watched

if sys.platform != "linux":
    pytest.skip("there is no such /proc", allow_module_level=True)

from chai_tui.samplers.kept_file import Budget
from chai_tui.samplers.linux import LinuxSampler, share_out

MS = 1_000_000
"""Nanoseconds."""


@dataclass
class FakeProc:
    """A /proc made by hand."""

    folder: Path
    booted_for: float = 100.0
    samplers: list[LinuxSampler] = field(default_factory=list)

    def cores(self, **ticks: tuple[int, int]) -> None:
        """Write clock ticks, busy and idle, of ``cpu0=``, ``cpu1=``, …."""
        lines = ["cpu  1 2 3 4 5 6 7 8 9 10"]
        lines += [f"{name} {busy} 0 0 {idle} 0 0 0 0 0 0" for name, (busy, idle) in ticks.items()]
        (self.folder / "stat").write_text("\n".join([*lines, "intr 5 0 0", ""]))

    def thread(
        self,
        tid: int = 1,
        *,
        burned: int = 0,
        waited: int = 0,
        runs: int = 1,
        state: str = "S",
        core: int = 0,
        ticks: int = 0,
        started: float = 100.0,
        name: str = "chai",
    ) -> None:
        """Write a thread of process 1; ``runs`` 0: its kernel does not count nanoseconds."""
        folder = self.folder / f"1/task/{tid}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "schedstat").write_text(f"{burned} {waited} {runs}\n")
        fields = ["0"] * 50
        fields[0], fields[11], fields[19], fields[36] = (
            state,
            str(ticks),
            str(int(started * 100)),
            str(core),
        )
        (folder / "stat").write_text(f"{tid} ({name}) {' '.join(fields)}\n")

    def sampler(self, *cores: int, descriptors: int = 100) -> LinuxSampler:
        sampler = LinuxSampler(
            cores or (0, 1),
            proc=str(self.folder),
            budget=Budget(descriptors),
            boot_clock=lambda: self.booted_for,
        )
        self.samplers.append(sampler)
        return sampler


@pytest.fixture
def proc(tmp_path: Path) -> FakeProc:
    fake = FakeProc(tmp_path)
    (tmp_path / "self").symlink_to(str(os.getpid()))
    fake.cores(cpu0=(0, 100), cpu1=(0, 100))
    return fake


@pytest.fixture(autouse=True)
def _closed(proc: FakeProc) -> object:
    yield
    for sampler in proc.samplers:
        sampler.close()


def only(sampler: LinuxSampler, at: float) -> MakerUse:
    (use,) = sampler.sample(at, [Watched(1, 1, 1, own_thread=True)]).makers
    return use


@pytest.mark.parametrize("descriptors", [0, 1, 100])
def test_time_burned_and_waited_since_the_last_look(proc: FakeProc, descriptors: int) -> None:
    proc.thread(burned=1_000 * MS, waited=10 * MS)
    sampler = proc.sampler(descriptors=descriptors)
    only(sampler, 10.0)
    proc.thread(burned=1_300 * MS, waited=110 * MS, state="R", core=1)
    assert only(sampler, 10.5) == MakerUse(1, 1, 0.6, 0.2, 1.3, None, stopped=False)


def test_a_sleeper_is_on_no_core_though_it_has_a_last_one(proc: FakeProc) -> None:
    proc.thread(burned=1_000 * MS, core=1)
    sampler = proc.sampler()
    only(sampler, 10.0)
    assert only(sampler, 10.5) == MakerUse(1, None, 0.0, 0.0, 1.0, None, stopped=False)
    proc.thread(burned=1_002 * MS, runs=2, core=1)  # it woke up for a moment
    use = only(sampler, 11.0)
    assert (use.core, use.cpu_share) == (None, 0.004)


def test_who_is_ready_all_the_time_without_running_has_no_core(proc: FakeProc) -> None:
    proc.thread(burned=1_000 * MS, state="R")
    sampler = proc.sampler()
    only(sampler, 10.0)
    use = only(sampler, 10.5)
    assert (use.core, use.cpu_share, use.ready_share) == (None, 0.0, 1.0)


def test_a_long_wait_booked_at_its_end_is_no_more_than_all_the_time(proc: FakeProc) -> None:
    proc.thread()
    sampler = proc.sampler()
    only(sampler, 10.0)
    proc.thread(burned=900 * MS, waited=3_000 * MS, runs=2)
    use = only(sampler, 10.5)
    assert (use.cpu_share, use.ready_share) == (1.0, 1.0)


def test_the_first_look_tells_of_the_time_since_the_thread_started(proc: FakeProc) -> None:
    proc.thread(burned=1_000 * MS, waited=500 * MS, started=98.0, core=1)
    assert only(proc.sampler(), 10.0) == MakerUse(1, 1, 0.5, 0.25, 1.0, None, stopped=False)


def test_who_has_just_started_has_no_share_yet(proc: FakeProc) -> None:
    proc.thread(burned=10 * MS, started=100.0)
    use = only(proc.sampler(), 10.0)
    assert (use.core, use.cpu_share, use.ready_share) == (None, None, None)


@pytest.mark.parametrize(
    ("state", "stopped"), [("T", True), ("t", True), ("S", False), ("Z", None)]
)
def test_stopped_is_a_state(proc: FakeProc, state: str, stopped: bool | None) -> None:
    proc.thread(state=state)
    assert only(proc.sampler(), 10.0).stopped is stopped


def test_names_may_hold_anything(proc: FakeProc) -> None:
    proc.thread(name="a) R 1 (b) ", burned=500 * MS, started=99.0, core=1, state="T")
    use = only(proc.sampler(), 10.0)
    assert (use.core, use.stopped) == (1, True)


@pytest.mark.parametrize("has_file", [True, False])
def test_without_nanoseconds_clock_ticks_are_counted(proc: FakeProc, has_file: bool) -> None:
    def thread(ticks: int) -> None:
        proc.thread(runs=0, ticks=ticks, core=1)
        if not has_file:
            (proc.folder / "1/task/1/schedstat").unlink()

    thread(ticks=100)
    sampler = proc.sampler()
    only(sampler, 10.0)
    thread(ticks=140)
    assert only(sampler, 10.5) == MakerUse(1, 1, 0.8, None, 1.4, None, stopped=False)
    thread(ticks=140)
    assert only(sampler, 11.0) == MakerUse(1, None, 0.0, None, 1.4, None, stopped=False)


def test_of_those_who_share_a_thread_the_first_has_its_figures(proc: FakeProc) -> None:
    proc.thread(burned=1_000 * MS, started=98.0)
    sharing = [Watched(number, 1, 1, own_thread=False) for number in (3, 1, 2)]
    sample = proc.sampler().sample(10.0, sharing)
    assert sample.makers == (
        MakerUse(3, 0, 0.5, 0.0, None, None, stopped=False),
        MakerUse(1, None, 0.0, None, None, None, stopped=False),
        MakerUse(2, None, 0.0, None, None, None, stopped=False),
    )
    assert sample.cores[0] == CoreUse(0, None, 0.5)  # no tick of the clock yet


NOTHING = MakerUse(1, *[None] * 6)


@pytest.mark.parametrize("file", ["stat", "schedstat"])
@pytest.mark.parametrize("text", ["", "1", "1 (chai", "1 (chai)", "1 (chai) S 1 2", "x y z", "\0"])
def test_what_cannot_be_understood_has_no_figures(proc: FakeProc, file: str, text: str) -> None:
    proc.thread(burned=1, started=0.0)
    sampler = proc.sampler()
    only(sampler, 10.0)
    proc.thread(burned=2, started=0.0)
    (proc.folder / "1/task/1" / file).write_text(text)
    assert only(sampler, 11.0) == NOTHING


def test_who_is_gone_has_no_figures_and_may_come_back(proc: FakeProc) -> None:
    sampler = proc.sampler(descriptors=0)
    assert only(sampler, 10.0) == NOTHING
    proc.thread(burned=1_000 * MS)
    assert only(sampler, 11.0).cpu_seconds == 1.0
    (proc.folder / "1/task/1/stat").unlink()
    (proc.folder / "1/task/1/schedstat").unlink()
    assert only(sampler, 12.0) == NOTHING


def test_a_clock_that_stands_still_divides_nothing_by_zero(proc: FakeProc) -> None:
    proc.thread(burned=1_000 * MS, started=98.0)
    sampler = proc.sampler()
    first = only(sampler, 10.0)
    proc.thread(burned=1_100 * MS)
    assert only(sampler, 10.0) == first
    assert only(sampler, 9.0) == first


def test_memory_is_what_only_the_process_has(proc: FakeProc) -> None:
    proc.thread()
    (proc.folder / "1/smaps_rollup").write_text(
        "1000-2000 ---p 0 00:00 0 [rollup]\nRss: 900 kB\nPrivate_Clean:   80 kB\n"
        "Private_Dirty:  112 kB\nPrivate_Hugetlb: 7 kB\n"
    )
    assert only(proc.sampler(), 10.0).memory == 192 * 1_024


def test_a_core_is_busy_with_all_but_idling_since_the_last_look(proc: FakeProc) -> None:
    proc.cores(cpu0=(100, 100), cpu1=(0, 0), cpu7=(50, 0))
    sampler = proc.sampler(0, 7, 9)
    proc.cores(cpu0=(120, 180), cpu1=(0, 0), cpu7=(150, 0))
    cores = sampler.sample(1.0, []).cores
    assert cores == (CoreUse(0, 0.2, 0.0), CoreUse(7, 1.0, 0.0), CoreUse(9, None, 0.0))
    assert sampler.sample(2.0, []).cores == cores  # no tick since then: the last figures stand


def test_without_stat_it_is_known_what_makers_use_and_nothing_else(proc: FakeProc) -> None:
    (proc.folder / "stat").unlink()
    proc.thread(burned=1_000 * MS, started=98.0, core=1)
    sample = proc.sampler().sample(10.0, [Watched(1, 1, 1, own_thread=True)])
    assert sample.cores == (CoreUse(0, None, 0.0), CoreUse(1, None, 0.5))


def test_makers_shares_add_up_on_their_core() -> None:
    assert share_out({0: 0.9, 1: 0.1}, [(0, 0.25), (0, 0.5), (5, 1.0)]) == (
        CoreUse(0, 0.9, 0.75),
        CoreUse(1, 0.1, 0.0),
    )


def test_a_core_is_at_least_as_busy_as_makers_keep_it() -> None:
    assert share_out({0: 0.5}, [(0, 0.75)]) == (CoreUse(0, 0.75, 0.75),)


def test_what_no_core_can_do_alone_was_done_on_those_that_were_busy() -> None:
    assert share_out({0: 1.0, 1: 0.25, 2: 1.0}, [(0, 1.0), (0, 1.0), (0, 0.5)]) == (
        CoreUse(0, 1.0, 1.0),
        CoreUse(1, 0.25, 0.25),
        CoreUse(2, 1.0, 1.0),
    )
    assert share_out({0: 1.0}, [(0, 1.0), (0, 1.0)]) == (CoreUse(0, 1.0, 1.0),)
