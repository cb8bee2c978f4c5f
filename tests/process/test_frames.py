"""Which functions real threads are in, as py-spy tells of them; and when it is asked."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

if sys.platform != "linux":
    pytest.skip("it is asked on Linux only", allow_module_level=True)

from chai_tui.model.program_events import Layer, Place
from chai_tui.samplers.frames import functions as functions_module
from chai_tui.samplers.frames import remote
from chai_tui.samplers.frames.asking import COST_SHARE, EVERY_SECONDS, Asking
from chai_tui.samplers.frames.frame import Frame, Reading, frame_of
from chai_tui.samplers.frames.functions import Functions
from chai_tui.samplers.frames.py_spy import PySpy, find_py_spy
from chai_tui.samplers.frames.remote import Remote, can_read
from chai_tui.samplers.linux_program import ProgramSampler
from chai_tui.samplers.protocol import Watched

SECONDS = 60.0
"""Given to a crowded machine; a quiet one needs one."""
PROGRAM = """
import threading, time
tids = []
def brew_chai(kind):
    tids.append(threading.get_native_id())
    while kind: pass
def nap_():
    tids.append(threading.get_native_id())
    time.sleep(1_000)
def wait_for_lock():
    tids.append(threading.get_native_id())
    threading.Event().wait()
for count, work in enumerate((lambda: brew_chai(1), nap_, wait_for_lock), 1):
    threading.Thread(target=work, daemon=True).start()
    while len(tids) < count: time.sleep(0.001)
