"""A shell's jobs: started in the background, stopped, sent to the background, brought back."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from chai_tui.host.patient_output import PIECE
from tests.process.program import alive, console_script
from tests.storm.anywhere.terminals import SLOW
from tests.storm.promise import Force, Promise, Untried, require
from tests.terminal import Terminal

PROMPT = "ready>"
SHELL_WORDS = 500
"""Bytes that a shell says, at most, between two things that the program draws."""


@contextlib.contextmanager
def shell() -> Iterator[tuple[Terminal, str]]:
    """Run a shell with job control; yields its terminal and the words that start the program."""
    bash = shutil.which("bash")
    if bash is None:
        raise Untried("needs bash")
    with TemporaryDirectory() as home:
        (Path(home) / "slow.toml").write_text(SLOW)
        variables = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"), home)
        variables |= {"PS1": f"{PROMPT} ", "HISTFILE": ""}
        command = [bash, "--norc", "--noprofile", "-i"]
        with Terminal(command, environment=variables) as terminal:
            terminal.until_shows(PROMPT)
            yield terminal, f"{console_script()} {home}/slow.toml --makers 2"
            terminal.look_around()


def program_of(terminal: Terminal) -> psutil.Process:
    """Return the program that a shell started, once there is one."""
    found: list[psutil.Process] = []

    def look() -> bool:
        terminal.look_around()
        found[:] = [each for each in terminal.survivors() if _is_program(each)]
        return bool(found)

    terminal.until(look)
    return found[0]


def _is_program(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        words = process.cmdline()
        return any(word.endswith("chai-tui") for word in words[:2])
    return False


def _until_stopped(terminal: Terminal, process: psutil.Process) -> None:
    terminal.until(lambda: process.status() == psutil.STATUS_STOPPED)


def _until_gone(terminal: Terminal, process: psutil.Process) -> None:
    terminal.until(lambda: not alive([process]))
    terminal.until(lambda: not [each for each in terminal.survivors() if each.pid != process.pid])


def _answers(terminal: Terminal, words: str) -> None:
    """Require that the shell's line works: it echoes, and shows what a command says."""
    terminal.send(f"echo $((40 + 2)){words}\r")
    terminal.until_shows(f"42{words}")


def begin_in_background(then: str) -> None:
    """Start it with ``&``; bring it to the front, or end it there.

    Args:
        then: ``fg`` or ``TERM``.
    """
    with shell() as (terminal, words):
        terminal.send(f"{words} &\r")
        program = program_of(terminal)
        _until_stopped(terminal, program)
        terminal.look_around()
        require(len(terminal.survivors()) == 1, f"it started something: {terminal.survivors()}")
        _answers(terminal, "a")
        require("\x1b[?1049h" not in terminal.raw.decode(), "it drew on another job's terminal")
        if then == "TERM":
            terminal.send("kill %1\r")
            _until_gone(terminal, program)
        else:
            terminal.send("fg\r")
            terminal.until_shows("2 brewing", "#2 Chai Maker")
            terminal.send("a")
            terminal.until_shows("3 brewing")
            terminal.send("q")
            _until_gone(terminal, program)
            _answers(terminal, "b")
        require("Traceback" not in terminal.text, terminal.text)


def time_out() -> float:
    """Start it from a script with a time limit, which puts it into the background."""
    if not shutil.which("timeout"):
        raise Untried("needs timeout")
    with shell() as (terminal, words):
        terminal.send(f"sh -c 'timeout 1 {words}'; echo code=$?\r")
        began = time.monotonic()
        terminal.until(lambda: re.search(r"code=\d", terminal.text))
        require("code=124" in terminal.text, f"under a time limit: {terminal.text}")
        require("Traceback" not in terminal.text, terminal.text)
        return time.monotonic() - began


def stop_and_go_on(number: int, *ways: str) -> None:
    """Stop it from outside, use the shell, and bring it back; once for each way, then leave it.

    Args:
        number: the signal that stops it.
        ways: ``fg``; ``bg``: it is sent to the background before that; at last ``TERM``: it is
            ended while it is stopped.
    """
    with shell() as (terminal, words):
        terminal.send(f"{words}\r")
        terminal.until_shows("2 brewing")
        program = program_of(terminal)
        for turn, way in enumerate(ways, start=1):
            clock = _stop(terminal, program, number)
            _answers(terminal, f"a{turn}")
            if way == "bg":
                _send_to_background(terminal)
                _answers(terminal, f"b{turn}")
            if way == "TERM":
                os.kill(program.pid, signal.SIGTERM)
                os.kill(program.pid, signal.SIGCONT)
                _until_gone(terminal, program)
                _answers(terminal, "c")
                return
            terminal.clear()
            terminal.send("fg\r")
            terminal.until_shows("2 brewing", "#1 Chai Maker", "#2 Chai Maker", "Quit")
            terminal.until(lambda clock=clock: _clock(terminal) > clock)  # type: ignore[misc]
        terminal.send("a")
        terminal.until_shows("3 brewing")
        terminal.send("q")
        _until_gone(terminal, program)
        terminal.until_shows(PROMPT)
        _answers(terminal, "d")
        require("Traceback" not in terminal.text, terminal.text)


