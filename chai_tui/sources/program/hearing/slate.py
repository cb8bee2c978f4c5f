"""Reads the memory in which a process writes what it tells very often.

A slot holds its number, from 1 on, and a message; the number is written last. There are so many
slots; then the first is written over, whether it was read or not. Anybody's program may write
there, or something else may come for it: nothing is mapped, for it could be cut while we look.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Callable

SLOT = 128
"""Bytes: 8 for the number, 8 for nanoseconds of ``time.monotonic_ns()``, and the message."""
SLOTS = 2_048
HOLE_SECONDS = 0.5
"""For so long a slot is waited for that was not written, where later ones were: its thread was kept
from the core meanwhile, or something was raised there."""
_NUMBER = 8
_KEEPS = SLOTS * 3 // 4
"""Slots that are still read of a process that has written over others: it goes on writing."""


class SlateReader:
    """One process's.

    Attributes:
        lost: messages that were written over before they were read.

    Args:
        descriptor: of the memory; closed with this.
        clock: seconds.

    Raises:
        ValueError: it is no such memory; the descriptor is closed.
    """

    def __init__(self, descriptor: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._descriptor = descriptor
        self._clock = clock
        self._next = 1
        self._waits_since: float | None = None
        self.lost = 0
        self._looked_at = clock()
        status = os.fstat(descriptor)
        is_memory = stat.S_ISREG(status.st_mode) and status.st_size == SLOT * SLOTS
        if not is_memory or len(self._read(0, SLOT)) < SLOT:
            self.close()
            raise ValueError("not the memory of a hook")

    def read(self, *, is_over: bool = False) -> list[tuple[float, bytes]]:
        """Return the messages that were written since the last time, in order.

        With when each was written, in seconds of ``time.monotonic()``.

        Args:
            is_over: whether nobody writes any more: what is missing will not come.
        """
        now = self._clock()
        is_due = is_over or self._waits_since is not None or now >= self._looked_at + HOLE_SECONDS
        if not is_due and not self._has_next():
            return []
        self._looked_at = now
        # What is the same twice was not being written meanwhile.
        memory, again = self._read(0, SLOT * SLOTS), self._read(0, SLOT * SLOTS)
        if len(memory) != SLOT * SLOTS or len(again) != len(memory):  # somebody has cut it
            return []
        numbers = memoryview(memory).cast("Q")[:: SLOT // _NUMBER].tolist()
        newest = max(numbers)
        if newest >= self._next + SLOTS:
            self.lost += newest - _KEEPS - self._next
            self._next = newest - _KEEPS
        found: list[tuple[float, bytes]] = []
        passes_over = is_over
        while self._next <= newest:
            slot = self._next % SLOTS
            begin, end = slot * SLOT, slot * SLOT + SLOT
            if numbers[slot] == self._next and memory[begin:end] == again[begin:end]:
                at = int.from_bytes(memory[begin + _NUMBER : begin + 2 * _NUMBER], sys.byteorder)
                found.append((at / 1e9, memory[begin + 2 * _NUMBER : end].rstrip(b"\0")))
                passes_over = is_over
            elif passes_over or self._gives_up(now):
                self.lost += 1
                passes_over = True  # the next ones, too: they were waited for as long
            else:
                return found
            self._waits_since = None
            self._next += 1
        self._waits_since = None
        return found

    def _gives_up(self, now: float) -> bool:
        """Whether the next slot was waited for long enough."""
        if self._waits_since is None:
            self._waits_since = now
        return now - self._waits_since >= HOLE_SECONDS

    def _has_next(self) -> bool:
        """Whether the next slot is written, or the one after it, or it was written over."""
        for number in (self._next, self._next + 1):
            head = self._read(number % SLOTS * SLOT, _NUMBER)
            if int.from_bytes(head, sys.byteorder) >= number:
                return True
        return False

    def _read(self, begin: int, size: int) -> bytes:
        """Return so many bytes; fewer, or none, where somebody handed over something odd."""
        try:
            return os.pread(self._descriptor, size, begin)
        except OSError:
            return b""

    def close(self) -> None:
        """Close it; idempotent."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
