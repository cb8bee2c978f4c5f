"""Records what a source tells, on its way to whoever watches."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from chai_tui.model.commands import Command
from chai_tui.model.events import Event, RunBegan, Trouble
from chai_tui.model.source import Source
from chai_tui.recording.kept import KeptRun

if TYPE_CHECKING:
    from chai_tui.recording.output import RecordingFile  # 15 ms, for who has a file alone


class Recorder:
    """A source that keeps what another one tells; whatever fails in that, the run goes on.

    Attributes:
        commands: what the other one accepts.
        is_whole: whether everything so far was written to the file, if there is one.

    Args:
        source: the other one.
        file: where to write; None: nowhere.
        kept: where to keep it, so that it can be saved later; None: nowhere.
        command: what was typed, for the header.
        clock: our seconds.
    """

    def __init__(
        self,
        source: Source,
        *,
        file: RecordingFile | None = None,
        kept: KeptRun | None = None,
        command: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.commands = source.commands
        self.is_whole = True
        self._source = source
        self._file = file
        self._kept = kept
        self._command = command
        self._clock = clock
        self._has_begun = False
        self._latest = 0.0
        self._told_kept = False

    def poll(self, timeout: float | None) -> list[Event]:
        """Return what happened, and keep it; see :class:`chai_tui.model.source.Source`."""
        pending = None if self._file is None else self._file.flush_in
        waits = [wait for wait in (timeout, pending) if wait is not None]
        events = self._source.poll(min(waits) if waits else None)
        if events:
            return events + self._recorded(events)
        if self._file is not None and self._file.flush_in == 0.0:
            return self._safely(self._file.flush)
        return []

    def submit(self, command: Command) -> None:
        """Ask for something; see :class:`chai_tui.model.source.Source`."""
        self._source.submit(command)

    def wake(self) -> None:
        """Make a waiting :meth:`poll` return."""
        self._source.wake()

    def close(self) -> list[Event]:
        """End what the source started, and the recording; idempotent."""
        events = self._source.close()
        events = events + self._recorded(events)
        if self._file is not None:
            file = self._file
            events += self._safely(lambda: file.close(at=self._latest))
        return events

    def _recorded(self, events: list[Event]) -> list[Event]:
        """Keep what happened; return what is to be told of that."""
        troubles: list[Event] = []
        self._latest = (
            max(self._latest, *(event.at for event in events)) if events else self._latest
        )
        if self._kept is not None:
            self._kept.add(events)
            if self._kept.problem and not self._told_kept:
                self._told_kept = True
                troubles.append(Trouble(self._latest, None, self._kept.problem))
        if self._file is not None and events:
            file = self._file
            if not self._has_begun:
                from chai_tui.recording.output import header_of  # noqa: PLC0415 - as above

                self._has_begun = True
                first = events[0]
                run = first if isinstance(first, RunBegan) else RunBegan(first.at)
                troubles += self._safely(
                    lambda: file.begin(header_of(run, self._command, time.time()))
                )
            troubles += self._safely(lambda: file.write(events))
        return troubles

    def _safely(self, write: Callable[[], None]) -> list[Event]:
        """Write; after a failure, no more."""
        if self._file is None:
            return []
        from chai_tui.recording.form import RecordingError  # noqa: PLC0415 - as above

        try:
            write()
        except RecordingError as error:
            self._file.abandon()
            self._file = None
            self.is_whole = False
            text = f"{error}; the recording ends here"
            return [Trouble(self._latest, None, text)]
        return []
