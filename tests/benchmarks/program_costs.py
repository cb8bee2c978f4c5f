"""What it costs to run a program, or to watch one, and how true it is what is shown of it."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from chai_tui.model.events import Exited, Sampled, Seated, Started
from chai_tui.model.program import RunProgram, WatchProgram
from chai_tui.sources.program.source import ProgramSource
from tests.benchmarks.measure import Result, cpu_share, median_of, percentile, ratio_in_turn
from tests.benchmarks.screen_costs import answer, drained, on_screen
from tests.process.program import console_script
from tests.terminal import Terminal

EVERY = 0.1
"""Seconds between two samples: ten a second."""
SETTLE_SECONDS = 3.0
_THREADS = """
import sys, threading, time
many = int(sys.argv[1])
def live(lively):
    while True:
        time.sleep(0.1 if lively else 1.0)
for number in range(many - 1):
    threading.Thread(target=live, args=(number % 20 == 0,), daemon=True).start()
print("there", flush=True)
time.sleep(3600)
"""
"""So many threads, of which one in twenty wakes ten times a second and the others once."""
_COMPUTES = """
import time
began = time.perf_counter()
total = 0
for number in range(12_000_000):
    total += number * number
print(time.perf_counter() - began)
"""
_TASKS = """
import time
from concurrent.futures import ThreadPoolExecutor
def task(number):
    total = 0
    for each in range(12_000):
        total += each * each
    return total
with ThreadPoolExecutor(2) as pool:
    began = time.perf_counter()
    list(pool.map(task, range(4_000)))
