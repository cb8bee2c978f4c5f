"""Rounds: when somebody was always brewing."""

from __future__ import annotations

import pytest

from chai_tui.state.makers.busy_period import BusyPeriod, latest_busy_period
from tests.builders import BEGAN, brewing, ended, floor_of

# One that brewed for 2 s, another for 4 s beside it, and a third after a rest of 10 s.
FIRST = ended(1, after=2.0)
BESIDE = ended(2, at=BEGAN + 1.0, after=4.0)
LATER = ended(3, at=BEGAN + 15.0, after=1.0)


def test_a_round_lasts_from_the_first_seat_to_the_last_end() -> None:
    floor = floor_of(*FIRST, *BESIDE)
    assert latest_busy_period(floor.makers.values()) == BusyPeriod(BEGAN, BEGAN + 5.0, (1, 2))


def test_whoever_came_last_need_not_end_it() -> None:
    floor = floor_of(*BESIDE, *ended(4, at=BEGAN + 2.0, after=0.5))
    assert latest_busy_period(floor.makers.values()) == BusyPeriod(BEGAN + 1.0, BEGAN + 5.0, (2, 4))


def test_after_a_rest_begins_another() -> None:
    floor = floor_of(*FIRST, *BESIDE, *LATER)
    assert latest_busy_period(floor.makers.values()) == BusyPeriod(BEGAN + 15.0, BEGAN + 16.0, (3,))


def test_whoever_is_seated_as_the_last_one_ends_goes_on_with_it() -> None:
    floor = floor_of(*FIRST, *ended(2, at=BEGAN + 2.0, after=1.0))
    assert latest_busy_period(floor.makers.values()) == BusyPeriod(BEGAN, BEGAN + 3.0, (1, 2))


def test_it_is_not_over_while_anybody_brews() -> None:
    floor = floor_of(*brewing(1), *LATER)
    assert latest_busy_period(floor.makers.values()) == BusyPeriod(BEGAN, None, (1, 3))


def test_there_is_none_without_makers() -> None:
    with pytest.raises(ValueError, match="needs makers"):
        latest_busy_period([])
