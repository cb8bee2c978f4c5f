"""A stopped reader loses nothing: the kitchen's process is stopped while its makers report."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from chai_tui.model.events import Progress, Said
from tests.storm.awful_program import NUMBERS
from tests.storm.numbered import Sequence, way_of
from tests.storm.promise import PATIENCE, Force, Promise, require
from tests.storm.screens import rude_program


def stop_the_reader(makers: int, numbers: int, seconds: float) -> str:
    """Stop a kitchen for so many seconds while its makers send numbers; return the figures.

    They begin once it is stopped, so that every pipe is full when it goes on.
    """
    with tempfile.TemporaryDirectory() as folder:
        return _stop(makers, numbers, seconds, Path(folder) / "gate")


def _stop(makers: int, numbers: int, seconds: float, gate: Path) -> str:
    command = [sys.executable, "-m", "tests.storm.reader", str(makers), str(numbers), str(gate)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        try:
            first = reader.stdout.readline()
            require(first == "ready\n", f"the reader said {first!r}")
            reader.send_signal(signal.SIGSTOP)
            gate.touch()
            time.sleep(seconds)  # the fault itself: it is stopped for that long
            reader.send_signal(signal.SIGCONT)
            told = reader.stdout.read().strip()
            code = reader.wait(PATIENCE)
        finally:
            reader.kill()
    require(code == 0, told or f"the reader ended with {code}")
    return f"stopped for {seconds:g} s: {told}"


def read_json(makers: int, numbers: int, seconds: float, *, stopped: bool) -> str:
    """Stop ``--json`` for so many seconds, or read it slowly, while makers send numbers.

    Args:
        makers: how many send.
        numbers: how many each of them sends.
        seconds: for which the program is stopped, or nothing is read.
        stopped: whether the program is; else its reader is slow.

    Returns:
        The figures.
    """
    with tempfile.TemporaryDirectory() as folder:
        gate = Path(folder) / "gate"
        command = [sys.executable, "-m", "tests.storm.awful_program", "numbers", "--json"]
        environment = os.environ | {NUMBERS: f"{numbers}:{gate}"}
        with subprocess.Popen(
            [*command, "--makers", str(makers)], stdout=subprocess.PIPE, env=environment
        ) as program:
            assert program.stdout is not None
            try:
                account = Account(makers, numbers)
                while account.started < makers:
                    account.take(program.stdout.readline())
                if stopped:
                    program.send_signal(signal.SIGSTOP)
                gate.touch()
                if stopped:
                    time.sleep(seconds)  # the fault itself: it is stopped for that long
                    program.send_signal(signal.SIGCONT)
                else:
                    # The same: nothing is read, then little at a time.
                    for _ in range(10):
                        time.sleep(seconds / 10)
                        account.take(program.stdout.readline())
                for line in program.stdout:
                    account.take(line)
                code = program.wait(PATIENCE)
            finally:
                program.kill()
    require(code == 0, f"--json left with {code}")
    account.close()
    how = "stopped" if stopped else "not read"
    return f"--json {how} for {seconds:g} s: {account.lines:,} events, none missing"


class Account:
    """Sees that each maker's events come one after the other, none missing and none twice.

    Args:
        makers: how many there are.
        numbers: how many each of them sends.
    """

    LIFE = ("seated", "started", "step_began 0", "step_began 1", "served", "exited")
    """What is told of each maker, once, in this order."""

    def __init__(self, makers: int, numbers: int) -> None:
        self.lines = 0
        self.started = 0
        self._makers = makers
        self._numbers = numbers
        self._sequences = {maker: Sequence(maker, way_of(maker)) for maker in range(1, makers + 1)}
        self._lives: dict[int, list[str]] = {maker: [] for maker in self._sequences}

    def take(self, line: bytes) -> None:
        """Take in a line of JSON."""
        require(line.endswith(b"\n"), f"the output ended too soon, with {line[-80:]!r}")
        told = json.loads(line)
        kind = told.pop("event")
        self.lines += 1
        self.started += kind == "started"
        if kind == "step_began":
            kind = f"step_began {told['step']}"
        if kind in self.LIFE:
            life = self._lives[told["maker"]]
            life.append(kind)
            require(self.LIFE[: len(life)] == tuple(life), f"#{told['maker']}: {life}")
        elif kind == "said":
            self._sequences[told["maker"]].take(Said(**told))
        elif kind == "progress":
            self._sequences[told["maker"]].take(Progress(**told))
        else:
            require(kind in {"run_began", "sampled"}, f"there was {line[:200]!r}")

    def close(self) -> None:
        """See that all has come."""
        for maker, sequence in self._sequences.items():
            require(tuple(self._lives[maker]) == self.LIFE, f"#{maker}: {self._lives[maker]}")
            require(
                sequence.next == self._numbers,
                f"#{maker} ({sequence.way}) sent {self._numbers:,}, {sequence.next:,} came",
            )


def stop_the_screen(makers: int, numbers: int, seconds: float) -> str:
    """Stop the program on its screen while makers send numbers; return the figures."""
    with tempfile.TemporaryDirectory() as folder:
        gate = Path(folder) / "gate"
        arguments = ("numbers", "--makers", str(makers))
        variables = {NUMBERS: f"{numbers}:{gate}"}
        with rude_program(*arguments, columns=120, rows=40, **variables) as terminal:
            terminal.until_shows(f"{makers} brewing")
            terminal.process.send_signal(signal.SIGSTOP)
            gate.touch()
            time.sleep(seconds)  # the fault itself
            terminal.process.send_signal(signal.SIGCONT)
            # Where there is little room in the header, a sign stands for the word.
            terminal.until(lambda: re.search(rf"✔ ?{makers}\b", terminal.lines[0]))
            terminal.until_shows("All chai served")
            terminal.send("?")
            terminal.until_shows("help 1/")
            terminal.send("escape")
            terminal.until(lambda: "help 1/" not in terminal.text)
            terminal.look_around()
            terminal.send("q")
            code = terminal.wait()
            require(code == 0, f"the screen left with {code}")
            require(terminal.is_restored, "the terminal is not as it was")
            terminal.until(lambda: not terminal.survivors())
    return f"the screen stopped for {seconds:g} s: all {makers} served on it"


def _storm(force: Force) -> str:
    numbers, seconds = force.times(20_000, 2_000), max(0.5, min(5.0, 5 * force.scale))
    told = [
        stop_the_reader(32, numbers, seconds),
        *(read_json(32, numbers, seconds, stopped=stopped) for stopped in (True, False)),
    ]
    if sys.platform != "win32":
        told.append(stop_the_screen(32, numbers, seconds))
    return "; ".join(told)


PROMISE = Promise("stopped-reader", "a stopped or slow reader loses nothing", _storm)
