"""How fast lanes are, and how sure that is."""

from __future__ import annotations

import math
import random
from statistics import NormalDist, fmean

import pytest

from chai_tui.model.engine import Engine
from chai_tui.model.race_events import RoundEnded
from chai_tui.race.rounds.statistics import LEAST_DEVIATION, Ratio, ratio, standings, t_quantile
from tests.unit.made_races import Rounds, made_race

T_TABLE = [
    # Abramowitz and Stegun, table 26.10.
    (0.75, 1, 1.000),
    (0.975, 1, 12.706),
    (0.995, 1, 63.657),
    (0.975, 2, 4.303),
    (0.995, 2, 9.925),
    (0.975, 3, 3.182),
    (0.995, 3, 5.841),
    (0.975, 4, 2.776),
    (0.995, 4, 4.604),
    (0.975, 5, 2.571),
    (0.995, 9, 3.250),
    (0.975, 10, 2.228),
    (0.995, 24, 2.797),
    (0.975, 29, 2.045),
    (0.975, 30, 2.042),
    (0.995, 30, 2.750),
    (0.975, 60, 2.000),
    (0.975, 120, 1.980),
    (0.995, 120, 2.617),
]


@pytest.mark.parametrize(("share", "freedom", "value"), T_TABLE)
def test_the_quantiles_of_student(share: float, freedom: int, value: float) -> None:
    assert t_quantile(share, freedom) == pytest.approx(value, abs=0.0006)


def test_the_quantiles_join_where_the_method_changes_and_end_at_the_normal_ones() -> None:
    assert t_quantile(0.995, 29) > t_quantile(0.995, 30) > t_quantile(0.995, 31)
    assert t_quantile(0.995, 29) == pytest.approx(2.7564, abs=1e-4)
    assert t_quantile(0.975, 10**7) == pytest.approx(NormalDist().inv_cdf(0.975), abs=1e-5)
    assert t_quantile(0.5, 7) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(("share", "freedom"), [(0.975, 0), (1.0, 3), (0.4, 3)])
def test_there_are_no_others(share: float, freedom: int) -> None:
    with pytest.raises(ValueError, match="no t quantile"):
        t_quantile(share, freedom)


def by_round(*seconds: float) -> dict[int, float]:
    return dict(enumerate(seconds, 1))


def test_a_ratio_is_the_mean_of_logarithms_with_its_interval() -> None:
    found = ratio(by_round(1.0, 1.0, 1.0), by_round(0.5, 0.52, 0.48))
    logs = [math.log(1 / wall) for wall in (0.5, 0.52, 0.48)]
    deviation = math.sqrt(sum((log - fmean(logs)) ** 2 for log in logs) / 2)
    half = 4.303 * deviation / math.sqrt(3)
    assert found.rounds == 3
    assert found.value == pytest.approx(math.exp(fmean(logs)))
    assert found.half == pytest.approx(half, rel=1e-3)
    assert found.low == pytest.approx(found.value * math.exp(-half), rel=1e-3)
    assert found.high == pytest.approx(found.value * math.exp(half), rel=1e-3)


def test_no_lane_is_steadier_than_one_percent() -> None:
    steady = ratio(by_round(1.0, 1.0, 1.0, 1.0), by_round(0.5, 0.5, 0.5, 0.5))
    assert steady.half == pytest.approx(3.182 * LEAST_DEVIATION / 2, rel=1e-3)


def test_only_rounds_that_both_made_are_compared() -> None:
    found = ratio({1: 1.0, 2: 1.0, 3: 9.0}, {2: 0.5, 1: 0.5, 4: 0.1})
    assert found.rounds == 2
    assert found.value == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("slower", "faster", "expected"),
    [
        ({}, {}, Ratio(0, 1.0, 0.0, math.inf)),
        ({1: 1.0}, {2: 1.0}, Ratio(0, 1.0, 0.0, math.inf)),
        ({1: 2.0}, {1: 1.0}, Ratio(1, 2.0, 0.0, math.inf)),
    ],
)
def test_of_less_than_two_rounds_there_is_no_interval(
    slower: dict[int, float], faster: dict[int, float], expected: Ratio
) -> None:
    found = ratio(slower, faster)
    assert found == pytest.approx(expected)
    assert found.half == math.inf


