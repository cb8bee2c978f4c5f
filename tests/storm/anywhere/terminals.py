"""Terminals that go, that somebody shares, and that were left in any state; signals of any kind."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import struct
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from tempfile import TemporaryDirectory

from tests.process.program import console_script
from tests.storm.promise import PATIENCE, Force, Promise, require
from tests.terminal import Terminal, control

SECOND = 1.0
SLOW = '[[steps]]\nname = "steep"\nwait = 600\n'


@contextlib.contextmanager
def slow_screen(
    prepare: Callable[[], None] = control,
    makers: int = 2,
    variables: Mapping[str, str] | None = None,
) -> Iterator[Terminal]:
    """Run the program on a screen, with makers that wait; it brews when the body begins."""
    with started(prepare, makers, variables) as terminal:
        terminal.until_shows(f"{makers} brewing")
        terminal.look_around()
        yield terminal


@contextlib.contextmanager
def started(
    prepare: Callable[[], None] = control,
    makers: int = 2,
    variables: Mapping[str, str] | None = None,
) -> Iterator[Terminal]:
    """Run the program on a screen, with makers that wait."""
    with TemporaryDirectory() as home:
        recipe = os.path.join(home, "slow.toml")  # noqa: PTH118 - a string is wanted
        with open(recipe, "w", encoding="utf-8") as file:  # noqa: PTH123 - likewise
            file.write(SLOW)
        homes = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"), home)
        command = [console_script(), recipe, "--makers", str(makers)]
        with Terminal(
            command, environment=homes | dict(variables or {}), prepare=prepare
        ) as terminal:
            yield terminal


def ends(terminal: Terminal, code: int, what: str) -> float:
    """Wait until the program has ended, with nobody left; return how many seconds that took.

    Raises:
        Broken: it ended otherwise.
    """
    began = time.monotonic()
    found = terminal.process.wait(PATIENCE) if terminal.is_closed else terminal.wait()
    took = time.monotonic() - began
    require(found == code, f"{what}: ended with {found}, not {code}")
    deadline = time.monotonic() + PATIENCE
    while terminal.survivors():
        require(time.monotonic() < deadline, f"{what}: {terminal.survivors()} live on")
        time.sleep(0.01)
    return took


def is_given_back(terminal: Terminal, what: str) -> None:
    """Require that the terminal is as it was.

    Raises:
        Broken: it is not.
    """
    while terminal.read(0):
        pass
    require(terminal.is_restored, f"{what}: the terminal's modes are not what they were")
    for sequence in (b"\x1b[?1049l", b"\x1b[?1003l", b"\x1b[?2004l", b"\x1b[?25h", b"\x1b[?7h"):
        require(sequence in terminal.raw, f"{what}: no {sequence!r} was sent")
    require(b"Traceback" not in terminal.raw, f"{what}: a traceback")


# The terminal is gone


def _ignoring_hang_ups() -> None:
    control()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _hang_ups_wait() -> None:
    control()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})


def _controlled_by_nobody() -> None:
    """Leave the terminal without a session that it controls."""


DEAF = {
    "SIGHUP ignored": _ignoring_hang_ups,
    "SIGHUP blocked": _hang_ups_wait,
    "no controlling terminal": _controlled_by_nobody,
}
"""Why nobody hears that a terminal goes."""


def go_away(why_deaf: str) -> float:
    """Close the terminal under the program; return how many seconds it lived on."""
    with slow_screen(DEAF[why_deaf]) as terminal:
        terminal.hang_up()
        return ends(terminal, 128 + signal.SIGHUP, f"terminal gone, {why_deaf}")


def _gone(_: Force) -> str:
    took = {why: min(go_away(why) for _ in range(3)) for why in DEAF}
    for why, seconds in took.items():
        require(seconds < SECOND, f"terminal gone, {why}: lived on for {seconds:.1f} s")
    return ", ".join(f"{why}: {seconds:.2f} s" for why, seconds in took.items())


# Signals


def _blocking_everything() -> None:
    control()
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())


def _ignoring_everything() -> None:
    control()
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)


def end_it(number: int) -> float:
    """Start it with every signal blocked, and end it by one; resizing and makers are as usual."""
    with slow_screen(_blocking_everything) as terminal:
        _a_maker_answers(terminal, "blocked")
        _is_resized(terminal)
        return _end_by(terminal, number, "blocked")


def stay_ignored(number: int) -> float:
    """Start it with every signal ignored, one as nohup does; see that it stays so, and end it."""
    with slow_screen(_ignoring_everything) as terminal:
        os.kill(terminal.process.pid, number)
        terminal.send("a")
        terminal.until_shows("3 brewing")
        _a_maker_answers(terminal, "ignored")
        _is_resized(terminal)
        return _end_by(terminal, signal.SIGTERM, "ignored")


def _is_resized(terminal: Terminal) -> None:
    terminal.resize(100, 30)
    terminal.until(lambda: len(terminal.lines[-1]) <= 100 and "Quit" in terminal.lines[-1])


def _a_maker_answers(terminal: Terminal, how: str) -> None:
    """See that makers answer signals as fresh processes, whatever we inherited."""
    makers = [
        each for each in terminal.family.values() if "Chai Maker #1" in " ".join(each.cmdline())
    ]
    require(makers, f"{how}: no maker among {terminal.family}")
    makers[0].send_signal(signal.SIGUSR1)
    terminal.until_shows("SIGUSR1")


def _end_by(terminal: Terminal, number: int, how: str) -> float:
    os.kill(terminal.process.pid, number)
    took = ends(terminal, 128 + number, f"{_named(number)} after {how}")
    is_given_back(terminal, how)
    return took


def _unwilling(_: Force) -> str:
    took = [end_it(each) for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)]
    took += [stay_ignored(each) for each in (signal.SIGINT, signal.SIGHUP)]
    return f"ended by TERM, INT, HUP in {max(took):.1f} s at most; INT, HUP stay ignored"


def _named(number: int) -> str:
    return signal.strsignal(number) or str(number)


DEADLY = (signal.SIGQUIT, signal.SIGABRT, signal.SIGUSR1, signal.SIGXCPU)


def die_by(number: int) -> None:
    """Send a signal that ends a program; the terminal must be given back before."""
    with slow_screen(_without_core_files) as terminal:
        os.kill(terminal.process.pid, number)
        ends(terminal, -number, _named(number))
        is_given_back(terminal, _named(number))


def _without_core_files() -> None:
    control()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _deadly(force: Force) -> str:
    more = (signal.SIGUSR2, signal.SIGALRM, signal.SIGVTALRM, signal.SIGPROF, signal.SIGRTMIN + 3)
    numbers = (*DEADLY, *more, signal.SIGIO, signal.SIGSYS, signal.SIGTRAP)[: force.times(12, 4)]
    for number in numbers:
        die_by(number)
    return f"{len(numbers)} signals: the terminal first, then their own end"


# Descriptors and sizes


def share_without_blocking() -> None:
    """Run it on a terminal that somebody made non-blocking; see that it stays so."""

    def prepare() -> None:
        control()
        os.set_blocking(0, False)  # all three descriptors are one

    with slow_screen(prepare) as terminal:
        for rows in range(20, 60):  # much to draw, and nobody reads it for a while
            terminal.resize(200, rows)
        time.sleep(0.3)  # the fault itself
        terminal.resize(120, 40)
        terminal.until_shows("#2 Chai Maker", "Quit")
        terminal.send("a")
        terminal.until_shows("3 brewing")
        require(not os.get_blocking(terminal.slave), "the descriptor's mode was changed")
        terminal.send("q")
        ends(terminal, 1, "non-blocking terminal")
        is_given_back(terminal, "non-blocking terminal")


def lie_about_the_size() -> None:
    """Export another terminal's size; the terminal's own must win, and its changes too."""
    with slow_screen(variables={"COLUMNS": "200", "LINES": "60"}) as terminal:
        terminal.until(lambda: "Quit" in terminal.lines[39] and len(terminal.lines[0]) <= 120)
        terminal.resize(100, 30)
        terminal.until(lambda: "Quit" in terminal.lines[29])
        terminal.send("q")
        ends(terminal, 1, "COLUMNS and LINES")


def begin_without_size() -> None:
    """Begin in a terminal of 0×0, which gets a size later."""
    import fcntl
    import termios

    def prepare() -> None:
        control()
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 0, 0, 0, 0))

    with started(prepare) as terminal:
        terminal.until(lambda: "brewing" in terminal.lines[0] and "Quit" in terminal.lines[23])
        terminal.resize(120, 40)
        terminal.until(lambda: "Quit" in terminal.lines[39])
        terminal.send("q")
        ends(terminal, 1, "0×0")


def _sizes(_: Force) -> str:
    lie_about_the_size()
    begin_without_size()
    return "the terminal's own size, 80×24 as long as it has none"


def _non_blocking(_: Force) -> str:
    share_without_blocking()
    return "all drawn, keys read, mode left"


# Encodings

ASCII_PLACES = {
    "Latin-1 locale": {"LC_ALL": "en_US.ISO-8859-1"},
    "LC_ALL=C": {"LC_ALL": "C"},
    "LC_ALL=C PYTHONUTF8=0": {"LC_ALL": "C", "PYTHONUTF8": "0"},
}
UTF_8_PLACES = {
    "PYTHONIOENCODING=ascii": {"PYTHONIOENCODING": "ascii", "LC_ALL": "C.UTF-8"},
    "PYTHONUTF8=0": {"PYTHONUTF8": "0", "LC_ALL": "C.UTF-8"},
    "no locale": {"LC_ALL": "", "LC_CTYPE": "", "LANG": ""},
}


def draw_in(place: str) -> str:
    """Run it with an encoding; return which drawing it chose."""
    is_ascii = place in ASCII_PLACES
    variables = ASCII_PLACES[place] if is_ascii else UTF_8_PLACES[place]
    with slow_screen(variables=variables) as terminal:
        terminal.until_shows("#1 ", "Quit")
        terminal.send("?")
        terminal.until_shows("help 1/")
        terminal.send("escape")
        terminal.until(lambda: "help 1/" not in terminal.text)
        require("\\u" not in terminal.text, f"{place}: escapes on the screen")
        if is_ascii:
            require(terminal.text.isascii(), f"{place}: not in ASCII")
            terminal.until(lambda: "ASCII" in terminal.text)  # one line says so
        else:
            terminal.until_shows("╭", "┏")
        terminal.send("q")
        ends(terminal, 1, place)
        is_given_back(terminal, place)
        require(not is_ascii or bytes(terminal.raw).isascii(), f"{place}: not only ASCII was sent")
    return "ASCII" if is_ascii else "UTF-8"


def _encodings(_: Force) -> str:
    return ", ".join(f"{place}: {draw_in(place)}" for place in (*ASCII_PLACES, *UTF_8_PLACES))


KINDS = (
    Promise("terminal-gone", "a terminal that is gone ends it, SIGHUP or not", _gone),
    Promise("unwilling-signals", "signals end it, however it was started", _unwilling),
    Promise("deadly-signals", "any signal gives the terminal back first", _deadly),
    Promise("non-blocking-terminal", "a shared terminal is waited for", _non_blocking),
    Promise("terminal-size", "the terminal's own size wins", _sizes),
    Promise("encodings", "every encoding gets a drawing that it can show", _encodings),
)

if sys.platform == "win32":
    KINDS = ()
