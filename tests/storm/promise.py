"""What a storm is given, and how it says that a promise is broken."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import NamedTuple

PATIENCE = 60.0
"""Seconds after which something is said never to happen: generous, for loaded machines."""


class Broken(AssertionError):  # noqa: N818 - it names an outcome
    """A promise is broken; the text says by what."""


class Untried(Exception):  # noqa: N818 - it names an outcome
    """The fault cannot be provoked here; the text says why."""


def require(kept: object, why: str) -> None:
    """Raise if a promise was not kept.

    Args:
        kept: whether it was.
        why: what was seen instead.

    Raises:
        Broken: it was not.
    """
    if not kept:
        raise Broken(why)


class Force(NamedTuple):
    """How hard a storm blows.

    Attributes:
        scale: 1.0 is the full number of faults; smaller is shorter.
        minutes: how long storms last that have no number.
        random: what is drawn from; seeded, so that a storm can be repeated.
    """

    scale: float
    minutes: float
    random: Random

    def times(self, number: int, least: int = 1) -> int:
        """Return ``number`` scaled, and at least ``least``."""
        return max(least, round(number * self.scale))


class Promise(NamedTuple):
    """A promise and the storm that tries to break it.

    Attributes:
        name: what ``--only`` takes.
        words: what is promised.
        storm: provokes the fault; returns its figures in words, raises :class:`Broken`.
    """

    name: str
    words: str
    storm: Callable[[Force], str]
