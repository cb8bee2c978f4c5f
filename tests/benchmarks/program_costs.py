"""What it costs to run a program, or to watch one, and how true it is what is shown of it."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
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
from tests.benchmarks.measure import Result, cpu_share, median_of, percentile
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
_IN_TURNS = """
import random, sys, time
from concurrent.futures import ThreadPoolExecutor
kept = [[size + n for n in range(random.randrange(2_000))] for size in (1 << 20, 1 << 40, 1 << 70)]
def computes(numbers):
    total = 0
    for number in range(numbers):
        total += number * number
    return total
pool = ThreadPoolExecutor(2)
def turn():
    if sys.argv[1] == "tasks":
        list(pool.map(computes, [12_000] * 60))
    else:
        computes(700_000)
with open(sys.argv[2]) as asked, open(sys.argv[3], "w", buffering=1) as told:
    for _ in asked:
        wall, cpu = time.perf_counter(), time.process_time()
        turn()
        print(time.perf_counter() - wall, time.process_time() - cpu, file=told)
"""
"""A program that does a little whenever it is asked, and tells how long that took: by the clock,
and in CPU seconds of its own. Of tasks it does about a thousand a second. Where its numbers lie in
the memory that Python hands out, which alone makes 4 in 100 instructions more or fewer, is left to
chance: else it would follow from whatever a hook has."""
_TURNS = 12
"""Pairs of turns of one pair of programs; one takes about 70 ms."""
_PROGRAMS = 4
"""Pairs of programs for each repetition: where its memory lies makes one of two alike faster by up
to a tenth, for as long as it lives."""


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
    with tempfile.TemporaryFile("w+") as out:
        with subprocess.Popen(
            [console_script(), "watch", str(pid), "--every", str(EVERY), "--json"], stdout=out
        ) as watching:
            time.sleep(SETTLE_SECONDS)
            shares = [cpu_share(watching.pid, 3.0) for _ in range(3)]
            watching.terminate()
        out.seek(0)
        times = [json.loads(line)["at"] for line in out if '"event":"sampled"' in line]
    # Of very many threads fewer are taken: sampling has its own limit.
    often = (len(times) - 1) / (times[-1] - times[0])
    return median_of(
        f"{label}, as JSON: CPU",
        shares,
        limit=limit,
        unit="%",
        note=f"{often:.1f} samples a second",
    )


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
    for name, cost in costs.items():
        yield Result(
            f"1,000 threads watched ÷ {name} at ten refreshes a second",
            ours / cost,
            1.0,
            note=f"{ours:.1f} % ÷ {cost:.1f} %; {_SHOWN_BY[name]}",
        )


_SHOWN_BY = {
    "htop": "it shows the threads, without what they wait for or a timeline",
    "btop": "it shows no threads: all processes of the system",
}


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
    """A program under ``run`` ÷ alone: one that computes, and one of many tasks.

    Both take turns, so that they meet the same machine, and are started anew again and again: two
    that are alike differ for as long as they live. Who watches goes on beside both.
    """
    for what, does, limit, options in (
        ("a program that computes", "computes", 1.02, ["--no-hook"]),
        ("the same with the hook", "computes", 1.02, []),
        ("1,000 pool tasks a second with the hook", "tasks", 1.05, []),
    ):
        run = [console_script(), "run", "--plain", *options, "--"]
        programs = [_pairs(run, does) for _ in range(repeat * _PROGRAMS)]
        for index, clock in enumerate(("wall", "CPU seconds of its own")):
            ratios = tuple(
                statistics.median(our[index] / their[index] for our, their in pairs)
                for pairs in programs
            )
            every = [pair for pairs in programs for pair in pairs]
            sides = " ÷ ".join(
                f"{statistics.median(pair[side][index] for pair in every) * 1e3:.1f} ms"
                for side in (0, 1)
            )
            yield Result(
                f"{what}, under run ÷ alone: {clock}",
                statistics.median(ratios),
                limit,
                samples=ratios,
                note=f"{sides}, {len(ratios)} pairs of programs of {_TURNS} turns",
            )


def _pairs(run: list[str], does: str) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """How long turns took of a program that is run, and of one alone: in seconds, wall and CPU."""
    with _taking_turns(run, does) as ours, _taking_turns([], does) as theirs:
        for each in (ours, theirs, ours, theirs):  # caches, and the first tasks
            each()
        pairs = []
        for number in range(_TURNS):
            if number % 2:  # who is first has no advantage
                pairs.append((ours(), theirs()))
            else:
                their, our = theirs(), ours()
                pairs.append((our, their))
    return pairs


@contextlib.contextmanager
def _taking_turns(before: list[str], does: str) -> Iterator[Callable[[], tuple[float, float]]]:
    """The program of turns, after other words of a command; yields what has it take one."""
    with tempfile.TemporaryDirectory() as folder:
        pipes = [str(Path(folder) / name) for name in ("asked", "told")]
        for pipe in pipes:
            os.mkfifo(pipe)
        command = [*before, sys.executable, "-c", _IN_TURNS, does, *pipes]
        # In a session of its own, as what is run: the scheduler shares cores out among sessions.
        with subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as program:
            try:
                with Path(pipes[0]).open("w") as asked, Path(pipes[1]).open() as told:

                    def turn() -> tuple[float, float]:
                        print(file=asked, flush=True)
                        wall, cpu = told.readline().split()
                        return float(wall), float(cpu)

                    yield turn
            finally:
                program.terminate()


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
    """How often the core that is shown is the one that the kernel reports at the same moment.

    Threads are moved from core to core between samples and bound there, so that they are still
    where a sample saw them when the kernel is asked.
    """
    code = (
        "import threading\n"
        "def spin():\n"
        "    while True: sum(range(10_000))\n"
        "threading.Thread(target=spin, daemon=True).start()\n"
        "spin()\n"
    )
    right = looks = 0
    places = itertools.cycle(sorted(os.sched_getaffinity(0)))
    with subprocess.Popen([sys.executable, "-c", code]) as program:
        source = ProgramSource(WatchProgram((program.pid,), "spinner"), sample_every=EVERY)
        try:
            tids: dict[int, int] = {}
            bound: set[int] = set()
            deadline = time.monotonic() + 30
            while looks < 150 and time.monotonic() < deadline:
                for event in source.poll(1.0):
                    if isinstance(event, Started):
                        tids[event.maker] = event.tid
                    if isinstance(event, Sampled):
                        for use in event.makers:
                            if use.core is not None and use.maker in bound:
                                looks += 1
                                right += use.core == _processor(program.pid, tids[use.maker])
                        bound = {
                            maker
                            for maker, tid in tids.items()
                            if _bind(program.pid, tid, next(places))
                        }
                        next(places)  # another core the next time
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


def _bind(pid: int, tid: int, core: int) -> bool:
    """Have a thread run on one core alone; return whether it came there within a second."""
    os.sched_setaffinity(tid, {core})
    deadline = time.monotonic() + 1.0
    while _processor(pid, tid) != core:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.001)
    return True


def _processor(pid: int, tid: int) -> int:
    stat = Path(f"/proc/{pid}/task/{tid}/stat").read_text()
    return int(stat.rpartition(")")[2].split()[36])


def programs(repeat: int) -> Iterator[Result]:
    """All of it."""
    yield from watched()
    yield from slowed(repeat)
    yield from short_lived()
    yield from core_truth()
