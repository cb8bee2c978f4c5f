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

from chai_tui.samplers.schedule import IDLE_SECONDS
from tests.process.program import console_script, family_of, title_of
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
DESCRIPTOR_SLACK = 3
"""The same in descriptors; a station has at least three."""
CALM_SECONDS = 5.0
"""After so long a disagreement whatever the monkey left open is left once more."""
CHECKS_A_STAND = 5
"""After so many checks everybody is ended, so that what the program stands on can be compared."""

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
        stations = [process for process in everyone if title_of(process).startswith("Chai Maker")]
        if stations:
            with contextlib.suppress(psutil.Error):
                self._random.choice(stations).send_signal(self._random.choice(_SIGNALS))

    def _type_garbage(self) -> None:
        self._press("".join(self._random.choices(_GARBAGE, k=self._random.randint(1, 30))))


class Ground(NamedTuple):
    """What the program stood on when everybody had been ended and taken off the screen."""

    memory: int
    descriptors: int
    threads: int


def _stand_alone(terminal: Terminal) -> Ground:
    """End everybody, wait until nothing of them is left, and see what the program stands on."""
    program = psutil.Process(terminal.process.pid)
    deadline = time.monotonic() + PATIENCE
    while stations := [
        each for each in family_of(program.pid) if title_of(each).startswith("Chai")
    ]:
        require(time.monotonic() < deadline, f"never ended: {stations}")
        for station in stations:
            with contextlib.suppress(psutil.Error):
                station.kill()
        terminal.read(0.1)
    while on_screen(terminal.text).makers:
        require(time.monotonic() < deadline, f"ended, but still on the screen:\n{terminal.text}")
        if _FROZEN in terminal.lines[0]:  # it was too busy to show that when it was calmed down
            terminal.send("space")
            terminal.until(lambda: _FROZEN not in terminal.lines[0])
        terminal.read()
    terminal.send("c")
    terminal.until_shows("The kitchen is empty")
    # Whatever watches stations lets go of them with its next look.
    settle = IDLE_SECONDS + 0.5
    fewest = program.num_fds()
    settled = time.monotonic() + settle
    while time.monotonic() < settled:
        terminal.read()
        if program.num_fds() < fewest:
            fewest, settled = program.num_fds(), time.monotonic() + settle
    return Ground(program.memory_full_info().uss, program.num_fds(), program.num_threads())


def let_a_monkey_play(minutes: float, random: Random, actions: int = ACTIONS_A_CHECK) -> str:
    """Let a monkey play with the program, and check after every so many actions; at least twice.

    Returns:
        The figures.
    """
    with tempfile.TemporaryDirectory() as home:
        recipe = Path(home) / "monkey.toml"
        recipe.write_text(RECIPE)
        homes = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"), home)
        command = [console_script(), str(recipe)]
        with Terminal(command, columns=WIDE, rows=HIGH, environment=homes) as terminal:
            try:
                return _play(terminal, Monkey(terminal, random), minutes * 60, actions)
            except Broken as broken:
                reports = [path.read_text() for path in Path(home).rglob("chai-tui-crash-*")]
                raise Broken("\n".join([str(broken), *reports])) from None


def _play(terminal: Terminal, monkey: Monkey, seconds: float, actions: int) -> str:
    terminal.until_shows("3 brewing")
    until = time.monotonic() + seconds
    grounds: list[Ground] = []
    checks = 0
    slowest = 0.0
    while checks < 2 or time.monotonic() < until:
        for _ in range(actions):
            monkey.act()
        monkey.calm_down()
        slowest = max(slowest, _see_that_they_agree(terminal, monkey))
        if checks % CHECKS_A_STAND == 0:
            grounds.append(_stand_alone(terminal))
        checks += 1
        require(b"Traceback" not in terminal.raw, "a traceback reached the terminal")
        del terminal.raw[:-65_536]
    grounds.append(_stand_alone(terminal))
    terminal.look_around()
    began = time.monotonic()
    terminal.send("q")
    code = terminal.wait()
    quit_in = time.monotonic() - began
    require(code in {0, 1}, f"exit code {code}: {terminal.text[-300:]}")
    require(terminal.is_restored, "the terminal is not as it was")
    terminal.until(lambda: not terminal.survivors())
    _see_that_it_stayed_small(grounds)
    first, last = _compared(grounds)
    return (
        f"{monkey.actions:,} actions, floor and system agreed at {checks} checks, within"
        f" {slowest:.1f} s; memory {first.memory / 2**20:.1f} MB, then"
        f" {last.memory / 2**20:.1f} MB; {first.descriptors} descriptors, then {last.descriptors};"
        f" left in {quit_in:.2f} s"
    )


def _see_that_they_agree(terminal: Terminal, monkey: Monkey) -> float:
    """Wait until screen and system say the same at one moment; return the seconds it took."""
    began = calmed = time.monotonic()
    while True:
        if time.monotonic() - calmed > CALM_SECONDS:
            # It was too busy to show what was open, or that it was frozen.
            monkey.calm_down()
            calmed = time.monotonic()
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


def _compared(grounds: list[Ground]) -> tuple[Ground, Ground]:
    """The last one, and one from when everything had been tried once, if there are enough."""
    return grounds[max(len(grounds) // 4, min(1, len(grounds) - 2))], grounds[-1]


def _see_that_it_stayed_small(grounds: list[Ground]) -> None:
    first, last = _compared(grounds)
    told = f"{first} after a quarter of the time, {last} at the end"
    require(last.memory - first.memory < MEMORY_SLACK, f"memory grew: {told}")
    require(last.threads <= first.threads + 1, f"threads grew: {told}")
    grown = last.descriptors - first.descriptors
    require(grown <= DESCRIPTOR_SLACK, f"descriptors grew: {told}")


def _storm(force: Force) -> str:
    if sys.platform != "linux":
        raise Untried("the witness reads /proc")
    return let_a_monkey_play(force.minutes, force.random)


PROMISE = Promise("lasts", "it lasts: floor and system agree, and memory is flat", _storm)
