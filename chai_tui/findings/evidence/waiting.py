"""Who waits for what, as the program and the system tell it, and since when they did not move."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chai_tui.findings.evidence.people import Place
from chai_tui.model.events import Exited, Sampled
from chai_tui.model.program_events import Blocked, Unblocked, Wait, WaitKind, Waits

HELPERS = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")
"""In the command of processes of the standard library that take nothing out of any queue, and have
no lock."""


class Waiting:
    """Keeps it, for all who look at it.

    Attributes:
        blocked: what each waits for, as the program tells.
        waits: the same as the system does.
        writers: those who wait for room in a pipe of which it is known who has its other end.
        version: grows whenever somebody begins to wait, or goes on.
    """

    def __init__(self) -> None:
        self.blocked: dict[int, Blocked] = {}
        self.waits: dict[int, Wait] = {}
        self.writers: set[int] = set()
        self.version = 0
        self._since: dict[int, float] = {}
        self.handlers: Mapping[type, Callable[[Any], object]] = {
            Blocked: self._block,
            Unblocked: self._unblock,
            Exited: self._exited,
            Waits: self._wait,
            Sampled: self._sampled,
        }

    def judge(self, at: float) -> None:
        """Nothing: it is no finding."""

    def end(self, at: float) -> None:
        """Likewise."""

    def since(self, maker: int) -> float | None:
        """Return since when somebody who waits has surely not moved; None for who does not wait."""
        if maker in self.blocked:
            return self.blocked[maker].at
        return self._since.get(maker)

    def _block(self, event: Blocked) -> None:
        self.blocked[event.maker] = event
        self.version += 1

    def _unblock(self, event: Unblocked) -> None:
        self.version += self.blocked.pop(event.maker, None) is not None

    def _exited(self, event: Exited) -> None:
        self.blocked.pop(event.maker, None)
        self.waits.pop(event.maker, None)
        self._since.pop(event.maker, None)
        self.writers.discard(event.maker)
        self.version += 1

    def _wait(self, event: Waits) -> None:
        self.version += 1
        for wait in event.makers:
            maker, what, subject = wait
            if what is WaitKind.WRITE and subject.startswith("pipe "):
                self.writers.add(maker)
            else:
                self.writers.discard(maker)
            if what is WaitKind.NOTHING:
                self.waits.pop(maker, None)
                self._since.pop(maker, None)
            else:
                self.waits[maker] = wait
                self._since[maker] = event.at

    def _sampled(self, event: Sampled) -> None:
        # One who was seen in the same wait twice may have done something in between.
        since = self._since
        if not since:
            return
        for use in event.makers:
            if use[2] != 0.0 and use[0] in since:  # the share of a core; None: nobody knows
                since[use[0]] = event.at


def is_helper(place: Place) -> bool:
    """Whether a process is one that the standard library starts for itself."""
    return any(helper in place.command for helper in HELPERS)
