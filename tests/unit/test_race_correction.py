"""Rounds without what others took of them."""

from __future__ import annotations

import pytest

from chai_tui.model.engine import Engine
from chai_tui.model.race_events import RoundEnded, TasteBegan
from chai_tui.race.noise import length_spread, others_cores
from chai_tui.race.rounds.correction import LEAST_LEFT, corrected_walls, spent
from chai_tui.race.rounds.records import Race
from tests.unit.made_races import ENGINES, Rounds, made_race, tasted


def corrected(
    lane: Rounds, alone: Rounds | None = None, *, gil: float | None = 0.0, **how: object
) -> float:
    """Return the corrected seconds of a lane's first round, beside a serial lane of 0.1 s."""
    lanes = [alone or Rounds(Engine.SERIAL, 1, (0.1,)), lane]
    race = made_race(lanes, gil=gil, **how)  # type: ignore[arg-type]
    return corrected_walls(race)[2][1]


@pytest.mark.parametrize(
    ("case", "lane", "gil", "wall"),
    [
        # It computes: 0.1 s of work, and somebody else had a core for 0.05 s of each worker.
        ("processes", Rounds(Engine.PROCESS, 2, (0.1,), 0.1, 0.1), 1.0, 0.05),
        ("a little", Rounds(Engine.PROCESS, 2, (0.06,), 0.1, 0.02), 1.0, 0.05),
        ("nothing taken", Rounds(Engine.PROCESS, 2, (0.06,), 0.1, 0.0), 1.0, 0.06),
        ("unknown", Rounds(Engine.PROCESS, 2, (0.06,), 0.1, None), 1.0, 0.06),
        ("threads that take turns", Rounds(Engine.THREAD, 2, (0.15,), 0.1, 0.05), 1.0, 0.1),
        ("threads without the GIL", Rounds(Engine.THREAD, 2, (0.1,), 0.1, 0.1), 0.0, 0.05),
        # Never less than the work, shared by all workers.
        ("not below", Rounds(Engine.PROCESS, 2, (0.06,), 0.1, 0.5), 1.0, 0.05),
        # No threads are faster than the GIL is held.
        ("the GIL", Rounds(Engine.THREAD, 2, (0.06,), 0.1, 0.02), 1.0, 0.1),
        ("half of it", Rounds(Engine.THREAD, 2, (0.04,), 0.08, 0.0), 0.5, 0.05),
        ("slower than it", Rounds(Engine.THREAD, 2, (0.06,), 0.1, 0.0), 0.5, 0.06),
        ("each has its own", Rounds(Engine.INTERPRETER, 2, (0.06,), 0.1, 0.0), 1.0, 0.06),
        ("the GIL was not seen", Rounds(Engine.THREAD, 2, (0.06,), 0.1, 0.0), None, 0.06),
        ("one loop", Rounds(Engine.ASYNCIO, 32, (0.2,), 0.1, 0.1), 0.0, 0.1),
    ],
)  # fmt: skip
def test_what_computes(case: str, lane: Rounds, gil: float | None, wall: float) -> None:
    assert corrected(lane, gil=gil) == pytest.approx(wall), case


def test_a_short_round_is_left_as_it_was() -> None:
    alone = Rounds(Engine.SERIAL, 1, (0.009,))
    just = Rounds(Engine.PROCESS, 2, (0.01,), 0.009, 0.009)
    longer = Rounds(Engine.PROCESS, 2, (0.0105,), 0.009, 0.009)
    assert corrected(just, alone) == 0.01
    assert corrected(longer, alone) == pytest.approx(0.00525)


def test_what_waits_is_left_as_it_was() -> None:
    alone = Rounds(Engine.SERIAL, 1, (0.1,), 0.019)
    lane = Rounds(Engine.PROCESS, 2, (0.06,), 0.019, 0.01)
    assert corrected(lane, alone) == 0.06
    assert corrected(lane, alone._replace(cpu=0.021)) < 0.06  # that is in between