print(time.perf_counter() - began)
"""
"""About a thousand tasks a second, and more on a fast machine."""


@contextlib.contextmanager
def _threads(many: int) -> Iterator[int]:
    """A program of so many threads; yields its pid."""
    with subprocess.Popen(
        [sys.executable, "-c", _THREADS, str(many)], stdout=subprocess.PIPE, text=True
    ) as program:
        try:
            assert program.stdout is not None
            program.stdout.readline()
            yield program.pid
        finally:
            program.kill()


def watched() -> Iterator[Result]:
    """CPU of watching 10, 100 and 1,000 threads at ten samples a second, and of the peers."""
    for many, limit in ((10, 2.0), (100, 3.0), (1_000, 9.0)):
        with _threads(many) as pid:
            yield from _watched(pid, many, limit)


def _as_json(pid: int, label: str, limit: float) -> Result:
    with subprocess.Popen(
        [console_script(), "watch", str(pid), "--every", str(EVERY), "--json"],
        stdout=subprocess.DEVNULL,
    ) as watching:
        time.sleep(SETTLE_SECONDS)
        shares = [cpu_share(watching.pid, 3.0) for _ in range(3)]
        watching.terminate()
    return median_of(f"{label}, as JSON: CPU", shares, limit=limit, unit="%")


def _watched(pid: int, many: int, limit: float) -> Iterator[Result]:
    label = f"{many:,} threads watched at 10 a second"
    yield _as_json(pid, label, limit)
    with on_screen("watch", str(pid), "--every", str(EVERY)) as terminal:
        terminal.until(lambda: f"{many:,} thread" in terminal.text.replace("threads", "thread"))
        with drained(terminal):
            time.sleep(SETTLE_SECONDS)
            shares = [cpu_share(terminal.process.pid, 3.0) for _ in range(3)]
        ours = median_of(f"{label}, on the screen: CPU", shares, limit=limit, unit="%")
        yield ours
        if many < 1_000:
            return
        answers = [answer(terminal, key) for _ in range(30) for key in ("down", "up")]
    yield Result(
        f"{label}: a key's answer on the screen, 95th percentile",
        percentile(answers, 0.95) * 1e3,
        100.0,
        "ms",
        samples=tuple(answers),
        note=f"median {statistics.median(answers) * 1e3:.0f} ms",
    )
    yield from _cheaper_than_the_peers(ours.value, pid)


def _cheaper_than_the_peers(ours: float, pid: int) -> Iterator[Result]:
    peers = {
        "htop": ["htop", "-d", "1", "-p", str(pid)],
        "btop": ["btop", "--utf-force"],
    }
    costs = {}
    for name, command in peers.items():
        if shutil.which(name) is None:
            continue
        with tempfile.TemporaryDirectory() as home, _htop_of_threads(home) as environment:
            with Terminal(command, columns=120, rows=40, environment=environment) as terminal:
                terminal.read(2.0)
                with drained(terminal):
                    time.sleep(SETTLE_SECONDS)
                    assert terminal.process.poll() is None, terminal.text
                    costs[name] = statistics.median(
                        cpu_share(terminal.process.pid, 3.0) for _ in range(3)
                    )
                terminal.process.kill()
    if costs:
        name = min(costs, key=lambda each: costs[each])
        note = ", ".join(f"{each} {cost:.1f} %" for each, cost in costs.items())
        yield Result(
            f"1,000 threads watched ÷ {name} at the same refresh",
            ours / costs[name],
            1.0,
            note=f"ours {ours:.1f} %, {note}",
        )


@contextlib.contextmanager
def _htop_of_threads(home: str) -> Iterator[dict[str, str]]:
    """A home in which htop shows threads, as we do, and both refresh ten times a second."""
    for name, text in (
        ("htop/htoprc", "hide_userland_threads=0\nupdate_process_names=1\n"),
        ("btop/btop.conf", "update_ms=100\n"),
    ):
        path = Path(home) / name
        path.parent.mkdir()
        path.write_text(text)
    yield {"HOME": home, "XDG_CONFIG_HOME": home, "LC_ALL": "C.UTF-8"}


def slowed(repeat: int) -> Iterator[Result]:
    """Wall time of a program under ``run`` ÷ alone: one that computes, and one of many tasks."""
    alone = [sys.executable, "-c"]
    with tempfile.TemporaryDirectory() as folder:
        for what, code, limit, options in (
            ("a program that computes", _COMPUTES, 1.02, ["--no-hook"]),
            ("the same with the hook", _COMPUTES, 1.02, []),
            ("1,000 pool tasks a second with the hook", _TASKS, 1.05, []),
        ):
            script = Path(folder) / "program.py"
            script.write_text(code)
            yield ratio_in_turn(
                f"{what}, under run ÷ alone",
                _wall([console_script(), "run", "--plain", *options, "--", *alone, code]),
                _wall([*alone, code]),
                limit=limit,
                repeat=repeat,
            )


def _wall(command: list[str]) -> Callable[[], float]:
    def seconds() -> float:
        told = subprocess.run(command, capture_output=True, text=True, check=True)
        return float(told.stdout.split()[-1])

    return seconds


def short_lived() -> Iterator[Result]:
    """Which share of children that live for 2 ms is seen; or how many CPU seconds are missed."""
    code = (
        "import os, time\n"
        "for _ in range(200):\n"
        "    if os.fork() == 0:\n"
        "        time.sleep(0.002)\n"
        "        os._exit(7)\n"
        "    os.wait()\n"
    )
    source = ProgramSource(RunProgram((sys.executable, "-c", code), "children", hook=False))
    seated: set[int] = set()
    codes: list[int | None] = []
    try:
        for event in _events_of(source):
            if isinstance(event, Seated):
                seated.add(event.maker)
            if isinstance(event, Exited):
                codes.append(event.exitcode)
        how = source.follows_by
    finally:
        source.close()
    yield Result(
        "children that live 2 ms: seen, with their exit codes",
        100.0 * codes.count(7) / 200,
        100.0,
        "%",
        at_least=True,
        note=how,
    )


def _events_of(source: ProgramSource) -> Iterator[object]:
    open_: set[int] = set()
    came = False
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and (open_ or not came):
        for event in source.poll(1.0):
            if isinstance(event, Seated):
                came = True
                open_.add(event.maker)
            if isinstance(event, Exited):
                open_.discard(event.maker)
            yield event


def core_truth() -> Iterator[Result]:
    """How often the core that is shown is the one that the kernel reports at the same moment."""
    code = (
        "import threading\n"
        "def spin():\n"
        "    while True: sum(range(10_000))\n"
        "threading.Thread(target=spin, daemon=True).start()\n"
        "spin()\n"
    )
    right = looks = 0
    with subprocess.Popen([sys.executable, "-c", code]) as program:
        source = ProgramSource(WatchProgram((program.pid,), "spinner"), sample_every=EVERY)
        try:
            tids: dict[int, int] = {}
            deadline = time.monotonic() + 15
            for event in itertools.chain.from_iterable(
                source.poll(1.0) for _ in itertools.count() if time.monotonic() < deadline
            ):
                if isinstance(event, Started):
                    tids[event.maker] = event.tid
                if isinstance(event, Sampled):
                    for use in event.makers:
                        if use.core is not None:
                            looks += 1
                            right += use.core == _processor(program.pid, tids[use.maker])
                if looks >= 150:
                    break
        finally:
            source.close()
            program.kill()
    yield Result(
        "the core shown is the kernel's at that moment",
        100.0 * right / max(1, looks),
        98.0,
        "%",
        at_least=True,
        note=f"{looks} looks",
    )


def _processor(pid: int, tid: int) -> int:
    stat = Path(f"/proc/{pid}/task/{tid}/stat").read_text()
    return int(stat.rpartition(")")[2].split()[36])


def programs(repeat: int) -> Iterator[Result]:
    """All of it."""
    yield from watched()
    yield from slowed(repeat)
    yield from short_lived()
    yield from core_truth()
