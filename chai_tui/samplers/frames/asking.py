"""Asks one process after another where its threads are, in a thread that keeps nobody waiting."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable
from queue import SimpleQueue
from typing import NamedTuple

from chai_tui.samplers.frames.frame import FramesReader, Reading

EVERY_SECONDS = 1.0
"""The least time between two questions, of whichever process."""
COST_SHARE = 0.01
"""Share of one core that asking may take: what takes longer is asked less often."""
_FIRST_PAUSE, _LONGEST_PAUSE = 2.0, 60.0
"""Seconds for which a process that could not be read is left alone, ever longer."""
_CLOSE_SECONDS = 0.2


class Answer(NamedTuple):
    """What was read of a process, and by what."""

    pid: int
    reader: FramesReader
    reading: Reading


class Asking:
    """Asks in a thread of its own, which begins with the first question.

    Args:
        reader_of: returns what reads a process; None if nothing does.
    """

    def __init__(
        self,
        reader_of: Callable[[int], FramesReader | None],
    ) -> None:
        self._reader_of = reader_of
        self._questions: SimpleQueue[tuple[int, FramesReader] | None] = SimpleQueue()
        self._answers: SimpleQueue[tuple[Answer, float]] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._readers: set[FramesReader] = set()
        self._asked_at: dict[int, float] = {}
        self._left_alone: dict[int, tuple[float, float]] = {}  # until when, and the pause before
        self._is_asking = False
        self._due_at = float("-inf")

    def is_due(self, at: float) -> bool:
        """Whether somebody may be asked now."""
        return not self._is_asking and at >= self._due_at

    def ask(self, at: float, pids: Iterable[int]) -> int | None:
        """Ask the one of some processes that was not asked for longest.

        Args:
            at: now, in seconds, when it is due.
            pids: those whose threads ran since they were asked, or never were.

        Returns:
            Who was asked; None if nobody was.
        """
        self._due_at = at + EVERY_SECONDS
        asked = self._asked_at
        free = [pid for pid in pids if self._left_alone.get(pid, (0.0, 0.0))[0] <= at]
        for pid in sorted(free, key=lambda pid: asked.get(pid, float("-inf"))):
            reader = self._reader_of(pid)
            self._asked_at[pid] = at
            if reader is not None:
                self._begin(pid, reader)
                return pid
        return None

    def _begin(self, pid: int, reader: FramesReader) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="frames", daemon=True)
            self._thread.start()
        self._is_asking = True
        self._readers.add(reader)
        self._questions.put((pid, reader))

    def _work(self) -> None:
        while (question := self._questions.get()) is not None:
            pid, reader = question
            burned = time.thread_time()
            reading = reader.read(pid)
            cost = time.thread_time() - burned + reading.cpu_seconds
            self._answers.put((Answer(pid, reader, reading), cost))

    def take(self, at: float) -> list[Answer]:
        """Return what was answered since; it does not wait.

        Args:
            at: now, in seconds.
        """
        answers = []
        while not self._answers.empty():
            answer, cost = self._answers.get()
            self._is_asking = False
            self._due_at = max(self._due_at, at + cost / COST_SHARE)
            if answer.reading.why:
                before = self._left_alone.get(answer.pid, (0.0, _FIRST_PAUSE / 2))[1]
                pause = min(2 * before, _LONGEST_PAUSE)
                self._left_alone[answer.pid] = at + pause, pause
            else:
                self._left_alone.pop(answer.pid, None)
            answers.append(answer)
        return answers

    def keep(self, pids: Collection[int]) -> None:
        """Forget all but some processes."""
        self._asked_at = {pid: known for pid, known in self._asked_at.items() if pid in pids}
        self._left_alone = {pid: known for pid, known in self._left_alone.items() if pid in pids}

    def close(self) -> None:
        """Ask no more, and have what goes on end; idempotent."""
        if self._thread is not None:
            self._questions.put(None)
            for reader in self._readers:
                reader.close()
            self._thread.join(_CLOSE_SECONDS)
            self._thread = None