@pytest.mark.parametrize(
    ("engine", "gil", "wall"),
    [
        (Engine.PROCESS, 0.5, 0.1 - 0.02 / 2),  # what is held up, half of it hidden
        (Engine.THREAD, 0.5, 0.1 - 0.02 * (0.5 + 0.5 / 2)),
        (Engine.THREAD, 0.0, 0.1 - 0.02 / 2),
        (Engine.ASYNCIO, 0.5, 0.1 - 0.02),  # one thread hides nothing
    ],
)
def test_of_a_mix_only_that_is_taken_off_which_was_not_hidden(
    engine: Engine, gil: float, wall: float
) -> None:
    alone = Rounds(Engine.SERIAL, 1, (0.1,), 0.05)
    lane = Rounds(engine, 2, (0.1,), 0.05, 0.02)
    assert corrected(lane, alone, gil=gil) == pytest.approx(wall)


def test_more_workers_than_cores_keep_one_another_waiting() -> None:
    # Eight processes on two cores: nobody else took anything.
    lane = Rounds(Engine.PROCESS, 8, (0.05,), 0.1, 0.3)
    assert corrected(lane) == pytest.approx(0.05)
    race = made_race([Rounds(Engine.SERIAL, 1, (0.1,)), lane])
    assert others_cores(race) == 0.0


TWO_OF_TEN = 0.1 * 2 / 10
"""Eight workers of whom two make two of ten calls that take 0.1 s together."""


@pytest.mark.parametrize(("cores", "wall"), [(2.0, 0.05), (1.5, 0.1 / 1.5), (0.0, TWO_OF_TEN)])
def test_it_is_known_how_many_cores_there_are(cores: float, wall: float) -> None:
    lane = Rounds(Engine.PROCESS, 8, (0.08,), 0.1, 0.7)
    race = made_race([Rounds(Engine.SERIAL, 1, (0.1,)), lane])
    race.began = TasteBegan(0.0, "f", 8, ENGINES, 8.0, "", cores)
    assert corrected_walls(race)[2][1] == pytest.approx(wall)


def test_the_serial_lane_is_corrected_too_and_the_others_are_compared_with_that() -> None:
    alone = Rounds(Engine.SERIAL, 1, (0.15,), 0.1, 0.05)
    race = made_race([alone, Rounds(Engine.THREAD, 2, (0.06,), 0.1)], gil=1.0)
    assert corrected_walls(race) == {1: {1: pytest.approx(0.1)}, 2: {1: pytest.approx(0.1)}}


def test_rounds_that_warm_up_do_not_count() -> None:
    race = made_race([Rounds(Engine.SERIAL, 1, (0.1,)), Rounds(Engine.PROCESS, 2, (0.05,))])
    race.fold(RoundEnded(5.0, 2, 2, 10, 9.0, 9.0, None, counts=False))
    assert corrected_walls(race)[2] == {1: 0.05}


def test_a_round_without_any_length_is_none() -> None:
    race = made_race([Rounds(Engine.SERIAL, 1, (0.1, 0.0)), Rounds(Engine.PROCESS, 2, (0.0, 0.05))])
    assert corrected_walls(race) == {1: {1: 0.1}, 2: {2: 0.05}}


def test_something_is_left_of_a_round_whatever_the_system_says_of_others() -> None:
    alone = Rounds(Engine.SERIAL, 1, (0.1,), 0.05)
    lane = Rounds(Engine.PROCESS, 2, (0.1,), 1e-9, 5.0)
    assert corrected(lane, alone, gil=0.0) == pytest.approx(LEAST_LEFT * 0.1)