def _stop(terminal: Terminal, program: psutil.Process, number: int) -> str:
    """Stop it until the shell has the terminal again; return what its clock showed."""
    before = len(terminal.raw)
    os.kill(program.pid, number)
    _until_stopped(terminal, program)
    clock = _clock(terminal)
    if number == signal.SIGTSTP:
        given_back = (b"\x1b[?1003l", b"\x1b[?2004l", b"\x1b[?7h", b"\x1b[?1049l", b"\x1b[?25h")
        terminal.until(lambda: all(sequence in terminal.raw[before:] for sequence in given_back))
    terminal.until(lambda: b"Stopped" in terminal.raw[before:])  # the shell has it again
    terminal.clear()
    return clock


def _send_to_background(terminal: Terminal) -> None:
    """See that it goes on there, is stopped again, and draws nothing of its own."""
    drawn = len(terminal.raw)
    terminal.send("bg\r")

    def is_told_stopped() -> bool:
        terminal.send("\r")  # a shell says so before its next line
        return b"Stopped" in terminal.raw[drawn:]

    try:
        terminal.until(is_told_stopped)  # it went on, and was stopped again
    except AssertionError as error:
        states = {each.pid: each.status() for each in terminal.survivors()}
        said = bytes(terminal.raw[drawn : drawn + 2_000])
        raise AssertionError(f"not stopped again: {states}; the shell said {said!r}") from error
    # What the system had taken before is written all the same: one piece at most. What the
    # shell says right behind it looks like its end.
    pieces = re.findall(rb"\x1b\[[\d;]*[mH][^\x1b]*", terminal.raw[drawn:])
    size = sum(map(len, pieces))
    most = PIECE + SHELL_WORDS
    require(size <= most, f"it drew on another job's terminal: {size} bytes")


def _clock(terminal: Terminal) -> str:
    found = re.search(r"\d\d:\d\d\.\d", terminal.lines[0])
    return found[0] if found else ""


def orphan() -> None:
    """Start it in the background, and let the shell that could bring it back go."""
    with shell() as (terminal, words):
        terminal.send(f"bash -c 'set -m; {words} --makers 1 </dev/tty & echo pid=$!'\r")
        terminal.until(lambda: "in the background" in terminal.text)
        terminal.until(lambda: "Start of Chai Maker #1" in terminal.text)
        found = re.search(r"pid=(\d+)", terminal.text)
        require(found, terminal.text)
        program = psutil.Process(int(found[1])) if found else psutil.Process()
        below = program.children(recursive=True)
        program.terminate()
        terminal.until(lambda: not alive([program, *below]))


_TAKER = """
import os, signal, sys
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
ours, child = os.getpgrp(), os.fork()
if not child:
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execv(sys.argv[1], sys.argv[1:])
signal.sigwait({signal.SIGUSR1})
os.tcsetpgrp(0, ours)
_, status = os.waitpid(child, os.WUNTRACED)
print("taken:", os.WIFSTOPPED(status), flush=True)
signal.sigwait({signal.SIGUSR1})
os.tcsetpgrp(0, child)
os.killpg(child, signal.SIGCONT)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
"""Gives a program its terminal, takes it without a word, and gives it back; USR1 says when."""


def lose_terminal() -> None:
    """Have the terminal taken from it while it runs, and given back."""
    with TemporaryDirectory() as home:
        recipe = Path(home) / "slow.toml"
        recipe.write_text(SLOW)
        homes = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"), home)
        words = [console_script(), str(recipe), "--makers", "2"]
        block = "import signal; signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})"
        command = [sys.executable, "-c", block + _TAKER, *words]
        with Terminal(command, environment=homes) as terminal:
            terminal.until_shows("2 brewing")
            program = program_of(terminal)
            os.kill(terminal.process.pid, signal.SIGUSR1)
            _until_stopped(terminal, program)
            # In what was written: on the screen it stands in the middle of what was being drawn.
            terminal.until(lambda: b"taken: True" in terminal.raw)
            terminal.clear()
            os.kill(terminal.process.pid, signal.SIGUSR1)
            terminal.until_shows("2 brewing", "#1 Chai Maker", "#2 Chai Maker", "Quit")
            terminal.send("q")
            terminal.wait()
            require(not alive([program]) and "Traceback" not in terminal.text, terminal.text)


def _background(_: Force) -> str:
    begin_in_background("fg")
    begin_in_background("TERM")
    took = time_out()
    orphan()
    lose_terminal()
    return (
        f"stopped before anything began; fg shows it; TERM and a limit of 1 s ({took:.1f} s) end "
        "it; stopped where its terminal is taken"
    )


def _stopped(_: Force) -> str:
    for number in (signal.SIGTSTP, signal.SIGSTOP):
        for ways in (("fg",), ("bg",), ("fg", "bg"), ("TERM",), ("fg", "bg", "TERM")):
            stop_and_go_on(number, *ways)
    return "TSTP and STOP, then fg, bg and fg, or TERM: the shell's line works meanwhile"


KINDS: tuple[Promise, ...] = (
    Promise("background", "a job in the background waits for its terminal", _background),
    Promise("stopped-job", "a job that was stopped goes on as it was", _stopped),
)
if sys.platform == "win32":
    KINDS = ()
