"""What a maker said before it died is told and shown, with its cause, whatever else goes on."""

from __future__ import annotations

import re
import sys
from random import Random

from tests.process.ends import ENDS, LAST_WORDS
from tests.storm.driving import kitchen_drive
from tests.storm.promise import PATIENCE, Broken, Force, Promise, require
from tests.storm.screens import rude_program

SAID_TOO = {"raised": ("Traceback",), "sys-exit-text": ("no cups",)}
"""What Python itself says of some."""
AT_ONCE = 8
"""How many end at a time."""


def end_many(makers: int, random: Random) -> str:
    """Let makers end in every way, several at once; return the figures."""
    left = makers
    ways = dict.fromkeys(ENDS, 0)
    with kitchen_drive() as drive:
        while left > 0:
            names = random.choices(list(ENDS), k=min(AT_ONCE, left))
            seated = [(name, drive.add(ENDS[name].recipe)[0]) for name in names]
            drive.until_joined([maker for _, maker in seated])
            for name, maker in seated:
                end = ENDS[name]
                said = [line.text for line in maker.said]
                require(LAST_WORDS in said, f"{name}: its last words are lost, it said {said}")
                told = (maker.state, maker.exitcode)
                require(told == (end.state, end.exitcode), f"{name}: told as {told}")
                require(maker.cause.startswith(end.cause), f"{name}: {maker.cause}")
                ways[name] += 1
            drive.floor.forget_finished()
            left -= len(names)
    return f"{makers:,} ends of {sum(map(bool, ways.values()))} kinds told, no word lost"


def end_on_the_screen() -> str:
    """Let a maker end in each way on the real screen, and read there what it said and why."""
    with rude_program("ends", "--makers", str(len(ENDS)), columns=140, rows=44) as terminal:
        terminal.until(lambda: _over(terminal.lines[0]) == len(ENDS))
        terminal.send("home", "enter")
        for number, (name, end) in enumerate(ENDS.items(), start=1):
            terminal.until(lambda number=number: _is_zoomed(terminal.lines[0], number))  # type: ignore[misc]
            words = [str(end.state), end.cause, LAST_WORDS, *SAID_TOO.get(name, ())]
            try:
                terminal.until_shows(*words, patience=PATIENCE / 4)
            except AssertionError:
                raise Broken(f"{name}: {words} expected on:\n{terminal.text}") from None
            terminal.send("right")
        terminal.send("escape")
        terminal.until(lambda: _over(terminal.lines[0]) == len(ENDS))
        terminal.send("q")
        code = terminal.wait()
        require(code == 1, f"left with {code}")
    return f"the words and the cause of {len(ENDS)} ends read on the screen"


def _over(header: str) -> int:
    """Return how many have ended, by the header."""
    return sum(int(number) for number in re.findall(r"(\d+) (?:served|failed|killed)", header))


def _is_zoomed(header: str, number: int) -> bool:
    return re.match(rf" Chai Maker #{number} ", header) is not None


def _storm(force: Force) -> str:
    told = end_many(force.times(2_000, 24), force.random)
    if sys.platform == "win32":
        return told
    runs = force.times(20)
    shown = {end_on_the_screen() for _ in range(runs)}
    return f"{told}; {runs} times {', '.join(shown)}"


PROMISE = Promise("last-words", "what a maker said before it died is told", _storm)
