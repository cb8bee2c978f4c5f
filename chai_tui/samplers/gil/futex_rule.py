"""Who waits for the GIL, as Linux's /proc shows it.

A thread that waits for the GIL of CPython's main interpreter sleeps in ``futex`` with a timeout
(the interpreter's switch interval), on an address inside the interpreter's image: the lock is one
of its static variables. Whoever waits for any other lock, a queue or an event, sleeps on an address
of the heap. Seen with 3.11 to 3.15, built with and without a shared library, on glibc.
"""

from __future__ import annotations

import os
from typing import NamedTuple

from chai_tui.samplers.gil.which_python import (
    is_cpython,
    is_interpreter,
    is_library,
    path_in,
    program_and_maps,
    python_in,
)

FUTEX = {"x86_64": b"202", "aarch64": b"98", "riscv64": b"98"}
"""The number of the system call ``futex`` by machine: syscalls(2)."""
_NO_TIMEOUT = b"0x0"


class Image(NamedTuple):
    """Where in a process's memory its interpreter's static variables are.

    Attributes:
        ranges: addresses, each from its first up to, not including, its second.
        futex: the number of the system call ``futex``.
        python: the Python that it is, as :func:`python_of` tells it.
        file: the path of the program or library that holds it, as the process itself sees it; empty
            for its own program.
        start: where that file's beginning is mapped; -1 if it is not.
    """

    ranges: tuple[tuple[int, int], ...]
    futex: bytes
    python: str = ""
    file: str = ""
    start: int = -1

    def waits_for_gil(self, syscall: bytes) -> bool:
        """Whether a thread waits for the GIL.

        Args:
            syscall: what its file of that name holds.
        """
        words = syscall.split()
        if len(words) < 5 or words[0] != self.futex or words[4] == _NO_TIMEOUT:
            return False
        address = int(words[1], 16)
        return any(first <= address < end for first, end in self.ranges)


def image_of(proc: str, pid: int) -> Image | None:
    """Return where the static variables of a process's interpreter are.

    Args:
        proc: where /proc is.
        pid: the system's number of the process.

    Returns:
        None where that says nothing: no CPython, another machine, or another C library than
        glibc (musl's threads wait on an address of their own stack).
    """
    futex = FUTEX.get(os.uname().machine)
    seen = program_and_maps(proc, pid)
    if futex is None or seen is None:
        return None
    program, lines = seen
    python = python_in(program, map(path_in, lines))
    if not is_cpython(python):
        return None
    ranges = _static(lines, program if is_interpreter(program) else "")
    if not ranges:
        return None
    library = next((path for line in lines if is_library(path := path_in(line))), "")
    return Image(ranges, futex, python, library, _start(lines, library or program))


def _start(lines: list[str], path: str) -> int:
    """Where a file's beginning is mapped; -1 if it is not."""
    for line in lines:
        if path_in(line) == path:
            span, _, offset = line.split(maxsplit=3)[:3]
            if int(offset, 16) == 0:
                return int(span.partition("-")[0], 16)
    return -1


def _static(lines: list[str], program: str) -> tuple[tuple[int, int], ...]:
    """The mappings of the interpreter, and what follows each of them and has no name: its .bss."""
    ranges: list[tuple[int, int]] = []
    follows = -1
    for line in lines:
        path = path_in(line)
        first, _, end = line.partition(" ")[0].partition("-")
        if path.rpartition("/")[2].startswith("ld-musl"):
            return ()
        if (path and (path == program or is_library(path))) or (
            not path and int(first, 16) == follows
        ):
            ranges.append((int(first, 16), int(end, 16)))
            follows = int(end, 16) if path else -1
        else:
            follows = -1
    return tuple(ranges)
