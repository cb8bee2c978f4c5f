"""What a function is, and what follows for other machines and other calls."""

from __future__ import annotations

import pytest

from chai_tui.model.engine import Engine
from chai_tui.model.race_events import LaneOut, Measure, Phase, PhaseBegan, RoundEnded, Tasted
from chai_tui.race.budget import STEP, budget_wanted
from chai_tui.race.forecast import (
    amdahl,
    forecast,
    items_allow,
    karp_flatt,
    pays_from,
    serial_shares,
    would_not_help,
)
from chai_tui.race.rounds.chunks import chunk_advised, chunk_for, chunk_of
from chai_tui.race.rounds.costs import call_seconds, overhead_seconds
from chai_tui.race.rounds.kind import Nature, kind_of
from chai_tui.race.rounds.records import Race
from chai_tui.sources.taste.plan import plan_race
from tests.unit.made_races import ENGINES, Rounds, made_race, tasted

SERIAL = Rounds(Engine.SERIAL, 1, (0.1,) * 4)
THREADS = Rounds(Engine.THREAD, 2, (0.1,) * 4, 0.1)
PROCESSES = Rounds(Engine.PROCESS, 2, (0.052,) * 4, 0.1)
BY_LAW = PROCESSES._replace(walls=(0.0512,) * 4)


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
    assert kind.cores == pytest.approx(1.0)


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
    race = made_race([SERIAL, THREADS, BY_LAW], gil=0.99)
    # Both did as the law says, as far as it can be told.
    assert serial_shares(race)[3:] == (None, None)
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
    # As fast as the law says: then the law holds.
    slower = made_race([SERIAL, threads._replace(walls=(0.075,) * 4)], gil=0.5)
    assert serial_shares(slower).threads == 0.5


@pytest.mark.parametrize(
    ("speedup", "workers", "share"),
    [(2.0, 2, 0.0), (1.0, 2, 1.0), (1.5, 2, 1 / 3), (8.0, 16, 1 / 15), (2.1, 2, 0.0), (0.5, 2, 1)],
)
def test_the_serial_share_that_a_race_shows(speedup: float, workers: int, share: float) -> None:
    assert karp_flatt(speedup, workers) == pytest.approx(share)
    if 1 <= speedup <= workers:
        assert amdahl(share, workers) == pytest.approx(speedup)


def test_a_race_that_is_surely_slower_than_the_law_knows_better() -> None:
    # Nothing holds the GIL, and still two threads give 1.2×.
    race = made_race([SERIAL, THREADS._replace(walls=(0.083,) * 4), PROCESSES], gil=0.0)
    shown = serial_shares(race).threads_shown
    assert shown is not None
    assert karp_flatt(1.23, 2) < shown < karp_flatt(1.2, 2)
    for ahead in forecast(race):
        assert ahead.threads == pytest.approx(amdahl(shown, ahead.cores))
    # Processes likewise: handing over is 1 % of a call, and they give 1.5×.
    slow = made_race([SERIAL, PROCESSES._replace(walls=(0.067,) * 4)], gil=1.0)
    shown = serial_shares(slow).processes_shown
    assert shown is not None
    for ahead in forecast(slow):
        assert ahead.processes == pytest.approx(amdahl(shown, ahead.cores))
        assert (ahead.processes or 0.0) >= 1.5


def test_workers_without_a_core_show_nothing() -> None:
    # Eight of them on two cores are as fast as two: that is no fault of the function.
    race = made_race([SERIAL, BY_LAW._replace(workers=8)], calls=16, gil=1.0)
    assert serial_shares(race).processes_shown is None
    # Nor is it that three calls take two workers as long as four would.
    odd = made_race([SERIAL, PROCESSES._replace(walls=(0.068,) * 4)], calls=3, gil=1.0)
    assert serial_shares(odd).processes_shown is None


def test_threads_that_get_slower_with_their_number_are_not_looked_forward_to() -> None:
    timed = tasted(calls=20, call=0.03, cpu=20e-6, shortest=0.028)
    race = made_race(
        [
            Rounds(Engine.SERIAL, 1, (0.96,) * 4, 0.001),
            Rounds(Engine.THREAD, 2, (0.5,) * 4, 0.001),
            Rounds(Engine.THREAD, 16, (0.8,) * 4, 0.001),
        ],
        gil=0.001,
        calls=32,
        of_taste=timed,
    )
    # But never less than what fewer were measured to give.
    assert [ahead.threads for ahead in forecast(race)] == pytest.approx([1.92] * 3)


def test_who_is_surely_no_faster_than_a_loop_gets_no_promise() -> None:
    slow = made_race([SERIAL, THREADS._replace(walls=(0.12,) * 4), PROCESSES], gil=0.3)
    assert would_not_help(slow) == (Engine.THREAD,)
    assert all(ahead.threads is None and ahead.processes for ahead in forecast(slow))
    even = made_race([SERIAL, THREADS, PROCESSES._replace(walls=(0.102,) * 4)], gil=0.3)
    assert would_not_help(even) == (Engine.PROCESS,)
    # Nor does who was not raced to the end, if handing over takes longer than the call.
    dear = made_race([SERIAL, PROCESSES._replace(walls=(), task=0.0101)], gil=0.3)
    assert would_not_help(dear) == (Engine.PROCESS,)
    cheap = made_race([SERIAL, PROCESSES._replace(walls=(), task=0.0098)], gil=0.3)
    assert would_not_help(cheap) == ()
    once = made_race([SERIAL, THREADS._replace(walls=(0.12,))], gil=0.3)
    assert would_not_help(once) == ()


