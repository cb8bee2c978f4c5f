"""Functions and lines by py-spy, which is a program of its own: ``chai-tui[frames]``.

``py-spy dump --nonblocking`` reads a process's memory and never stops it, so that what it tells of
a thread that runs may be torn: it is text like any other's, and nothing more is made of it.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
import time
from typing import Any

from chai_tui.model.program_events import Layer
from chai_tui.model.text import printable
from chai_tui.samplers.frames.frame import Reading, frame_of

PATIENCE = 5.0
"""Seconds that it may take; on a crowded machine it waits for a core for long."""
MOST_BYTES = 16 << 20
"""Of what it tells: 1,000 threads take some 2 MB."""
_LOOK_SECONDS = 0.005
_LINE = 120


def find_py_spy() -> str:
    """Return where py-spy is: beside this interpreter, or where commands are; empty: nowhere."""
    beside = os.path.join(os.path.dirname(sys.executable), "py-spy")  # noqa: PTH118, PTH120 - pathlib costs an import
    return shutil.which(beside) or shutil.which("py-spy") or ""


class PySpy:
    """Asks it.

    Args:
        path: where it is.
    """

    layer = Layer.PY_SPY

    def __init__(self, path: str) -> None:
        self._path = path
        self._closing = threading.Event()

    def read(self, pid: int) -> Reading:
        """Return where the threads of a process are; it never raises."""
        files: list[int] = []
        try:
            files.append(out := os.memfd_create("py-spy"))
            files.append(err := os.memfd_create("py-spy"))
            status, cpu_seconds = self._run(pid, out, err)
            if status == 0:
                return _reading(_text_of(out))._replace(cpu_seconds=cpu_seconds)
            why = _first_line(_text_of(err)) or "it did not answer"
            return Reading(why=f"py-spy: {why}", cpu_seconds=cpu_seconds)
        except OSError as error:  # it is gone, or there is no process left
            return Reading(why=f"py-spy: {printable(error.strerror or str(error))}")
        finally:
            for file in files:
                os.close(file)

    def _run(self, pid: int, out: int, err: int) -> tuple[int, float]:
        """Run it in this session; return its status and the CPU seconds that it burned."""
        child = os.posix_spawn(
            self._path,
            [self._path, "dump", "--nonblocking", "--json", "--pid", str(pid)],
            {**os.environ, "RUST_BACKTRACE": "0"},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, out, 1),
                (os.POSIX_SPAWN_DUP2, err, 2),
            ],
            setsigmask=(),
        )
        until = time.monotonic() + PATIENCE
        while True:
            ended, status, usage = os.wait4(child, os.WNOHANG)
            if ended:
                return status, usage.ru_utime + usage.ru_stime
            if self._closing.wait(_LOOK_SECONDS) or time.monotonic() > until:
                os.kill(child, 9)
                _, _, usage = os.wait4(child, 0)
                return -1, usage.ru_utime + usage.ru_stime

    def close(self) -> None:
        """Have a reading that goes on end soon; safe from any thread, and idempotent."""
        self._closing.set()


def _text_of(file: int) -> bytes:
    size = os.fstat(file).st_size
    return os.pread(file, size, 0) if size <= MOST_BYTES else b""


def _first_line(text: bytes) -> str:
    line = text.decode("utf-8", "replace").strip().partition("\n")[0]
    return printable(line.removeprefix("Error: ")[:_LINE])


def _reading(text: bytes) -> Reading:
    """Return what it told: a list of threads, each with its frames, the innermost first."""
    try:
        frames = [
            frame_of(int(thread["os_thread_id"]), map(_entry, thread["frames"]))
            for thread in json.loads(text)
            if thread["os_thread_id"] is not None
        ]
    except (ValueError, TypeError, KeyError, RecursionError):
        return Reading(why="py-spy: what it tells is not understood")
    return Reading(tuple(frames))


def _entry(frame: Any) -> tuple[str, str, int]:
    return str(frame["name"]), str(frame["filename"]), int(frame["line"])
