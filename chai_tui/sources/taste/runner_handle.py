"""The process that has the function, from outside: asks, answers, what it prints, its end."""

from __future__ import annotations

import contextlib
import json
import math
import os
import select
import signal
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any, cast

LONGEST_LINE = 1 << 20
"""Bytes of one message: what is longer comes from nobody who means well."""
PRINTED_KEPT = 64 * 1024
"""Bytes of a line that is printed before it is cut."""
END_SECONDS = 1.0


def wait_for(descriptors: Iterable[int], seconds: float | None) -> list[int]:
    """Return which descriptors have something to read, as soon as one has.

    Args:
        descriptors: those of interest, however great.
        seconds: to wait at most; None: for ever.
    """
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    found = poll.poll(None if seconds is None else math.ceil(seconds * 1_000))
    return [descriptor for descriptor, _ in found]


class RunnerHandle:
    """A runner in a session of its own.

    Args:
        command: starts it.
        environment: the variables that it gets.

    Raises:
        OSError: it could not be started.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        printed, prints = os.pipe()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - what the user asked for
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=prints,
                env=dict(environment),
                start_new_session=True,
                bufsize=0,
            )
        except BaseException:
            os.close(printed)
            raise
        finally:
            os.close(prints)
        self._requests: IO[bytes] = cast("IO[bytes]", self._process.stdin)
        self._answers: IO[bytes] = cast("IO[bytes]", self._process.stdout)
        self._printed = printed
        self._buffers = {self._answers.fileno(): b"", printed: b""}
        for descriptor in self._buffers:
            os.set_blocking(descriptor, False)
        self.pid = self._process.pid
        self.is_gone = False
        self._is_ended = False

    @property
    def descriptors(self) -> list[int]:
        """What to wait for."""
        return list(self._buffers)

    def ask(self, request: Mapping[str, Any]) -> None:
        """Send a request; a runner that is gone says so when it is read from."""
        with contextlib.suppress(OSError):  # it has gone
            os.set_blocking(self._requests.fileno(), True)
            data = memoryview(json.dumps(request).encode() + b"\n")
            while data:
                data = data[os.write(self._requests.fileno(), data) :]

    def read(self) -> tuple[list[dict[str, Any]], list[str]]:
        """Return the messages that came, and the lines that were printed, oldest first."""
        messages: list[dict[str, Any]] = []
        for line in self._lines(self._answers.fileno(), LONGEST_LINE):
            with contextlib.suppress(ValueError):  # somebody found our descriptor and wrote to it
                message = json.loads(line)
                if isinstance(message, dict):
                    messages.append(message)
        printed = [
            line.decode("utf-8", "replace") for line in self._lines(self._printed, PRINTED_KEPT)
        ]
        return messages, printed

    def _lines(self, descriptor: int, longest: int) -> list[bytes]:
        """Return the whole lines that came through a descriptor."""
        if descriptor not in self._buffers:
            return []
        buffer = self._buffers[descriptor]
        for _ in range(16):  # whoever prints without end is not read without end
            try:
                data = os.read(descriptor, 1 << 16)
            except BlockingIOError:
                break
            except OSError:
                data = b""
            if not data:
                self.is_gone |= descriptor == self._answers.fileno()
                del self._buffers[descriptor]
                return [line for line in buffer.split(b"\n") if line]
            buffer += data
        *lines, rest = buffer.split(b"\n")
        if len(rest) > longest:
            lines.append(rest)
            rest = b""
        self._buffers[descriptor] = rest
        return lines

    def is_ready(self) -> bool:
        """Whether anything came."""
        return bool(wait_for(self.descriptors, 0.0))

    def kill(self) -> int | None:
        """End the runner and whatever it started; return its exit code (−N: ended by signal N)."""
        with contextlib.suppress(OSError):
            self._requests.close()
        code = self._process.poll()
        if not self._is_ended:  # once: later the number may be another group's
            with contextlib.suppress(OSError):
                os.killpg(self.pid, signal.SIGKILL)
        self._is_ended = True
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_SECONDS)
        return self._process.returncode if code is None else code

    def wait(self) -> int | None:
        """Return the exit code of a runner that has closed its descriptors; then kill the rest."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(END_SECONDS)
        return self.kill()

    def close(self) -> None:
        """End everything and close every descriptor; idempotent."""
        self.kill()
        self._answers.close()
        if self._printed >= 0:
            os.close(self._printed)
            self._printed = -1
        self._buffers = {}
