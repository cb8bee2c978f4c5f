"""Who rests is left out of samples, and drawn as if it were not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, MakerUse, Sampled, Seated, Started
from chai_tui.model.program_events import Named
from chai_tui.state.floor import Floor
from chai_tui.state.shares import shares_of
from chai_tui.tui.timeline.cells import GIL, READY, WAITS
from tests.builders import BEGAN, floor_of
from tests.unit.columns import cells_of

SECONDS = 0.125
"""Between two samples."""
RESTS = (None, 0.0, 0.0)
"""Core, share of a core, share of the time ready."""
ON_0 = (0, 0.75, 0.0)
ON_1 = (1, 0.25, 0.5)


def theirs() -> list[Event]:
    """A thread of a program that is not ours."""
    return [
        Seated(BEGAN, 1, 1, 10, Engine.PROCESS, "", ()),
        Started(BEGAN, 1, 10, 10),
        Named(BEGAN, 1, "theirs"),
    ]


def sample(
    index: int, use: tuple[int | None, float, float | None], gil: float | None = None
) -> Event:
    use_of = MakerUse(1, *use, None, None, False, gil)
    return Sampled(BEGAN + SECONDS * (index + 1), (), (use_of,))


def both(uses: list[tuple[int | None, float, float]]) -> tuple[Floor, Floor]:
    """The floors of samples with everybody, and of samples without who rests for a second."""
    every, fewer = floor_of(*theirs()), floor_of(*theirs())
    rested = 0
    for index, use in enumerate(uses):
        event = sample(index, use)
        rested = rested + 1 if use == RESTS else 0
        every.fold([event])
        fewer.fold([event if rested * SECONDS <= 1.25 else Sampled(event.at, (), ())])
    return every, fewer


@given(
    st.lists(
        st.sampled_from([RESTS, ON_0, ON_1]).flatmap(
            lambda use: st.integers(1, 30).map(lambda times: [use] * times)
        ),
        max_size=6,
    )
)
@settings(deadline=None)
def test_the_same_is_drawn_and_said_of_who_was_left_out(
    stretches: list[list[tuple[int | None, float, float]]],
) -> None:
    every, fewer = both([use for stretch in stretches for use in stretch])
    one, other = every.makers[1], fewer.makers[1]
    assert one.history == other.history
    assert (one.core, one.cpu_share, one.ready_share) == (
        other.core,
        other.cpu_share,
        other.ready_share,
    )
    assert shares_of(one.recent) == shares_of(other.recent)
    assert one.core_moves == other.core_moves
    assert every.sample_times == fewer.sample_times
    assert cells_of(every) == cells_of(fewer)


@pytest.mark.parametrize(
    ("use", "gil", "why"),
    [
        (RESTS, None, WAITS),
        ((0, 0.25, 0.0), None, WAITS),
        ((0, 0.25, 0.5), None, READY),
        ((0, 0.25, 0.125), 0.5, GIL),
        ((0, 0.25, None), None, (" ", "")),  # nobody knows whether it slept
    ],
)
def test_what_is_left_of_a_thread_that_is_not_ours_was_slept(
    use: tuple[int | None, float, float | None], gil: float | None, why: tuple[str, str]
) -> None:
    floor = floor_of(*theirs())
    if gil is not None:
        floor.fold([Seated(BEGAN, 2, 1, 10, Engine.THREAD, "", ())])
    floor.fold([sample(index, use, gil) for index in range(4)])
    assert {cell.why for cell in cells_of(floor)[:4]} == {why}
