"""What a program prints, as lines with their time."""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from chai_tui.model.events import Dropped, Event, Said
from chai_tui.sources.live.capture import LineAssembler, LineBudget
from chai_tui.sources.live.poller import Poller

_PIECE = 65_536
_READS_KEPT = 64
_PIECES = 16
"""Pieces of one stream that are read at once: whoever prints without end keeps nobody waiting."""

Speaker = Callable[[int], tuple[int | None, int]]
"""Returns the maker, None for nobody in particular, and the station of a pid."""


class Stream:
    """One descriptor that is read.

    Args:
        descriptor: it is closed when nothing more comes.
        name: ``out`` or ``err``.
        pid: whose lines they are; 0 if that cannot be told.
    """

    def __init__(self, descriptor: int, name: str, pid: int) -> None:
        self.descriptor = descriptor
        self.name = name
        self.pid = pid
        self.lines = LineAssembler()
        self.inode = os.fstat(descriptor).st_ino
        self._reads: deque[tuple[float, int]] = deque(maxlen=_READS_KEPT)

    def read(self, most: int) -> bytes | None:
        """Return what is there now, at most so many bytes; None if nothing is."""
        try:
            data = os.read(self.descriptor, most)
        except BlockingIOError:
            return None
        except OSError:  # a terminal that nobody has any more
            return b""
        self._reads.append((time.monotonic(), len(data)))
        return data

    def read_since(self, at: float) -> int:
        """How many bytes were read since a moment, in seconds of ``time.monotonic()``."""
        return sum(count for when, count in self._reads if when >= at)


class ProgramOutput:
    """Reads all that a program prints.

    Args:
        poller: waits for more.
        speaker: tells whose lines they are.
        lines_per_second: how many lines each process may say a second; the rest is counted. None:
            no limit.
    """

    def __init__(self, poller: Poller, speaker: Speaker, lines_per_second: int | None) -> None:
        self._poller = poller
        self._speaker = speaker
        self._rate = lines_per_second
        self._streams: dict[int, Stream] = {}
        self._budgets: dict[int, LineBudget] = {}

    @property
    def is_open(self) -> bool:
        """Whether more may come."""
        return bool(self._streams)

    def add(self, descriptor: int, name: str, pid: int = 0) -> None:
        """Read from a descriptor, too."""
        stream = self._streams[descriptor] = Stream(descriptor, name, pid)
        self._poller.add(descriptor, stream)

    def read(self, stream: Stream, at: float) -> list[Event]:
        """Return what a stream says now."""
        lines: list[str] = []
        for _ in range(_PIECES):
            data = stream.read(_PIECE)
            if data is None:
                break
            if not data:
                lines += stream.lines.finish()
                self._end(stream)
                break
            lines += stream.lines.feed(data)
        return self._said(stream, lines, at)

    def read_all(self, streams: Sequence[Stream], at: float) -> list[Event]:
        """Return what several streams say that are ready at the same moment.

        In which order it was said is not known then. Whoever has ended said it before others could
        know of that end, so comes first, the youngest before who started them; else who is older.
        """
        told = [(stream, self.read(stream, at)) for stream in streams]
        told.sort(key=lambda each: self._turn(each[0]))
        return [event for _, events in told for event in events]

    def _turn(self, stream: Stream) -> tuple[int, int]:
        _, station = self._speaker(stream.pid)
        has_ended = stream.descriptor not in self._streams
        return (0, -station) if has_ended else (1, station)

    def read_before(self, inode: int, unread: int, at: float, now: float) -> list[Event]:
        """Return what was in a pipe at a moment, and was not read since.

        Args:
            inode: of the pipe.
            unread: bytes in it that nobody had read.
            at: when that was, in seconds of ``time.monotonic()``.
            now: when it is read.
        """
        events: list[Event] = []
        for stream in [each for each in self._streams.values() if each.inode == inode]:
            left = unread - stream.read_since(at)
            while left > 0 and (data := stream.read(min(left, _PIECE))):
                left -= len(data)
                events += self._said(stream, stream.lines.feed(data), now)
        return events

    def drain(self, pid: int, at: float) -> list[Event]:
        """Return what a process had said until now, of what is its alone."""
        return [
            event
            for stream in [each for each in self._streams.values() if each.pid == pid]
            for event in self.read(stream, at)
        ]

    def drain_all(self, at: float) -> list[Event]:
        """Return all that was said until now; a last line need not have an end."""
        events: list[Event] = []
        for stream in [*self._streams.values()]:
            events += self.read(stream, at)
        return events

    def _said(self, stream: Stream, lines: Iterable[str], at: float) -> list[Event]:
        lines = [*lines]
        if not lines:
            return []
        maker, station = self._speaker(stream.pid)
        budget = self._budgets.setdefault(stream.pid, LineBudget(self._rate))
        granted = budget.take(len(lines), at)
        events: list[Event] = [
            Said(at, maker, line, stream.name, station) for line in lines[:granted]
        ]
        if granted < len(lines):
            events.append(Dropped(at, maker, len(lines) - granted, station))
        return events

    def _end(self, stream: Stream) -> None:
        self._poller.remove(stream.descriptor)
        with contextlib.suppress(OSError):
            os.close(stream.descriptor)
        self._streams.pop(stream.descriptor, None)
        if not any(other.pid == stream.pid for other in self._streams.values()):
            self._budgets.pop(stream.pid, None)

    def close(self) -> None:
        """Read nothing more; idempotent."""
        for stream in [*self._streams.values()]:
            self._end(stream)
