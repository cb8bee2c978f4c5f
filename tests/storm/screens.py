"""The screen is ours: whatever makers print, it stays intact and keys are answered."""

from __future__ import annotations

import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator

from wcwidth import wcwidth

from chai_tui.host.engines import engines_here
from chai_tui.model.engine import Engine
from tests.storm.awful_program import RECIPES
from tests.storm.promise import PATIENCE, Force, Promise, Untried, require
from tests.storm.rude import OWNED
from tests.terminal import Terminal

ANSWER_SECONDS = 0.1
"""Within how many seconds a key's answer must be on the screen, 95 times of 100."""
OBEYED = (
    b"\x1b]0;" + OWNED,
    b"\x1b[H" + OWNED,
    b"\x1bc",
    b"\x1b]52;",
    b"\x1bP+q",
    b"\x1b[31m" + OWNED,
    b"\x9b31m" + OWNED,
    b"\xc2\x9b",
    b"\x00",
    OWNED + b"\x07",
    b"\x0e",
    b"\x7f",
    b"\xff",
    "\u202e".encode(),
    "\u2066".encode(),
)
"""What must never reach the terminal."""


@contextlib.contextmanager
def rude_program(
    recipe: str, *arguments: str, columns: int, rows: int, **variables: str
) -> Iterator[Terminal]:
    """Run the program with one of the recipes that no file can hold."""
    with tempfile.TemporaryDirectory() as home:
        homes = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"), home)
        environment = homes | variables
        command = [sys.executable, "-m", "tests.storm.awful_program", recipe, *arguments]
        with Terminal(command, columns=columns, rows=rows, environment=environment) as terminal:
            yield terminal


def choose_next(terminal: Terminal, recipe: str, engine: Engine) -> None:
    """Choose recipe and engine of the makers added next, in the dialog for it."""
    terminal.send("e")
    terminal.until_shows("Makers added next", "other list")
    for name, names in ((recipe, list(RECIPES)), (str(engine), list(map(str, engines_here())))):
        terminal.send("home", *["down"] * names.index(name))
        terminal.until_shows(f"│ {name}: ")  # what it is, below the lists
        terminal.send("tab")
    terminal.send("enter")
    terminal.until(lambda: "Makers added next" not in terminal.text)
    terminal.until(lambda: f" {recipe} · {engine} " in terminal.lines[0])


def stay_intact(recipe: str, seconds: float) -> None:
    """Look at the screen for a while, at two sizes, and leave."""
    with rude_program(recipe, "--makers", "2", columns=120, rows=40) as terminal:
        terminal.until_shows("2 brewing")
        terminal.until(lambda: terminal.text.count("›") >= 2)
        until = time.monotonic() + seconds
        _see_that_it_is_intact(terminal, 40)
        while time.monotonic() < until:
            terminal.read()
        _see_that_it_is_intact(terminal, 40)
        terminal.send("enter")  # everything that one maker said
        terminal.until_shows("Chai Maker #1", "said")
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            terminal.read()
        terminal.send("escape")
        terminal.until_shows("#2 Chai Maker")
        terminal.resize(80, 24)
        _see_that_it_is_intact(terminal, 24)
        terminal.send("q")
        terminal.wait()
        for sequence in OBEYED:
            at = terminal.raw.find(sequence)
            around = bytes(terminal.raw[max(0, at - 60) : at + 20])
            require(at < 0, f"{sequence!r} reached the terminal: {around!r}")
        require(terminal.is_restored, "the terminal is not as it was")
        terminal.until(lambda: not terminal.survivors())


def _see_that_it_is_intact(terminal: Terminal, rows: int) -> None:
    """Wait for a moment at which header, footer and every panel are where they belong."""
    with contextlib.suppress(AssertionError):
        terminal.until(lambda: not _damage(terminal.lines, rows), PATIENCE / 4)
    damage = _damage(terminal.lines, rows)
    require(not damage, f"{damage}:\n{terminal.text}")


def _damage(lines: list[str], rows: int) -> str:
    """Return what is wrong with a screen; empty if nothing is."""
    if len(lines) != rows or "brewing" not in lines[0]:
        return "the header is gone"
    if "Quit" not in lines[-1] and "Help" not in lines[-1]:
        return "the footer is gone"
    # Two panels, one beside the other: every line of theirs ends in the same cell.
    boxes = [line for line in lines if line.startswith(("╭", "│", "╰", "┏", "┃", "┗"))]
    ends = {sum(max(0, wcwidth(character)) for character in line) for line in boxes}
    return "" if len(ends) == 1 else f"the panels' lines end in cells {sorted(ends)}"


def answers(recipe: str, keys: int) -> list[float]:
    """Press a key beside makers of this recipe; return the seconds until each answer is shown."""
    took = []
    with rude_program(recipe, "--makers", "2", columns=80, rows=24) as terminal:
        terminal.until_shows("2 brewing")
        for number in range(keys):
            expected = "frozen" if number % 2 == 0 else "brewing"
            began = time.monotonic()
            terminal.send("space")
            terminal.until(lambda expected=expected: _is_frozen(terminal) == (expected == "frozen"))  # type: ignore[misc]
            took.append(time.monotonic() - began)
        terminal.send("q")
        terminal.wait()
        terminal.until(lambda: not terminal.survivors())
    return took


def _is_frozen(terminal: Terminal) -> bool:
    return "FROZEN" in terminal.lines[0]


def _storm(force: Force) -> str:
    if sys.platform == "win32":
        raise Untried("needs a pseudo-terminal")
    for recipe in ("sequences", "one-line", "flood"):
        stay_intact(recipe, min(10.0, 10 * force.scale))
    took = sorted(
        seconds
        for recipe in ("sequences", "one-line", "flood")
        for seconds in answers(recipe, force.times(60, 6))
    )
    late = took[int(len(took) * 0.95)]
    require(late < ANSWER_SECONDS, f"a key's answer took {late * 1_000:.0f} ms")
    return (
        f"intact beside escape codes, no UTF-8, 10 MB on a line and floods; {len(took)} keys"
        f" answered in {took[len(took) // 2] * 1_000:.0f} ms, 95 % in {late * 1_000:.0f} ms"
    )


PROMISE = Promise("screens", "the screen is ours, whatever makers print", _storm)
