"""A tasting, folded from its events."""

from __future__ import annotations

import pytest

from chai_tui.model.engine import Engine
from chai_tui.model.events import Trouble
from chai_tui.model.race_events import (
    PRINTED_AT_MOST,
    CallsDone,
    Differed,
    GilSeen,
    Judged,
    LaneOut,
    Phase,
    PhaseBegan,
    Printed,
    RaceEvent,
    RoundBegan,
    RoundEnded,
    TasteBegan,
    TasteFailed,
)
from chai_tui.race.rounds.records import Race
from chai_tui.state.floor import Floor
from tests.unit.made_races import ENGINES, Rounds, made_race, tasted

TWO = [Rounds(Engine.SERIAL, 1, (0.1,)), Rounds(Engine.PROCESS, 2, (0.05,))]


def folded(*events: object) -> Race:
    race = made_race(TWO)
    for event in events:
        race.fold(event)
    return race


def test_what_is_known_of_a_race() -> None:
    race = folded(PhaseBegan(3.0, Phase.RACE, 6.0))
    assert race.began is not None
    assert race.began.target == "work.py:f"
    assert race.loaded is not None
    assert race.loaded.name == "work.f"
    assert (race.phase, race.left, race.phase_at) == (Phase.RACE, 6.0, 3.0)
    assert race.tasted == tasted(call=0.01)
    assert race.gil == GilSeen(1.0, 1.0, 700)
    assert [(lane.engine, lane.workers) for lane in race.lanes.values()] == [
        (Engine.SERIAL, 1),
        (Engine.PROCESS, 2),
    ]
    assert race.serial is race.lanes[1]
    assert not race.is_over


def test_a_round_runs_until_it_ends() -> None:
    race = folded(RoundBegan(4.0, 2, 2, 10), CallsDone(4.1, 2, 3))
    lane = race.lanes[2]
    assert (lane.running, lane.done) == (RoundBegan(4.0, 2, 2, 10), 3)
    ended = RoundEnded(4.2, 2, 2, 10, 0.1, 0.2, None)
    race.fold(ended)
    assert (race.lanes[2].running, race.lanes[2].done) == (None, 10)
    assert lane.rounds[-1] == ended


def test_only_the_first_difference_of_a_lane_is_kept() -> None:
    first = Differed(4.0, 2, 3, "12", "7", 4)
    race = folded(first, Differed(5.0, 2, 4, "1", "2", 1))
    assert race.lanes[2].differed == first
    assert race.lanes[1].differed is None


def test_an_engine_that_is_out_has_no_lane() -> None:
    race = folded(LaneOut(4.0, Engine.PROCESS, "cannot be pickled"))
    assert list(race.lanes) == [1]
    assert race.out == {Engine.PROCESS: "cannot be pickled"}


@pytest.mark.parametrize(
    "late",
    [
        RoundBegan(5.0, 9, 1, 1),
        CallsDone(5.0, 9, 1),
        RoundEnded(5.0, 9, 1, 1, 1.0, 1.0, None),
        Differed(5.0, 9, 0, "1", "2", 1),
    ],
)
def test_what_a_lane_does_that_is_no_more_is_passed_over(late: RaceEvent) -> None:
    assert list(folded(late).lanes) == [1, 2]


def test_of_many_printed_lines_the_last_are_kept_and_all_are_counted() -> None:
    race = folded(*(Printed(4.0, f"{number}") for number in range(PRINTED_AT_MOST + 5)))
    assert race.printed_count == PRINTED_AT_MOST + 5
    assert len(race.printed) == PRINTED_AT_MOST
    assert race.printed[-1].line == f"{PRINTED_AT_MOST + 4}"


def test_it_is_over_with_a_verdict_or_without_one() -> None:
    judged = folded(Judged(5.0, 2, Engine.PROCESS, "faster", "Use processes."))
    failed = folded(TasteFailed(5.0, "it raises"))
    assert judged.is_over
    assert failed.is_over
    assert judged.phase is failed.phase is Phase.OVER


def test_another_race_begins_afresh() -> None:
    race = folded(
        Printed(4.0, "x"),
        LaneOut(4.0, Engine.INTERPRETER, "no"),
        Judged(5.0, 2, Engine.PROCESS, "faster", "Use processes."),
        TasteBegan(6.0, "work.py:g", 2, ENGINES, 8.0),
    )
    assert not race.lanes
    assert not race.out
    assert race.printed_count == 0
    assert race.judged is None
    assert race.tasted is None
    assert race.began is not None
    assert race.began.target == "work.py:g"


def test_a_race_with_limits_keeps_the_one_without() -> None:
    race = folded()
    race.fold(TasteBegan(6.0, "work.py:f", 2, ENGINES, 8.0, limited=True))
    assert race.unlimited is not None
    assert list(race.unlimited.lanes) == [1, 2]
    assert race.unlimited.tasted == tasted(call=0.01)
    assert not race.lanes
    race.fold(TasteBegan(7.0, "work.py:f", 2, ENGINES, 8.0))
    assert race.unlimited is None


def test_events_of_a_kitchen_change_nothing_in_a_race() -> None:
    race = folded()
    before = vars(race).copy()
    race.fold(Trouble(5.0, None, "x"))
    assert vars(race) == before


def test_a_floor_folds_a_race_and_its_clock() -> None:
    floor = Floor()
    floor.fold([PhaseBegan(7.0, Phase.TASTE, 1.0)])
    assert floor.race.phase is Phase.TASTE
    assert floor.now == 7.0
