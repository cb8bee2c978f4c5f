"""Reads a recording into a film, in the thread that drives a source: no event comes of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from chai_tui.model.commands import Command
from chai_tui.model.events import Event, Seated
from chai_tui.recording.form import RecordingError
from chai_tui.recording.playing.film import Film
from chai_tui.recording.reader import Reader

READ_SECONDS = 0.05
"""The longest that is read at once; then it is looked whether somebody wants to leave."""
PAUSE_SECONDS = 0.000_5
"""After each piece, so that the thread that draws gets its turn."""
LOOK_SECONDS = 0.25
"""How often it is looked whether a file has grown."""
LULL_SECONDS = 0.5
"""After so long without anything from a pipe, all that is there now was read."""


class RecordingSource:
    """A recording that is read; it accepts no commands.

    Attributes:
        commands: none.
        film: what was read; where the recording stands is told there.
        name: of the recording, as it was given.
        makers: the numbers of all that were ever seated.
        share_read: how much of the file was read, 0 to 1; None where nobody knows.
        is_caught_up: whether all that was there was read once.
        is_fresh: whether somebody wrote to it just before that.
        is_over: whether nothing more will come.
        broken: why it could not be read to its end; empty if it could.

    Args:
        reader: of the recording.
        film: to read into.
        clock: our seconds.
    """

    commands: frozenset[type[Command]] = frozenset()

    def __init__(
        self, reader: Reader, film: Film, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.film = film
        self.name = reader.name
        self.makers: set[int] = set()
        self.share_read: float | None = reader.share_read
        self.is_caught_up = False
        self.is_fresh = False
        self.is_over = False
        self.broken = ""
        self._is_file = reader.share_read is not None
        self._reader = reader
        self._clock = clock
        self._woken = threading.Event()
        self._quiet_since: float | None = None

    def begin(self, seconds: float) -> None:
        """Read until it can be told what it is of, or all there is; wait no longer than so long.

        The first event says where it runs, and the second one what is done there.
        """
        gives_up_at = self._clock() + seconds
        while self.film.count < 2 and not self.is_over and self._clock() < gives_up_at:
            if not self._read():
                self._reader.wait(0.05)

    def poll(self, timeout: float | None) -> list[Event]:
        """Read on, or wait until there may be more; see :class:`chai_tui.model.source.Source`."""
        if self.is_over:
            self._woken.wait(timeout)
        until = self._clock() + READ_SECONDS
        while not self.is_over and not self._woken.is_set() and self._clock() < until:
            if self._read():
                time.sleep(PAUSE_SECONDS)
            elif not self.is_over:
                self._wait(LOOK_SECONDS if timeout is None else min(timeout, LOOK_SECONDS))
                break
        self._woken.clear()
        return []

    def submit(self, command: Command) -> None:
        """Do nothing: what happened, happened."""

    def wake(self) -> None:
        """Make a waiting :meth:`poll` return."""
        self._woken.set()

    def close(self) -> list[Event]:
        """Read no more."""
        if not self.is_over:
            self.film.problems = self._reader.problems()
        self.is_over = True
        self._reader.close()
        return []

    def _wait(self, seconds: float) -> None:
        if self._is_file:
            self._woken.wait(seconds)
        else:  # a pipe tells at once that there is more
            self._reader.wait(seconds)

    def _read(self) -> bool:
        """Read a piece; return whether there was one."""
        try:
            read = self._reader.read()
            self.share_read = self._reader.share_read
            if read is not None:
                self.film.add(read)
        except RecordingError as error:
            self.broken = str(error)
            self._finish([*self._reader.problems(), self.broken])
            return False
        if read is not None:
            self._quiet_since = None
            if read.count:
                others = read.bulk.others
                self.makers.update(event.maker for _, event in others if type(event) is Seated)
                if self.is_caught_up:
                    self.film.follows, self.film.is_complete = True, False
            return True
        if self._reader.is_over:
            self._finish(self._reader.problems())
        elif not self.is_caught_up and self._is_quiet():
            self.is_fresh = self.film.follows = self._reader.is_fresh
            self.film.problems = self._reader.problems(is_followed=self.is_fresh)
            if not self.is_fresh:
                self.film.complete()
            self.is_caught_up = True
        elif self.film.follows and not self._reader.is_fresh:  # whoever wrote to it is gone
            self._stand_still()
        return False

    def _stand_still(self) -> None:
        """Take what there is for all of it, until there is more."""
        self.film.problems = self._reader.problems()
        self.film.follows = False
        self.film.complete()

    def _is_quiet(self) -> bool:
        """Whether all that is there was read: of a pipe, the rest may only be late."""
        if self._is_file:
            return True
        if self._quiet_since is None:
            self._quiet_since = self._clock()
        return self._clock() >= self._quiet_since + LULL_SECONDS

    def _finish(self, problems: list[str]) -> None:
        self.film.problems = problems
        self.film.follows = False
        self.film.complete()
        self.is_over = self.is_caught_up = True
