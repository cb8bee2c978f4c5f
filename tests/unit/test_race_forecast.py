"""What a function is, and what follows for other machines and other calls."""

from __future__ import annotations

import pytest

from chai_tui.model.engine import Engine
from chai_tui.model.race_events import LaneOut, Measure, Tasted
from chai_tui.race.forecast import (
    amdahl,
    budget_wanted,
    call_seconds,
    chunk_advised,
    chunk_for,
    chunk_of,
    forecast,
    overhead_seconds,
    pays_from,
    serial_shares,
)
from chai_tui.race.kind import Nature, kind_of
from chai_tui.race.records import Race
from tests.unit.made_races import Rounds, made_race, tasted

SERIAL = Rounds(Engine.SERIAL, 1, (0.1,) * 4)
THREADS = Rounds(Engine.THREAD, 2, (0.1,) * 4, 0.1)
PROCESSES = Rounds(Engine.PROCESS, 2, (0.052,) * 4, 0.1)


def alone(
    gil: float | None, cpu: float, *, process_cpu: float | None = None, child_cpu: float = 0.0
) -> Race:
    """Return a race with nothing but calls of 10 ms alone, of which ``cpu`` is a share."""
    of_all = None if process_cpu is None else process_cpu * 0.01
    timed = tasted(cpu=cpu * 0.01, process_cpu=of_all, child_cpu=child_cpu * 0.01)
    return made_race([], gil=gil, of_taste=timed)


# What it is


@pytest.mark.parametrize(
    ("race", "nature"),
    [
        (alone(1.0, 1.0), Nature.COMPUTES_WITH_GIL),
        (alone(0.9, 1.0), Nature.COMPUTES_WITH_GIL),
        (alone(0.89, 1.0), Nature.MIX),
        (alone(0.11, 1.0), Nature.MIX),
        (alone(0.1, 1.0), Nature.COMPUTES_WITHOUT_GIL),
        (alone(0.0, 0.9), Nature.COMPUTES_WITHOUT_GIL),
        (alone(0.0, 0.89), Nature.MIX),
        (alone(0.1, 0.201), Nature.MIX),
        (alone(0.1, 0.19), Nature.WAITS),
        (alone(1.0, 0.0), Nature.COMPUTES_WITH_GIL),  # it sleeps and keeps the GIL
        (alone(None, 0.95), Nature.COMPUTES),
        (alone(None, 0.5), Nature.MIX),
        (alone(None, 0.1), Nature.WAITS),
        (alone(0.1, 1.0, process_cpu=1.19), Nature.COMPUTES_WITHOUT_GIL),
        (alone(0.1, 1.0, process_cpu=1.201), Nature.USES_CORES),
        (alone(0.1, 0.1, child_cpu=0.19), Nature.WAITS),
        (alone(0.1, 0.1, child_cpu=0.201), Nature.CHILDREN),
    ],
)
def test_what_a_function_is(race: Race, nature: Nature) -> None:
    kind = kind_of(race)
    assert kind is not None
    assert kind.nature is nature


def test_its_shares_make_a_whole_and_its_cores_are_counted() -> None:
    kind = kind_of(alone(0.25, 0.75, process_cpu=1.9, child_cpu=0.5))
    assert kind is not None
    assert kind.gil == pytest.approx(0.25)
    assert kind.native == pytest.approx(0.5)
    assert kind.waits == pytest.approx(0.25)
    assert kind.computes == pytest.approx(0.75)
    assert kind.cores == pytest.approx(1.9)
    assert kind.child_cores == pytest.approx(0.5)


def test_what_others_took_is_no_wait() -> None:
    timed = tasted(calls=10, call=0.02, cpu=0.01, ready=0.1)
    kind = kind_of(made_race([], gil=1.0, of_taste=timed))
    assert kind is not None
    assert kind.nature is Nature.COMPUTES_WITH_GIL
    assert kind.waits == pytest.approx(0.0)


def test_nothing_is_known_of_what_was_not_tasted() -> None:
    assert kind_of(Race()) is None
    assert forecast(Race()) == []
    assert pays_from(Race()) is None
    assert call_seconds(Race()) is None
    assert budget_wanted(Race()) is None
    assert chunk_for(Race(), 100, 2) == 1
    assert chunk_advised(Race()) is None


# More cores


@pytest.mark.parametrize(
    ("share", "cores", "times"),
    [(0.0, 16, 16.0), (1.0, 16, 1.0), (0.5, 2, 4 / 3), (0.05, 64, 15.42), (0.3, 1, 1.0)],
)
def test_the_law(share: float, cores: int, times: float) -> None:
    assert amdahl(share, cores) == pytest.approx(times, rel=1e-3)


