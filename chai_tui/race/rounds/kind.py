"""What a function is: what its calls spend their time with."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from chai_tui.race.rounds.correction import COMPUTES_FROM, WAITS_BELOW, spent
from chai_tui.race.rounds.records import Race

OTHERS_FROM = 0.2
"""Cores that a call uses beside its own thread before they are told."""
MOSTLY = 0.9
"""A part of what is computed that is as good as all of it."""


class Nature(StrEnum):
    """What a function does for most of its time."""

    WAITS = "waits"
    """It waits: for the network, a disk, a clock."""
    COMPUTES_WITH_GIL = "computes_with_gil"
    """It computes and holds the GIL."""
    COMPUTES_WITHOUT_GIL = "computes_without_gil"
    """It computes in C code that lets the GIL go."""
    COMPUTES = "computes"
    """It computes; whether with the GIL is not known, or there is none."""
    MIX = "mix"
    """Some of each."""
    USES_CORES = "uses_cores"
    """It starts threads of its own, which compute on several cores."""
    CHILDREN = "children"
    """It has other processes work for it."""


class Kind(NamedTuple):
    """What a function is.

    Attributes:
        nature: in a word.
        gil: share of a call that holds the GIL, 0 to 1; None if unknown, or there is none.
        native: share that computes without it; without ``gil``, the share that computes.
        waits: share that does neither.
        computes: share that computes, with or without it.
        cores: how many cores a call's own process uses meanwhile.
        child_cores: how many the processes use that it starts.
    """

    nature: Nature
    gil: float | None
    native: float
    waits: float
    computes: float
    cores: float
    child_cores: float


def kind_of(race: Race) -> Kind | None:
    """Return what the function is; None before it was tasted."""
    tasted, share = race.tasted, spent(race)
    if tasted is None or share is None:
        return None
    length = max(tasted.wall - (tasted.ready or 0.0), tasted.thread_cpu, 1e-9)
    cores, children = tasted.process_cpu / length, tasted.child_cpu / length
    beside = (tasted.process_cpu - tasted.thread_cpu) / length
    gil = share.holds
    native = max(0.0, share.computes - (gil or 0.0))
    waits = max(0.0, 1 - native - (gil or 0.0))
    if children >= OTHERS_FROM:
        nature = Nature.CHILDREN
    elif beside >= OTHERS_FROM:
        nature = Nature.USES_CORES
    else:
        nature = _nature(share.computes, gil, native)
    return Kind(nature, gil, native, waits, share.computes, cores, children)


def _nature(computes: float, gil: float | None, native: float) -> Nature:
    busy = max(computes, gil or 0.0)
    if busy < WAITS_BELOW:
        return Nature.WAITS
    if busy < COMPUTES_FROM:
        return Nature.MIX
    if gil is None:
        return Nature.COMPUTES
    if gil >= MOSTLY * busy:
        return Nature.COMPUTES_WITH_GIL
    return Nature.COMPUTES_WITHOUT_GIL if native >= MOSTLY * busy else Nature.MIX
