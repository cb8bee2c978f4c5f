"""What a station tells its parent. Runs in the child; standard library only."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import time
from contextvars import ContextVar
from typing import Any, Protocol

from chai_tui.sources.live.station import wire

_now = time.monotonic  # a maker may put another clock in its place

current_maker: ContextVar[int | None] = ContextVar("current_maker", default=None)
"""The maker whose code runs in this thread or task."""


class Queue(Protocol):
    """Takes reports: a :class:`~chai_tui.sources.live.station.report_queue.ReportQueue`."""

    def put(self, item: object) -> None:
        """Write an item; it is in the pipe when the call returns."""


class Reporter:
    """Puts reports on the station's queue.

    A report is on the pipe when the call returns: no feeder thread holds it, so nothing is lost
    whatever ends the process next. A parent that is slow makes the call wait.
    """

    def __init__(self, queue: Queue, inherited: int = 0) -> None:
        """Make one.

        Args:
            queue: the station's.
            inherited: how many modules this interpreter had from its first moment on.
        """
        self.queue = queue
        self._inherited = inherited

    def _put(self, code: str, *fields: object) -> None:
        try:
            self.queue.put((code, _now(), *fields))
        except BrokenPipeError:
            # Nobody is left to report to; the lifeline says the same in a moment.
            os._exit(1)

    def started(self, maker: int, tid: int) -> None:
        """The maker runs in thread ``tid`` of this process; what was imported for that is told."""
        imported = max(0, len(sys.modules) - self._inherited)
        self._put(wire.STARTED, maker, os.getpid(), tid, imported)

    def step_began(self, maker: int, step: int, name: str = "") -> None:
        """The maker began a step; ``name`` is that of one which its recipe does not have."""
        self._put(wire.STEP_BEGAN, maker, step, name)

    def progress(self, maker: int, fraction: float, cpu_seconds: float) -> None:
        """The current step is done to ``fraction``."""
        self._put(wire.PROGRESS, maker, fraction, cpu_seconds)

    def served(self, maker: int, cpu_seconds: float, cups: int, result: str = "") -> None:
        """The maker followed its whole recipe; this process's memory counts ``cups`` now."""
        self._put(wire.SERVED, maker, cpu_seconds, cups, result)

    def gave_up(self, maker: int, cpu_seconds: float) -> None:
        """The maker was asked to stop and did."""
        self._put(wire.GAVE_UP, maker, cpu_seconds)

    def failed(self, maker: int, error: BaseException, cpu_seconds: float) -> None:
        """The maker raised; the whole traceback also goes to stderr, as Python would do it.

        Never raises, whatever the maker did to its streams or its memory: where there is none left
        even for the report, the process ends, because nobody would ever learn of its makers.
        """
        kind = type(error).__name__
        try:
            from chai_tui.sources.live.station.failures import told_of  # noqa: PLC0415 - only a failure needs it

            summary, lines = told_of(error)
            one_line = wire.shortened(summary or kind, wire.ERROR_LIMIT)
            told = wire.shortened(lines, wire.TRACEBACK_LIMIT)
        except BaseException:  # noqa: BLE001 - out of memory, or an error that cannot be shown
            lines, one_line, told = "", kind, ""
        with contextlib.suppress(BaseException):  # it may have closed its stderr
            sys.stderr.write(lines)
        try:
            self._put(wire.FAILED, maker, one_line, told, cpu_seconds)
        except BaseException:  # noqa: BLE001 - see above
            os._exit(1)

    def wrote(self, maker: int | None, stream: str, data: bytes) -> None:
        """The maker wrote ``data`` to stream ``"out"`` or ``"err"``."""
        for begin in range(0, len(data), wire.FRAGMENT_LIMIT):
            self._put(wire.FRAGMENT, maker, stream, data[begin : begin + wire.FRAGMENT_LIMIT])

    def joined(self, maker: int) -> None:
        """The maker's thread or task was joined; see :meth:`failed` for what if nobody can tell."""
        try:
            self._put(wire.JOINED, maker)
        except MemoryError:
            os._exit(1)


class _MakerRaw(io.RawIOBase):
    """The unbuffered bottom of ``sys.stdout`` or ``sys.stderr``: every write is a report."""

    def __init__(self, reporter: Reporter, stream: str, descriptor: int, owner: int | None) -> None:
        self._reporter = reporter
        self._stream = stream
        self._descriptor = descriptor
        self._owner = owner

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def write(self, data: Any, /) -> int:
        written = bytes(data)
        self._reporter.wrote(current_maker.get(self._owner), self._stream, written)
        return len(written)


def capture_python_streams(reporter: Reporter, owner: int | None = None) -> None:
    """Make everything printed from Python a report, in order with all others and with its maker.

    What C code or a subprocess writes goes to descriptors 1 and 2, which the parent reads.

    Args:
        reporter: takes it.
        owner: whose it is where no maker is known to run, as in a thread that one has started.
    """
    for name, stream, descriptor in (("stdout", "out", 1), ("stderr", "err", 2)):
        text = io.TextIOWrapper(
            _MakerRaw(reporter, stream, descriptor, owner),  # type: ignore[type-var]
            encoding="utf-8",
            errors="backslashreplace",
            write_through=True,
        )
        setattr(sys, name, text)
        setattr(sys, f"__{name}__", text)
