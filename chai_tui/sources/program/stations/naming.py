"""What a process and its threads are called, read from /proc."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from chai_tui.model.text import printable
from chai_tui.samplers.gil.which_python import python_of
from chai_tui.samplers.kernel.kept_file import Budget, KeptFile

LONGEST = 4_096
"""Bytes of a command line that are read."""
_NAME_BYTES = 64
_MOST_KEPT = 1_024
"""Descriptors of names that are kept open at most: to open one anew takes four times as long."""
_PYTHON = re.compile(r"^(python|pypy)[\d.]*t?$")
_TAKES_VALUE = frozenset({"-W", "-X", "--check-hash-based-pycs"})
"""Options of Python that are followed by a value."""


class Known(NamedTuple):
    """What is known of a process.

    Attributes:
        name: what it is called.
        command: its command line.
        python: the Python that it runs: ``CPython 3.13``, with a ``t`` behind it if it has no GIL;
            empty if none.
        target: the function that it was started to call; empty if unknown.
        words: of its command line, one by one.
    """

    name: str = ""
    command: str = ""
    python: str = ""
    target: str = ""
    words: tuple[str, ...] = ()


def known_of(pid: int, fallback: Known) -> Known:
    """Return what the system knows of a process at the moment.

    Args:
        pid: whose; nothing is read anew of one whose command line is the same as ``fallback`` has.
        fallback: what to return where nothing can be read; of one without a name the system's.
    """
    command = command_of(pid)
    if not command:  # it ended already, it is not ours to see, or it is a thread of the kernel
        return fallback if fallback.name else Known(thread_name(pid, pid))
    python = fallback.python if command == fallback.words else python_of(pid)
    return known_by(command, python)


def known_by(command: tuple[str, ...], python: str = "") -> Known:
    """Return what is known of a process by its command line."""
    return Known(short_name(command), " ".join(command), python, "", command)


def known_after_exec(pid: int, fallback: Known) -> Known:
    """Return what is known of a process that executed something else a moment ago.

    Of one that has ended already, until it is joined, the system still has its command's name.

    Args:
        pid: whose.
        fallback: what it was itself before that; nothing known if it was what its parent is.
    """
    known = known_of(pid, fallback)
    return known if known.words else Known(thread_name(pid, pid))


def command_of(pid: int, proc: str = "/proc") -> tuple[str, ...]:
    """Return the command line of a process; nothing where it has none, or may not be read."""
    data = _read(f"{proc}/{pid}/cmdline", LONGEST)
    return _words_of(data) if data else ()


@lru_cache(maxsize=128)
def _words_of(data: bytes) -> tuple[str, ...]:
    """The words of a command line; that of each process is read once a second."""
    text = data.decode("utf-8", "replace")
    # Who writes a title of its own over it often leaves blanks behind.
    return tuple(printable(part) for part in text.rstrip("\0 ").split("\0"))


def thread_name(pid: int, tid: int, proc: str = "/proc") -> str:
    """Return what the system calls a thread; at most 15 bytes of it. Nothing if it is gone."""
    return _name_in(_read(f"{proc}/{pid}/task/{tid}/comm", _NAME_BYTES))


@lru_cache(maxsize=128)
def _name_in(data: bytes) -> str:
    return printable(data.decode("utf-8", "replace").rstrip("\n"))


class ThreadNames:
    """Reads what the system calls threads again and again, by files that are kept open.

    Args:
        proc: where /proc is.
    """

    def __init__(self, proc: str = "/proc") -> None:
        self._proc = proc
        self._files: dict[tuple[int, int], KeptFile] = {}
        self._budget = Budget(min(_MOST_KEPT, Budget().left // 2))

    def read(self, pid: int, tid: int) -> str:
        """Return the same as :func:`thread_name`."""
        file = self._files.get((pid, tid))
        if file is None:
            file = KeptFile(f"{self._proc}/{pid}/task/{tid}/comm", self._budget)
            self._files[pid, tid] = file
        data = file.read(_NAME_BYTES)
        if data is None:
            file.close()  # another one may have its number next
            return ""
        return _name_in(data)

    def keep(self, threads: Iterable[tuple[int, int]]) -> None:
        """Close the files of all but some threads, each with the pid of its process before it."""
        for thread in self._files.keys() - {*threads}:
            self._files.pop(thread).close()


def short_name(command: tuple[str, ...]) -> str:
    """Return what a command is called: ``python train.py``, ``python -m pytest``, ``make``.

    Args:
        command: as it was executed; with nothing in it the name is empty.
    """
    if not command or not command[0].strip():
        return ""
    if len(command) == 1 and " " in command[0]:  # a title that the process gave itself
        return command[0].strip()
    name = os.path.basename(command[0].lstrip("-"))  # noqa: PTH119 - pathlib costs an import
    if not _PYTHON.match(name):
        return name
    what = _script_of(command)
    return f"python {what}" if what else "python"


def _script_of(command: tuple[str, ...]) -> str:
    """What a Python runs: its script's name, ``-m module``, or ``-c``."""
    rest = iter(command[1:])
    for part in rest:
        if part in ("-m", "-c"):
            module = next(rest, "")
            if part == "-c":
                return _of_multiprocessing(module) or "-c"
            return f"-m {module}"
        if part in _TAKES_VALUE:
            next(rest, "")
        elif not part.startswith("-") or part == "-":
            return os.path.basename(part)  # noqa: PTH119 - as above
    return ""


def _of_multiprocessing(code: str) -> str:
    """What the code is with which multiprocessing starts its own processes."""
    for module in ("forkserver", "resource_tracker"):
        if f"multiprocessing.{module} import main" in code or f"backend.{module} import" in code:
            return module
    return "spawned" if "multiprocessing.spawn import spawn_main" in code else ""


def _read(path: str, size: int) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:  # it ended, or it is not ours to see
        return b""
    try:
        return os.read(descriptor, size)
    except OSError:
        return b""
    finally:
        os.close(descriptor)
