"""What a program prints, as lines with their time."""

from __future__ import annotations

import contextlib
import math
import os
import select
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping

from chai_tui.model.events import Dropped, Event, Said
from chai_tui.model.written import Written
from chai_tui.sources.live.capture import LineAssembler, LineBudget
from chai_tui.sources.live.poller import Poller
from chai_tui.sources.program.hearing.passing import PASS_SECONDS, Passing

if sys.platform != "win32":  # here: later there may be no descriptor left to import them
    import fcntl
    import termios

_PIECE = 16_384
_READS_KEPT = 64
"""Of each stream: they tell what was read since a moment ago."""
_MOST_BYTES = 64 * _PIECE
_MOST_LINES = 4_000
"""Lines of one stream that are read at once, and one piece more: 10 µs each. Whoever prints without
end keeps nobody waiting."""

HELD_LINES = 20
"""Of lines that come too fast the last so many are kept until there is time for them: how it ended
is what one looks for."""
OPEN_SECONDS = 0.5
"""Where nothing more comes for so long, the beginning of a line is shown as it is: a question."""

Speaker = Callable[[int], tuple[int | None, int]]
"""Returns the maker, None for nobody in particular, and the station of a pid."""


class Stream:
    """One descriptor that is read.

    Args:
        descriptor: it is closed when nothing more comes.
        name: ``out`` or ``err``.
        pid: whose lines they are; 0 if that cannot be told.
        passing: takes what was read; None: nobody passes it on.
    """

    def __init__(self, descriptor: int, name: str, pid: int, passing: Passing | None) -> None:
        self.descriptor = descriptor
        self.name = name
        self.pid = pid
        self.lines = LineAssembler()
        self.inode = os.fstat(descriptor).st_ino
        self.passing = passing
        self._reads: deque[tuple[float, int]] = deque(maxlen=_READS_KEPT)

    def read(self, most: int) -> bytes | None:
        """Return what is there now, at most so many bytes; None if nothing is."""
        try:
            data = os.read(self.descriptor, most)
        except BlockingIOError:
            return None
        except OSError:  # a terminal that nobody has any more
            return b""
        now = time.monotonic()
        self._reads.append((now, len(data)))
        if self.passing is not None:
            self.passing.feed(data, now)
        return data

    @property
    def shown_at(self) -> float:
        """When the beginning of a line that it has is to be shown; infinite if it has none."""
        return self._reads[-1][0] + OPEN_SECONDS if self.lines.is_open else math.inf

    def read_since(self, at: float) -> int:
        """How many bytes were read since a moment, in seconds of ``time.monotonic()``."""
        return sum(count for when, count in self._reads if when >= at)


class _Allowance:
    """What a process may still say.

    Attributes:
        budget: of lines.
        held: the last lines that it had no room for, each with the name of its stream.
    """

    def __init__(self, lines_per_second: int | None) -> None:
        self.budget = LineBudget(lines_per_second)
        self.held: list[tuple[str, str]] = []