print(*tids, flush=True)
wait_for_lock()
"""

needs_py_spy = pytest.mark.skipif(
    not find_py_spy() or bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    reason="py-spy is not installed, or this Python is free-threaded, which it does not read",
)


@contextmanager
def program(folder: Path) -> Iterator[tuple[int, list[int]]]:
    """Run it; yield its pid and the numbers of its threads."""
    script = folder / "les\x1bson.py"
    script.write_text(PROGRAM)
    process = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.pid, [int(word) for word in process.stdout.readline().split()]
    finally:
        process.kill()
        process.communicate()


def line_of(text: str) -> int:
    return next(n for n, line in enumerate(PROGRAM.splitlines(), 1) if text in line)


@needs_py_spy
def test_py_spy_tells_function_file_and_line_of_each_thread(tmp_path: Path) -> None:
    with program(tmp_path) as (pid, (brewing, napping, waiting)):
        reading = PySpy(find_py_spy()).read(pid)
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:  # what runs is read while it does
            if reading.why == "" and brewing in {frame.tid for frame in reading.frames}:
                break
            reading = PySpy(find_py_spy()).read(pid)
        frames = {frame.tid: frame for frame in reading.frames}
    name = "les␛son.py"
    assert reading.why == ""
    assert frames[brewing] == Frame(brewing, "brew_chai", name, line_of("while kind"))
    assert frames[napping] == Frame(napping, "nap_", name, line_of("1_000"))
    # Deeper in it is in Python's own threading.
    assert frames[waiting] == Frame(waiting, "wait_for_lock", name, line_of("Event().wait()"))
    assert reading.cpu_seconds > 0.0


@needs_py_spy
def test_what_it_cannot_read_is_said_in_its_words(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "1000"]) as process:
        reading = PySpy(find_py_spy()).read(process.pid)
        process.kill()
    assert reading.frames == ()
    assert reading.why.startswith("py-spy: ")
    assert "\n" not in reading.why
    assert PySpy(find_py_spy()).read(process.pid).why.startswith("py-spy: ")  # it is gone
    assert PySpy(str(tmp_path / "none")).read(1).why == "py-spy: No such file or directory"


def script(folder: Path, text: str) -> PySpy:
    """Something else in its place."""
    path = folder / "py-spy"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return PySpy(str(path))


@pytest.mark.parametrize("said", ["", "{", "3", "[3]", '[{"os_thread_id": 1}]', "[" * 10**5])
def test_what_is_not_understood_is_said_to_be_so(said: str, tmp_path: Path) -> None:
    (tmp_path / "said").write_text(said)
    reading = script(tmp_path, f"cat {tmp_path}/said").read(1)
    assert reading.why == "py-spy: what it tells is not understood"


def test_its_names_are_safe_and_short(tmp_path: Path) -> None:
    frame = {"name": "b\x1b[2J" + "x" * 999, "filename": "/a/\x1b.py", "line": 7}
    threads = [
        {"os_thread_id": 5, "frames": [frame]},
        {"os_thread_id": 6, "frames": []},
        {"os_thread_id": None, "frames": [frame]},
    ]
    (tmp_path / "said").write_text(json.dumps(threads))
    reading = script(tmp_path, f"cat {tmp_path}/said").read(1)
    assert reading.frames == (Frame(5, "b␛[2J" + "x" * 95, "␛.py", 7), Frame(6))


def test_one_that_hangs_is_ended_when_it_is_closed(tmp_path: Path) -> None:
    spy = script(tmp_path, f"echo $$ > {tmp_path}/pid; exec sleep 1000")
    asking = Asking(lambda _: spy)
    asking.ask(0.0, [1])
    deadline = time.monotonic() + SECONDS
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)
    pid = int((tmp_path / "pid").read_text())
    asking.close()
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)
    asking.close()


def test_the_innermost_function_of_the_programs_own_is_told() -> None:
    own, library = ("brew", "/home/a/b.py", 3), ("get", "/usr/lib/python3.11/queue.py", 171)
    installed = ("loads", "/v/lib/python3.11/site-packages/x/y.py", 9)
    frozen = ("_find", "<frozen importlib._bootstrap>", 1)
    assert frame_of(1, [library, frozen, own, installed]) == Frame(1, "brew", "b.py", 3)
    assert frame_of(1, [library, installed, own]) == Frame(1, "loads", "y.py", 9)
    assert frame_of(1, [library, frozen]) == Frame(1, "get", "queue.py", 171)
    assert frame_of(1, []) == Frame(1)


class Reader:
    """Reads what it is told to, and for what that costs."""

    layer = Layer.PY_SPY

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.asked: list[int] = []
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def read(self, pid: int) -> Reading:
        self.may_go_on.wait(SECONDS)
        self.asked.append(pid)
        return self.reading

    def close(self) -> None:
        self.may_go_on.set()


def taken(asking: Asking, at: float) -> list[Reading]:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if answers := asking.take(at):
            return [answer.reading for answer in answers]
        threading.Event().wait(0.001)
    raise TimeoutError("nobody answers")


def test_one_process_after_another_is_asked_and_only_so_often() -> None:
    reader = Reader(Reading(cpu_seconds=0.05))
    asking = Asking(lambda pid: reader if pid != 3 else None)
    assert asking.ask(10.0, [3, 1, 2]) == 1
    taken(asking, 10.1)
    assert not asking.is_due(10.0 + 0.05 / COST_SHARE)
    assert asking.is_due(13.0 + 0.05 / COST_SHARE)
    reader.reading = Reading()
    assert asking.ask(20.0, [1, 2]) == 2
    taken(asking, 20.0)
    assert not asking.is_due(20.0 + EVERY_SECONDS / 2)
    assert asking.ask(30.0, [1, 2]) == 1
    assert reader.asked[:2] == [1, 2]
    asking.close()


def test_who_takes_its_time_keeps_nobody_waiting() -> None:
    reader = Reader(Reading())
    reader.may_go_on.clear()
    asking = Asking(lambda _: reader)
    assert asking.ask(0.0, [1]) == 1
    assert asking.take(9.0) == []
    assert not asking.is_due(9.0)
    asking.close()


def test_who_cannot_be_read_is_left_alone_ever_longer() -> None:
    reader = Reader(Reading(why="no"))
    asking = Asking(lambda _: reader)
    times: list[float] = []
    at = 0.0
    while len(times) < 3:
        if asking.ask(at, [1]) is not None:
            times.append(at)
            taken(asking, at)
        at += 1.0
    assert times == [0.0, 2.0, 6.0]
    asking.close()


def test_functions_are_told_when_they_change(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Reader(Reading((Frame(5, "a", "b.py", 1), Frame(6), Frame(7, "c"))))
    monkeypatch.setattr(functions_module, "PySpy", lambda _: reader)
    told = Functions(py_spy=lambda: "py-spy")

    def look(at: float, burned: int) -> tuple[list[Place], list[object]]:
        told.ask(at, {1: "CPython 3.9"}, {1: burned})
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            places, by = told.take(at, lambda: {(1, 5): 50, (1, 6): 60})
            if by:
                return places, [*by]
            threading.Event().wait(0.001)
        return [], []

    assert look(10.0, 1) == ([Place(50, "a", "b.py", 1)], [(1, Layer.PY_SPY, "")])
    reader.reading = Reading((Frame(5), Frame(6, "d", "e.py", 2)))
    assert look(20.0, 2) == ([Place(50), Place(60, "d", "e.py", 2)], [(1, Layer.PY_SPY, "")])
    told.ask(30.0, {1: "CPython 3.9"}, {1: 2})  # it did not run since
    assert told._asking.is_due(40.0), "nobody is being asked"
    assert look(40.0, 3) == ([], [(1, Layer.PY_SPY, "")])
    told.close()
    assert reader.asked == [1, 1, 1]


class FakeUnwinder:
    """Tells two threads, as Python 3.15 does; nothing of pid 2."""

    def __init__(self, pid: int, **given: object) -> None:
        assert given == {"all_threads": True, "mode": 3, "skip_non_matching_threads": False}
        if pid == 2:
            raise RuntimeError("no\x1b")

    def get_stack_trace(self) -> list[SimpleNamespace]:
        frames = [
            SimpleNamespace(funcname="inner", filename="/a/b\x1b.py", location=(3, 3, 0, 1)),
            SimpleNamespace(funcname="outer", filename="/a/c.py", location=None),
        ]
        threads = [
            SimpleNamespace(thread_id=5, frame_info=frames),
            SimpleNamespace(thread_id=6, frame_info=frames[1:]),
            SimpleNamespace(thread_id=7, frame_info=[]),
        ]
        return [SimpleNamespace(threads=threads)]


def test_pythons_own_way_is_read_in_its_form(monkeypatch: pytest.MonkeyPatch) -> None:
    own = SimpleNamespace(RemoteUnwinder=FakeUnwinder)
    monkeypatch.setitem(sys.modules, "_remote_debugging", own)
    frames = (Frame(5, "inner", "b␛.py", 3), Frame(6, "outer", "c.py", 0), Frame(7))
    assert Remote().read(1) == Reading(frames)
    assert Remote().read(2) == Reading(why="_remote_debugging: no␛")
    monkeypatch.setattr(sys, "version_info", (3, 15, 0))
    monkeypatch.setattr(remote, "BUILD", "")
    assert can_read("CPython 3.15")
    assert not can_read("CPython 3.14")
    # Of whom it cannot read, py-spy is asked.
    reader = Reader(Reading((Frame(5, "a"),)))
    monkeypatch.setattr(functions_module, "PySpy", lambda _: reader)
    functions = Functions(py_spy=lambda: "py-spy")
    told: list[object] = []
    at = 0.0
    deadline = time.monotonic() + SECONDS
    while len(told) < 2 and time.monotonic() < deadline:
        functions.ask(at, {2: "CPython 3.15"}, {2: int(at * 1e9)})
        told += functions.take(at, dict)[1]
        at += 1.0
    functions.close()
    assert told == [(2, None, "_remote_debugging: no␛"), (2, Layer.PY_SPY, "")]
    monkeypatch.setattr(sys, "version_info", (3, 14, 0))
    assert not can_read("CPython 3.15")


@pytest.mark.skipif(sys.version_info[:2] != (3, 15), reason="only Python 3.15 tells it so")
def test_pythons_own_way_tells_of_a_real_program(tmp_path: Path) -> None:
    with program(tmp_path) as (pid, (brewing, napping, waiting)):
        frames: dict[int, str] = {}
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline and frames.get(brewing) != "brew_chai":
            # A look in the middle of a change may be torn.
            frames = {frame.tid: frame.function for frame in Remote().read(pid).frames}
    assert frames[brewing] == "brew_chai"
    assert frames[napping] == "nap_"
    assert frames[waiting] == "wait_for_lock"


@needs_py_spy
def test_the_sampler_tells_functions_and_by_what(tmp_path: Path) -> None:
    with program(tmp_path) as (pid, tids):
        watched = [
            Watched(maker, pid, tid, True, shares_gil=True) for maker, tid in enumerate(tids)
        ]
        sampler = ProgramSampler((0, 1))
        layers: tuple[Layer, ...] = ()
        places: dict[int, Place] = {}
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline and (Layer.PY_SPY not in layers or 2 not in places):
            sampler.sample(time.monotonic(), watched)
            for seen in sampler.changed_layers:
                layers = seen.layers
            places |= {place.maker: place for place in sampler.changed_places}
            threading.Event().wait(0.05)
        sampler.close()
        assert places[1].function == "nap_"
        assert places[2].file == "les␛son.py"
        assert Layer.PY_SPY in layers
        # Who may look no closer asks nobody.
        sampler = ProgramSampler((0, 1), attach=False)
        sampler.sample(time.monotonic(), watched)
        sampler.sample(time.monotonic(), watched)
        assert "frames" not in {thread.name for thread in threading.enumerate()}
        sampler.close()
