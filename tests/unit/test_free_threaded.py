"""A Python that is built to do without a GIL, and may have one all the same: read from memory."""

from __future__ import annotations

import os
import struct
import sys
from itertools import count
from pathlib import Path

import pytest

if sys.platform != "linux":
    pytest.skip("there is no such /proc", allow_module_level=True)

from chai_tui.host import run_facts
from chai_tui.model.events import Event, MakerUse, RunBegan, Sampled
from chai_tui.model.program import RunProgram
from chai_tui.model.program_events import Layer, SeenBy, StationSeen
from chai_tui.samplers.frames import remote
from chai_tui.samplers.gil import futex_rule, layout
from chai_tui.samplers.gil.images import Images
from chai_tui.samplers.gil.layers import MAY_BE_OFF, Layers, Seen
from chai_tui.samplers.gil.layout import FREE_THREADED, UNKNOWN
from chai_tui.samplers.gil.locks import Locks
from chai_tui.sources.program.source import ProgramSource
from chai_tui.sources.program.stations.naming import Known
from chai_tui.sources.program.stations.station import ProgramStation
from tests.builders import BEGAN, floor_of
from tests.made_programs import process, thread

RUNTIME, INTERPRETER, THREAD = 0x1000, 0x2000, 0x3000
GIL = 0x100
"""Offset in an interpreter's record; its GIL has ``enabled`` first."""
PLACES = {13: (15, 25), 14: (16, 28), 15: (16, 31)}
"""Words of the table that tell of the GIL and of a thread's number, as each version has them."""
ON_FOR_EVER = 2**31 - 1
BOTH = (Layer.FUTEX, Layer.WORD)


class Process:
    """One with a table in its memory, as Python has it there."""

    def __init__(self, proc: Path, minor: int, name: str, *, is_free: bool) -> None:
        self.proc = proc
        folder = proc / "1"
        (folder / "task/1").mkdir(parents=True)
        (folder / "exe").symlink_to(f"/opt/{name}")
        (folder / "maps").write_text(f"1000-9000 rw-p 00000000 fe:00 23 /opt/{name}\n")
        (folder / "stat").write_text(f"1 (chai) {' '.join(['S', *['0'] * 49])}\n")
        (folder / "task/1/syscall").write_text("running\n")
        gil, native = PLACES[minor]
        words = [0] * 40
        words[1], words[2] = (3 << 24) | (minor << 16), is_free
        words[5], words[7], words[8] = 0x500, 0x8, 0x10
        words[gil : gil + 4] = [GIL, 0, GIL + 24, GIL + 16]
        words[native] = 0x40
        words[0] = int.from_bytes(b"xdebugpy", "little")
        self.memory = bytearray(0x4000)
        self.write(RUNTIME, *words)
        self.write(RUNTIME + 0x500, INTERPRETER)
        self.write(INTERPRETER + GIL + 16, THREAD, 1)
        self.write(THREAD + 0x40, 1)
        self.switch(0 if is_free else 5_000)  # any other build has the switch interval there

    def write(self, address: int, *words: int) -> None:
        struct.pack_into(f"<{len(words)}Q", self.memory, address, *words)
        (self.proc / "1/mem").write_bytes(self.memory)

    def switch(self, value: int) -> None:
        self.write(INTERPRETER + GIL, value)


@pytest.fixture
def proc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(futex_rule, "FUTEX", {os.uname().machine: b"202"})
    monkeypatch.setattr(layout, "section_in", lambda *_: (0, 0x600))
    return tmp_path


def seen_at(layers: Layers, at: float) -> list[Seen]:
    return layers.look(at, [1])


@pytest.mark.parametrize("minor", PLACES)
@pytest.mark.parametrize("suffix", ["t", ""])  # ``make install`` names it both ways
def test_its_gil_is_seen_while_it_is_on(proc: Path, minor: int, suffix: str) -> None:
    there = Process(proc, minor, f"python3.{minor}{suffix}", is_free=True)
    images = Images(str(proc))
    layers = Layers(str(proc), images, Locks(str(proc)), attach=True)
    assert seen_at(layers, 0.0) == [Seen(1, (), FREE_THREADED)]
    assert layers.pythons == {1: f"CPython 3.{minor}t"}
    assert images.of(0.0, 1) is None
    there.switch(ON_FOR_EVER)  # a module that needs it was imported, long after the start
    told = [seen for at in range(1, 40) for seen in seen_at(layers, float(at))]
    assert told == [Seen(1, BOTH, "")]
    there.switch(0)
    # Of one that is not seen to be off it is looked at ever more seldom.
    told = [seen for at in range(40, 80) for seen in seen_at(layers, float(at))]
    assert told == [Seen(1, (), FREE_THREADED)]


