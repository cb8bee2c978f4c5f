"""The two pipes to the parent: requests come in, notes and answers go out, a line each."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import sys
import threading
from typing import Any

Message = dict[str, Any]


class Problem(Exception):  # noqa: N818 - it is told, not raised to anybody
    """The function cannot be tasted.

    Args:
        code: which problem, in a word.
        text: what is the matter and what to do about it, one line for a person.
        more: ``traceback``, ``line``, ``names``, ``is_usage``, ``item``, ``error``.
    """

    def __init__(self, code: str, text: str, **more: object) -> None:
        super().__init__(text)
        self.message: Message = {
            "code": code,
            "text": text,
            "traceback": "",
            "line": None,
            "names": [],
            "is_usage": False,
            **more,
        }


class Out(Exception):  # noqa: N818 - likewise
    """One engine cannot run the function; the text says why."""


class Channel:
    """Takes the descriptors 0 and 1 for itself, and gives the function's code others there."""

    def __init__(self) -> None:
        self._requests = os.dup(0)
        self._answers = os.dup(1)
        nowhere = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nowhere, 0)
        os.close(nowhere)
        os.dup2(2, 1)
        # So that lines come as they are printed, and none is lost when a process is killed.
        sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
        if hasattr(os, "register_at_fork"):
            # What the function forks must not keep the pipes open, nor end everybody.
            os.register_at_fork(after_in_child=self._close)
        self._lock = threading.Lock()
        self._arrived: queue.SimpleQueue[Message] = queue.SimpleQueue()
        threading.Thread(target=self._read, name="chai-taste-requests", daemon=True).start()

    def request(self) -> Message:
        """Wait for the next request."""
        return self._arrived.get()

    def send(self, message: Message) -> None:
        """Send a note or an answer."""
        line = json.dumps(message).encode() + b"\n"
        with self._lock:
            while line:
                line = line[os.write(self._answers, line) :]

    def _read(self) -> None:
        waiting = bytearray()
        while True:
            try:
                block = os.read(self._requests, 65_536)
            except OSError:
                block = b""
            if not block:  # the parent is gone
                end_group()
            waiting += block
            if b"\n" in block:
                *lines, waiting = waiting.split(b"\n")
                for line in lines:
                    self._arrived.put(json.loads(line))

    def _close(self) -> None:
        for descriptor in (self._requests, self._answers):
            with contextlib.suppress(OSError):
                os.close(descriptor)


def end_group() -> None:
    """End this process and all that it started, at once."""
    if leads_group():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def leads_group() -> bool:
    """Return whether this process leads its process group, as it does when started right."""
    return hasattr(os, "getpgrp") and os.getpgrp() == os.getpid()


def die_with_parent() -> None:
    """Have the kernel end this process when the thread that started it ends (Linux only).

    Beside the end of file, which nobody reads while C code holds the GIL.
    """
    if sys.platform == "linux":
        with contextlib.suppress(ImportError, OSError, AttributeError):
            import ctypes  # noqa: PLC0415 - some interpreters have none

            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
