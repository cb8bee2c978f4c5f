"""A program in a real pseudo-terminal, and what its screen shows."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from tests.emulator import Screen, Stream

PATIENCE = 60.0
"""Seconds after which a condition is said never to hold."""
_OTHER_TERMINALS = {"COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR"}
"""Variables about a terminal that is not this one."""
KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "space": " ",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "f9": "\x1b[20~",
    "ctrl+c": "\x03",
    "ctrl+q": "\x11",
    "ctrl+p": "\x10",
}


def _environment() -> dict[str, str]:
    """What a program in a terminal of this kind finds: no size but the terminal's own, say."""
    inherited = {name: os.environ[name] for name in os.environ if name not in _OTHER_TERMINALS}
    return inherited | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}


def control() -> None:
    """Make the terminal on descriptor 0 the controlling one of this process's session."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Terminal:
    """A program that runs in a pseudo-terminal of its own, which is its controlling terminal.

    Args:
        command: the program and its arguments.
        columns: how wide the terminal is.
        rows: how high.
        environment: variables to set, besides those of this process.
        folder: where it runs; None: where this process does.
        prepare: called in the program's process before it begins; without it, the terminal is made
            its controlling one. For a terminal that controls nobody, pass something else.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 120,
        rows: int = 40,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        prepare: Callable[[], None] = control,
    ) -> None:
        self.master, slave = pty.openpty()
        self._screen = Screen(columns, rows)
        self._stream = Stream(self._screen)
        self._set_size(columns, rows)
        self.attributes = termios.tcgetattr(slave)
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=prepare,  # noqa: PLW1509 - no threads
            cwd=folder,
            env=_environment() | dict(environment or {}),
        )
        self.slave = slave  # kept open, so that what is written last can still be read
        os.set_blocking(self.master, False)
        self.is_closed = False
        self._unseen: list[bytes] = []
        self.read_at = 0.0
        """When the last output came, before this side worked out what it shows."""
        self.raw = bytearray()
        """Everything that the program wrote."""
        self._lines: list[str] | None = None
        """What is shown; None: worked out when somebody asks."""
        self.family: dict[int, psutil.Process] = {}
        """Every process below the program that was ever seen."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.look_around()
        self.process.kill()
        self.process.wait()
        for process in self.survivors():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        if not self.is_closed:
            os.close(self.master)
        os.close(self.slave)

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def hang_up(self) -> None:
        """Close the terminal's window: the program gets SIGHUP, and nobody reads what it writes."""
        self.look_around()
        self.is_closed = True
        os.close(self.master)

    def resize(self, columns: int, rows: int) -> None:
        """Change the terminal's size, as dragging its window does."""
        self._lines = None
        self._screen.resize(rows, columns)
        self._set_size(columns, rows)
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGWINCH)

    def send(self, *keys: str) -> None:
        """Press keys: names of ``KEYS`` or plain text."""
        os.write(self.master, "".join(KEYS.get(key, key) for key in keys).encode())

    def read(self, timeout: float = 0.05) -> bytes:
        """Take in what the program wrote, waiting for it at most ``timeout`` seconds."""
        if not select.select([self.master], [], [], timeout)[0]:
            return b""
        data = b"".join([*self._unseen, os.read(self.master, 1 << 16)])
        self._unseen.clear()
        self.read_at = time.monotonic()
        self._lines = None
        self.raw += data
        with contextlib.suppress(TypeError):  # a sequence cut off, with another's parameters
            self._stream.feed(data)
        return data

    def clear(self) -> None:
        """Forget what is shown, as a terminal does that somebody else wrote on."""
        self._lines = None
        self._screen.reset()
        self._stream = Stream(self._screen)  # in the middle of no sequence

    def skip(self, timeout: float) -> None:
        """Keep what the program wrote for later, without working out what it shows."""
        if select.select([self.master], [], [], timeout)[0]:
            self._unseen.append(os.read(self.master, 1 << 16))

    @property
    def lines(self) -> list[str]:
        """The screen, a string a row."""
        if self._lines is None:
            self._lines = [row.rstrip() for row in self._screen.display]
        return self._lines

    @property
    def text(self) -> str:
        """The screen as one string."""
        return "\n".join(self.lines)

    def until(self, condition: Callable[[], object], patience: float = PATIENCE) -> None:
        """Read until the condition holds."""
        deadline = time.monotonic() + patience
        while not condition():
            assert time.monotonic() < deadline, f"never held; the screen shows:\n{self.text}"
            self.read()

    def until_shows(self, *texts: str, patience: float = PATIENCE) -> None:
        """Read until the screen shows all of these."""
        self.until(lambda: all(text in self.text for text in texts), patience)

    def wait(self, patience: float = PATIENCE) -> int:
        """Read until the program has ended; return its exit code."""
        self.look_around()
        self.until(lambda: self.process.poll() is not None, patience)
        while self.read(0):
            pass
        return self.process.returncode

    def look_around(self) -> None:
        """Note who runs below the program."""
        with contextlib.suppress(psutil.NoSuchProcess):
            for process in psutil.Process(self.process.pid).children(recursive=True):
                self.family[process.pid] = process

    def survivors(self) -> list[psutil.Process]:
        """Return everyone below the program who was ever seen and still runs."""
        running = []
        for process in self.family.values():
            with contextlib.suppress(psutil.NoSuchProcess):
                if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                    running.append(process)
        return running

    @property
    def is_restored(self) -> bool:
        """Whether the terminal's modes are what they were before the program ran."""
        now = termios.tcgetattr(self.slave)
        return now[:4] == self.attributes[:4]
