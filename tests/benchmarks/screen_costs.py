"""What the screen costs: start, CPU, how soon a key is answered, and what it takes from makers."""

from __future__ import annotations

import contextlib
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.measure import Result, cpu_share, median_of, percentile, ratio_in_turn
from tests.process.program import console_script
from tests.terminal import Terminal

HERE = Path(__file__).parent
MARK = "▌"
"""What marks the selected maker where each has a row of its own."""
SETTLE_SECONDS = 2.0
"""Until start-up work is over: samples, memory, the garbage of imports."""
IDLE_SECONDS = 10.0
"""Several of the once-a-second samples."""


@contextlib.contextmanager
def on_screen(*arguments: str, columns: int = 120, rows: int = 40) -> Iterator[Terminal]:
    """The program in a terminal, with a home of its own."""
    with tempfile.TemporaryDirectory() as home:
        environment = dict.fromkeys(
            ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"), home
        )
        with Terminal(
            [console_script(), *arguments], columns=columns, rows=rows, environment=environment
        ) as terminal:
            yield terminal


def _waiting_recipe(folder: str, seconds: float = 600.0) -> str:
    path = Path(folder) / "waiting.toml"
    path.write_text(f'[[steps]]\nname = "wait"\nwait = {seconds}\n')
    return str(path)


def first_screen(repeat: int) -> Result:
    """Start to first screen with three brewing makers, against a bare Textual app."""

    def ours() -> float:
        with on_screen() as terminal:
            terminal.until(lambda: terminal.text.count("brewing") >= 4)
            return terminal.read_at - terminal.began

    def bare() -> float:
        with Terminal([sys.executable, str(HERE / "bare_app.py")]) as terminal:
            terminal.until_shows("one", "two", "three")
            return terminal.read_at - terminal.began

    return ratio_in_turn(
        "start to first screen with three brewing makers ÷ a bare Textual app",
        ours,
        bare,
        limit=1.25,
        repeat=repeat,
    )


def brewing(repeat: int) -> Result:
    """CPU of the UI process while three ``chai`` makers brew."""
    shares = []
    for _ in range(repeat):
        with on_screen() as terminal:
            terminal.until_shows("3 brewing")
            time.sleep(0.5)
            with drained(terminal):
                shares.append(cpu_share(terminal.process.pid, 2.0))
    return median_of("CPU of the UI while three chai makers brew", shares, limit=5.0, unit="%")


def at_rest(repeat: int) -> Result:
    """CPU of the UI process when all is served and only the core bar still moves."""
    shares = []
    with on_screen() as terminal:
        terminal.until_shows("All chai served")
        with drained(terminal):
            time.sleep(12.0)  # until the notice of it is gone
            shares = [cpu_share(terminal.process.pid, IDLE_SECONDS) for _ in range(repeat)]
    return median_of("CPU of the UI when all is served", shares, limit=0.7, unit="%")


@contextlib.contextmanager
def drained(terminal: Terminal) -> Iterator[None]:
    """Keep the terminal's output flowing meanwhile, without looking at it."""
    import threading

    stop = threading.Event()

    def drain() -> None:
        while not stop.is_set():
            terminal.skip(0.05)

    thread = threading.Thread(target=drain, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def crowd(makers: int, engine: str, *, cpu_limit: float, answer_limit: float) -> list[Result]:
    """Many makers: CPU of the UI process, and how soon a key's answer is on the screen."""
    label = f"{makers:,} {engine} makers"
    with tempfile.TemporaryDirectory() as folder:
        recipe = _waiting_recipe(folder)
        with on_screen(recipe, "--makers", str(makers), "--engine", engine) as terminal:
            terminal.until_shows(f"{makers} brewing")
            terminal.until_shows(MARK)
            with drained(terminal):
                time.sleep(SETTLE_SECONDS)
                shares = [cpu_share(terminal.process.pid, 5.0) for _ in range(3)]
            answers = [answer(terminal, key) for _ in range(30) for key in ("down", "up")]
    return [
        median_of(f"{label}: CPU of the UI", shares, limit=cpu_limit, unit="%"),
        Result(
            f"{label}: a key's answer on the screen, 95th percentile",
            percentile(answers, 0.95) * 1e3,
            answer_limit,
            "ms",
            samples=tuple(answers),
            note=f"median {statistics.median(answers) * 1e3:.0f} ms",
        ),
    ]


def answer(terminal: Terminal, key: str) -> float:
    """Return the seconds from a key to the selection's mark on another row."""
    while terminal.read(0.0):
        pass
    before = _marked(terminal)
    pressed_at = time.monotonic()
    terminal.send(key)
    while _marked(terminal) in {before, None}:
        terminal.read(0.5)
        if time.monotonic() - pressed_at > 10:
            raise AssertionError(f"no answer to {key}:\n{terminal.text}")
    answered = terminal.read_at - pressed_at
    # Not in step with the frames: wait a different part of one each time.
    until = time.monotonic() + 0.1 + (hash(pressed_at) % 50) / 1e3
    while time.monotonic() < until:
        terminal.read(0.01)
    return answered


def _marked(terminal: Terminal) -> int | None:
    # At the left edge, or inside of a frame there; further right it is part of a bar.
    return next((row for row, line in enumerate(terminal.lines) if MARK in line[:2]), None)


def taken_from_makers(repeat: int) -> Result:
    """Two ``grind`` makers on two cores: their wall time with the TUI, against without any."""

    def wall(*arguments: str) -> float:
        with tempfile.TemporaryDirectory() as folder:
            record = Path(folder) / "times.json"
            command = [sys.executable, str(HERE / "recorded.py"), str(record), "grind"]
            with Terminal([*command, "--makers", "2", *arguments]) as terminal:
                terminal.wait()
            times = json.loads(record.read_text())
            return float(times["served"] - times["started"])

    return ratio_in_turn(
        "two grind makers on two cores: wall time with the TUI ÷ without any screen",
        lambda: wall("--exit"),
        lambda: wall("--plain"),
        limit=1.05,
        repeat=repeat,
    )
