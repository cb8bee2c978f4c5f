"""Programs of a Python that is built to do without a GIL, where there is one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from tests.process.program import console_script

if sys.platform != "linux":
    pytest.skip("only Linux tells of a program's threads", allow_module_level=True)

from chai_tui.samplers.gil.layout import FREE_THREADED

SECONDS = 120.0
"""Given to a crowded machine."""

# Threads that compute, and ones that want what the others have: locks, lists, a dictionary.
PROGRAM = """
import ctypes, queue, sys, threading, time
print("GIL:", sys._is_gil_enabled(), flush=True)
until = time.monotonic() + 4.0
lock, items, counts, numbers = threading.Lock(), queue.Queue(), {}, []
def compute(name):
    total = 0
    while time.monotonic() < until:
        for number in range(5_000):
            total += number
            numbers.append(number)
        del numbers[:]
        with lock:
            counts[name] = counts.get(name, 0) + 1
        items.put(name)
def keep():
    while time.monotonic() < until:
        with lock:
            time.sleep(0.05)
def sleep_in_c():  # with the GIL, if there is one
    while time.monotonic() < until:
        ctypes.PyDLL(None).usleep(200_000)
def consume():
    while items.get() is not None:
        pass
threads = [threading.Thread(target=compute, args=[n]) for n in range(3)]
threads += [threading.Thread(target=work) for work in (keep, sleep_in_c)]
consumer = threading.Thread(target=consume)
for thread in [*threads, consumer]:
    thread.start()
for thread in threads:
    thread.join()
items.put(None)
consumer.join()
print("done", min(counts.values()) > 0, len(counts))
"""


def free_threaded() -> list[str]:
    """The free-threaded Pythons here: this one, those on the PATH, and those of a pyenv."""
    own = [sys.executable] if sysconfig.get_config_var("Py_GIL_DISABLED") else []
    there = [shutil.which(f"python3.{minor}t") or "" for minor in range(13, 16)]
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    there += map(str, sorted(versions.glob("3.*t/bin/python3.*t")))
    found = {os.path.realpath(path): path for path in there if path and "shims" not in path}
    return [*own, *found.values()]


pytestmark = pytest.mark.skipif(
    not free_threaded(), reason="there is no free-threaded Python here: none on PATH, none of pyenv"
)


def events_of(tmp_path: Path, *command: str, options: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """All that is told of a run of the program."""
    (tmp_path / "program.py").write_text(PROGRAM)
    done = subprocess.run(
        [console_script(), "run", "--json", "--every", "0.2", *options, "--", *command],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env={name: value for name, value in os.environ.items() if name != "PYTHON_GIL"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def of(events: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [event for event in events if event["event"] == name]


def uses(events: list[dict[str, Any]], figure: str) -> list[float | None]:
    return [use[figure] for event in of(events, "sampled") for use in event["makers"]]


def waits(events: list[dict[str, Any]]) -> set[str]:
    return {wait["what"] for event in of(events, "waits") for wait in event["makers"]}


def said(events: list[dict[str, Any]]) -> str:
    return "\n".join(event["line"] for event in of(events, "said"))


@pytest.mark.parametrize("hook", [(), ("--no-hook",)], ids=["hook", "no hook"])
@pytest.mark.parametrize("python", free_threaded(), ids=os.path.basename)
def test_nobody_waits_for_a_gil_that_is_not_there(
    python: str, hook: tuple[str, ...], tmp_path: Path
) -> None:
    events = events_of(tmp_path, python, "program.py", options=hook)
    assert "GIL: False" in said(events)
    assert "done True 3" in said(events)
    assert [event["gil"] for event in of(events, "station_seen")][-1] is False
    assert of(events, "station_seen")[-1]["python"].endswith("t")
    assert [(event["layers"], event["why"]) for event in of(events, "seen_by")] == [
        ([], FREE_THREADED)
    ]
    assert "gil" not in waits(events)
    assert {*uses(events, "gil_share"), *uses(events, "gil_held")} == {None}


@pytest.mark.parametrize("python", free_threaded(), ids=os.path.basename)
def test_it_may_be_named_like_any_other(python: str, tmp_path: Path) -> None:
    linked = tmp_path / Path(python).name.removesuffix("t")
    shutil.copy(os.path.realpath(python), linked)  # ``make install`` links it so
    home = subprocess.check_output([python, "-c", "import sys; print(sys.base_prefix)"], text=True)
    command = ("env", f"PYTHONHOME={home.strip()}", str(linked), "program.py")
    events = events_of(tmp_path, *command, options=("--no-hook",))
    last = of(events, "station_seen")[-1]
    assert (last["gil"], last["python"][-1]) == (False, "t")
    assert of(events, "seen_by")[-1]["why"] == FREE_THREADED
    assert "gil" not in waits(events)


@pytest.mark.parametrize("hook", [(), ("--no-hook",)], ids=["hook", "no hook"])
@pytest.mark.parametrize("python", free_threaded(), ids=os.path.basename)
def test_a_gil_that_was_switched_on_is_seen(
    python: str, hook: tuple[str, ...], tmp_path: Path
) -> None:
    events = events_of(tmp_path, python, "-X", "gil=1", "program.py", options=hook)
    assert "GIL: True" in said(events)
    assert "done True 3" in said(events)
    assert [event["gil"] for event in of(events, "station_seen")][-1] is True
    assert of(events, "seen_by")[-1]["layers"][:2] == ["futex", "word"]
    assert max(held or 0.0 for held in uses(events, "gil_held")) > 0.1
    assert max(share or 0.0 for share in uses(events, "gil_share")) > 0.1
    assert "gil" in waits(events)
