"""Programs of tests, run with the hook and without it."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from chai_tui.sources.program.hearing.messages import Message, Output
from chai_tui.sources.program.hearing.receiver import HookReceiver

Kind = TypeVar("Kind")


class Ran(NamedTuple):
    """How a program went.

    ``written`` has for each pid and descriptor what was written to it; pid 0 is whoever had no pipe
    of its own.
    """

    returncode: int
    messages: list[Message]
    written: dict[tuple[int, int], bytes]
    dropped: int

    def of(self, kind: type[Kind]) -> list[Kind]:
        """Return the messages of one kind."""
        return [message for message in self.messages if isinstance(message, kind)]

    def all_written(self, descriptor: int) -> list[bytes]:
        """Return the lines that all of its processes wrote, sorted: theirs is no order."""
        text = b"".join(data for (_, to), data in self.written.items() if to == descriptor)
        return sorted(text.splitlines())


def own_environment(**more: str) -> dict[str, str]:
    """Return ours, without what would change a Python that is started."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**kept, **more}


class _Reader:
    """Reads what a program writes into any of its pipes, and what its hooks tell."""

    def __init__(self, receiver: HookReceiver, pipes: dict[int, tuple[int, int]]) -> None:
        self.receiver = receiver
        self.pipes = pipes
        self.messages: list[Message] = []
        self.written: dict[tuple[int, int], bytes] = {}

    def read(self) -> None:
        """Wait until there is something, and read it."""
        ready, _, _ = select.select([self.receiver.fileno(), *self.pipes], [], [])
        for descriptor in ready:
            if descriptor in self.pipes:
                data = os.read(descriptor, 65_536)
                whose = self.pipes[descriptor]
                self.written[whose] = self.written.get(whose, b"") + data
                if not data:
                    del self.pipes[descriptor]
                    os.close(descriptor)
        for message in self.receiver.read():
            self.messages.append(message)
            if isinstance(message, Output):
                for handed, number in ((message.out, 1), (message.err, 2)):
                    if handed is not None:
                        self.pipes[handed] = (message.pid, number)


def run_hooked(
    command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
) -> Ran:
    """Run a program with the hook, until all of it has ended and all it wrote is read."""
    receiver = HookReceiver()
    out, theirs_out = os.pipe()
    err, theirs_err = os.pipe()
    base = own_environment() if environment is None else environment
    child = subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=theirs_out,
        stderr=theirs_err,
        env=receiver.environment(base, theirs_out, theirs_err),
    )
    os.close(theirs_out)
    os.close(theirs_err)
    reader = _Reader(receiver, {out: (0, 1), err: (0, 2)})
    while reader.pipes or receiver.connections:
        reader.read()
    receiver.close()
    return Ran(child.wait(), reader.messages, reader.written, receiver.tally.dropped)


def run_alone(
    command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run it without us."""
    base = own_environment() if environment is None else environment
    return subprocess.run(
        command, cwd=folder, env=base, capture_output=True, stdin=subprocess.DEVNULL, check=False
    )


def python(*arguments: str) -> list[str]:
    """Return the command of a Python program."""
    return [sys.executable, *arguments]
