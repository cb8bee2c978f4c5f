"""Where an interpreter keeps who has its GIL, found from outside and never guessed.

CPython keeps ``last_holder`` and ``locked`` of its GIL side by side (``_gil_runtime_state`` in
``Include/internal/pycore_gil.h``). Since 3.13 a table at ``_PyRuntime`` tells where that is
(``Include/internal/pycore_debug_offsets.h``); for 3.11 and 3.12 the places are known, and else the
record is looked for. Whatever was found counts only if the thread that it names is one of the
process: its number, where that thread's own record should have it.
"""

from __future__ import annotations

import os
import struct
from typing import NamedTuple

from chai_tui.samplers.gil.elf import section_in
from chai_tui.samplers.gil.futex_rule import Image
from chai_tui.samplers.gil.memory import Memory

_SECTION = b".PyRuntime"
_COOKIE = b"xdebugpy"
_WORD = struct.Struct("<Q")
_TABLE = struct.Struct("<40Q")
_LOCKED_BEHIND = 8
"""Bytes from ``last_holder`` to ``locked``: the same in 3.9 to 3.15."""
_MOST_INTERPRETERS = 64
_USUAL_INTERVAL = 5_000
"""µs after which threads take turns, where nobody changed it: it stands before the holder."""
_MOST_SEARCHED = 1 << 20

FREE_THREADED = "none: this Python is free-threaded"
"""Of a Python that is built to do without: until somebody switches it on, it has no GIL."""
UNKNOWN = "this Python keeps that where it is not known here, or whoever had it last is gone"


class _Places(NamedTuple):
    """Which words of the table tell what.

    Attributes:
        locked: offset of ``locked`` in an interpreter's record.
        holder: that of ``last_holder``.
        native: offset of the thread's number in a thread's record.
    """

    locked: int
    holder: int
    native: int


_HEAD, _ID, _NEXT = 5, 7, 8
"""The same words in every version: the list of interpreters, the number of one, and its next."""
_PLACES = {13: _Places(17, 18, 25), 14: _Places(18, 19, 28), 15: _Places(18, 19, 31)}
"""By minor version."""


class _Known(NamedTuple):
    """Of a version that has no table: offsets of the holder in ``_PyRuntime``, and as above."""

    holder: int
    native: int


_KNOWN = {"3.11": _Known(368, 160), "3.12": _Known(77_440, 144)}
"""On 64 bits of x86; elsewhere, and in other releases, it is looked for."""


class Layout(NamedTuple):
    """Where it is in a process's memory.

    Attributes:
        holder: address of the thread's record that had the GIL last; ``locked`` is behind it.
        native: where in that record the system's number of the thread is.
    """

    holder: int
    native: int

    def holder_in(self, memory: Memory) -> int | None:
        """Return the system's number of the thread that has the GIL now.

        Returns:
            0 if nobody has it, -1 if it is not known who; None if the process is gone.
        """
        data = memory.read(self.holder, 12)
        if data is None:
            return None
        if not any(data[_LOCKED_BEHIND:]):
            return 0
        number = memory.read(_WORD.unpack_from(data)[0] + self.native, 8)
        return -1 if number is None else _WORD.unpack(number)[0]


def find_layout(proc: str, pid: int, image: Image, memory: Memory) -> Layout | str:
    """Return where a process keeps who has its GIL, or why that is not known.

    Args:
        proc: where /proc is.
        pid: the system's number of the process.
        image: of its interpreter.
        memory: its memory.
    """
    section = _runtime(proc, pid, image)
    if section is None:
        return UNKNOWN
    runtime, size = section
    if (words := _table(memory, runtime)) is not None:
        switch = _switch(memory, runtime, words)
        if switch is not None and not is_switched_on(memory, switch):
            return FREE_THREADED
        found = _by_table(memory, runtime, words)
    else:
        found = _without_table(memory, runtime, size, image.python, _threads(proc, pid))
    return UNKNOWN if found is None or not _is_it(found, memory, _threads(proc, pid)) else found


