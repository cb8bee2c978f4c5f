"""Reads a recording, as far as it is there and can be understood."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from chai_tui.explain.wording.formatting import counted
from chai_tui.model.events import Event
from chai_tui.model.text import printable
from chai_tui.recording.byte_input import ByteInput, is_stdin, open_input
from chai_tui.recording.form import BEGINS, Header, RecordingError, read_header
from chai_tui.recording.lines import Read, Tally, parsed, read_lines
from chai_tui.recording.unpacker import Unpacker

LONGEST_LINE = 4_000_000
"""Bytes: a sample of 10,000 makers has two million; what JSON makes of such a line has up to forty
times as many."""
LONGEST_HEADER = 1_000_000
"""Bytes: those of a thousand cores have 8,000."""
MOST_BYTES = 2_000_000_000
"""Of the unpacked text: 15 million events, or half a day of forty makers; more is left out, and
said so. Of what is compressed, likewise."""
HEADER_SECONDS = 10.0
"""How long a pipe may take until it has told that it is a recording."""
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class Reader:
    """A recording that is being read.

    Attributes:
        name: of the file, as it was given.
        header: what its first line says.
        tally: what could not be understood.

    Args:
        source: its bytes.
        name: as above.

    Raises:
        RecordingError: it is no recording, or a newer one.
    """

    def __init__(self, source: ByteInput, name: str) -> None:
        self.name = name
        self.tally = Tally()
        self._source = source
        self._unpacker = Unpacker()
        self._pieces: Iterator[bytes] = iter(())
        self._rest = b""
        self._skips = False  # the rest of a line that is too long
        self._tried = 0  # bytes of an unended last line that is no whole one yet
        self._bytes = 0
        self._events = 0
        try:
            self.header = self._read_header()
        except RecordingError:
            source.close()
            raise

    @classmethod
    def open(cls, path: str | Path) -> Reader:
        """Open the recording at a path; ``-`` for standard input.

        Raises:
            RecordingError: there is none; the text names the path.
        """
        name = "standard input" if is_stdin(path) else printable(str(path))
        try:
            return cls(open_input(path), name)
        except RecordingError as error:
            raise RecordingError(f"{name}: {error}") from error

    # What is there

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self.tally.end is not None or not self._source.grows

    @property
    def is_fresh(self) -> bool:
        """Whether somebody is writing to it: it has no end, and is a pipe or was just changed."""
        source = self._source
        if self.is_over:
            return False
        return not source.is_file or source.is_held or source.was_just_written

    @property
    def share_read(self) -> float | None:
        """How much of the file was read, 0 to 1; None where nobody knows."""
        size = self._source.size
        return None if not size else min(1.0, self._source.place / size)

    def read(self) -> Read | None:
        """Return the next events, about 2,000 of them or none; None: there is nothing more now.

        Whether there will be, :attr:`is_over` says. It returns after a piece of bytes, whatever
        they are.

        Raises:
            RecordingError: it cannot be read any more.
        """
        block = self._next_block()
        if block is None:
            return None
        found = read_lines(self._whole_lines(block), self.header.window, self.tally)
        self._events += found.count
        return found

    def wait(self, seconds: float) -> None:
        """Wait until there may be more, but no longer than so many seconds."""
        self._source.wait(seconds)

    def events(self) -> Iterator[Event]:
        """Yield all events up to the end, or as far as there are any now.

        A pipe is waited for.
        """
        while True:
            found = self.read()
            if found is not None:
                yield from found.events
            elif self.is_over or self._source.is_file:
                return
            else:
                self.wait(0.1)

    def problems(self, *, is_followed: bool = False) -> list[str]:
        """Return what is missing, a line each, without the file's name; empty if nothing is.

        Args:
            is_followed: whether more is waited for: then it lacks no end yet.
        """
        tally, told = self.tally, []
        if tally.garbled:
            told.append(
                f"passed over {counted(tally.garbled, 'line')} that {_are(tally.garbled)} "
                f"no event ({tally.first})"
            )
        if tally.unknown:
            told.append(
                f"passed over {counted(tally.unknown, 'event')} that this version does not know"
            )
        if tally.misplaced:
            told.append(f"passed over {counted(tally.misplaced, 'event')} at times that cannot be")
        if self._unpacker.gaps:
            told.append(f"{counted(self._unpacker.gaps, 'damaged place')} could not be unpacked")
        if self._is_too_much:
            told.append(f"only the first {MOST_BYTES:,} bytes are shown")
        if end := self._about_its_end(is_followed=is_followed):
            told.append(end)
        return told

    def _about_its_end(self, *, is_followed: bool) -> str:
        """What is to be said of the end; empty if it is there, or waited for."""
        end = self.tally.end
        if self._source.begun_anew:
            return "somebody cut the file or began it anew; shown is what it was before"
        if end is not None:
            missing = end.events - self._events
            told = f"{counted(missing, 'event')} of {end.events:,} are missing"
            return told if missing > self.tally.passed_over else ""
        if is_followed:
            return ""
        if self._source.is_held:
            return "it goes on; shown is what had happened by now"
        return f"it has no end: it was cut off{', or goes on' if self.is_fresh else ''}"

    def close(self) -> None:
        """Read no more; idempotent."""
        self._source.close()
        self._pieces, self._rest = iter(()), b""

    # How it is read

    @property
    def _is_too_much(self) -> bool:
        return max(self._bytes, self._source.place) > MOST_BYTES

    def _next_block(self) -> bytes | None:
        """The next bytes of the text, or none where there is damage; None: there are none now."""
        if self._is_too_much:
            self._source.close()
            return None
        piece = next(self._pieces, None)
        if piece is None:
            data = self._source.read()
            if not data:
                return self._unended_line()
            self._pieces = self._unpacker.feed(data)
            piece = next(self._pieces, b"")
        self._bytes += len(piece)
        return piece

    def _unended_line(self) -> bytes | None:
        """The end of the last line, where that is whole but for it; None where it is not."""
        if not self._rest or self._skips:
            return None
        if self._source.grows:
            # Somebody may still write to the file; no line begins as another whole one does.
            if len(self._rest) == self._tried or not self._rest.rstrip().endswith(b"}"):
                return None
            self._tried = len(self._rest)
            try:
                parsed(self._rest.decode("utf-8", "replace"))
            except ValueError:
                return None
        return b"\n"

    def _whole_lines(self, block: bytes) -> str:
        whole, end, rest = block.rpartition(b"\n")
        if not end:
            self._rest += b"" if self._skips else block
            if len(self._rest) > LONGEST_LINE:
                self._rest, self._skips = b"", True
                self.tally.garbled += 1
                self.tally.first = self.tally.first or "a line of too many characters"
            return ""
        lines = (self._rest + whole).decode("utf-8", "replace")
        if self._skips:
            lines = lines.partition("\n")[2]
        self._rest, self._skips, self._tried = rest, False, 0
        return lines

    def _read_header(self) -> Header:
        text = self._first_line()
        if self._unpacker.gaps and not text.strip():
            raise RecordingError("expected a recording, found its beginning damaged")
        if not text:
            raise RecordingError("expected a recording, found it empty")
        if text.startswith(_UTF_16):
            raise RecordingError("expected a recording in UTF-8, found UTF-16")
        line, end, behind = text.partition(b"\n")
        try:
            value = parsed(line.decode("utf-8-sig"))
        except ValueError:
            value = None
        if value is None and not end and line.startswith(BEGINS):
            raise RecordingError("expected a recording, found it cut in its first line")
        header = read_header(value)
        if behind:
            self._pieces = _before(behind, self._pieces)
        return header

    def _first_line(self) -> bytes:
        """The first line, or what there is of it, and what came with it."""
        until = time.monotonic() + HEADER_SECONDS
        text = b""
        while b"\n" not in text and len(text) <= LONGEST_HEADER:
            block = self._next_block()
            text += block or b""
            if self._source.is_file or not self._source.grows:
                if block is not None:
                    continue
                if text or not self._source.is_held or time.monotonic() > until:
                    break
                self.wait(0.05)  # whoever records to it has only just begun
            elif time.monotonic() > until and b"\n" not in text:
                raise RecordingError(
                    f"expected a recording, found none within {HEADER_SECONDS:g} s"
                )
            elif block is None:
                self.wait(0.1)
        return text


def _before(first: bytes, others: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from others


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