def test_nobody_is_done_before_the_longest_item_is() -> None:
    def allowed(items: int, **how: float) -> float:
        race = made_race([SERIAL], gil=0.0, of_taste=tasted(calls=20, **how))
        assert race.loaded is not None
        race.fold(race.loaded._replace(items=items))
        most = items_allow(race)
        assert all(ahead.threads and ahead.threads <= most for ahead in forecast(race))
        return most

    assert allowed(0) == float("inf")
    assert allowed(20) == 20
    assert allowed(20, longest=0.013) == 20
    assert allowed(20, longest=0.05) == pytest.approx(4.0)
    # Others may have made that one so long.
    assert allowed(20, longest=0.05, ready=0.03) == pytest.approx(10.0)
    assert allowed(1, longest=0.05) == 1.0


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


def test_no_chunk_helps_where_the_result_is_what_costs() -> None:
    serial = SERIAL._replace(walls=(20e-6 * 1_000,) * 4)
    large = tasted(calls=10, call=20e-6, pickling=0.002)
    assert chunk_advised(made_race([serial, PROCESSES], calls=1_000, of_taste=large)) is None


# Too long


def test_a_budget_that_was_too_small_is_never_said_to_do() -> None:
    assert budget_wanted(made_race([SERIAL, PROCESSES])) == 10  # 1.25 × 8, rounded up


def slow(call: float, calls: int = 2) -> Tasted:
    return tasted(calls=calls, call=call)


def test_a_budget_that_would_do_comes_from_what_was_measured() -> None:
    serial, pool = Rounds(Engine.SERIAL, 1, (6.0,)), Rounds(Engine.PROCESS, 2, (3.0,), start=1.0)
    raced = made_race([serial, pool], calls=2, of_taste=slow(3.0))
    assert budget_wanted(raced) == 5 * 9  # 1.16 + 2 × 3 + 4 × (6 + 3) = 43.2
    # Handing over takes longer than the calls: nobody knew that before.
    slower = made_race([serial, pool._replace(walls=(20.0,))], calls=2, of_taste=slow(3.0))
    assert budget_wanted(slower) == 5 * 23  # 7.16 + 4 × 26 = 111.2
    # Later rounds are smaller if the first one is too slow.
    large = made_race([serial, pool], calls=20, of_taste=tasted(calls=2, call=0.3))
    assert budget_wanted(large) == 5 * 3  # 1.16 + 0.6 + (6 + 3) + 3 × (0.6 + 0.3) = 13.5
    # What is raced twice has half of the budget each time.
    assert raced.began is not None
    cores = made_race([serial, pool], calls=2, of_taste=tasted(calls=2, call=3.0, process_cpu=6.0))
    assert budget_wanted(cores) == 5 * 18  # 86.3


def test_what_is_done_between_the_rounds_takes_its_time_of_a_budget() -> None:
    race = made_race(
        [Rounds(Engine.SERIAL, 1, ()), Rounds(Engine.PROCESS, 2, (), start=1.0)],
        calls=2,
        of_taste=slow(3.0),
    )
    race.fold(PhaseBegan(3.0, Phase.RACE, 5.0))
    race.fold(RoundEnded(10.0, 1, 1, 2, 6.0, 6.0, 0.0))
    race.fold(RoundEnded(25.0, 2, 1, 2, 3.0, 6.0, 0.0))  # 22 s for both
    assert budget_wanted(race) == 5 * 20  # 7.16 + 4 × 22 = 95.2


@pytest.mark.parametrize("call", [0.8, 3.0, 6.0, 20.0])
@pytest.mark.parametrize("waits", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("without", [(), (Engine.INTERPRETER,), (Engine.PROCESS, Engine.THREAD)])
def test_a_budget_is_right_where_nothing_was_raced(
    call: float, waits: float, without: tuple[Engine, ...]
) -> None:
    """Such a budget would be enough, and two thirds of it would not."""
    timed = tasted(calls=2, call=call, cpu=call * (1 - waits))
    out = [LaneOut(2.0, engine, "no") for engine in without]
    race = made_race([], of_taste=timed, gil=1 - waits, more=out)
    wanted = budget_wanted(race)
    assert wanted is not None
    can = [e for e in ENGINES if e not in (*without, Engine.ASYNCIO)]

    def fits(budget: float) -> bool:
        left = budget - 2 * call - 0.5
        if left <= 0:
            return False
        return plan_race(can, timed, is_async=False, items=0, workers=2, seconds=left)[1].fits

    assert fits(wanted)
    assert not fits(wanted / 1.5 - STEP)
