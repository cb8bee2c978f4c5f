"""Who waits for the GIL, as Linux's /proc shows it.

A thread that waits for the GIL of CPython's main interpreter sleeps in ``futex`` with a timeout
(the interpreter's switch interval), on an address inside the interpreter's image: the lock is one
of its static variables. Whoever waits for any other lock, a queue or an event, sleeps on an address
of the heap. Seen with 3.11 to 3.15, built with and without a shared library, on glibc.
"""

from __future__ import annotations

import os
from typing import NamedTuple

FUTEX = {"x86_64": b"202", "aarch64": b"98", "riscv64": b"98"}
"""The number of the system call ``futex`` by machine: syscalls(2)."""
_NO_TIMEOUT = b"0x0"


class Image(NamedTuple):
    """Where in a process's memory its interpreter's static variables are.

    Attributes:
        ranges: addresses, each from its first up to, not including, its second.
        futex: the number of the system call ``futex``.
    """

    ranges: tuple[tuple[int, int], ...]
    futex: bytes

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
        None where that says nothing: another machine, or another C library than glibc (musl's
        threads wait on an address of their own stack).
    """
    futex = FUTEX.get(os.uname().machine)
    if futex is None:
        return None
    try:
        program = os.readlink(f"{proc}/{pid}/exe")  # noqa: PTH115 - pathlib costs an import
        with open(f"{proc}/{pid}/maps", encoding="utf-8", errors="replace") as maps:  # noqa: PTH123 - likewise
            lines = maps.read().splitlines()
    except OSError:
        return None
    ranges = _static(lines, program)
    return Image(ranges, futex) if ranges else None


def _static(lines: list[str], program: str) -> tuple[tuple[int, int], ...]:
    """The mappings of the interpreter, and what follows each of them and has no name: its .bss."""
    ranges: list[tuple[int, int]] = []
    follows = -1
    for line in lines:
        addresses, _, _, _, _, *name = line.split(maxsplit=5)
        first, _, end = addresses.partition("-")
        path = name[0] if name else ""
        file = path.rpartition("/")[2]
        if file.startswith("ld-musl"):
            return ()
        if (
            path == program
            or file.startswith("libpython")
            or (not path and int(first, 16) == follows)
        ):
            ranges.append((int(first, 16), int(end, 16)))
            follows = int(end, 16) if path else -1
        else:
            follows = -1
    return tuple(ranges)