def switch_of(proc: str, pid: int, image: Image, memory: Memory) -> int | None:
    """Return where a Python that is built to do without a GIL keeps whether it has one.

    Args:
        proc: where /proc is.
        pid: the system's number of the process.
        image: of its interpreter.
        memory: its memory.

    Returns:
        Its address; 0 if that is not known, None if this is no such Python, as far as is known.
    """
    section = _runtime(proc, pid, image)
    words = None if section is None else _table(memory, section[0])
    if section is None or words is None:
        return None
    return _switch(memory, section[0], words)


def is_switched_on(memory: Memory, switch: int) -> bool:
    """Whether a Python that is built to do without a GIL has one now.

    Args:
        memory: its memory.
        switch: where it keeps that: :func:`switch_of`.
    """
    return bool(switch) and any(memory.read(switch, 4) or b"")


def _runtime(proc: str, pid: int, image: Image) -> tuple[int, int] | None:
    """Where ``_PyRuntime`` is, and its size, which is enough for a table."""
    path = f"{proc}/{pid}/root{image.file}" if image.file else f"{proc}/{pid}/exe"
    section = section_in(path, _SECTION)
    if section is None or image.start < 0 or section[1] < _TABLE.size:
        return None
    return image.start + section[0], section[1]


def _table(memory: Memory, runtime: int) -> tuple[int, ...] | None:
    """The table that tells where everything is, if there is one."""
    table = memory.read(runtime, _TABLE.size)
    return None if table is None or not table.startswith(_COOKIE) else _TABLE.unpack(table)


def _switch(memory: Memory, runtime: int, words: tuple[int, ...]) -> int | None:
    places = _places(words)
    if not words[2]:
        return None
    interpreter = None if places is None else _main_interpreter(memory, runtime, words)
    if places is None or interpreter is None:
        return 0
    # Unlike that of all other words, this offset is one in the GIL's own record, which is before.
    return interpreter + words[places.locked - 2] + words[places.locked - 1]


def _by_table(memory: Memory, runtime: int, words: tuple[int, ...]) -> Layout | None:
    places = _places(words)
    if places is None:
        return None
    holder, locked = words[places.holder], words[places.locked]
    if locked - holder != _LOCKED_BEHIND:
        return None
    interpreter = _main_interpreter(memory, runtime, words)
    return None if interpreter is None else Layout(interpreter + holder, words[places.native])


def _places(words: tuple[int, ...]) -> _Places | None:
    version = words[1]
    return _PLACES.get(version >> 16 & 0xFF) if version >> 24 == 3 else None


def _main_interpreter(memory: Memory, runtime: int, words: tuple[int, ...]) -> int | None:
    interpreter = _at(memory, runtime + words[_HEAD])
    for _ in range(_MOST_INTERPRETERS):  # the newest comes first, and the main one last
        if not interpreter:
            break
        if _at(memory, interpreter + words[_ID]) == 0:
            return interpreter
        interpreter = _at(memory, interpreter + words[_NEXT])
    return None


def _without_table(
    memory: Memory, runtime: int, size: int, python: str, threads: set[int]
) -> Layout | None:
    known = _KNOWN.get(python.rpartition(" ")[2])
    if known is None:
        return None
    found = Layout(runtime + known.holder, known.native)
    if _is_it(found, memory, threads):
        return found
    data = memory.read(runtime, min(size, _MOST_SEARCHED)) or b""
    mark = _WORD.pack(_USUAL_INTERVAL)
    at = data.find(mark)
    while at >= 0:
        found = Layout(runtime + at + len(mark), known.native)
        if at % len(mark) == 0 and _is_it(found, memory, threads):
            return found
        at = data.find(mark, at + 1)
    return None


def _is_it(layout: Layout, memory: Memory, threads: set[int]) -> bool:
    """Whether one of the process's threads is the last that had it, and it is locked or not."""
    data = memory.read(layout.holder, 12)
    if data is None or data[_LOCKED_BEHIND:] not in (b"\0\0\0\0", b"\1\0\0\0"):
        return False
    return _at(memory, _WORD.unpack_from(data)[0] + layout.native) in threads


def _at(memory: Memory, address: int) -> int | None:
    data = memory.read(address, _WORD.size)
    return None if data is None else _WORD.unpack(data)[0]


def _threads(proc: str, pid: int) -> set[int]:
    try:
        return {int(name) for name in os.listdir(f"{proc}/{pid}/task")}  # noqa: PTH208 - pathlib costs an import
    except (OSError, ValueError):
        return set()
