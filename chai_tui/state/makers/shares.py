"""What a maker did with its time over the last second, as shares that add up; pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

LAST_SECONDS = 1.0
"""A figure of one sample jumps about, and one of a minute is history."""
_SLACK = 1e-6
_NOTHING = 0.004
"""Less than that in all is no per cent of anything."""


class Stretch(NamedTuple):
    """What one sample said of a maker.

    Attributes:
        at: when it was taken.
        seconds: since when it counts.
        cpu_share: share of a core that its thread used, 0 to 1.
        ready_share: share of the time in which it wanted a core and had none; None if unknown.
        gil_share: share of the time in which it waited for the GIL; None if unknown.
        gil_held: share of the time in which it had it; None if unknown.
    """

    at: float
    seconds: float
    cpu_share: float
    ready_share: float | None
    gil_share: float | None
    gil_held: float | None = None


class Shares(NamedTuple):
    """What a maker did with its time, in per cent: together never more than 100.

    Attributes:
        core: it was on a core.
        no_core: it wanted a core, and had none; None if unknown.
        no_gil: it waited for the GIL; None if unknown, or if it needs none.
    """

    core: int
    no_core: int | None
    no_gil: int | None


def within_last_second(before: Iterable[Stretch], latest: Stretch) -> list[Stretch]:
    """Return the latest stretch, and those before it that reach into its last second, in order."""
    since = latest.at - LAST_SECONDS + _SLACK
    return [*[stretch for stretch in before if stretch.at > since], latest]


def held_until(before: Sequence[Stretch], times: Sequence[float], at: float) -> list[Stretch]:
    """Return stretches that go on as the last of them until a sample that is the next to tell.

    Who rests is left out of samples: what was told of it last holds until the sample before the
    one that tells of it again, as if each in between had told the same.

    Args:
        before: oldest first; one at least.
        times: when samples before that one were taken, oldest first.
        at: when the next to tell is taken.
    """
    last = before[-1]
    first = bisect_right(times, max(last.at, at - LAST_SECONDS + _SLACK))
    held: list[Stretch] = []
    began = max(last.at, times[first - 1]) if first else last.at
    for end in times[first:]:
        held.append(Stretch(end, end - began, *last[2:]))  # no _replace(): it takes four times that
        began = end
    return [*before, *held]


def gone_on(told: list[Stretch], until: float) -> list[Stretch]:
    """Return the last second of stretches of which the last one goes on until a moment.

    Args:
        told: oldest first.
        until: the latest sample; it left out whom these are of, unless the last one is of it.
    """
    if not told or until <= told[-1].at:
        return told
    last = told[-1]
    return within_last_second(told, Stretch(until, until - last.at, *last[2:]))


def shares_of(stretches: Sequence[Stretch]) -> Shares | None:
    """Return the average of some stretches of time.

    Where the last of them knows of the GIL, those that do not are left out: figures of different
    times would not add up.

    Args:
        stretches: oldest first.

    Returns:
        None of no time at all.
    """
    if not stretches:
        return None
    knows_gil = stretches[-1].gil_share is not None
    if knows_gil:
        stretches = [stretch for stretch in stretches if stretch.gil_share is not None]
    knows_ready = stretches[-1].ready_share is not None
    seconds = on_core = ready = gil = 0.0
    for stretch in stretches:  # no sum(): every row of a screen asks at each picture
        seconds += stretch.seconds
        on_core += min(1.0, stretch.cpu_share) * stretch.seconds
        ready += (stretch.ready_share or 0.0) * stretch.seconds
        gil += (stretch.gil_share or 0.0) * stretch.seconds
    if seconds <= 0:
        return None
    told = [0, 0, 0]
    if on_core + ready + gil > _NOTHING * seconds:
        told = whole_percents([on_core / seconds, ready / seconds, gil / seconds])
    core, no_core, no_gil = told
    return Shares(core, no_core if knows_ready else None, no_gil if knows_gil else None)


def held_of(stretches: Sequence[Stretch]) -> float | None:
    """Return the share of some stretches of time in which it had the GIL; None if unknown."""
    known = [stretch for stretch in stretches if stretch.gil_held is not None]
    seconds = sum(stretch.seconds for stretch in known)
    if seconds <= 0:
        return None
    return sum((stretch.gil_held or 0.0) * stretch.seconds for stretch in known) / seconds


def whole_percents(shares: Sequence[float]) -> list[int]:
    """Return shares as whole per cents that add up to their sum, and never to more than 100.

    The remainders go to those that lost most by being cut: 24.6, 70.3 and 5.1 are 25, 70 and 5.

    Args:
        shares: 0 to 1 each. Clocks disagree a little: what is more than 1 in all is scaled down.
    """
    whole = sum(shares)
    percents = [100 * share / max(1.0, whole) for share in shares]
    cut = [int(percent + _SLACK) for percent in percents]
    left = min(100, round(sum(percents))) - sum(cut)
    by_loss = sorted(range(len(cut)), key=lambda index: cut[index] - percents[index])
    for index in by_loss[: max(0, left)]:
        cut[index] += 1
    return cut