class ProgramOutput:
    """Reads all that a program prints.

    Args:
        poller: waits for more.
        speaker: tells whose lines they are.
        lines_per_second: how many lines each process may say a second; the rest is counted. None:
            no limit.
        written: takes what is to be passed on, in whole lines where they get their end soon; None:
            nobody passes it on.
    """

    def __init__(
        self,
        poller: Poller,
        speaker: Speaker,
        lines_per_second: int | None,
        written: Written | None = None,
    ) -> None:
        self._written = written
        self._poller = poller
        self._speaker = speaker
        self._rate = lines_per_second
        self._streams: dict[int, Stream] = {}
        self._begun: dict[Stream, float] = {}
        self._added: dict[Stream, int] = {}
        """Those since the last time that several were read, and how much each had to say then."""
        self._allowances: dict[int, _Allowance] = {}

    @property
    def is_open(self) -> bool:
        """Whether more may come."""
        return bool(self._streams)

    def add(self, descriptor: int, name: str, pid: int = 0) -> None:
        """Read from a descriptor, too."""
        passing = None
        if self._written is not None and self._written.wants(name):
            passing = Passing(is_visible=name in self._written.made_visible)
        stream = self._streams[descriptor] = Stream(descriptor, name, pid, passing)
        self._added[stream] = _ready_bytes(descriptor)
        self._poller.add(descriptor, stream)

    def read(self, stream: Stream, at: float) -> list[Event]:
        """Return what a stream says now; of very much, the first part."""
        return self._read(stream, at, _MOST_BYTES, _MOST_LINES)

    def _drain(self, stream: Stream, at: float) -> list[Event]:
        """Return all that a stream has said by now."""
        return self._read(stream, at, _ready_bytes(stream.descriptor), sys.maxsize)

    def _read(self, stream: Stream, at: float, most_bytes: int, most_lines: int) -> list[Event]:
        if self._streams.get(stream.descriptor) is not stream:
            return []  # it ended meanwhile, and its descriptor may be somebody else's by now
        lines: list[str] = []
        has_ended, size = False, 0
        # Once more than there was: that nothing more comes is only seen then.
        while size <= most_bytes and len(lines) < most_lines:
            data = stream.read(_PIECE)
            if data is None:
                break
            if not data:
                lines += stream.lines.finish()
                has_ended = True
                break
            size += len(data)
            lines += stream.lines.feed(data)
        events = self._said(stream, lines, at)
        if has_ended:
            events += self._tell(stream.pid, [], at, is_last=True)
            self._end(stream)
        return events

    def sizes(self, streams: Iterable[Stream]) -> dict[Stream, int]:
        """Return how much each stream has to say at this moment, in bytes."""
        return {stream: _ready_bytes(stream.descriptor) for stream in streams}

    def read_all(self, sizes: Mapping[Stream, int], at: float) -> list[Event]:
        """Return what several streams say that were ready at the same moment, and the new ones.

        In which order it was said is not known then. Whoever has ended said it before others could
        know of that end, so comes first, the youngest before who started them; else who is older.

        Args:
            sizes: what each had to say then. What it said since may be an answer to somebody whose
                words are not read yet: that comes the next time.
            at: now.
        """
        told = [
            (stream, self._read_then(stream, at, size))
            for stream, size in {**self._added, **sizes}.items()
        ]
        self._added.clear()
        told.sort(key=lambda each: self._turn(each[0]))
        return [event for _, events in told for event in events]

    def _read_then(self, stream: Stream, at: float, size: int) -> list[Event]:
        """Read so much of a stream, and its end if that is all that there is."""
        if self._streams.get(stream.descriptor) is not stream:
            return []  # it ended meanwhile, as below
        if _is_hung_up(stream.descriptor) and _ready_bytes(stream.descriptor) <= size:
            return self.read(stream, at)
        size = min(size, _MOST_BYTES)
        lines: list[str] = []
        while size > 0 and len(lines) < _MOST_LINES:
            if not (data := stream.read(min(size, _PIECE))):
                break
            size -= len(data)
            lines += stream.lines.feed(data)
        return self._said(stream, lines, at)

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

    def settle(self, at: float) -> list[Event]:
        """Return what was held back, as far as it may be said by now."""
        events: list[Event] = []
        for stream in [each for each, when in self._begun.items() if when + PASS_SECONDS <= at]:
            self._pass_on(stream, though_open=True)
        if self._rate is None:
            return events
        for stream in [each for each in self._streams.values() if each.shown_at <= at]:
            events += self._said(stream, stream.lines.finish(), at)
        for pid in [pid for pid, allowance in self._allowances.items() if allowance.held]:
            events += self._tell(pid, [], at)
        return events

    @property
    def settles_at(self) -> float:
        """When there is something to settle; infinite if nothing is."""
        passed = [when + PASS_SECONDS for when in self._begun.values()]
        if self._rate is None:
            return min(passed, default=math.inf)
        held = [time.monotonic() + 0.1 for one in self._allowances.values() if one.held]
        return min(
            [*passed, *held, *(stream.shown_at for stream in self._streams.values())],
            default=math.inf,
        )

    def drain(self, pid: int, at: float) -> list[Event]:
        """Return what a process had said until now, of what is its alone."""
        events = [
            event
            for stream in [each for each in self._streams.values() if each.pid == pid]
            for event in self._drain(stream, at)
        ]
        if pid != 0 and pid in self._allowances:  # most never said anything
            events += self._tell(pid, [], at, is_last=True)
        return events

    def drain_all(self, at: float) -> list[Event]:
        """Return all that was said until now."""
        events: list[Event] = []
        for stream in [*self._streams.values()]:
            events += self._drain(stream, at)
        return events

    def finish(self, at: float) -> list[Event]:
        """Return all that was said, a last line without an end too, and read nothing more.

        Somebody may have the other end still, who is none of the program's: that is not waited for.
        """
        events = self.drain_all(at)
        for stream in [*self._streams.values()]:
            events += self._said(stream, stream.lines.finish(), at)
            events += self._tell(stream.pid, [], at, is_last=True)
            self._end(stream)
        return events

    def _said(self, stream: Stream, lines: Iterable[str], at: float) -> list[Event]:
        self._pass_on(stream)
        named = [(line, stream.name) for line in lines]
        return self._tell(stream.pid, named, at) if named else []

    def _pass_on(self, stream: Stream, *, though_open: bool = False, is_last: bool = False) -> None:
        """Pass on what was read of a stream."""
        passing, written = stream.passing, self._written
        if passing is None or written is None:
            return
        if though_open or is_last:
            passing.pass_on(is_last=is_last)
        if passing.pieces:
            _, station = self._speaker(stream.pid)
            written.pieces.setdefault((station, stream.name), []).extend(passing.pieces)
            passing.pieces.clear()
        if passing.begun is None:
            self._begun.pop(stream, None)
        else:
            self._begun[stream] = passing.begun

    def _tell(
        self, pid: int, lines: list[tuple[str, str]], at: float, *, is_last: bool = False
    ) -> list[Event]:
        """Return as many lines as may be said; of the others the last are held, the rest counted.

        Args:
            pid: who says them.
            lines: and the names of their streams.
            at: now.
            is_last: whether nothing more comes, so that those that are held are said.
        """
        allowance = self._allowances.setdefault(pid, _Allowance(self._rate))
        lines = [*allowance.held, *lines]
        granted = allowance.budget.take(len(lines), at)
        told, rest = lines[:granted], lines[granted:]
        held = rest[-HELD_LINES:]
        allowance.held = [] if is_last else held
        maker, station = self._speaker(pid)
        events: list[Event] = [Said(at, maker, line, name, station) for line, name in told]
        if len(rest) > len(held):
            events.append(Dropped(at, maker, len(rest) - len(held), station))
        if is_last:
            events += [Said(at, maker, line, name, station) for line, name in held]
        return events

    def _end(self, stream: Stream) -> None:
        self._pass_on(stream, is_last=True)
        self._poller.remove(stream.descriptor)
        with contextlib.suppress(OSError):
            os.close(stream.descriptor)
        self._streams.pop(stream.descriptor, None)
        if not any(other.pid == stream.pid for other in self._streams.values()):
            self._allowances.pop(stream.pid, None)


def _is_hung_up(descriptor: int) -> bool:
    """Whether nobody can write into a pipe any more."""
    if sys.platform == "win32":
        return True
    poll = select.poll()
    poll.register(descriptor, 0)
    return bool(poll.poll(0))


def _ready_bytes(descriptor: int) -> int:
    """Return how many bytes can be read at the moment; as many as ever if nobody knows."""
    if sys.platform == "win32":
        return _MOST_BYTES
    try:
        size = fcntl.ioctl(descriptor, termios.FIONREAD, b"\0\0\0\0")
    except OSError:
        return _MOST_BYTES
    return int.from_bytes(size, sys.byteorder)
