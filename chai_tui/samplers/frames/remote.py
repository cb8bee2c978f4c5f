"""Functions and lines by Python's own ``_remote_debugging``, for processes of this same Python.

It reads memory in this process and stops nobody: 0.2 ms for a handful of threads. Its form is
Python 3.15's; whatever it raises is said and not looked into.

Its flags ``HAS_GIL`` and ``GIL_REQUESTED`` are not asked who has the GIL: they come from the same
memory as the interpreter's own lock word, by the same leave and the same section of the same file,
and said the same in 2,998 of 2,998 looks; but each look takes 180 µs for six threads, where the
word takes 2 to 5, and many a second are needed. Without glibc, where nobody looks for the word,
they were not tried. In a free-threaded Python ``HAS_GIL`` only says that a thread is attached.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from chai_tui.model.program_events import Layer
from chai_tui.model.text import printable
from chai_tui.samplers.frames.frame import Reading, frame_of

VERSION = (3, 15)
BUILD = "t" if "t" in getattr(sys, "abiflags", "") else ""
"""Whether this Python is built to do without a GIL: the other build keeps all of it elsewhere."""
_ALL = 3
"""Mode: every thread, whether it has a core or the GIL or neither."""


def can_read(python: str) -> bool:
    """Whether processes of such a Python can be read from this one.

    Args:
        python: as ``python_of`` tells it: ``CPython 3.15``.
    """
    same = f"CPython {VERSION[0]}.{VERSION[1]}{BUILD}"
    if sys.version_info[:2] != VERSION or python != same:
        return False
    try:
        import _remote_debugging  # type: ignore[import-not-found,unused-ignore]  # noqa: F401, PLC0415 - newer than most
    except ImportError:
        return False
    return True


class Remote:
    """Reads them."""

    layer = Layer.REMOTE

    def read(self, pid: int) -> Reading:
        """Return where the threads of a process are; it never raises."""
        try:
            import _remote_debugging  # noqa: PLC0415 - as above

            unwinder = _remote_debugging.RemoteUnwinder(
                pid, all_threads=True, mode=_ALL, skip_non_matching_threads=False
            )
            interpreters = unwinder.get_stack_trace()
        except Exception as error:  # noqa: BLE001 - it has many, and none of them is ours to mend
            return Reading(why=f"_remote_debugging: {printable(str(error)[:120])}")
        return Reading(
            tuple(
                frame_of(thread.thread_id, _entries(thread.frame_info))
                for interpreter in interpreters
                for thread in interpreter.threads
            )
        )

    def close(self) -> None:
        """Nothing is to end."""


def _entries(frames: Any) -> Iterator[tuple[str, str, int]]:
    for frame in frames:
        line = frame.location[0] if frame.location else 0
        yield str(frame.funcname), str(frame.filename), int(line or 0)