def test_waits_that_were_timed_alone_do_not_become_shorter() -> None:
    alone = Rounds(Engine.SERIAL, 1, (0.96,), 0.001)
    lane = Rounds(Engine.THREAD, 16, (0.055,), 0.001)
    timed = tasted(calls=20, call=0.03, cpu=20e-6)
    assert corrected(lane, alone, calls=32, of_taste=timed) == pytest.approx(0.95 * 0.06)
    # Not if some were never timed, or if calls differ and the shortest says little.
    assert corrected(lane, alone, calls=32, of_taste=timed._replace(calls=1)) == 0.055
    short = timed._replace(shortest=0.02)
    assert corrected(lane, alone, calls=32, of_taste=short) == 0.055


def test_a_share_of_the_gil_grows_where_its_holder_has_no_core() -> None:
    # 5 ms with the GIL and 15 ms of sleep; others took 5 ms more while it was held.
    timed = tasted(calls=10, call=0.025, cpu=0.005, ready=0.05)
    race = made_race([], gil=0.4, of_taste=timed)
    found = spent(race)
    assert found is not None
    assert found.holds == pytest.approx(0.25)
    assert found.computes == pytest.approx(0.25)
    # Where all of a call computes, others take as much of the one part as of the other.
    even = made_race([], gil=0.5, of_taste=tasted(calls=10, call=0.025, cpu=0.02, ready=0.05))
    found = spent(even)
    assert found is not None
    assert found.holds == pytest.approx(0.5)


def test_nothing_is_known_before_a_call() -> None:
    assert spent(Race()) is None
    assert corrected_walls(Race()) == {}
    assert others_cores(Race()) is None
    assert length_spread(Race()) is None


def test_what_made_the_noise() -> None:
    race = made_race(
        [
            Rounds(Engine.SERIAL, 1, (0.1, 0.1), 0.1, 0.01),
            Rounds(Engine.PROCESS, 2, (0.1, 0.1), 0.1, 0.07),
        ],
        of_taste=tasted(shortest=0.005, longest=0.02),
    )
    assert others_cores(race) == pytest.approx(0.7)
    assert length_spread(race) == pytest.approx(4.0)
    unseen = made_race([Rounds(Engine.SERIAL, 1, (0.1,), 0.1, None)])
    assert others_cores(unseen) is None


def test_nobody_is_more_times_as_fast_than_there_are_workers() -> None:
    """Beside others a loop alone is slowed down, too; what is taken off two may be too much."""
    alone = Rounds(Engine.SERIAL, 1, (0.1,), 0.1)
    lane = Rounds(Engine.PROCESS, 2, (0.145,), 0.08, 0.2)
    assert corrected(lane, alone) == pytest.approx(0.05)


def test_calls_that_go_on_until_a_moment_are_left_as_they_were() -> None:
    """They hold the GIL by turns and end together, so that threads are twice as fast."""
    alone = Rounds(Engine.SERIAL, 1, (0.6,), 0.56, 0.04)
    lane = Rounds(Engine.THREAD, 2, (0.3,), 0.3, 0.02)
    assert corrected(lane, alone, gil=1.0) == 0.3
    race = made_race([alone, lane], gil=1.0)
    assert corrected_walls(race)[1][1] == 0.6


def test_one_call_is_no_faster_with_more_workers() -> None:
    alone = Rounds(Engine.SERIAL, 1, (0.1,), 0.1)
    lane = Rounds(Engine.PROCESS, 2, (0.1,), 0.1, 0.1)
    assert corrected(lane, alone, calls=1) == pytest.approx(0.1)


def test_three_alike_calls_take_two_workers_two_turns() -> None:
    alone = Rounds(Engine.SERIAL, 1, (0.09,), 0.09)
    lane = Rounds(Engine.PROCESS, 2, (0.145,), 0.09, 0.2)
    alike = tasted(calls=20, call=0.03)
    least = 0.06
    assert corrected(lane, alone, calls=3, of_taste=alike) == pytest.approx(least)
    # Of unlike calls, two short ones may take as long as the third.
    unlike = alike._replace(longest=0.06)
    assert corrected(lane, alone, calls=3, of_taste=unlike) < least
