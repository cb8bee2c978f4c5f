"""Of many processes, where their interpreters keep a GIL, as long as they have one."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from chai_tui.samplers.gil.futex_rule import Image, image_of
from chai_tui.samplers.gil.layout import is_switched_on, switch_of
from chai_tui.samplers.gil.memory import Memory
from chai_tui.samplers.gil.which_python import has_gil, may_do_without

_SECONDS = 1.0
"""For which a process is taken to run the program that it ran."""
_LOADED_SECONDS = 2.0
"""After which a program has loaded its interpreter."""
_START_STACK = 25
"""Field of stat counted from the state, which is another one after ``exec``; proc(5)."""


class _Seen(NamedTuple):
    """What is known of one process.

    Attributes:
        image: of its interpreter.
        switch: where a Python that is built to do without a GIL keeps whether it has one; 0 if that
            is not known, None for any other Python.
        stack: tells one program that a process runs from the next.
        at: when the image was read.
        asked_at: when it was looked at last.
        is_loaded: whether it was read after its program had loaded its interpreter.
        is_on: whether it had one when that was looked at last.
    """

    image: Image | None
    switch: int | None
    stack: bytes
    at: float
    asked_at: float
    is_loaded: bool
    is_on: bool = True


class Images:
    """The images of many processes, each read when it is asked for, and again after an ``exec``.

    Args:
        proc: where /proc is.
    """

    def __init__(self, proc: str) -> None:
        self._proc = proc
        self._seen: dict[int, _Seen] = {}

    def of(self, at: float, pid: int) -> Image | None:
        """Return where a process's interpreter is, as :func:`image_of` does; None: it has no GIL.

        Args:
            at: now, in seconds.
            pid: the system's number of the process.
        """
        seen = self._seen.get(pid)
        if seen is None or at >= seen.asked_at + _SECONDS:
            seen = self._seen[pid] = self._look(at, pid, seen)
        return seen.image if seen.is_on else None

    def without_gil(self, pid: int) -> str:
        """Return which Python it is whose GIL was off when it was looked at; empty: none is known.

        Args:
            pid: the system's number of the process.
        """
        seen = self._seen.get(pid)
        if seen is None or seen.image is None or seen.is_on or not seen.switch:
            return ""
        return f"{seen.image.python.removesuffix('t')}t"  # whatever its program is named

    def _look(self, at: float, pid: int, seen: _Seen | None) -> _Seen:
        stack = self._stack(pid)
        is_loaded = seen is not None and at >= seen.at + _LOADED_SECONDS
        if seen is None or stack != seen.stack or (is_loaded and not seen.is_loaded):
            image = image_of(self._proc, pid)
            is_loaded = is_loaded and seen is not None and stack == seen.stack
            seen = _Seen(image, None, stack, at, at, is_loaded)
            return self._switched(pid, seen, is_new=True)
        return self._switched(pid, seen._replace(asked_at=at), is_new=False)

    def _switched(self, pid: int, seen: _Seen, *, is_new: bool) -> _Seen:
        """Look whether a Python that is built to do without a GIL has one now."""
        image, switch = seen.image, seen.switch
        if image is None or not (switch or (is_new and may_do_without(image.python))):
            return seen
        try:
            memory = Memory(self._proc, pid)
        except OSError:
            return seen._replace(is_on=has_gil(image.python))
        try:
            if is_new:
                switch = switch_of(self._proc, pid, image, memory)
            is_on = has_gil(image.python) if switch is None else is_switched_on(memory, switch)
        finally:
            memory.close()
        return seen._replace(switch=switch, is_on=is_on)

    def keep(self, pids: Collection[int]) -> None:
        """Forget all but some processes."""
        if len(self._seen) > len(pids) or not self._seen.keys() <= set(pids):
            self._seen = {pid: seen for pid, seen in self._seen.items() if pid in pids}

    def _stack(self, pid: int) -> bytes:
        try:
            with open(f"{self._proc}/{pid}/stat", "rb") as file:  # noqa: PTH123 - pathlib costs an import
                return file.read().rpartition(b") ")[2].split()[_START_STACK]
        except (OSError, IndexError):
            return b""
