"""Makers that print what no screen should show."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from chai_tui.model.recipe import Recipe
from tests.process.makers import doing, sleep_long

OWNED = b"OWNED"
"""Part of each sequence that a terminal would obey."""
SEQUENCES = (
    b"\x1b]0;OWNED\x07",  # the window's title
    b"\x1b[2J\x1b[HOWNED",  # clear the screen
    b"\x1bcOWNED",  # reset
    b"\x1b[?1049lOWNED",  # leave the other screen
    b"\x1b[31mOWNED\x1b[7m",
    b"\x9b31mOWNED\xc2\x9b2J",  # the same in one byte, and as UTF-8 has it
    b"\x00OWNED\x00\x07\x08\x08\x08\x7f",
    b"\xff\xfeOWNED\xc3(\xed\xa0\x80",  # no UTF-8
    b"\rOWNED\r\r\n",
    b"\x0e\x0fOWNED\x0b\x0c",
    b"\x1b]52;c;T1dORUQ=\x07OWNED",  # the clipboard
    b"\x1bP+q544e\x1b\\OWNED\x1b_x\x1b\\",
    b"[bold]OWNED[/bold] [@click=app.quit]OWNED[/]",  # what Textual itself would obey
    "\u202eOWNED\u2066 \u2028 \u0085".encode(),  # turned round, and other ends of lines
    "茶茶茶 👩‍🍳👨‍👩‍👧 é̂̃ OWNED".encode(),  # two cells, several characters in one, marks upon marks
)
"""What is printed, again and again."""


def write_to_every_terminal() -> None:
    """Write to each descriptor that is a terminal, and to the one that controls us."""
    targets = [descriptor for descriptor in range(256) if os.isatty(descriptor)]
    try:
        targets.append(os.open("/dev/tty", os.O_WRONLY))
    except OSError:
        print("no terminal")
    for descriptor in targets:
        os.write(descriptor, b"\x1b[2J\x1b[HOWNED")
        print("terminal", descriptor, "was there")


def print_sequences() -> None:
    """Print all of them from Python and as C does, without end but not fast."""
    import time

    while True:
        for sequence in SEQUENCES:
            sys.stdout.buffer.write(sequence + b"\n")
            os.write(2, sequence + b"\n")
            time.sleep(0.002)


def print_one_line() -> None:
    """Print ten megabytes without an end of line, again and again."""
    while True:
        print("x" * 10_000_000, end="", flush=True)


def flood_from_python() -> None:
    """Print without end, many lines at once: more than 100,000 a second."""
    lines = "flood\n" * 100
    while True:
        print(lines, end="")


def _then_wait(*calls: Callable[[], object]) -> Recipe:
    return doing(*calls, sleep_long)


RUDE: dict[str, Recipe] = {
    "sequences": doing(write_to_every_terminal, print_sequences),
    "one line": doing(print_one_line),
    "flood": doing(flood_from_python),
    "terminals": _then_wait(write_to_every_terminal),
}
"""Recipes by what they do."""
