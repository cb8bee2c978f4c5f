"""How fast the lanes of a race are, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from statistics import NormalDist, fmean, median, stdev
from typing import NamedTuple

from chai_tui.race.rounds.correction import corrected_walls
from chai_tui.race.rounds.records import Lane, Race

CONFIDENCE = 0.95
"""The probability that the truth lies in an interval that is told."""
LEAST_ROUNDS = 2
"""Fewer rounds have no interval."""
LEAST_DEVIATION = 0.01
"""No lane is steadier than 1 %, as it may seem in a few rounds."""
FAR, FAR_AT_LEAST = 4.0, 0.02
"""A round this many deviations from the median, and 2 %, counts as one that is just so far away:
something happened in it that nobody saw. In 6,000 draws of 5 to 12 rounds each the 95 % interval
still has 94 to 97 % of the truth, and is 35 to 45 % narrower where one round in 25 is such."""
MAD_TO_DEVIATION = 1.4826
"""Of the normal distribution: its deviation over the median distance from its median."""
WIDEST = 100.0
"""No half interval is wider, as a logarithm: more is as good as knowing nothing."""
SERIES_BELOW = 30
"""Degrees of freedom from which on the expansion is good to six digits."""


class Ratio(NamedTuple):
    """How many times as fast one lane is as another, from the rounds that both made.

    Attributes:
        rounds: how many those are.
        value: the geometric mean; 1.0 where there is none.
        low: what it is at least, at the confidence asked for; 0 where that cannot be said.
        high: what it is at most; infinite likewise.
    """

    rounds: int
    value: float
    low: float
    high: float

    @property
    def half(self) -> float:
        """Half of the interval, as a part of the value; infinite if there is no interval."""
        return math.log(self.high / self.value) if math.isfinite(self.high) else math.inf


class Standing(NamedTuple):
    """How a lane does.

    Attributes:
        lane: which one.
        rounds: how many are weighed.
        speedup: how many times as fast as one call after another; 1.0 while nothing is known.
        low: what that is at least, at the confidence asked for; 0 while nothing can be said.
        high: what it is at most; infinite likewise.
        wall: seconds of a round without what others took, the median; None before one counts.
        calls_per_second: likewise.
        cpu_seconds: of a round, the median; likewise.
        memory: bytes that only the lane's processes have; None if unknown.
        start_seconds: from the order to the first result.
    """

    lane: Lane
    rounds: int
    speedup: float
    low: float
    high: float
    wall: float | None
    calls_per_second: float | None
    cpu_seconds: float | None
    memory: int | None
    start_seconds: float


@lru_cache(512)
def t_quantile(share: float, freedom: int) -> float:
    """Return the value that Student's t falls below with a probability.

    Abramowitz and Stegun, Handbook of Mathematical Functions (1964): 26.7.3 and 26.7.4, which are
    exact, turned round by halving; from 30 degrees of freedom on the expansion 26.7.5.

    Args:
        share: the probability, between 0.5 and 1.
        freedom: degrees of freedom, at least 1.

    Raises:
        ValueError: there is no such value.
    """
    if freedom < 1 or not 0.5 <= share < 1:
        raise ValueError(f"no t quantile at {share} with {freedom} degrees of freedom")
    if freedom >= SERIES_BELOW:
        return _expanded(NormalDist().inv_cdf(share), freedom)
    within = 2 * share - 1
    low, high = 0.0, math.pi / 2  # of the angle whose tangent is t divided by the root of freedom
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, freedom) < within else (low, middle)
    return math.tan(low) * math.sqrt(freedom)


def _within(angle: float, freedom: int) -> float:
    """The probability that t is not further from 0 than the angle says."""
    sine, cosine = math.sin(angle), math.cos(angle)
    is_odd = freedom % 2
    term, total = (cosine if is_odd else 1.0), 0.0
    for step in range(2 + is_odd, freedom + 1, 2):
        total += term
        term *= cosine * cosine * (step - 1) / step
    return 2 / math.pi * (angle + sine * total) if is_odd else sine * total


def _expanded(x: float, freedom: int) -> float:
    terms = (
        (x**3 + x) / 4,
        (5 * x**5 + 16 * x**3 + 3 * x) / 96,
        (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / 384,
        (79 * x**9 + 776 * x**7 + 1482 * x**5 - 1920 * x**3 - 945 * x) / 92_160,
    )
    return x + sum(float(term / freedom**power) for power, term in enumerate(terms, 1))


def ratio(
    slower: Mapping[int, float], faster: Mapping[int, float], confidence: float = CONFIDENCE
) -> Ratio:
    """Return how many times as fast ``faster`` is as ``slower``.

    The mean of the logarithms of the ratios, each of one round, with Student's t interval; rounds
    far from all others are drawn in before.

    Args:
        slower: seconds by round.
        faster: likewise; the rounds that both have are weighed.
        confidence: the probability that the true ratio lies in the interval.
    """
    logs = [math.log(slower[number] / faster[number]) for number in faster if number in slower]
    if not logs:
        return Ratio(0, 1.0, 0.0, math.inf)
    logs = _drawn_in(logs)
    value = math.exp(fmean(logs))
    if len(logs) < LEAST_ROUNDS:
        return Ratio(len(logs), value, 0.0, math.inf)
    half = half_interval(logs, confidence)
    return Ratio(len(logs), value, value * math.exp(-half), value * math.exp(half))


def _drawn_in(values: Sequence[float]) -> list[float]:
    """Return values with those drawn in that lie far from all others."""
    middle = median(values)
    deviation = MAD_TO_DEVIATION * median(abs(value - middle) for value in values)
    far = max(FAR * deviation, FAR_AT_LEAST)
    return [min(middle + far, max(middle - far, value)) for value in values]


def half_interval(values: Sequence[float], confidence: float) -> float:
    """Return half of Student's t interval of the mean of at least two values."""
    deviation = max(LEAST_DEVIATION, stdev(values))
    half = t_quantile((1 + confidence) / 2, len(values) - 1) * deviation / math.sqrt(len(values))
    return min(half, WIDEST)


def standings(race: Race, confidence: float = CONFIDENCE) -> list[Standing]:
    """Return how every lane does, in the order of the lanes.

    Args:
        race: what was measured.
        confidence: the probability that a true speed-up lies in its interval.
    """
    walls = corrected_walls(race)
    serial = race.serial
    alone = walls[serial.number] if serial else {}
    return [
        _standing(lane, walls[lane.number], alone, confidence, is_alone=lane is serial)
        for lane in race.lanes.values()
    ]


def _standing(
    lane: Lane,
    walls: Mapping[int, float],
    alone: Mapping[int, float],
    confidence: float,
    *,
    is_alone: bool,
) -> Standing:
    itself = Ratio(len(walls), 1.0, 1.0, 1.0)
    speedup = itself if is_alone else ratio(alone, walls, confidence)
    rounds = [ended for ended in lane.rounds if ended.round in walls]
    wall = median(walls.values()) if walls else None
    calls = median(ended.calls for ended in rounds) if rounds else 0
    return Standing(
        lane,
        speedup.rounds,
        speedup.value,
        speedup.low,
        speedup.high,
        wall,
        calls / wall if wall else None,
        median(ended.cpu for ended in rounds) if rounds else None,
        lane.opened.memory,
        lane.opened.start_seconds,
    )
