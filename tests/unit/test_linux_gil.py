"""Who waits for the GIL, read from a /proc made by hand."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("there is no such /proc", allow_module_level=True)

from chai_tui.samplers.gil import futex_rule
from chai_tui.samplers.gil.futex_rule import Image, image_of
from chai_tui.samplers.kernel.kept_file import Budget
from chai_tui.samplers.kernel.thread import Thread
from chai_tui.samplers.linux import LinuxSampler
from chai_tui.samplers.protocol import Watched

SHARED = """\
1000-2000 r-xp 00000000 fe:00 23 /opt/python3
2000-3000 rw-p 00001000 fe:00 23 /opt/python3
9000-a000 rw-p 00000000 00:00 0 [heap]
b000-c000 r-xp 00000000 fe:00 24 /opt/a libpython3.14.so of ours/libpython3.14.so.1.0
c000-d000 rw-p 00001000 fe:00 24 /opt/a libpython3.14.so of ours/libpython3.14.so.1.0
d000-e000 rw-p 00000000 00:00 0
e000-f000 rw-p 00000000 00:00 0
f0000-f1000 rw-p 00000000 fe:00 25 /usr/lib/libc.so.6
f1000-f2000 rw-p 00000000 00:00 0
"""
STATIC = """\
1000-2000 rw-p 00001000 fe:00 23 /opt/python3
2000-3000 rw-p 00000000 00:00 0
3000-4000 rw-p 00000000 00:00 0 [heap]
"""
IMAGE = Image(((0xB000, 0xE000),), b"202")
FOR_GIL = "202 0xd010 0x89 0x0 0x7f00 0x0 0xffffffff 0x7f01 0x7f02\n"
FOR_LOCK = "202 0x9010 0x189 0x0 0x0 0x0 0xffffffff 0x7f01 0x7f02\n"
SLEEPS = "230 0x1 0x1 0x7f00 0x0 0x0 0x7f00 0x7f01 0x7f02\n"


@pytest.fixture
def proc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(futex_rule, "FUTEX", {os.uname().machine: b"202"})
    (tmp_path / "1").mkdir()
    (tmp_path / "1/exe").symlink_to("/opt/python3")
    (tmp_path / "self").symlink_to(str(os.getpid()))
    (tmp_path / "stat").write_text("cpu 0\n")
    (tmp_path / "1/maps").write_text(SHARED)
    return tmp_path


@pytest.mark.parametrize(
    ("syscall", "waits"),
    [
        (FOR_GIL, True),
        (FOR_LOCK, False),
        (FOR_LOCK.replace("0x189 0x0 0x0", "0x189 0x0 0x7f00"), False),  # with a timeout
        (FOR_GIL.replace("0x7f00", "0x0"), False),
        (FOR_GIL.replace("0xd010", "0xe000"), False),
        (SLEEPS, False),
        ("-1 0x7f01 0x7f02\n", False),
        ("running\n", False),
        ("", False),
    ],
)
def test_only_a_timed_wait_for_a_static_lock_is_one_for_the_gil(syscall: str, waits: bool) -> None:
    assert IMAGE.waits_for_gil(syscall.encode()) is waits


def test_static_variables_are_in_the_interpreters_mappings_and_right_after_them(proc: Path) -> None:
    image = image_of(str(proc), 1)
    assert image is not None
    assert image.ranges == (
        *((0x1000, 0x2000), (0x2000, 0x3000)),
        *((0xB000, 0xC000), (0xC000, 0xD000), (0xD000, 0xE000)),
    )
    (proc / "1/maps").write_text(STATIC)
    image = image_of(str(proc), 1)
    assert image is not None
    assert image.ranges == ((0x1000, 0x2000), (0x2000, 0x3000))


@pytest.mark.parametrize(
    "maps", ["", SHARED + "f3000-f4000 r-xp 0 fe:00 9 /lib/ld-musl-x86_64.so.1"]
)
def test_where_nobody_could_ever_be_seen_waiting_nothing_is_known(proc: Path, maps: str) -> None:
    (proc / "1/maps").write_text(maps)
    assert image_of(str(proc), 1) is None
    assert image_of(str(proc), 2) is None


def test_on_an_unknown_machine_nothing_is_known(
    proc: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(futex_rule, "FUTEX", {})
    assert image_of(str(proc), 1) is None


def descriptors() -> int:
    return len([*Path("/proc/self/fd").iterdir()])


class Threads:
    """A sampler of two threads of one process, of which one waits and the other one runs."""

    def __init__(self, proc: Path) -> None:
        self.proc = proc
        self.at = 10.0
        self.burned = 0
        self.sampler = LinuxSampler(
            (0, 1), proc=str(proc), budget=Budget(100), boot_clock=lambda: 100.0 + self.at
        )

    def thread(self, tid: int, burned: int, syscall: str | None) -> None:
        folder = self.proc / f"1/task/{tid}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "schedstat").write_text(f"{burned} 0 1\n")
        fields = ["S", *["0"] * 49]
        fields[19] = "11000"  # hundredths of a second after the system's start
        (folder / "stat").write_text(f"{tid} (chai) {' '.join(fields)}\n")
        if syscall is not None:  # else it is a kernel that does not tell
            (folder / "syscall").write_text(syscall)

    def hide(self) -> None:
        """Tell no longer what the threads wait for."""
        for tid in (1, 2):
            (self.proc / f"1/task/{tid}/syscall").write_text("")

    def look(
        self, syscalls: list[str | None], *, share: float = 0.75, shares_gil: bool = True
    ) -> list[float | None]:
        """Return the shares that both waited for, after so many looks at what the first does."""
        self.at += 1.0
        self.burned += int(share * 1e9)
        for syscall in syscalls:
            self.thread(1, self.burned // 3, syscall)
            self.thread(2, self.burned, "running\n")
            if self.sampler.wants_probes:
                self.sampler.probe()
        watched = [Watched(n, 1, n, own_thread=True, shares_gil=shares_gil) for n in (1, 2)]
        return [use.gil_share for use in self.sampler.sample(self.at, watched).makers]


@pytest.fixture
def threads(proc: Path) -> Threads:
    return Threads(proc)


def test_what_it_slept_is_for_the_gil_as_often_as_it_was_seen_so(threads: Threads) -> None:
    threads.look([FOR_GIL])
    # A quarter of a core it used; in two of the three looks that found it asleep it waited.
    shares = threads.look([FOR_GIL, FOR_LOCK, "running\n", FOR_GIL])
    assert shares == [pytest.approx(0.75 * 2 / 3, abs=0.01), 0.0]
    assert threads.sampler.measures_gil
    shares = threads.look([SLEEPS] * 4)
    assert shares == [0.0, 0.0]


def test_too_few_looks_say_nothing(threads: Threads) -> None:
    threads.look([FOR_GIL])
    assert threads.look([FOR_GIL] * 3) == [None, None]


def test_who_does_not_share_a_gil_or_rests_is_not_looked_at(threads: Threads) -> None:
    threads.look([FOR_GIL], shares_gil=False)
    assert threads.look([FOR_GIL] * 9, shares_gil=False) == [None, None]
    probed = [threads.sampler.wants_probes]
    for share in (0.75, 0.03):
        threads.look([FOR_GIL], share=share)
        probed.append(threads.sampler.wants_probes)
    assert probed == [False, True, False]


def test_what_the_system_does_not_show_is_not_known(threads: Threads) -> None:
    threads.look([None])
    assert threads.look([None] * 9)[0] is None
    assert threads.sampler.measures_gil  # of the other one it is


def test_who_may_not_see_it_measures_nothing(threads: Threads) -> None:
    threads.look([FOR_GIL])
    threads.look([FOR_GIL] * 4)
    threads.hide()
    for _ in range(4):
        threads.sampler.probe()
    watched = [Watched(n, 1, n, own_thread=True, shares_gil=True) for n in (1, 2)]
    shares = [use.gil_share for use in threads.sampler.sample(threads.at + 1.0, watched).makers]
    assert shares == [None, None]
    assert not threads.sampler.measures_gil


def test_who_rests_is_told_of_again_when_more_is_known_of_it_and_not_when_less_is() -> None:
    thread = Thread("/nowhere", Budget(0), lambda: 0.0)
    thread.share = thread.ready_share = 0.0
    thread.stopped = False
    left_out = []
    for held, gil in ((None, None),) * 2 + ((0.0, None), (None, None), (0.0, None), (0.0, 0.0)):
        thread.gil_held, thread.gil_share = held, gil
        left_out.append(thread.has_rested(1.0, 1, None))
    assert left_out == [False, True, False, True, True, False]
    thread.gil_held = 0.5
    assert not thread.has_rested(1.0, 1, None)
    thread.gil_held = 0.0
    assert [thread.has_rested(1.0, 1, None) for _ in "12"] == [False, True]
    assert not thread.has_rested(1.0, 2, None)  # somebody else's


def test_the_descriptors_are_closed(threads: Threads) -> None:
    before = descriptors()
    threads.look([FOR_GIL])
    threads.look([FOR_GIL] * 4)
    assert descriptors() == before + 6
    threads.sampler.close()
    assert descriptors() == before - 1  # and /proc/stat
