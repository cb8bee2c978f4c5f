"""Watches a run to its end, without a screen."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from types import FrameType

from chai_tui.host.hang_up import hang_up_watched, is_hung_up
from chai_tui.host.process_setup import (
    ENDING_SIGNALS,
    HANG_UP,
    deadly_signals,
    signals_heard_by,
)
from chai_tui.model.events import Event, Sampled
from chai_tui.model.source import Source
from chai_tui.state.floor import Floor
from chai_tui.views.output import ExitCode, OutputError, UnreadError, View

UNREAD_SECONDS = 0.4
"""How long after a signal that asks for an end output may still wait for its reader."""
PATIENCE = 0.5 if sys.platform == "win32" else None
"""Seconds that one poll waits at most. A signal ends the wait, but not on Windows."""


def run(source: Source, view: View, *, makers: int, terminal: int | None = None) -> int:
    """Watch makers until every one was joined, and show it; see :func:`watch`.

    Args:
        source: where the makers brew.
        view: what shows it.
        makers: how many the source was asked for.
        terminal: the descriptor of the one that the view writes to; None: it writes elsewhere.

    Returns:
        The exit code: see :class:`ExitCode`.
    """

    def is_over(floor: Floor) -> bool:
        return not floor.open and len(floor.makers) + floor.unseated >= makers

    floor, ended_by = watch(source, view, is_over, makers=makers, terminal=terminal)
    if ended_by is not None:
        return ExitCode.SIGNALLED + ended_by
    return ExitCode.SERVED if floor.all_served else ExitCode.NOT_SERVED


def watch(
    source: Source,
    view: View,
    is_over: Callable[[Floor], bool],
    *,
    makers: int = 0,
    terminal: int | None = None,
    patience: Callable[[], float | None] | None = None,
) -> tuple[Floor, int | None]:
    """Watch until it is over, and show it.

    Call it in the main thread: SIGINT, SIGTERM and SIGHUP end the run cleanly, and so does any
    other signal that would end this process, of which its children would not hear. A terminal that
    goes does as SIGHUP does, although none may come. The source is closed, whatever happens.

    Args:
        source: where the makers brew.
        view: what shows it.
        is_over: whether there is nothing more to wait for.
        makers: how many the source was asked for.
        terminal: the descriptor of the one that the view writes to; None: it writes elsewhere.
        patience: returns seconds after which the view is to show something though nothing happened;
            None: it has nothing to show then.

    Returns:
        The floor at the end, and the number of the signal that asked for it; None if none did.

    Raises:
        OutputError: from the view; every maker has ended.
        UnreadError: nobody read what it wrote; likewise.
    """
    floor = Floor()
    try:
        with _signals_noted(source) as noted, hang_up_watched(terminal, noted.note_hang_up):
            while not noted.numbers and not is_over(floor):
                due = None if patience is None else patience()
                events = source.poll(PATIENCE if due is None else due)
                floor.fold(events if view.needs_samples else _without_samples(events))
                with noted.writing():
                    view.show(events, floor)
            ended_by = noted.numbers[0] if noted.numbers else None
            last_events = source.close()
            floor.fold(last_events if view.needs_samples else _without_samples(last_events))
            with noted.writing():
                view.show(last_events, floor)
                view.close(floor, makers)
    except OutputError:
        if terminal is None or not is_hung_up(terminal):
            raise
        ended_by = noted.numbers[0] if noted.numbers else HANG_UP
    finally:
        source.close()
    return floor, ended_by


def _without_samples(events: Sequence[Event]) -> list[Event]:
    return [event for event in events if not isinstance(event, Sampled)]


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

    def note_hang_up(self) -> None:
        """Note that the terminal is gone: in another thread."""
        self.note(HANG_UP, None)

    def interrupt(self, _number: int, _frame: FrameType | None) -> None:
        """Raise if something is still being written: the handler of the timer."""
        if self._is_writing:
            raise UnreadError(ExitCode.SIGNALLED + self.numbers[0])


@contextlib.contextmanager
def _signals_noted(source: Source) -> Iterator[_Noted]:
    """Note the signals that ask for an end, or are one, as long as the body runs."""
    noted = _Noted(source)
    if PATIENCE is not None:
        with signals_heard_by(noted.note, ENDING_SIGNALS | deadly_signals()):
            yield noted
        return
    before = signal.signal(signal.SIGALRM, noted.interrupt) or signal.SIG_DFL
    try:
        with signals_heard_by(noted.note, ENDING_SIGNALS | deadly_signals()):
            yield noted
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
