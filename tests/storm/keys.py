"""Whatever is typed, pasted, clicked, or sent by a terminal gone mad: no traceback; it answers."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import time
from random import Random

from tests.process.program import console_script
from tests.storm.promise import PATIENCE, Force, Promise, Untried, require
from tests.terminal import KEYS, Terminal

_QUITS = {"ctrl+c", "ctrl+q", "ctrl+p"}  # the palette can quit, too
_NAMED = [sequence for name, sequence in KEYS.items() if name not in _QUITS]
_LETTERS = "abcdefghijklmnoprstuvwxyzAEKRZ0123456789 -_=+[]{};:'\",.<>/?|`~!@#$%^&*()"
_ODD = "\x00\x01\x02\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x12\x13\x14\x17\x7f\x80üß茶👩🇮\u202e\ufeff"
HELP = re.compile(r" help \d+/\d+ · ")
"""What only the help says, on each of its pages."""
TYPED_AT_ONCE = 40
"""Pieces of input between two looks at the program."""


def _piece(random: Random) -> bytes:
    """Return something that a terminal may send; nothing that quits."""
    kind = random.randrange(10)
    if kind < 3:
        return random.choice(_LETTERS).encode()
    if kind < 5:
        return random.choice(_NAMED).encode()
    if kind == 5:
        return random.choice(_ODD).encode()
    if kind == 6:  # any control sequence, whole or cut; 27 and 113 are Escape and q
        numbers = ";".join(str(random.choice((0, 1, 2, 5, 9, 64, 9999))) for _ in range(3))
        return f"\x1b[{random.choice('<>?')}{numbers}{random.choice('ABCDHFMmZRcnthl~')}".encode()
    if kind == 7:  # the mouse, also where there is no screen; not on the footer
        at = f"{random.randrange(1, 300)};{random.randrange(1, 20)}"
        button = random.choice((0, 1, 2, 32, 35, 64, 65))
        return f"\x1b[<{button};{at}M\x1b[<{button};{at}m".encode()
    if kind == 8:  # pasted
        text = "".join(random.choices(_LETTERS + "\n\t\x1b", k=random.randrange(200)))
        return f"\x1b[200~{text}\x1b[201~".encode()
    return bytes(random.choices(range(128, 256), k=random.randrange(1, 5)))  # no UTF-8


def type_anything(rounds: int, random: Random) -> str:
    """Type into the program; return the figures."""
    typed = 0
    with tempfile.TemporaryDirectory() as home:
        homes = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"), home)
        with Terminal([console_script()], columns=100, rows=30, environment=homes) as terminal:
            terminal.until_shows("brewing")
            for _ in range(rounds):
                pieces = [_piece(random) for _ in range(TYPED_AT_ONCE)]
                typed += len(pieces)
                for piece in pieces:
                    _type(terminal, piece)
                _see_that_it_answers(terminal, pieces)
            for _ in range(8):  # as many screens as there may be over the kitchen
                terminal.send("escape")
                _read_for(terminal, 0.3)
            _leave(terminal)
            code = terminal.wait()
            require(code in {0, 1}, f"left with {code}")
            require(b"Traceback" not in terminal.raw, "a traceback reached the terminal")
            require(terminal.is_restored, "the terminal is not as it was")
            terminal.until(lambda: not terminal.survivors())
    return f"{typed:,} keys, clicks, pastes and broken sequences, and it still answers"


def _type(terminal: Terminal, piece: bytes) -> None:
    while piece:
        try:
            piece = piece[os.write(terminal.master, piece) :]
        except BlockingIOError:  # it has not read the last ones yet
            terminal.read()
    terminal.read(0)


def _see_that_it_answers(terminal: Terminal, pieces: list[bytes]) -> None:
    """Leave whatever is open, and see that help opens and closes."""
    for opens in (False, True, False):
        deadline = time.monotonic() + PATIENCE
        while True:
            _read_for(terminal, 0.3)
            require(terminal.process.poll() is None, f"it left after {pieces}")
            require(time.monotonic() < deadline, f"no answer after {pieces}:\n{terminal.text}")
            if _shows_help(terminal) == opens:
                break
            terminal.send("escape")
            _read_for(terminal, 0.3)
            if opens:  # alone, or it would be Alt and a question mark; what was open is one less
                terminal.send("?")


def _leave(terminal: Terminal) -> None:
    """Press Ctrl-Q until it leaves: read together with the Escape before, it is another key."""
    deadline = time.monotonic() + PATIENCE
    while terminal.process.poll() is None:
        require(time.monotonic() < deadline, f"it does not leave:\n{terminal.text}")
        terminal.send("ctrl+q")
        again = time.monotonic() + 5.0
        while terminal.process.poll() is None and time.monotonic() < again:
            terminal.read()


def _read_for(terminal: Terminal, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        terminal.read()


def _shows_help(terminal: Terminal) -> bool:
    return HELP.search(terminal.text) is not None


def _storm(force: Force) -> str:
    if sys.platform == "win32":
        raise Untried("needs a pseudo-terminal")
    return type_anything(force.times(100, 3), force.random)


PROMISE = Promise("keys", "whatever is typed, it answers, with no traceback", _storm)