def test_it_is_soon_seen_that_it_was_switched_on(proc: Path) -> None:
    there = Process(proc, 14, "python3.14t", is_free=True)
    layers = Layers(str(proc), Images(str(proc)), Locks(str(proc)), attach=True)
    for at in range(100):
        seen_at(layers, float(at))
    there.switch(1)
    assert [*seen_at(layers, 101.0), *seen_at(layers, 102.0)] == [Seen(1, BOTH, "")]


def test_what_is_no_switch_in_any_other_python_is_not_read_as_one(proc: Path) -> None:
    there = Process(proc, 14, "python3.14", is_free=False)
    there.switch(0)
    images = Images(str(proc))
    assert images.of(0.0, 1) is not None
    assert images.without_gil(1) == ""


def test_where_its_memory_may_not_be_read_nobody_says_for_sure_that_it_has_none(
    proc: Path,
) -> None:
    Process(proc, 14, "python3.14t", is_free=True)
    layers = Layers(str(proc), Images(str(proc)), Locks(str(proc)), attach=False)
    assert seen_at(layers, 0.0) == [Seen(1, (), MAY_BE_OFF)]
    (proc / "1/mem").unlink()
    images = Images(str(proc))
    assert (images.of(0.0, 1), images.without_gil(1)) == (None, "")


def test_a_lock_is_known_once_somebody_has_it_whoever_had_it_last(proc: Path) -> None:
    there = Process(proc, 14, "python3.14", is_free=False)
    there.write(INTERPRETER + GIL + 16, THREAD, 0)
    there.write(THREAD + 0x40, 99)  # a thread that has ended
    locks = Locks(str(proc))
    layers = Layers(str(proc), Images(str(proc)), locks, attach=True)
    told = [seen for at in range(30) for seen in seen_at(layers, float(at))]
    assert told == [Seen(1, (Layer.FUTEX,), UNKNOWN)]
    there.write(THREAD + 0x40, 1)
    told = [seen for at in range(30, 70) for seen in seen_at(layers, float(at))]
    assert told == [Seen(1, BOTH, "")]
    assert locks.holder(1) == 0
    locks.close()


def station_of(python: str) -> ProgramStation:
    station = ProgramStation(1, 7, 0, next_maker=count(1), lived_at=0.0)
    station.get_known(Known("python a.py", "python a.py", python, "", ("python", "a.py")), 0.0)
    for tid in (7, 8):
        station.seat(tid, 0.0)
    return station


def gils(events: list[Event]) -> list[tuple[str, bool]]:
    return [(event.python, event.gil) for event in events if isinstance(event, StationSeen)]


def shares(station: ProgramStation) -> set[bool]:
    return {watched.shares_gil for watched in station.watched()}


def test_its_threads_share_a_gil_as_long_as_it_is_on() -> None:
    station = station_of("CPython 3.14t")
    assert shares(station) == {False}
    assert gils(station.see_gil(1.0, BOTH, "")) == [("CPython 3.14t", True)]
    assert shares(station) == {True}
    assert station.see_gil(2.0, BOTH, "") == [SeenBy(2.0, 1, BOTH, "")]
    assert gils(station.see_gil(3.0, (), FREE_THREADED)) == [("CPython 3.14t", False)]
    assert shares(station) == {False}


def test_one_that_is_not_named_so_is_called_what_it_is() -> None:
    station = station_of("CPython 3.14")
    assert shares(station) == {True}
    assert gils(station.see_gil(1.0, (), "another user's process")) == []
    assert gils(station.see_gil(2.0, (), FREE_THREADED)) == [("CPython 3.14t", False)]
    assert shares(station) == {False}
    again = Known("x", "x", "CPython 3.13", "", ("x",))  # it executed another one
    assert gils(station.get_known(again, 3.0)) == [("CPython 3.13", True)]


@pytest.mark.parametrize(
    ("here", "there", "can"),
    [("", "", True), ("t", "t", True), ("", "t", False), ("t", "", False)],
)
def test_remote_debugging_reads_the_same_build_alone(
    monkeypatch: pytest.MonkeyPatch, here: str, there: str, can: bool
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 15, 2))
    monkeypatch.setattr(remote, "BUILD", here)
    monkeypatch.setitem(sys.modules, "_remote_debugging", object())
    assert remote.can_read(f"CPython 3.15{there}") is can


def test_of_a_program_it_does_not_matter_what_our_own_python_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run_facts, "gil_enabled", lambda: False)
    source = ProgramSource(RunProgram(("true",), "true", hook=False))
    try:
        began = next(event for event in source.poll(0.0) if isinstance(event, RunBegan))
    finally:
        source.close()
    waits = MakerUse(1, None, 0.1, 0.0, 0.1, None, stopped=False, gil_share=0.9)
    floor = floor_of(began, *process(1, "a.py"), *thread(2, 1), Sampled(BEGAN + 1.0, (), (waits,)))
    assert floor.makers[1].gil_share == 0.9
