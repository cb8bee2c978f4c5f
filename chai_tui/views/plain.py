"""A run without a screen: as the lesson's lines, or as JSON, one object an event."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Iterator, Sequence
from enum import IntEnum
from types import FrameType
from typing import Protocol, TextIO

from chai_tui.explain.event_text import closing_line
from chai_tui.host.process_setup import ending_signals_heard_by
from chai_tui.model.commands import AddMakers
from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, Served, Started, Trouble, Unseated, as_json
from chai_tui.model.recipe import Recipe
from chai_tui.model.source import Source
from chai_tui.model.text import printable
from chai_tui.state.floor import Floor

UNREAD_SECONDS = 0.4
"""How long after a signal that asks for an end output may still wait for its reader."""
PATIENCE = 0.5 if sys.platform == "win32" else None
"""Seconds that one poll waits at most. A signal ends the wait, but not on Windows."""


class ExitCode(IntEnum):
    """What chai-tui tells the shell; a signal that ends it adds its number to ``SIGNALLED``."""

    SERVED = 0
    NOT_SERVED = 1
    BAD_USAGE = 2
    SIGNALLED = 128


class OutputError(Exception):
    """Nobody takes what a view writes; the cause tells why."""


class UnreadError(Exception):
    """A signal asked for an end while a view waited for somebody to read what it wrote.

    Attributes:
        code: what to tell the shell.
    """

    def __init__(self, code: int) -> None:
        super().__init__("nobody reads the output")
        self.code = code


class View(Protocol):
    """Shows a run without a screen. Each method may raise :class:`OutputError`."""

    def show(self, events: Sequence[Event], floor: Floor) -> None:
        """Show what happened.

        Args:
            events: oldest first.
            floor: the state after them.
        """

    def close(self, floor: Floor, asked: int) -> None:
        """Show the end of a run in which ``asked`` makers were asked for."""


class PlainView:
    """Prints the lesson's lines, each as it happens; trouble goes to the other stream."""

    def __init__(self, out: TextIO, err: TextIO) -> None:
        self._out = out
        self._err = err

    def show(self, events: Sequence[Event], floor: Floor) -> None:
        """Print a line for each maker that started or served."""
        lines = []
        for event in events:
            if isinstance(event, Started | Served):
                maker = floor.makers.get(event.maker)
                if maker is not None:
                    verb = "Start" if isinstance(event, Started) else "End"
                    lines.append(f"{verb} of {maker.name} {printable(maker.recipe)} brewing")
            elif isinstance(event, Trouble | Unseated):
                warn(self._err, printable(event.text))
        _write(self._out, lines)

    def close(self, floor: Floor, asked: int) -> None:
        """Print the closing line."""
        _write(self._out, [closing_line(floor, asked)])


class JsonView:
    """Prints every event as a JSON object on a line of its own."""

    def __init__(self, out: TextIO) -> None:
        from json import JSONEncoder  # noqa: PLC0415 - 7 ms that no other view needs

        self._out = out
        # Escaped to ASCII, so that every reader and every encoding takes it.
        self._encode = JSONEncoder(separators=(",", ":"), allow_nan=False).encode

    def show(self, events: Sequence[Event], _floor: Floor) -> None:
        """Print the events."""
        _write(self._out, [self._encode(as_json(event)) for event in events])

    def close(self, _floor: Floor, _asked: int) -> None:
        """Print nothing: the last event was the end."""


def _write(stream: TextIO, lines: list[str]) -> None:
    """Write lines at once, so that they appear now; what cannot be encoded is escaped."""
    if not lines:
        return
    text = "\n".join([*lines, ""])
    encoding = stream.encoding or "utf-8"
    try:
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
    except OSError as error:
        raise OutputError from error


def warn(stream: TextIO, text: str) -> None:
    """Write a line about a problem; if nobody reads it, the run goes on."""
    with contextlib.suppress(OutputError):
        _write(stream, [f"chai-tui: {text}"])


def run(source: Source, view: View, *, makers: int, recipe: Recipe, engine: Engine) -> int:
    """Let makers brew until every one was joined, and show it.

    Call it in the main thread: SIGINT, SIGTERM and SIGHUP end the run cleanly. The source is
    closed, whatever happens.

    Args:
        source: where the makers brew.
        view: what shows it.
        makers: how many.
        recipe: what each brews.
        engine: how they are seated.

    Returns:
        The exit code: see :class:`ExitCode`.

    Raises:
        OutputError: from the view; every maker has ended.
        UnreadError: nobody read what it wrote; likewise.
    """
    floor = Floor()
    try:
        source.submit(AddMakers(makers, recipe, engine))
        with _signals_noted(source) as noted:
            while not noted.numbers and (floor.open or len(floor.makers) + floor.unseated < makers):
                events = source.poll(PATIENCE)
                floor.fold(events)
                with noted.writing():
                    view.show(events, floor)
            ended_by = noted.numbers[0] if noted.numbers else None
            last_events = source.close()
            floor.fold(last_events)
            with noted.writing():
                view.show(last_events, floor)
                view.close(floor, makers)
    finally:
        source.close()
    if ended_by is not None:
        return ExitCode.SIGNALLED + ended_by
    return ExitCode.SERVED if floor.all_served else ExitCode.NOT_SERVED


class _Noted:
    """The signals that asked for an end.

    They are noted, instead of raising in the middle of anything. Only output that nobody reads is
    interrupted: the system waits for its reader for ever otherwise, and with it everybody.

    Attributes:
        numbers: of those that came, oldest first.
    """

    def __init__(self, source: Source) -> None:
        self.numbers: list[int] = []
        self._source = source
        self._is_writing = False

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Let what the body writes be interrupted some time after a signal.

        Raises:
            UnreadError: it was.
        """
        self._is_writing = True
        try:
            yield
        finally:
            self._is_writing = False

    def note(self, number: int, _frame: FrameType | None) -> None:
        """Note a signal: a handler."""
        self.numbers.append(number)
        if PATIENCE is None:
            self._source.wake()
            signal.setitimer(signal.ITIMER_REAL, UNREAD_SECONDS, UNREAD_SECONDS)

    def interrupt(self, _number: int, _frame: FrameType | None) -> None:
        """Raise if something is still being written: the handler of the timer."""
        if self._is_writing:
            raise UnreadError(ExitCode.SIGNALLED + self.numbers[0])


@contextlib.contextmanager
def _signals_noted(source: Source) -> Iterator[_Noted]:
    """Note the signals that ask for an end, as long as the body runs."""
    noted = _Noted(source)
    if PATIENCE is not None:
        with ending_signals_heard_by(noted.note):
            yield noted
        return
    before = signal.signal(signal.SIGALRM, noted.interrupt) or signal.SIG_DFL
    try:
        with ending_signals_heard_by(noted.note):
            yield noted
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
