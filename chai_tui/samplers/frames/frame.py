"""Where a thread is in its program."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from chai_tui.model.program_events import Layer
from chai_tui.model.text import printable

LONGEST = 100
"""Characters of a name that are kept."""


class Frame(NamedTuple):
    """The function that a thread is in.

    Attributes:
        tid: the system's number of the thread.
        function: its name; empty if the thread runs no Python.
        file: the name of its file, without folders.
        line: in that file.
    """

    tid: int
    function: str = ""
    file: str = ""
    line: int = 0


class Reading(NamedTuple):
    """What was read of one process.

    Attributes:
        frames: of its threads.
        why: why there are none, for a person; empty if there are.
        cpu_seconds: what others burned to find out.
    """

    frames: tuple[Frame, ...] = ()
    why: str = ""
    cpu_seconds: float = 0.0


class FramesReader(Protocol):
    """Reads them, one process at a time; it may take its time, and never stops a process."""

    layer: Layer

    def read(self, pid: int) -> Reading:
        """Return where the threads of a process are; it never raises."""
        ...

    def close(self) -> None:
        """Have a reading that goes on end soon; safe from any thread, and idempotent."""
        ...


def frame_of(tid: int, stack: Iterable[tuple[str, str, int]]) -> Frame:
    """Return the function of a stack that tells most: the innermost of the program's own.

    Args:
        tid: the system's number of the thread.
        stack: function, path of its file and line, the innermost first. Texts may hold anything.
    """
    innermost: tuple[str, str, int] | None = None
    for entry in stack:
        innermost = innermost or entry
        if not _is_of_python(entry[1]):
            innermost = entry
            break
    if innermost is None:
        return Frame(tid)
    function, path, line = innermost
    return Frame(tid, _safe(function), _safe(path.rpartition("/")[2]), line)


def _is_of_python(path: str) -> bool:
    """Whether a file is one of Python's own library."""
    return path.startswith("<") or ("/lib/python3" in path and "-packages/" not in path)


def _safe(text: str) -> str:
    return printable(text[:LONGEST])
