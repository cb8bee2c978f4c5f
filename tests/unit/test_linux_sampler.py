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

from chai_tui.samplers.kernel.cores import share_out
from chai_tui.samplers.kernel.kept_file import Budget
from chai_tui.samplers.linux import LinuxSampler

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


# Whose figures they are


def watch(sampler: LinuxSampler, at: float, lived_at: float) -> MakerUse:
    (use,) = sampler.sample(at, [Watched(1, 1, 1, own_thread=True, lived_at=lived_at)]).makers
    return use


@pytest.mark.parametrize("descriptors", [0, 100])
def test_who_began_after_a_maker_was_heard_of_is_somebody_else(
    proc: FakeProc, descriptors: int
) -> None:
    (proc.folder / "1").mkdir()
    (proc.folder / "1/smaps_rollup").write_text("Private_Dirty:  112 kB\n")
    sampler = proc.sampler(descriptors=descriptors)
    proc.thread(burned=1_000 * MS, started=95.0)
    (proc.folder / "1/stat").write_bytes((proc.folder / "1/task/1/stat").read_bytes())
    # Second 10 is 100 after the system's start: it was heard of at 96.
    use = watch(sampler, 10.0, lived_at=6.0)
    assert (use.cpu_seconds, use.memory) == (1.0, 112 * 1_024)
    proc.thread(burned=2_000 * MS, runs=7, started=97.0)
    (proc.folder / "1/stat").write_bytes((proc.folder / "1/task/1/stat").read_bytes())
    assert watch(sampler, 20.0, lived_at=-4.0) == NOTHING
    assert watch(proc.sampler(descriptors=descriptors), 20.0, lived_at=-4.0) == NOTHING


@pytest.mark.parametrize("shown", ["1", "", None])
def test_in_a_proc_that_is_not_ours_nobody_has_figures(proc: FakeProc, shown: str | None) -> None:
    sampler = proc.sampler()
    proc.thread(burned=1_000 * MS, started=98.0)
    assert only(sampler, 10.0).core == 0
    assert (sampler.unseen, sampler.maps_cores) == ("", True)
    link = proc.folder / "self"
    link.unlink()
    if shown:
        link.symlink_to(shown)
    assert only(sampler, 11.0) == NOTHING
    assert sampler.unseen
    assert not sampler.maps_cores
    proc.cores(cpu0=(50, 150), cpu1=(0, 200))
    busy = sampler.sample(12.0, []).cores
    assert busy == (CoreUse(0, 0.5, None), CoreUse(1, 0.0, None))
    if shown:
        link.unlink()
    link.symlink_to(str(os.getpid()))
    proc.thread(burned=1_100 * MS, runs=2, started=98.0)
    assert only(sampler, 13.0).cpu_seconds == 1.1
    assert sampler.unseen == ""


def test_who_is_there_and_cannot_be_seen_is_hidden(proc: FakeProc) -> None:
    sampler = proc.sampler()
    hidden = [Watched(1, os.getpid(), os.getpid(), own_thread=True)]
    assert sampler.sample(10.0, hidden).makers == (NOTHING,)
    assert sampler.unseen == "/proc hides other processes"
    sampler.sample(11.0, [])
    assert sampler.unseen == "/proc hides other processes"
    proc.thread()
    only(sampler, 12.0)
    assert sampler.unseen == ""


def test_who_is_gone_is_not_hidden(proc: FakeProc) -> None:
    sampler = proc.sampler()
    assert sampler.sample(10.0, [Watched(1, 2**30, 2**30, own_thread=True)]).makers == (NOTHING,)
    assert sampler.unseen == ""


def test_a_kernel_that_counts_nothing_maps_no_cores_either(proc: FakeProc) -> None:
    proc.cores(cpu0=(0, 0), cpu1=(0, 0))
    proc.thread(runs=0, ticks=100, started=98.0)
    sampler = proc.sampler()
    assert (sampler.measures_cores, sampler.maps_cores, sampler.unseen) == (False, False, "")
    sample = sampler.sample(10.0, [Watched(1, 1, 1, own_thread=True)])
    assert sample.makers == (MakerUse(1, None, 0.5, None, 1.0, None, stopped=False),)
    assert sample.cores == (CoreUse(0, None, None), CoreUse(1, None, None))


def test_a_process_without_any_memory_is_none(proc: FakeProc) -> None:
    proc.thread()
    (proc.folder / "1/smaps_rollup").write_text("Private_Clean: 0 kB\nPrivate_Dirty: 0 kB\n")
    assert only(proc.sampler(), 10.0).memory is None


# Cores that may be used change


def test_cores_that_come_are_measured_at_once_and_those_that_go_are_left_out(
    proc: FakeProc,
) -> None:
    sampler = proc.sampler(0)
    proc.cores(cpu0=(50, 150), cpu1=(25, 175))
    assert sampler.sample(1.0, []).cores == (CoreUse(0, 0.5, 0.0),)
    sampler.cores = (0, 1)
    proc.cores(cpu0=(100, 200), cpu1=(25, 275))
    assert sampler.sample(2.0, []).cores == (CoreUse(0, 0.5, 0.0), CoreUse(1, 0.0, 0.0))
    sampler.cores = (1,)
    assert [use.core for use in sampler.sample(3.0, []).cores] == [1]


def test_a_core_with_makers_is_told_of_whether_it_may_be_used_or_not(proc: FakeProc) -> None:
    proc.thread(burned=1_000 * MS, started=98.0, core=1)
    sampler = proc.sampler(0)
    proc.cores(cpu0=(0, 200), cpu1=(100, 100))

    def told(at: float) -> list[int]:
        sample = sampler.sample(at, [Watched(1, 1, 1, own_thread=True)])
        return [use.core for use in sample.cores]

    assert told(10.0) == [0, 1]
    assert told(14.9) == [0, 1]  # it does not come and go with every sample
    assert told(15.1) == [0]


def test_a_machine_with_more_cores_than_fit_at_first_is_read_to_its_end(proc: FakeProc) -> None:
    many = {f"cpu{number}": (10**9, 10**9) for number in range(300)}
    proc.cores(**many)
    sampler = proc.sampler(299)
    proc.cores(**many | {"cpu299": (10**9 + 75, 10**9 + 25)})
    assert sampler.sample(1.0, []).cores == (CoreUse(299, 0.75, 0.0),)
