"""The fork server is stopped or frozen: what waits for it ends all the same, and says so."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator

import psutil

from tests.process.program import console_script, family_of
from tests.storm.anywhere.control_groups import group_of_our_own
from tests.storm.promise import PATIENCE, Broken, Force, Promise, Untried, require
from tests.terminal import Terminal

LEAVE_SECONDS = 2.0
"""What leaving may take, from the key or the signal to the end of the program."""
_SAYS = "did not answer"

Halt = Callable[[int], contextlib.AbstractContextManager[None]]
"""Keeps a process from running as long as the body does."""


@contextlib.contextmanager
def stopped(pid: int) -> Iterator[None]:
    """Stop a process with a signal."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


@contextlib.contextmanager
def frozen(pid: int) -> Iterator[None]:
    """Freeze a process with a control group of its own.

    Raises:
        Untried: this system does not let us.
    """
    with group_of_our_own("freezer", "cgroup.freeze") as group:
        is_old = not (group / "cgroup.freeze").exists()
        state = group / ("freezer.state" if is_old else "cgroup.freeze")
        (group / "cgroup.procs").write_text(str(pid), encoding="utf-8")
        state.write_text("FROZEN" if is_old else "1", encoding="utf-8")
        try:
            yield
        finally:
            state.write_text("THAWED" if is_old else "0", encoding="utf-8")


def server_of(pid: int) -> int:
    """Return the number of a program's fork server, as soon as it has one."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for process in psutil.Process(pid).children():
            with contextlib.suppress(psutil.Error):
                if "multiprocessing.forkserver" in " ".join(process.cmdline()):
                    return process.pid
    raise AssertionError("there is no fork server")


def leave_the_screen(halt: Halt, leave: str, *, adding: bool) -> float:
    """Leave the screen beside a server that does not answer; return the seconds it took.

    Args:
        halt: keeps the server from running.
        leave: ``q``, ``ctrl+c``, or the name of a signal.
        adding: whether a maker was asked for that never comes.
    """
    with Terminal([console_script(), "--makers", "2"]) as terminal:
        terminal.until_shows("2 brewing")
        terminal.look_around()
        server = server_of(terminal.process.pid)
        with halt(server):
            if adding:
                terminal.send("a")
                terminal.until_shows("could not be seated")
                terminal.send("a")  # nobody waits for it a second time
            began = time.monotonic()
            if leave.startswith("SIG"):
                terminal.process.send_signal(signal.Signals[leave])
            else:
                terminal.send(leave)
            terminal.wait()
            took = time.monotonic() - began
            require(took < LEAVE_SECONDS, f"{took:.2f} s to leave with {leave}")
            require(terminal.is_restored, "the terminal is not as it was")
            shell = terminal.raw.rpartition(b"\x1b[?1049l")[2].decode()
            words = f"the fork server (pid {server}) {_SAYS}"
            require(
                words in shell, f"nobody says it in the shell: {shell!r}, {took}\n{terminal.text}"
            )
        terminal.until(lambda: not terminal.survivors())
    return took


def run_lines(halt: Halt, option: str, *, at_once: bool, leave: str = "") -> float:
    """Run without a screen beside a server that does not answer; return the seconds it took.

    Args:
        halt: keeps the server from running.
        option: ``--plain`` or ``--json``.
        at_once: whether it is halted before the first maker can come.
        leave: a signal that ends it; empty: it ends of itself.
    """
    command = [console_script(), option, "--makers", "2"]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONFAULTHANDLER": "1"},
    ) as program:
        assert program.stdout is not None
        try:
            server = server_of(program.pid)
            seen = "" if at_once else program.stdout.readline() + program.stdout.readline()
            below = family_of(program.pid)
            with halt(server):
                began = time.monotonic()
                if leave:
                    program.send_signal(signal.Signals[leave])
                try:
                    out, err = program.communicate(timeout=PATIENCE)
                except subprocess.TimeoutExpired:
                    program.send_signal(signal.SIGABRT)  # and it says where it was
                    raise Broken(f"it does not end: {program.communicate()}") from None
                took = time.monotonic() - began
            said = seen + out + err
            words = f"the fork server (pid {server}) {_SAYS}"
            require(words in said, f"it does not say that {words}: {said}")
            require("Traceback" not in said, said)
            require(program.returncode, "it left with 0")
            _, left = psutil.wait_procs(below, timeout=PATIENCE)
            require(not left, f"still there: {left}")
        finally:
            program.kill()
    return took


def _storm(_: Force) -> str:
    took: list[float] = []
    untried = ""
    for halt in (stopped, frozen):
        try:
            for leave in ("q", "ctrl+c", "SIGTERM", "SIGHUP"):
                took += [leave_the_screen(halt, leave, adding=adding) for adding in (True, False)]
            for option in ("--plain", "--json"):
                took.append(run_lines(halt, option, at_once=True))
                require(took[-1] < LEAVE_SECONDS, f"{took[-1]:.2f} s to give up a start")
                run_lines(halt, option, at_once=False)  # as long as the makers take, and a second
                for leave in ("SIGINT", "SIGTERM"):
                    took.append(run_lines(halt, option, at_once=False, leave=leave))
                    require(took[-1] < LEAVE_SECONDS, f"{took[-1]:.2f} s to end by {leave}")
        except Untried as why:
            untried = f"; not tried: {why}"
    return f"{len(took)} times, at most {max(took):.2f} s{untried}"


KINDS = (
    Promise(
        "stopped-server", "a fork server that does not answer holds nobody up, and is named", _storm
    ),
)
