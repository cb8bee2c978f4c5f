"""What the commands that read a whole recording share: its opening, a bar, what is missing."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from typing import Self, TextIO

from chai_tui.cli.common.bad_request import BadRequestError
from chai_tui.cli.common.telling import complain
from chai_tui.host.patient_output import descriptor_of, write_text
from chai_tui.model.events import Event
from chai_tui.recording.form import RecordingError
from chai_tui.recording.reader import Reader

_EVERY = 2_000
"""Events between two looks at how far it is: 1 ms."""
_BAR_SECONDS = 0.1
"""Seconds between two pictures of the bar, and before the first."""
_BAR_CELLS = 30
_USUAL_CELLS = 60
"""Where the terminal does not tell how wide it is."""


class Bar:
    """How far it is, on a line of stderr that goes again; nothing where that is no terminal.

    Args:
        stream: stderr.
        clock: our seconds.
    """

    def __init__(self, stream: TextIO | None, clock: Callable[[], float] = time.monotonic) -> None:
        is_shown = stream is not None and not stream.closed and stream.isatty()
        self._stream = stream if is_shown else None
        self._clock = clock
        self._next = clock() + _BAR_SECONDS
        self._drawn = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_problem: object) -> None:
        self.clear()

    def show(self, doing: str, share: float | None) -> None:
        """Show how far it is, unless it was shown just now.

        Args:
            doing: what is done: ``reading``.
            share: how much of that is done, 0 to 1; None where nobody knows.
        """
        if self._stream is None or self._clock() < self._next:
            return
        self._next = self._clock() + _BAR_SECONDS
        text = doing if share is None else f"{doing} {int(share * 100):3d} %"
        if share is not None:
            done = int(share * _BAR_CELLS)
            text = f"{text} [{'#' * done}{'.' * (_BAR_CELLS - done)}]"
        text = text[: self._cells()]
        self._put(f"\r{text.ljust(self._drawn)}")
        self._drawn = len(text)

    def clear(self) -> None:
        """Leave the line as it was."""
        if self._drawn:
            self._put(f"\r{' ' * self._drawn}\r")
            self._drawn = 0

    def close(self) -> None:
        """Leave the line as it was, and show nothing more."""
        self.clear()
        self._stream = None

    def _cells(self) -> int:
        """How many fit: a longer line would be on two, and stay."""
        columns = 0
        with contextlib.suppress(OSError):
            columns = os.get_terminal_size(descriptor_of(self._stream) or 0).columns
        return columns - 1 if columns > 1 else _USUAL_CELLS

    def _put(self, text: str) -> None:
        if self._stream is not None:
            with contextlib.suppress(OSError):
                write_text(self._stream, text)


class Reading:
    """A recording that is read once, from its beginning to its end.

    Attributes:
        reader: of the recording.

    Args:
        path: of the recording; ``-`` for standard input.
        bar: shows how far it is.
        doing: what the bar says.

    Raises:
        BadRequestError: there is none.
    """

    def __init__(self, path: str, bar: Bar, doing: str = "reading") -> None:
        try:
            self.reader = Reader.open(path)
        except RecordingError as error:
            raise BadRequestError(str(error), is_usage=False) from error
        self._bar = bar
        self._doing = doing
        self._broke = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_problem: object) -> None:
        self.reader.close()

    def events(self) -> Iterator[Event]:
        """Yield all events, oldest first, as far as they can be read; a pipe is waited for."""
        reader = self.reader
        try:
            for count, event in enumerate(reader.events()):
                if not count % _EVERY:
                    self._bar.show(self._doing, reader.share_read)
                yield event
        except RecordingError as error:
            self._broke = str(error)

    @property
    def problems(self) -> list[str]:
        """What is missing of what was read by now, a line each."""
        return [self._broke] if self._broke else self.reader.problems()

    def tell_problems(self) -> None:
        """Write a line to stderr for each thing that is missing."""
        for problem in self.problems:
            complain(f"{self.reader.name}: {problem}")
