"""Who rests is left out of samples, and drawn as if it were not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import compress, cycle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chai_tui.explain.program.gil import held_share
from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, MakerUse, Sampled, Seated, Started
from chai_tui.model.program_events import Named
from chai_tui.state.floor import Floor
from chai_tui.state.makers.shares import Shares
from chai_tui.tui.timeline.cells import GIL, READY, WAITS
from tests.builders import BEGAN, floor_of
from tests.unit.columns import cells_of

SECONDS = 0.125
"""Between two samples."""
RESTS: tuple[Any, ...] = (None, 0.0, 0.0, None, None, False)
"""Core, share of a core, share of the time ready, and more that is the same of all."""
ON_0: tuple[Any, ...] = (0, 0.75, 0.0, None, None, False)
ON_1: tuple[Any, ...] = (1, 0.25, 0.5, None, None, False)
HOLDS: tuple[Any, ...] = (0, 0.5, 0.25, None, None, False, 0.25, 0.5)


Uses = tuple[MakerUse, ...]


ANOTHER = (
    Seated(BEGAN, 2, 1, 10, Engine.THREAD, "", ()),
    Started(BEGAN, 2, 10, 11),
    Named(BEGAN, 2, "theirs, too"),
)


def theirs() -> list[Event]:
    """A thread of a program that is not ours."""
    return [
        Seated(BEGAN, 1, 1, 10, Engine.PROCESS, "", ()),
        Started(BEGAN, 1, 10, 10),
        Named(BEGAN, 1, "theirs"),
    ]


def sample(at: float, use: tuple[Any, ...], gil: float | None = None) -> Sampled:
    return Sampled(
        at, (), (MakerUse(1, use[0], use[1], use[2], None, None, stopped=False, gil_share=gil),)
    )


def both(told: Sequence[tuple[int, Uses]]) -> Iterator[tuple[Floor, Floor]]:
    """The floors of samples with everybody, and without who rests and was told to; at each.

    Args:
        told: eighths of a second since the sample before, and what each of two threads did.
    """
    every, fewer = floor_of(*theirs(), *ANOTHER), floor_of(*theirs(), *ANOTHER)
    before: Uses = ()
    at = BEGAN
    for eighths, uses in told:
        at += eighths * SECONDS
        everybody = Sampled(at, (), uses)
        every.fold([everybody])
        is_new = [use[1 : 1 + len(RESTS)] != RESTS or use not in before for use in uses]
        fewer.fold([everybody._replace(makers=tuple(compress(uses, is_new)))])
        before = uses
        yield every, fewer


def use_of(maker: int) -> st.SearchStrategy[list[MakerUse]]:
    """What a thread did at some samples in a row."""
    uses = st.sampled_from([RESTS, ON_0, ON_1, HOLDS]).map(lambda use: MakerUse(maker, *use))
    times = st.integers(2, 12)
    runs = st.tuples(uses, times).map(lambda run: [run[0]] * run[1])
    several = st.lists(runs, min_size=3, max_size=9)
    return several.map(lambda some: [use for run in some for use in run])


@given(use_of(1), use_of(2), st.lists(st.sampled_from([1, 1, 1, 2, 3, 12]), min_size=1, max_size=9))
@settings(deadline=None)
def test_the_same_is_drawn_and_said_of_who_was_left_out(
    one: list[MakerUse], two: list[MakerUse], eighths: list[int]
) -> None:
    told = [*zip(cycle(eighths), zip(one, two, strict=False), strict=False)]
    every = fewer = Floor()
    for every, fewer in both(told):
        for all_told, left_out in zip(every.makers.values(), fewer.makers.values(), strict=True):
            assert all_told.shares == left_out.shares
            assert held_share(all_told) == held_share(left_out)
            assert all_told.history == left_out.history
            assert (all_told.core, all_told.cpu_share, all_told.ready_share) == (
                left_out.core,
                left_out.cpu_share,
                left_out.ready_share,
            )
    for all_told, left_out in zip(every.makers.values(), fewer.makers.values(), strict=True):
        assert all_told.core_moves == left_out.core_moves
    assert every.sample_times == fewer.sample_times
    assert cells_of(every) == cells_of(fewer)


def test_who_is_left_out_is_drawn_anew_for_as_long_as_its_last_second_changes() -> None:
    floor = floor_of(*theirs())
    floor.fold([sample(BEGAN + 1.0, ON_0), sample(BEGAN + 1.25, RESTS)])
    drawn = []
    for quarter in range(8):
        version = floor.makers[1].version
        floor.fold([Sampled(BEGAN + 1.5 + quarter / 4, (), ())])
        drawn.append(floor.makers[1].version > version)
        copied = floor.copy()
        assert copied.makers[1].shares == floor.makers[1].shares
    assert drawn == [True] * 4 + [False] * 4
    assert floor.makers[1].shares == Shares(0, 0, None)


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
    use: tuple[Any, ...], gil: float | None, why: tuple[str, str]
) -> None:
    floor = floor_of(*theirs())
    if gil is not None:
        floor.fold([Seated(BEGAN, 2, 1, 10, Engine.THREAD, "", ())])
    floor.fold([sample(BEGAN + SECONDS * (index + 1), use, gil) for index in range(4)])
    assert {cell.why for cell in cells_of(floor)[:4]} == {why}
