"""Which function each thread is in, of those of whom that changed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from chai_tui.model.program_events import Layer, Place
from chai_tui.samplers.frames.asking import Asking
from chai_tui.samplers.frames.frame import Frame, FramesReader
from chai_tui.samplers.frames.py_spy import PySpy, find_py_spy
from chai_tui.samplers.frames.remote import VERSION, Remote, can_read

IDLE_SECONDS = 5.0
"""How often one is asked at most that does next to nothing, and is in the same place mostly."""
_BUSY = 0.05 * 1e9
"""Nanoseconds a second that one burns at least who does something."""


class Told(NamedTuple):
    """By what the functions of a process were told; None, and why, where they were not."""

    pid: int
    layer: Layer | None
    why: str


class Functions:
    """Asks for them, as often as that may cost.

    Args:
        py_spy: returns where py-spy is; empty: nowhere.
    """

    def __init__(
        self,
        py_spy: Callable[[], str] = find_py_spy,
    ) -> None:
        self._remote = Remote()
        path = py_spy()
        self._py_spy = PySpy(path) if path else None
        self._asking = Asking(self._reader_of)
        self._pythons: Mapping[int, str] = {}
        self._asked: dict[int, tuple[float, int | None]] = {}  # when, and what they had burned
        self._unread: set[int] = set()  # whom the nearer way does not read
        self._frames: dict[int, dict[int, Frame]] = {}

    def _reader_of(self, pid: int) -> FramesReader | None:
        if can_read(self._pythons[pid]) and pid not in self._unread:
            return self._remote
        return self._py_spy

    @property
    def may_be_told(self) -> bool:
        """Whether there is anything here that tells them."""
        return self._py_spy is not None or sys.version_info[:2] == VERSION

    def take(
        self, at: float, makers: Callable[[], Mapping[tuple[int, int], int]]
    ) -> tuple[list[Place], list[Told]]:
        """Return where those are of whom that changed, and by what it was told.

        Args:
            at: now, in seconds.
            makers: returns the makers' numbers, by process and thread.
        """
        places: list[Place] = []
        told: list[Told] = []
        for pid, reader, reading in self._asking.take(at):
            if pid not in self._pythons:
                continue
            layer = None if reading.why else reader.layer
            if reading.why and reader is self._remote:
                self._unread.add(pid)
            told.append(Told(pid, layer, reading.why))
            if not reading.why:
                places += self._changed(pid, reading.frames, makers())
        return places, told

    def ask(self, at: float, pythons: Mapping[int, str], burned: Mapping[int, int]) -> None:
        """Ask the next process, if it is time; it does not wait.

        Args:
            at: now, in seconds.
            pythons: which Python each process runs whose memory may be read.
            burned: nanoseconds that each process has burned; those that were never asked, and those
                that ran since, are asked.
        """
        self._pythons = pythons
        if not self._asking.is_due(at):
            return
        self._keep(pythons)
        ran = [pid for pid in pythons if self._has_news(at, pid, burned.get(pid))]
        asked = self._asking.ask(at, ran)
        if asked is not None:
            self._asked[asked] = at, burned.get(asked)

    def _has_news(self, at: float, pid: int, burned: int | None) -> bool:
        """Whether a process may be in other functions, and it is worth to ask which."""
        if pid not in self._asked:
            return True
        asked_at, before = self._asked[pid]
        if burned == before:
            return False
        is_busy = burned is None or before is None or burned - before > _BUSY * (at - asked_at)
        return is_busy or at >= asked_at + IDLE_SECONDS

    def _changed(
        self, pid: int, frames: Collection[Frame], makers: Mapping[tuple[int, int], int]
    ) -> list[Place]:
        before = self._frames.get(pid, {})
        # Of whom nobody knows yet, all of it is news once they are known.
        now = {frame.tid: frame for frame in frames if (pid, frame.tid) in makers}
        self._frames[pid] = now
        return [
            Place(makers[pid, frame.tid], frame.function, frame.file, frame.line)
            for frame in now.values()
            if frame != before.get(frame.tid, Frame(frame.tid))
        ]

    def _keep(self, pids: Collection[int]) -> None:
        """Forget all but some processes."""
        self._asking.keep(pids)
        self._unread &= set(pids)
        self._asked = {pid: known for pid, known in self._asked.items() if pid in pids}
        self._frames = {pid: known for pid, known in self._frames.items() if pid in pids}

    def close(self) -> None:
        """Ask no more; idempotent."""
        self._asking.close()
