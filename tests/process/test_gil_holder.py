"""Who has the GIL of real programs, read from their memory by another process."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import fmean

import pytest

from chai_tui.host.run_facts import gil_enabled
from chai_tui.model.events import MakerUse
from chai_tui.model.program_events import Layer
from chai_tui.samplers.protocol import Watched
from tests.process.program import told_by_a_stranger

if sys.platform != "linux":
    pytest.skip("there is no such /proc", allow_module_level=True)

from chai_tui.samplers.gil.elf import section_in
from chai_tui.samplers.gil.futex_rule import image_of
from chai_tui.samplers.gil.layers import MAY_BE_OFF, NOT_ATTACHED, Seen
from chai_tui.samplers.gil.layout import FREE_THREADED, UNKNOWN, Layout, find_layout
from chai_tui.samplers.gil.locks import Locks
from chai_tui.samplers.gil.memory import Memory
from chai_tui.samplers.linux_program import ProgramSampler

SECONDS = 60.0
"""Given to a crowded machine; a quiet one needs one."""
MOST_TIMES = 12
"""So often looks are taken until what they find is as it must be."""
BOTH = (Layer.FUTEX, Layer.WORD)

# A thread for each word; "exec" becomes another program when it is told to.
PROGRAM = """
import ctypes, os, sys, threading, time
ids = []
def compute():
    while True: pass
def wants():
    while True: time.sleep(0.001)
def keeps():  # C code that sleeps with the GIL
    usleep = ctypes.PyDLL(None).usleep
    while True: usleep(900_000)
def keeps_and_rests():
    time.sleep(0.3)
    ctypes.PyDLL(None).sleep(600)
def wants_later():
    time.sleep(2.0)
def begin(work):
    ids.append(threading.get_native_id())
    work()
for count, name in enumerate(sys.argv[1:], 1):
    threading.Thread(target=begin, args=[globals()[name]], daemon=True).start()
    while len(ids) < count: time.sleep(0.001)
print(*ids, flush=True)
sys.stdin.readline()
os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(1000)"])
"""


def pythons() -> list[str]:
    """This interpreter, if it has a GIL, and the others of a pyenv that keep it where we know."""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = (
        {f"{sys.version_info[0]}.{sys.version_info[1]}": sys.executable} if gil_enabled() else {}
    )
    for minor in range(11, 16):
        for path in sorted(versions.glob(f"3.{minor}.*[0-9]/bin/python3")):
            found.setdefault(f"3.{minor}", str(path))
    return [*found.values()]


needs_gil = pytest.mark.skipif(not gil_enabled(), reason="this Python has no GIL")


@contextmanager
def threads_that(
    *works: str, python: str = sys.executable
) -> Iterator[tuple[subprocess.Popen[str], list[Watched]]]:
    """Run a program with a thread for each work, its main one first; yield whom to watch."""
    process = subprocess.Popen(
        [python, "-c", PROGRAM, *works],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        tids = [process.pid, *map(int, process.stdout.readline().split())]
        yield (
            process,
            [
                Watched(maker, process.pid, tid, own_thread=True, shares_gil=True)
                for maker, tid in enumerate(tids, 1)
            ],
        )
    finally:
        process.kill()
        process.communicate()


@contextmanager
def sampler_of(*, attach: bool = True) -> Iterator[ProgramSampler]:
    sampler = ProgramSampler((0, 1), attach=attach)
    try:
        yield sampler
    finally:
        sampler.close()


def over_many_looks(sampler: ProgramSampler, watched: list[Watched], looks: int = 40) -> Uses:
    """What they did over so many looks."""
    sampler.sample(time.monotonic(), watched)
    for _ in range(looks):
        threading.Event().wait(0.0117)  # no rhythm of the interpreter's
        sampler.probe()
    return {use.maker: use for use in sampler.sample(time.monotonic(), watched).makers}


Uses = dict[int, MakerUse]


@pytest.mark.parametrize("python", pythons(), ids=lambda path: Path(path).resolve().name)
def test_who_has_the_gil_and_who_waits_for_it(python: str) -> None:
    with threads_that("keeps", "wants", python=python) as (_, watched), sampler_of() as sampler:
        mostly: list[float] = []
        # Once in a second it gives it away, for as long as who takes it waits for a core: where
        # others compute, that may be long.
        while not mostly or mostly[-1] <= 0.9:
            assert len(mostly) < MOST_TIMES, mostly
            uses = over_many_looks(sampler, watched)
            held = {maker: use.gil_held or 0.0 for maker, use in uses.items()}
            mostly.append(held[2])
            assert sum(held.values()) <= 1.0 + 1e-9
        assert uses[3].gil_share
        # Where others compute, it waits for a core each time before it waits for the GIL again.
        assert (uses[3].gil_share or 0.0) + (uses[3].ready_share or 0.0) > 0.5
        assert not uses[2].gil_share


@needs_gil
def test_two_that_compute_have_it_in_turns() -> None:
    with threads_that("compute", "compute") as (_, watched), sampler_of() as sampler:
        held: list[tuple[float, float]] = []
        # Else it is just being handed over, which takes until the other one has a core.
        while (
            not held
            or fmean(map(sum, held)) <= 0.8
            or min(map(fmean, zip(*held, strict=True))) <= 0.1
        ):
            assert len(held) < MOST_TIMES, held
            uses = over_many_looks(sampler, watched, 100)
            held.append((uses[2].gil_held or 0.0, uses[3].gil_held or 0.0))
            assert not uses[1].gil_held


@needs_gil
def test_who_rests_with_the_gil_is_known_once_somebody_wants_it() -> None:
    works = ("keeps_and_rests", "wants_later")
    with threads_that(*works) as (_, watched), sampler_of() as sampler:
        deadline = time.monotonic() + SECONDS
        left_out, held = False, 0.0
        # On a crowded machine it may be known at once, as long as its process still computes.
        while not (left_out and held > 0.9) and time.monotonic() < deadline:
            uses = over_many_looks(sampler, watched, 10)
            left_out |= 2 not in uses
            held = (uses[2].gil_held or 0.0) if 2 in uses else 0.0
        assert left_out
        assert held > 0.9


def layers_of(sampler: ProgramSampler, watched: list[Watched]) -> Seen:
    """By what it is seen, once it is told."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        sampler.sample(time.monotonic(), watched)
        if sampler.changed_layers:
            (seen,) = sampler.changed_layers
            return seen
        threading.Event().wait(0.02)
    raise TimeoutError("nothing is told of it")