def test_rounds_that_have_nothing_in_common_give_numbers_all_the_same() -> None:
    found = ratio(by_round(1e-300, 1.0), by_round(1.0, 1e-300), 0.99)
    assert math.isfinite(found.high)
    assert found.low >= 0.0


def test_a_round_in_which_something_happened_that_nobody_saw_counts_little() -> None:
    alone = by_round(*[1.0] * 8)
    usual = ratio(alone, by_round(0.50, 0.51, 0.49, 0.50, 0.51, 0.49, 0.50, 0.50))
    hit = ratio(alone, by_round(0.50, 0.51, 0.49, 0.50, 0.51, 0.49, 0.50, 0.80))
    assert hit.value == pytest.approx(usual.value, rel=0.02)
    assert hit.half < 4 * usual.half
    # One that may be chance counts as it is.
    near = ratio(alone, by_round(0.50, 0.51, 0.49, 0.50, 0.51, 0.49, 0.50, 0.52))
    logs = [math.log(1 / wall) for wall in (0.50, 0.51, 0.49, 0.50, 0.51, 0.49, 0.50, 0.52)]
    assert near.value == pytest.approx(math.exp(fmean(logs)))


def test_an_interval_holds_the_truth_as_often_as_it_says() -> None:
    draw = random.Random(7)
    held = 0
    for _ in range(1_000):
        # One round in 25 is hit by something, now in this lane, now in the other.
        logs = [
            draw.gauss(0.0, 0.02)
            + (draw.choice((-1, 1)) * draw.uniform(0.05, 0.3) if draw.random() < 0.04 else 0.0)
            for _ in range(8)
        ]
        found = ratio(by_round(*[1.0] * 8), by_round(*(math.exp(-log) for log in logs)))
        held += found.low <= 1.0 <= found.high
    assert 920 <= held <= 980


def test_how_lanes_stand() -> None:
    race = made_race(
        [
            Rounds(Engine.SERIAL, 1, (0.100, 0.100, 0.100)),
            Rounds(Engine.PROCESS, 2, (0.051, 0.052, 0.053), cpu=0.1, start=0.2),
        ]
    )
    serial, processes = standings(race)
    assert (serial.speedup, serial.low, serial.high) == (1.0, 1.0, 1.0)
    assert serial.wall == pytest.approx(0.1)
    assert serial.calls_per_second == pytest.approx(100)
    assert processes.lane is race.lanes[2]
    assert processes.rounds == 3
    assert processes.speedup == pytest.approx(0.1 / 0.052, rel=1e-3)
    assert processes.low < processes.speedup < processes.high
    assert processes.wall == pytest.approx(0.052)
    assert processes.calls_per_second == pytest.approx(10 / 0.052)
    assert processes.cpu_seconds == pytest.approx(0.1)
    assert processes.memory == 4_200_000
    assert processes.start_seconds == 0.2


def test_a_round_that_warms_up_is_part_of_no_figure() -> None:
    race = made_race([Rounds(Engine.SERIAL, 1, (0.1,), cpu=0.1)])
    race.fold(RoundEnded(5.0, 1, 3, 1_000, 9.0, 9.0, 0.0, counts=False))
    (serial,) = standings(race)
    assert (serial.wall, serial.calls_per_second) == pytest.approx((0.1, 100))
    assert serial.cpu_seconds == pytest.approx(0.1)


def test_a_lane_without_rounds_stands_nowhere() -> None:
    race = made_race([Rounds(Engine.SERIAL, 1, (0.1,)), Rounds(Engine.THREAD, 2, ())])
    threads = standings(race)[1]
    assert threads.rounds == 0
    assert (threads.wall, threads.calls_per_second, threads.cpu_seconds) == (None, None, None)
    assert standings(made_race([])) == []
