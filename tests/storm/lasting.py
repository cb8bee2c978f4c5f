"""It lasts: a monkey at the keyboard of the real program, and the system as its witness."""

from __future__ import annotations

import contextlib
import signal
import sys
import tempfile
import time
from collections import deque
from pathlib import Path
from random import Random
from typing import NamedTuple

import psutil

from tests.process.program import console_script, family_of
from tests.storm.promise import PATIENCE, Broken, Force, Promise, Untried, require
from tests.storm.witness import disagreement, in_system, on_screen
from tests.terminal import Terminal

RECIPE = """
[[steps]]
name = "steep"
wait = 10
jitter = 1.0
[[steps]]
name = "grind"
compute = 0.05
[[steps]]
name = "pour"
wait = 10
jitter = 1.0
"""
CROWD = 60
"""The monkey adds no more than so many at work."""
ACTIONS_A_CHECK = 30
WIDE, HIGH = 200, 120
"""A screen that shows everybody at once."""
MEMORY_SLACK = 12 << 20
"""Bytes by which the program may be larger at the end than when everything had been tried once."""

_FROZEN = "FROZEN"
_MOVES = ("up", "down", "left", "right", "tab", *"123456789")
_SIZES = ((200, 50), (120, 40), (80, 24), (40, 12), (61, 9), (20, 5), (5, 3))
_SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP, signal.SIGCONT, signal.SIGUSR1)
# Anything but "q": a monkey that leaves is no use.
_GARBAGE = "abcdefghijklmnoprstuvwxyzAKRZ0123456789 [];?<>/\x1b\x1b\x1b\x7f\x00\t\rü€"


class Monkey:
    """Presses keys at random, clicks, changes the terminal's size, and meddles from outside.

    Args:
        terminal: in which the program runs.
        random: what is drawn from.
    """

    def __init__(self, terminal: Terminal, random: Random) -> None:
        self.actions = 0
        self.done: deque[str] = deque(maxlen=8)
        """What was done last, for a report."""
        self._terminal = terminal
        self._random = random
        self._size = (WIDE, HIGH)
        self._habits = {
            self._move: 10,
            self._add: 6,
            self._add_ten: 1,
            self._end: 6,
            self._pause: 5,
            self._look: 3,
            self._arrange: 3,
            self._choose_engine: 2,
            self._send_signal: 2,
            self._resize: 2,
            self._click: 2,
            self._meddle: 3,
            self._type_garbage: 1,
        }

    def act(self) -> None:
        """Do something."""
        (habit,) = self._random.choices(list(self._habits), list(self._habits.values()))
        self.done.append(habit.__name__)
        habit()
        self.actions += 1
        if self._terminal.process.poll() is not None:
            code = self._terminal.wait()
            words = self._terminal.raw[-300:].decode(errors="replace")
            raise Broken(f"the program left with {code} after {list(self.done)}: {words!r}")
        self._terminal.read(self._random.choice((0.0, 0.01, 0.1)))

    def calm_down(self) -> None:
        """Go back to the kitchen, on a screen that shows everybody as they are now."""
        self._resize_to(WIDE, HIGH)
        for _ in range(5):  # out of what is typed, the palette, a dialog, a zoom, a filter
            self._press("escape")
            self._wait(0.2)  # alone, so that it is no part of another key
        if _FROZEN in self._terminal.text:
            self._press("space")
        self._press("c")

    def _press(self, *keys: str) -> None:
        self._terminal.send(*keys)

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._terminal.read(0.05)

    def _move(self) -> None:
        self._press(self._random.choice(_MOVES))

    def _add(self) -> None:
        if self._has_room():
            self._press("a")

    def _add_ten(self) -> None:
        if self._has_room():
            self._press("A")

    def _has_room(self) -> bool:
        return len(in_system(self._terminal.process.pid).makers) < CROWD

    def _end(self) -> None:
        # A kill of makers who share a process asks first: the second key answers.
        self._press(self._random.choice("kKkKr"), self._random.choice(("", "", "enter", "y")))

    def _pause(self) -> None:
        self._press("z", self._random.choice(("", "enter", "y")))

    def _look(self) -> None:
        self._press(self._random.choice(("enter", "t", "?", "ctrl+p", "f9")))
        self._wait(self._random.choice((0.0, 0.1)))
        self._press(self._random.choice(_MOVES))
        self._wait(self._random.choice((0.0, 0.1)))
        # Alone, and the palette is left for sure: it can quit.
        self._press("escape")
        self._wait(0.3)

    def _arrange(self) -> None:
        self._press(self._random.choice(("<", ">", "space", "c", "/3", "/brew")))

    def _choose_engine(self) -> None:
        self._press("e")
        self._wait(0.1)
        self._press(*self._random.choices(("up", "down", "tab"), k=3), "enter")

    def _send_signal(self) -> None:
        self._press("f9")
        self._wait(0.1)
        self._press(*self._random.choices(("up", "down"), k=3), "enter")

    def _resize(self) -> None:
        self._resize_to(*self._random.choice(_SIZES))

    def _resize_to(self, columns: int, rows: int) -> None:
        self._size = (columns, rows)
        self._terminal.resize(columns, rows)
        self._wait(0.2)  # until then the footer, where Quit is, may be anywhere

    def _click(self) -> None:
        columns, rows = self._size
        # Not on the footer, where a click on Quit quits.
        at = f"{self._random.randint(1, columns)};{self._random.randint(1, max(1, rows - 2))}"
        self._press(f"\x1b[<0;{at}M", f"\x1b[<0;{at}m")

    def _meddle(self) -> None:
        """Do to a station what somebody else on the machine may do."""
        everyone = family_of(self._terminal.process.pid)
        stations = [process for process in everyone if _title(process).startswith("Chai Maker")]
        if stations:
            with contextlib.suppress(psutil.Error):
                self._random.choice(stations).send_signal(self._random.choice(_SIGNALS))

    def _type_garbage(self) -> None:
        self._press("".join(self._random.choices(_GARBAGE, k=self._random.randint(1, 30))))