@needs_gil
def test_by_what_it_is_seen_is_told_once() -> None:
    with threads_that("wants") as (process, watched), sampler_of() as sampler:
        seen = layers_of(sampler, watched)
        # Behind them it may stand by what functions are seen.
        assert (seen.pid, seen.layers[:2], seen.why) == (process.pid, BOTH, "")
        for _ in range(3):
            sampler.sample(time.monotonic(), watched)
            assert seen not in sampler.changed_layers


def test_without_leave_nothing_is_looked_at() -> None:
    with threads_that("compute", "compute") as (process, watched), sampler_of(attach=False) as s:
        why = NOT_ATTACHED if gil_enabled() else MAY_BE_OFF
        assert layers_of(s, watched) == Seen(process.pid, (), why)
        assert not s.wants_probes
        assert not s.measures_gil
        assert not [path for path in opened() if path.endswith("/mem")]
        uses = over_many_looks(s, watched, 5)
        assert {use.gil_held for use in uses.values()} == {None}


def opened() -> list[str]:
    """What this process has open."""
    found = []
    for path in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the one by which they are listed
            found.append(str(path.readlink()))
    return found


@needs_gil
def test_who_executes_another_program_or_ends_is_looked_at_anew() -> None:
    with threads_that("keeps", "wants") as (process, watched), sampler_of() as sampler:
        deadline = time.monotonic() + SECONDS
        while not ((uses := over_many_looks(sampler, watched)).get(2) and uses[2].gil_held):
            assert time.monotonic() < deadline
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        while len([*Path(f"/proc/{process.pid}/task").iterdir()]) > 1:
            assert time.monotonic() < deadline
            over_many_looks(sampler, watched, 3)  # whatever it is just then
        first, *others = over_many_looks(sampler, watched, 3).values()
        assert [other.gil_held for other in others] == [None, None]
        assert first.gil_held in (None, 0.0)
        process.kill()
        process.wait()
        assert {use.gil_held for use in over_many_looks(sampler, watched, 3).values()} == {None}


@needs_gil
def test_a_lock_is_looked_for_again_after_an_exec() -> None:
    with threads_that() as (process, _):
        image = image_of("/proc", process.pid)
        assert image is not None
        locks = Locks("/proc")
        assert locks.find(0.0, process.pid, image) == ""
        assert locks.holder(process.pid) is not None
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        deadline = time.monotonic() + SECONDS
        while locks.holder(process.pid) is not None:  # of the memory that it had
            assert time.monotonic() < deadline
        while True:
            image = image_of("/proc", process.pid)
            if image is not None and not locks.find(time.monotonic(), process.pid, image):
                break
            assert time.monotonic() < deadline
        assert locks.holder(process.pid) is not None
        locks.close()


