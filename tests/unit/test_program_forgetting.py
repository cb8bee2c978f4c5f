"""A program of very many short processes: who stays on the floor."""

from __future__ import annotations

from chai_tui.model.events import Event, Exited
from chai_tui.state.floor import Floor
from chai_tui.state.forgetting import BADLY_KEPT, WELL_KEPT
from chai_tui.state.makers.records import State
from tests.builders import BEGAN, served
from tests.program_floors import process, run_of


def short(number: int, exitcode: int | None = 0) -> list[Event]:
    """A process that lives for a tenth of a second."""
    at = BEGAN + number
    events = process(number, "true", at=at, parent=1)
    return [*events, Exited(at + 0.1, number, exitcode, ours=False)]


def floor_after(*shorts: list[Event]) -> Floor:
    floor = Floor()
    floor.fold([run_of("bash"), *process(1, "bash")])
    for events in shorts:
        floor.fold(events)
    return floor


def test_those_that_ended_well_first_are_forgotten_many_at_a_time() -> None:
    many = 2 * WELL_KEPT
    numbers = range(2, 2 + many)
    floor = floor_after(*(short(number) for number in numbers))
    assert list(floor.makers) == [1, *numbers]
    floor.fold(short(2 + many))
    assert list(floor.makers) == [1, *range(3 + many - WELL_KEPT, 3 + many)]
    assert len(floor.stations) == 1 + WELL_KEPT
    assert sum(floor.counts.values()) == len(floor.makers)
    assert floor.forgotten == {State.DONE: many + 1 - WELL_KEPT}
    assert floor.copy().forgotten == floor.forgotten
    floor.forget_finished()
    assert floor.forgotten == {}


def test_who_failed_or_was_killed_stays_and_so_does_who_is_at_work() -> None:
    bad = [short(2, 1), short(3, -9)]
    floor = floor_after(*bad, process(4, "sleep", parent=1), *(short(n) for n in range(5, 500)))
    assert list(floor.makers)[:4] == [1, 2, 3, 4]
    assert len(floor.makers) <= 4 + 2 * WELL_KEPT


def test_whose_end_nobody_knows_counts_as_well_enough() -> None:
    floor = floor_after(*(short(n, None) for n in range(2, 500)))
    assert len(floor.makers) <= 1 + 2 * WELL_KEPT


def test_even_failures_are_bounded() -> None:
    floor = floor_after(*(short(n, 1) for n in range(2, 2 * BADLY_KEPT + 3)))
    assert len(floor.makers) == 1 + BADLY_KEPT


def test_the_first_of_all_stays_and_its_end_is_known() -> None:
    floor = floor_after([Exited(BEGAN + 1, 1, 0, ours=False)], *(short(n) for n in range(2, 300)))
    assert floor.makers[1].exitcode == 0
    assert floor.all_joined


def test_nobody_of_ours_is_forgotten() -> None:
    floor = Floor()
    for number in range(1, 3 * WELL_KEPT):
        floor.fold(served(number))
    assert len(floor.makers) == 3 * WELL_KEPT - 1


def test_the_time_of_the_forgotten_counts() -> None:
    floor = floor_after(*(short(n) for n in range(2, 200)))
    assert floor.began == BEGAN
    assert floor.elapsed > 190
