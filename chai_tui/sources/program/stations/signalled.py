"""A process as signals find it: what was sent to it, and whether it is stopped."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Mapping

from chai_tui.model.events import Event, Paused, Resumed, Signalled, Stopping, Trouble
from chai_tui.sources.program.stations.delivering import deliver

CALM_SECONDS = 0.2
"""After a signal of ours, so long a sample is not believed about pauses: it may be older."""


class SignalledProcess:
    """One that can be stopped, and sent signals.

    Attributes:
        pid: the system's number of the process.
        threads: the makers' numbers by those of their threads; the process's first one comes first.
        is_paused_by_us: whether it is stopped, and was so from here.
        kill_at: when SIGKILL follows; None if none will.

    Args:
        pid: of the process.
        is_still: whether the pid is this process's own at the moment.
    """

    def __init__(self, pid: int, is_still: Callable[[int], bool]) -> None:
        self.pid = pid
        self.threads: dict[int, int] = {}
        self.is_paused_by_us = False
        self.kill_at: float | None = None
        self._is_still = is_still
        self._sent: set[int] = set()
        self._is_paused = False
        self._stopped: dict[int, bool] = {}
        """Whom the system has stopped, as far as that was told, by maker."""
        self._calm_until = float("-inf")

    @property
    def makers(self) -> list[int]:
        """The numbers of the makers that stand here, ascending."""
        return sorted(self.threads.values())

    @property
    def first(self) -> int | None:
        """The number of the maker that stands for the process: its first thread that is there."""
        return next(iter(self.threads.values()), None)

    def is_ended_by_us(self) -> None:
        """Note that all of the program is being ended: signals that ended it were ours."""
        self._sent |= {signal.SIGTERM, 9}

    def _is_ours(self, exitcode: int | None) -> bool:
        return exitcode is not None and -exitcode in self._sent

    def send(self, number: int, at: float) -> list[Event]:
        """Send the process a signal."""
        if number == signal.SIGSTOP:
            return self.pause(at)
        if number == signal.SIGCONT:
            return self.resume(at)
        return self._deliver(number, at) or [Signalled(at, maker, number) for maker in self.makers]

    def terminate(self, at: float, grace: float | None) -> list[Event]:
        """Send SIGTERM now, and have SIGKILL follow after ``grace`` seconds; None: never."""
        troubles = self._deliver(signal.SIGTERM, at)
        if troubles:
            return troubles
        self.kill_at = None if grace is None else at + grace
        stopping: list[Event] = [
            Stopping(at, maker, signal.SIGTERM, grace) for maker in self.makers
        ]
        return stopping + (self.resume(at) if self._is_paused else [])

    def pause(self, at: float) -> list[Event]:
        """Stop the process."""
        return self._deliver(signal.SIGSTOP, at) or self._set_paused(at, is_paused=True, ours=True)

    def resume(self, at: float) -> list[Event]:
        """Let it run again."""
        return self._deliver(signal.SIGCONT, at) or self._set_paused(at, is_paused=False, ours=True)

    def saw(self, at: float, stopped: Mapping[int, bool | None]) -> list[Event]:
        """Take in whom the system has stopped: somebody else may have done it.

        Args:
            at: when that was looked at.
            stopped: of makers, anybody's: who is left out is as before, None is unknown.
        """
        for maker in self.threads.values():
            is_stopped = stopped.get(maker)
            if is_stopped is not None:
                self._stopped[maker] = is_stopped
        if not self._stopped or at < self._calm_until:
            return []
        return self._set_paused(at, is_paused=all(self._stopped.values()), ours=False)

    def _set_paused(self, at: float, *, is_paused: bool, ours: bool) -> list[Event]:
        if is_paused == self._is_paused:
            return []
        self._is_paused = is_paused
        self.is_paused_by_us = is_paused and ours
        self._calm_until = at + CALM_SECONDS
        kind = Paused if is_paused else Resumed
        return [kind(at, maker, ours) for maker in self.makers]

    def _deliver(self, number: int, at: float) -> list[Event]:
        """Send a signal; return what went wrong."""
        why = deliver(self.pid, number, self._is_still)
        if not why:
            self._sent.add(number)
            return []
        with contextlib.suppress(ValueError):
            return [
                Trouble(
                    at,
                    self.first,
                    f"pid {self.pid}: {signal.Signals(number).name} could not be sent: {why}",
                )
            ]
        return [Trouble(at, self.first, f"pid {self.pid}: signal {number}: {why}")]