STRANGER = """
import os, sys, time
sys.path.insert(0, sys.argv[2])
from chai_tui.samplers.linux_program import ProgramSampler
from chai_tui.samplers.protocol import Watched
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
pid = int(sys.argv[1])
sampler = ProgramSampler((0, 1))
sampler.sample(time.monotonic(), [Watched(1, pid, pid, own_thread=True, shares_gil=True)])
sampler.probe()
print(repr([tuple(seen) for seen in sampler.changed_layers]))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_of_another_users_process_it_is_said_why_it_is_not_seen() -> None:
    why = "not seen: another user's process: run as root to see what it waits for"
    with threads_that("compute") as (process, _):
        assert told_by_a_stranger(STRANGER, process.pid) == [(process.pid, (), why)]


class Altered:
    """The memory of a process, with some words of it as they are not."""

    def __init__(self, memory: Memory, words: dict[int, bytes]) -> None:
        self.memory = memory
        self.words = words

    def read(self, address: int, size: int) -> bytes | None:
        data = self.memory.read(address, size)
        if data is None:
            return None
        changed = bytearray(data)
        for at, word in self.words.items():
            if address <= at < address + size:
                changed[at - address : at - address + len(word)] = word
        return bytes(changed)


@needs_gil
@pytest.mark.parametrize("what", ["holder", "thread", "nothing", "locked"])
def test_a_layout_that_is_not_so_is_none(what: str) -> None:
    with threads_that("keeps") as (process, watched):
        memory = Memory("/proc", process.pid)
        image = image_of("/proc", process.pid)
        assert image is not None
        found = find_layout("/proc", process.pid, image, memory)
        assert isinstance(found, Layout), found
        deadline = time.monotonic() + SECONDS
        while found.holder_in(memory) != watched[1].tid:
            assert time.monotonic() < deadline
        thread = int.from_bytes(memory.read(found.holder, 8) or b"", "little")
        words = {
            "holder": {found.holder: b"\x01" * 8},
            "thread": {thread + found.native: (1).to_bytes(8, "little")},
            "nothing": {found.holder: bytes(8)},
            "locked": {found.holder + 8: b"\x02\0\0\0"},
        }[what]
        altered = Altered(memory, words)
        assert isinstance(find_layout("/proc", process.pid, image, altered), str)  # type: ignore[arg-type]
        memory.close()


def with_table() -> str:
    """An interpreter whose table tells where everything is."""
    return next((path for path in pythons() if minor_of(path) >= 13), "")


def minor_of(python: str) -> int:
    return int(Path(python).resolve().name.rpartition(".")[2])


@pytest.mark.skipif(not with_table(), reason="there is no Python from 3.13 on here, with a GIL")
@pytest.mark.parametrize(
    ("word", "value", "why"),
    [
        (0, 0, UNKNOWN),  # no table
        (1, 0x04000000, UNKNOWN),  # Python 4
        (1, 0x03630000, UNKNOWN),  # Python 3.99
        (2, 1, ""),  # it is free-threaded, and its switch is on: something else stands there
        (5, 1 << 40, UNKNOWN),  # its interpreters are nowhere
        (8, 1 << 40, ""),  # there is no second one
        (25, 8, UNKNOWN if with_table() and minor_of(with_table()) == 13 else ""),
    ],
)
def test_a_table_that_says_something_else_is_not_believed(word: int, value: int, why: str) -> None:
    with threads_that(python=with_table()) as (process, _):
        memory, image = Memory("/proc", process.pid), image_of("/proc", process.pid)
        assert image is not None
        section = section_in(image.file or f"/proc/{process.pid}/exe", b".PyRuntime")
        assert section is not None
        at = image.start + section[0] + 8 * word
        altered = Altered(memory, {at: value.to_bytes(8, "little")})
        found = find_layout("/proc", process.pid, image, altered)  # type: ignore[arg-type]
        assert (found if isinstance(found, str) else "") == why
        memory.close()


def test_what_is_no_program_has_no_sections(tmp_path: Path) -> None:
    for data in (b"", b"\x7fELF", b"\x7fELF\x02\x01" + b"\xff" * 58, b"#!/bin/sh\n" * 9):
        (tmp_path / "file").write_bytes(data)
        assert section_in(str(tmp_path / "file"), b".PyRuntime") is None
    assert section_in(str(tmp_path), b".PyRuntime") is None
    assert section_in("/bin/sh", b".PyRuntime") is None


def test_a_free_threaded_python_has_none() -> None:
    if not sysconfig.get_config_var("Py_GIL_DISABLED"):
        pytest.skip("this Python was built with a GIL")
    with threads_that("compute") as (process, watched), sampler_of() as sampler:
        seen = layers_of(sampler, watched)
        assert (seen.pid, seen.why) == (process.pid, FREE_THREADED)
        assert not {*BOTH} & {*seen.layers}
