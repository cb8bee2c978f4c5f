"""What a function tells of itself while it brews: its steps and its progress.

``chai_tui.step`` and ``chai_tui.progress`` do nothing until :func:`listen` was called, which only
stations do. Whose words they are, a context variable knows: each thread, task and interpreter of a
maker has a context of its own.
"""

from __future__ import annotations

import os
import time
from contextvars import ContextVar
from typing import Protocol

import chai_tui

NAME_LIMIT = 60
"""Characters of a step's name, as in a recipe."""
AT_ONCE = 10
"""Reports of progress that may come at once; whoever tells seldom is always heard."""

_now = time.monotonic  # a maker may put another clock in its place


class Listener(Protocol):
    """The maker whose function speaks."""

    def name_step(self, name: object) -> None:
        """Begin a step; raises to end the function early."""

    def tell_progress(self, fraction: object) -> None:
        """Report progress; raises to end the function early."""

    @property
    def interval(self) -> float:
        """Seconds between two reports of progress, on average."""


class _Teller:
    """A maker, and when its progress is due to be reported."""

    __slots__ = ("_all_due", "due", "listener")

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.due = 0.0
        self._all_due = 0.0

    def tell(self, fraction: object, now: float) -> None:
        """Report progress, and say when the next report may follow."""
        interval = self.listener.interval
        self._all_due = max(self._all_due, now) + interval
        self.due = self._all_due - AT_ONCE * interval
        self.listener.tell_progress(fraction)


_speaking: ContextVar[_Teller | None] = ContextVar("speaking", default=None)
_alone: _Teller | None = None
"""The only maker of this interpreter: threads that its function starts speak for it, too."""


def listen() -> None:
    """Have ``chai_tui.step`` and ``chai_tui.progress`` reach the makers of this process."""
    chai_tui._tell_step, chai_tui._tell_progress = _step, _progress  # noqa: SLF001 - left for this
    if hasattr(os, "register_at_fork"):
        # What a function forks is no maker, and would count its steps anew.
        os.register_at_fork(after_in_child=_stop_listening)


def _stop_listening() -> None:
    chai_tui._tell_step = chai_tui._tell_progress = None  # noqa: SLF001 - as above


def speak_for(listener: Listener, *, alone: bool = False) -> None:
    """Take what is told in this thread or task from now on as a maker's words.

    Args:
        listener: the maker.
        alone: whether nobody else ever brews in this interpreter.
    """
    global _alone  # noqa: PLW0603 - of this interpreter, as makers are
    teller = _Teller(listener)
    _speaking.set(teller)
    if alone:
        _alone = teller


def _step(name: object) -> None:
    teller = _speaking.get() or _alone
    if teller is not None:
        teller.listener.name_step(name)


def _progress(fraction: object) -> None:
    teller = _speaking.get() or _alone
    if teller is not None:
        now = _now()
        if now >= teller.due:
            teller.tell(fraction, now)


def step_name(name: object) -> str:
    """Return the name of a step as it is told: short, and never empty."""
    return encodable(name if isinstance(name, str) else repr(name), NAME_LIMIT).strip() or "step"


def as_fraction(told: object) -> float | None:
    """Return what was told as a number from 0 to 1; None if it is none.

    Telling nonsense does not end a function: outside of a kitchen it would not either.
    """
    try:
        fraction = float(told)  # type: ignore[arg-type] # whatever can be a number
    except Exception:  # noqa: BLE001 - of a user's own class
        return None
    return min(1.0, max(0.0, fraction)) if fraction == fraction else None  # noqa: PLR0124 - nan


def encodable(text: str, limit: int) -> str:
    """Return a text that every encoding takes, in at most so many characters."""
    cut = text if len(text) <= limit else f"{text[: limit - 1]}…"
    return cut.encode("utf-8", "backslashreplace").decode()
