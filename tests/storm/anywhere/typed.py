"""What comes in from a terminal: slowly, in parts, unasked, without an end, far too much."""

from __future__ import annotations

import os
import signal
import sys
import time

from chai_tui.tui.terminal.input_cutter import ESCAPE_SECONDS
from tests.storm.anywhere.terminals import ends, is_given_back, slow_screen
from tests.storm.promise import PATIENCE, Force, Promise, require
from tests.terminal import Terminal

PAUSES = (0.05, 0.15, 0.5)
"""Seconds between two bytes of a key."""
ANSWERS = (
    "\x1b]11;rgb:aaaa/kkkk/KKKK\x07",
    "\x1b]4;1;rgb:aaaa/kkkk/zzzz\x1b\\",
    "\x1b]52;c;YWFhQUFrS3o=\x1b\\",
    "\x1bP>|aAkKz?q\x1b\\",
    "\x1bP1+r6b31=1b5b\x1b\\",
    "\x1b_GaAkKz?q\x1b\\",
    "\x1b^aAkKz?q\x1b\\",
    "\x1bXaAkKz?q\x1b\\",
    "\x1b[?62;22;52c",
    "\x1b[>41;376;0c",
    "\x1b[?997;1n",
    "\x1b[97;1R",
    "\x1b[4;1200;1920t",
    "\x1b[?2048;0$y",
)
"""What terminals say of themselves."""


def type_slowly(pause: float) -> None:
    """Press an arrow and F9 byte by byte; see that they are what they are, and nothing else.

    Twice more where the machine itself paused for longer than any key waits for its rest.
    """
    for turns_left in (2, 1, 0):
        with slow_screen() as terminal:
            if _longest_pause(terminal, pause) < ESCAPE_SECONDS or not turns_left:
                # The signals for whom the arrow chose.
                terminal.until_shows("Chai Maker #2", "SIGTERM")
                terminal.send("escape")
                terminal.until(lambda: "SIGTERM" not in terminal.text)
                _nobody_acted(terminal, f"{pause:g} s between bytes")
                return


def _longest_pause(terminal: Terminal, pause: float) -> float:
    """Press the two keys; return the longest time from one byte to the next."""
    longest = 0.0
    for key in ("\x1b[B", "\x1b[20~"):
        for byte in key:
            began = time.monotonic()
            terminal.send(byte)
            _read_for(terminal, pause)  # the fault itself
            longest = max(longest, time.monotonic() - began)
    return longest


def _read_for(terminal: Terminal, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        terminal.read()


def answer_unasked(answer: str, place: int | None = None) -> None:
    """Let the terminal say something nobody asked for, in two parts if there is a place."""
    with slow_screen() as terminal:
        _answer(terminal, answer, place)
        _nobody_acted(terminal, f"{answer!r} cut at {place}")


def _answer(terminal: Terminal, answer: str, place: int | None) -> None:
    terminal.send(answer[:place])
    if place is not None:
        _read_for(terminal, 0.3)  # the fault itself
        terminal.send(answer[place:])


def answer_all() -> None:
    """Let it say everything, whole and in parts, to one program."""
    with slow_screen() as terminal:
        for number, answer in enumerate(ANSWERS):
            _answer(terminal, answer, None if number % 2 else len(answer) // 2)
        _nobody_acted(terminal, "all answers")


def _nobody_acted(terminal: Terminal, what: str) -> None:
    """Require that the two makers brew as they did, and that keys work."""
    terminal.send("?")  # what was sent before is done with when this is answered
    terminal.until_shows("help 1/")
    terminal.send("escape")
    terminal.until(lambda: "help 1/" not in terminal.text)
    terminal.until(lambda: "Filter" in terminal.text)  # the kitchen's keys: it is drawn
    require("2 brewing" in terminal.lines[0], f"{what}: {terminal.lines[0]}")
    terminal.send("q")
    ends(terminal, 1, what)
    is_given_back(terminal, what)


def paste_without_end() -> float:
    """Begin a paste and never end it; return how many seconds keys were dead."""
    with slow_screen() as terminal:
        terminal.send("\x1b[200~aaa")
        began = time.monotonic()
        while "help 1/" not in terminal.text:
            terminal.send("?")
            _read_for(terminal, 1.2)
            require(time.monotonic() - began < 10, "keys are dead after a paste without an end")
        took = time.monotonic() - began
        terminal.send("escape")
        terminal.until(lambda: "help 1/" not in terminal.text)
        terminal.until(lambda: "2 brewing" in terminal.lines[0])
        terminal.send("q")
        ends(terminal, 1, "paste without end")
        return took


def type_without_end(what: str, number: int, bytes_before: int = 8_192) -> float:
    """Type far more than anybody reads, and send a signal; return how long it took to end.

    Args:
        what: ``filter``: into the filter; else keys for the makers.
        number: the signal's.
        bytes_before: how much is typed before it comes.
    """
    with slow_screen() as terminal:
        if what == "filter":
            terminal.send("/")
        run = (b"steep " if what == "filter" else b"\x1b[A\x1b[B<>") * 20_000
        os.set_blocking(terminal.master, False)
        sent = 0
        deadline = time.monotonic() + PATIENCE
        while sent < bytes_before:
            sent += _push(terminal, run, sent)
            terminal.read(0.01)
            require(time.monotonic() < deadline, f"only {sent} bytes were taken")
        os.kill(terminal.process.pid, number)
        began = time.monotonic()
        while terminal.process.poll() is None:
            sent += _push(terminal, run, sent)
            terminal.read(0.01)
        took = time.monotonic() - began
        ends(terminal, 128 + number, f"keys without end, {what}")
        require(terminal.is_restored, "the terminal is not as it was")
        return took


def _push(terminal: Terminal, run: bytes, sent: int) -> int:
    try:
        return os.write(terminal.master, run[sent % len(run) :][:512])
    except BlockingIOError:
        return 0


def _slow(_: Force) -> str:
    for pause in PAUSES:
        type_slowly(pause)
    return f"whole with {PAUSES} s between bytes"


def _unasked(force: Force) -> str:
    answer_all()
    for answer in ANSWERS[: force.times(len(ANSWERS))]:
        answer_unasked(answer, len(answer) - 1)
    return f"{len(ANSWERS)} answers, whole and in parts: nobody came, nobody went"


def _endless(_: Force) -> str:
    dead = paste_without_end()
    took = {
        what: min(type_without_end(what, signal.SIGTERM) for _ in range(3))
        for what in ("filter", "keys")
    }
    for what, seconds in took.items():
        require(seconds < 1.0, f"keys without end, {what}: SIGTERM took {seconds:.1f} s")
    times = ", ".join(f"{what} {seconds:.2f} s" for what, seconds in took.items())
    return f"keys back {dead:.1f} s after a paste without an end; TERM beside endless keys: {times}"


KINDS: tuple[Promise, ...] = (
    Promise("slow-line", "a key that comes in parts is that key", _slow),
    Promise("unasked-answers", "what a terminal says of itself is no key", _unasked),
    Promise("endless-input", "no input keeps keys or signals from working", _endless),
)
if sys.platform == "win32":
    KINDS = ()