def test_what_more_cores_would_give() -> None:
    race = made_race([SERIAL, THREADS, PROCESSES], gil=0.99)
    assert [ahead.cores for ahead in forecast(race)] == [4, 16, 64]
    # 100 µs a task, for calls of 10 ms.
    for ahead in forecast(race):
        assert ahead.threads == pytest.approx(amdahl(0.99, ahead.cores))
        assert ahead.processes == pytest.approx(1 / (0.01 + 1 / ahead.cores))


def test_a_race_that_is_faster_than_the_law_knows_better() -> None:
    # Half of a call holds the GIL; while it does, another thread computes without it.
    threads = THREADS._replace(walls=(0.069,) * 4)
    race = made_race([SERIAL, threads, PROCESSES._replace(task=0.01)], gil=0.5)
    shares = serial_shares(race)
    assert shares.gil == 0.5
    assert shares.threads == pytest.approx((0.69 - 0.5) / 0.5)
    assert shares.processes == pytest.approx(0.52 - 0.5)
    for ahead in forecast(race):
        assert ahead.threads is not None
        assert ahead.threads <= 1 / 0.5
    # As fast as the law says, or slower: then the law holds.
    slower = made_race([SERIAL, threads._replace(walls=(0.075,) * 4)], gil=0.5)
    assert serial_shares(slower).threads == 0.5


def test_without_a_lane_or_a_look_at_the_gil_less_is_known() -> None:
    unseen = made_race([SERIAL, PROCESSES], gil=None)
    assert all(ahead.threads is None and ahead.processes for ahead in forecast(unseen))
    alone = made_race([SERIAL], gil=0.5)
    assert all(ahead.threads and ahead.processes is None for ahead in forecast(alone))
    assert forecast(made_race([SERIAL], gil=None)) == []


# Longer calls, and chunks


def test_what_handing_over_costs_and_from_where_on_processes_pay() -> None:
    timed = tasted(pickling=300e-6)._replace(function=Measure(20, 20e-6))
    race = made_race([SERIAL, PROCESSES], of_taste=timed)
    assert overhead_seconds(race) == pytest.approx(420e-6)
    assert overhead_seconds(race, 10) == pytest.approx(312e-6)
    assert pays_from(race) == pytest.approx(2 * 420e-6)
    four = made_race([SERIAL, PROCESSES._replace(workers=4)], of_taste=timed)
    assert pays_from(four) == pytest.approx(420e-6 / 0.75)
    # At that length a pool is as fast as a loop.
    call = 420e-6 / 0.75
    assert 1 / (420e-6 / call + 1 / 4) == pytest.approx(1.0)


def test_one_process_never_pays_and_nor_does_none() -> None:
    assert pays_from(made_race([SERIAL, PROCESSES._replace(workers=1)])) is None
    assert pays_from(made_race([SERIAL, THREADS])) is None


@pytest.mark.parametrize(
    ("call", "calls", "chunk"),
    [
        (0.002, 1_000, 1),
        (0.001999, 1_000, 125),
        (1e-6, 1_000, 125),
        (1e-6, 1_001, 126),
        (1e-6, 3, 1),
    ],
)
def test_short_calls_race_in_chunks(call: float, calls: int, chunk: int) -> None:
    timed = tasted(calls=100, call=call)
    race = made_race([SERIAL, THREADS, PROCESSES], of_taste=timed, calls=calls)
    assert chunk_for(race, calls, 2) == chunk
    assert chunk_of(race, race.lanes[2]) == chunk_of(race, race.lanes[3]) == chunk
    assert chunk_of(race, race.lanes[1]) == 1


@pytest.mark.parametrize(
    ("call", "chunk"),
    [(49e-6, 50), (20e-6, 100), (6e-6, 500), (0.1e-6, 20_000), (50e-6, None), (0.01, None)],
)
def test_chunks_are_advised_that_cost_next_to_nothing(call: float, chunk: int | None) -> None:
    calls = 1_000
    serial = SERIAL._replace(walls=(call * calls,) * 4)
    race = made_race([serial, PROCESSES], calls=calls, of_taste=tasted(calls=10, call=call))
    assert chunk_advised(race) == chunk
    if chunk is not None:  # 100 µs a chunk
        assert 0.0501 * chunk * call >= 100e-6


# Too long


def slow(call: float, calls: int = 2) -> Tasted:
    return tasted(calls=calls, call=call)


def test_a_budget_that_would_do() -> None:
    # Three engines may race: two calls each, four times, after two alone.
    race = made_race([], of_taste=slow(3.0), more=[LaneOut(2.0, Engine.INTERPRETER, "no")])
    assert budget_wanted(race) == 5 * 16  # 2 × 3 + 4 × 3 × 2 × 3 = 78
    raced = made_race(
        [
            Rounds(Engine.SERIAL, 1, (6.0,)),
            Rounds(Engine.PROCESS, 2, (3.0,), start=1.0),
        ],
        calls=2,
        of_taste=slow(3.0),
    )
    assert budget_wanted(raced) == 5 * 9  # 1.16 + 2 × 3 + 4 × (6 + 3) = 43.2