def _title(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


class Ground(NamedTuple):
    """What the program stood on at one check."""

    memory: int
    descriptors: int
    threads: int


def _ground(program: psutil.Process) -> Ground:
    return Ground(program.memory_full_info().uss, program.num_fds(), program.num_threads())


def let_a_monkey_play(minutes: float, random: Random, actions: int = ACTIONS_A_CHECK) -> str:
    """Let a monkey play with the program, and check after every so many actions; at least once.

    Returns:
        The figures.
    """
    with tempfile.TemporaryDirectory() as home:
        recipe = Path(home) / "monkey.toml"
        recipe.write_text(RECIPE)
        homes = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"), home)
        command = [console_script(), str(recipe)]
        with Terminal(command, columns=WIDE, rows=HIGH, environment=homes) as terminal:
            return _play(terminal, Monkey(terminal, random), minutes * 60, actions)


def _play(terminal: Terminal, monkey: Monkey, seconds: float, actions: int) -> str:
    program = psutil.Process(terminal.process.pid)
    terminal.until_shows("3 brewing")
    until = time.monotonic() + seconds
    grounds: list[Ground] = []
    slowest = 0.0
    while not grounds or time.monotonic() < until:
        for _ in range(actions):
            monkey.act()
        monkey.calm_down()
        slowest = max(slowest, _see_that_they_agree(terminal))
        grounds.append(_ground(program))
        require(b"Traceback" not in terminal.raw, "a traceback reached the terminal")
        del terminal.raw[:-65_536]
    terminal.look_around()
    began = time.monotonic()
    terminal.send("q")
    code = terminal.wait()
    quit_in = time.monotonic() - began
    require(code in {0, 1}, f"exit code {code}: {terminal.text[-300:]}")
    require(terminal.is_restored, "the terminal is not as it was")
    terminal.until(lambda: not terminal.survivors())
    _see_that_it_stayed_small(grounds)
    first, last = grounds[len(grounds) // 4], grounds[-1]
    return (
        f"{monkey.actions:,} actions, floor and system agreed at {len(grounds)} checks, within"
        f" {slowest:.1f} s; memory {first.memory / 2**20:.1f} MB, then"
        f" {last.memory / 2**20:.1f} MB;"
        f" left in {quit_in:.2f} s"
    )


def _see_that_they_agree(terminal: Terminal) -> float:
    """Wait until screen and system say the same at one moment; return the seconds it took."""
    began = time.monotonic()
    while True:
        require(
            terminal.process.poll() is None,
            f"the program left by itself, with {terminal.process.returncode}",
        )
        before = in_system(terminal.process.pid)
        # This terminal works out what it shows slower than the program draws.
        caught_up = time.monotonic() + 2.0
        while terminal.read(0.1) and time.monotonic() < caught_up:
            pass
        screen, after = on_screen(terminal.text), in_system(terminal.process.pid)
        differ = disagreement(before, screen, after)
        if not differ:
            return time.monotonic() - began
        require(
            time.monotonic() - began < PATIENCE,
            f"screen and system disagree: {differ}\n{before}\n{after}\n{terminal.text}",
        )


def _see_that_it_stayed_small(grounds: list[Ground]) -> None:
    settled = grounds[len(grounds) // 4 :]
    first, last = settled[0], settled[-1]
    told = f"{first} after a quarter of the time, {last} at the end"
    require(last.memory - first.memory < MEMORY_SLACK, f"memory grew: {told}")
    require(last.threads <= first.threads + 1, f"threads grew: {told}")


def _storm(force: Force) -> str:
    if sys.platform != "linux":
        raise Untried("the witness reads /proc")
    return let_a_monkey_play(force.minutes, force.random)


PROMISE = Promise("lasts", "it lasts: floor and system agree, and memory is flat", _storm)
