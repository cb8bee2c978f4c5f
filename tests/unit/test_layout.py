"""Where makers stand on the screen, who is at a cell, and where the selection goes."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chai_tui.model.engine import Engine
from chai_tui.tui.keys.move import Move
from chai_tui.tui.makers.layout import (
    Group,
    Layout,
    Shape,
    grouped,
)
from chai_tui.tui.makers.layout_planner import arrange
from tests.builders import brewing, floor_of


def alone(count: int) -> list[Group]:
    return [Group(None, range(1, count + 1))]


@pytest.mark.parametrize(
    ("count", "width", "height", "shape", "columns"),
    [
        (1, 120, 30, Shape.PANEL, 1),
        (2, 120, 30, Shape.PANEL, 1),
        (3, 120, 30, Shape.PANEL, 3),
        (18, 120, 30, Shape.PANEL, 3),
        (19, 120, 30, Shape.CARD, 3),
        (45, 120, 30, Shape.CARD, 3),
        (46, 120, 30, Shape.ROW, 2),
        (1_000, 120, 30, Shape.ROW, 2),
        (3, 80, 17, Shape.PANEL, 2),
        (2, 40, 8, Shape.CARD, 1),
        (5, 40, 8, Shape.ROW, 1),
    ],
)
def test_makers_are_as_large_as_fits(
    count: int, width: int, height: int, shape: Shape, columns: int
) -> None:
    arrangement = arrange(alone(count), width, height)
    first_row = [slot for slot in arrangement.slots if slot.y == 0]
    assert arrangement.shape is shape
    assert len(first_row) == min(columns, count) or columns == 1
    if shape is not Shape.ROW:
        assert arrangement.height <= height


def test_panels_are_as_tall_as_fits_up_to_all_they_have_to_say() -> None:
    assert arrange(alone(3), 120, 30, tall=10).slots[0].height == 10
    assert arrange(alone(3), 120, 8, tall=10).slots[0].height == 8
    assert arrange(alone(12), 120, 30, tall=10).slots[0].height == 7


@pytest.mark.parametrize(("height", "shape"), [(7, Shape.PANEL), (6, Shape.CARD), (4, Shape.CARD)])
def test_a_frame_costs_two_lines(height: int, shape: Shape) -> None:
    arrangement = arrange([Group(9, [1, 2, 3])], 120, height)
    assert arrangement.shape is shape
    assert arrangement.height <= height


def test_a_column_is_left_to_the_scroll_bar_where_there_is_one() -> None:
    assert max(slot.x + slot.width for slot in arrange(alone(60), 120, 30).slots) == 120
    assert max(slot.x + slot.width for slot in arrange(alone(61), 120, 30).slots) == 119


def rows_of(arrangement: Layout) -> list[int]:
    """How many stand side by side, from the top down."""
    return list(Counter(slot.y for slot in arrangement.slots).values())


@pytest.mark.parametrize(
    ("count", "width", "rows"),
    [
        (3, 120, [3]),
        (4, 120, [2, 2]),
        (5, 120, [3, 2]),
        (5, 200, [5]),
        (6, 200, [3, 3]),
        (8, 200, [4, 4]),
        (4, 80, [2, 2]),
    ],
)
def test_rows_are_as_even_as_can_be(count: int, width: int, rows: list[int]) -> None:
    assert rows_of(arrange(alone(count), width, 40)) == rows


def test_even_rows_cost_no_line() -> None:
    groups = [Group(None, range(1, 4)), Group(9, range(4, 8))]
    assert rows_of(arrange(groups, 120, 40)) == [3, 3, 1]


def test_nobody_moves_sideways_when_one_is_added_for_whom_there_is_room() -> None:
    three = arrange(alone(3), 120, 40)
    four = arrange(alone(4), 120, 40, before=three)
    assert rows_of(four) == [3, 1]
    assert four.slots[:3] == three.slots
    assert rows_of(arrange(alone(3), 200, 40, before=arrange(alone(2), 200, 40))) == [3]


@given(st.integers(1, 60), st.integers(1, 60), st.integers(30, 250), st.integers(3, 80))
def test_what_was_there_before_costs_no_line(old: int, added: int, width: int, height: int) -> None:
    alike = arrange(alone(old + added), width, height)
    grown = arrange(alone(old + added), width, height, before=arrange(alone(old), width, height))
    assert (grown.shape, grown.height) == (alike.shape, alike.height)


def test_a_frame_goes_round_those_who_share() -> None:
    groups = [Group(None, [1, 2]), Group(9, [3, 4, 5, 6]), Group(None, [7])]
    arrangement = arrange(groups, 120, 40)
    (frame,) = arrangement.frames
    inside = [arrangement.slot(number) for number in (3, 4, 5, 6)]
    outside = [arrangement.slot(number) for number in (1, 2, 7)]
    for slot in inside:
        assert slot is not None
        assert frame.x < slot.x
        assert slot.x + slot.width < frame.x + frame.width
        assert frame.y < slot.y
        assert slot.y + slot.height < frame.y + frame.height
    for slot in outside:
        assert slot is not None
        assert slot.y + slot.height <= frame.y or slot.y >= frame.y + frame.height


def test_makers_of_a_station_come_together_where_the_first_of_them_stands() -> None:
    floor = floor_of(
        *brewing(1),
        *brewing(2, engine=Engine.THREAD, station=50),
        *brewing(3),
        *brewing(4, engine=Engine.THREAD, station=50),
        *brewing(5),
        *brewing(6, engine=Engine.SERIAL, station=60),
    )
    groups = grouped(floor, [1, 2, 3, 4, 5, 6])
    assert [(group.station, list(group.numbers)) for group in groups] == [
        (None, [1]),
        (50, [2, 4]),
        (None, [3, 5]),
        (60, [6]),
    ]


GROUPS = st.lists(st.tuples(st.booleans(), st.integers(1, 40)), min_size=0, max_size=5)


def numbered(sizes: list[tuple[bool, int]]) -> list[Group]:
    groups: list[Group] = []
    first = 1
    for station, (framed, size) in enumerate(sizes):
        groups.append(Group(station if framed else None, range(first, first + size)))
        first += size
    return groups


@given(GROUPS, st.integers(30, 250), st.integers(3, 80), st.integers(5, 14))
def test_everybody_has_cells_of_their_own(
    sizes: list[tuple[bool, int]], width: int, height: int, tall: int
) -> None:
    groups = numbered(sizes)
    arrangement = arrange(groups, width, height, tall)
    numbers = [number for group in groups for number in group.numbers]
    assert [slot.number for slot in arrangement.slots] == numbers
    owners: dict[tuple[int, int], int] = {}
    for slot in arrangement.slots:
        assert slot.x >= 0
        assert slot.width >= 1
        assert slot.x + slot.width <= width
        assert slot.y + slot.height <= arrangement.height
        for y in range(slot.y, slot.y + slot.height):
            for x in (slot.x, slot.x + slot.width - 1):
                assert owners.setdefault((x, y), slot.number) == slot.number
                assert arrangement.maker_at(x, y) == slot.number
    for frame in arrangement.frames:
        assert arrangement.maker_at(frame.x, frame.y) is None
        assert arrangement.frame_at(frame.y) == frame
        assert arrangement.frame_at(frame.y + frame.height - 1) == frame
    for upper, lower in pairwise(arrangement.frames):
        assert upper.y + upper.height <= lower.y
    assert arrangement.maker_at(0, arrangement.height) is None


@given(GROUPS, st.integers(30, 250), st.integers(3, 80), st.integers(0, 300), st.integers(1, 60))
def test_the_visible_slots_are_those_with_a_visible_line(
    sizes: list[tuple[bool, int]], width: int, height: int, top: int, lines: int
) -> None:
    arrangement = arrange(numbered(sizes), width, height)
    bottom = top + lines
    assert list(arrangement.slots_between(top, bottom)) == [
        slot for slot in arrangement.slots if slot.y < bottom and slot.y + slot.height > top
    ]


@pytest.fixture
def grid() -> Layout:
    """Three columns: 1 2 3 / 4 5 6 / 7."""
    return arrange(alone(7), 120, 30)


@pytest.mark.parametrize(
    ("start", "move", "end"),
    [
        (None, Move.DOWN, 1),
        (None, Move.LAST, 7),
        (99, Move.UP, 1),
        (1, Move.RIGHT, 2),
        (7, Move.RIGHT, 7),
        (1, Move.LEFT, 1),
        (2, Move.DOWN, 5),
        (5, Move.DOWN, 7),
        (7, Move.DOWN, 7),
        (7, Move.UP, 5),
        (5, Move.UP, 2),
        (2, Move.UP, 2),
        (7, Move.NEXT, 1),
        (1, Move.PREVIOUS, 7),
        (5, Move.FIRST, 1),
        (5, Move.LAST, 7),
        (2, Move.PAGE_DOWN, 7),
        (7, Move.PAGE_UP, 2),
    ],
)
def test_the_selection_moves_as_it_looks(
    grid: Layout, start: int | None, move: Move, end: int
) -> None:
    assert grid.moved(start, move, page=20) == end


def test_nothing_can_be_selected_where_nobody_is() -> None:
    assert arrange([], 120, 30).moved(None, Move.DOWN, page=10) is None


def test_a_page_down_a_list_is_a_page() -> None:
    rows = arrange(alone(500), 80, 20)
    assert rows.moved(100, Move.PAGE_DOWN, page=20) == 120
    assert rows.moved(100, Move.PAGE_UP, page=20) == 80
    assert rows.moved(495, Move.PAGE_DOWN, page=20) == 500
    assert rows.moved(5, Move.PAGE_UP, page=20) == 1


@given(GROUPS, st.integers(30, 250), st.integers(3, 60), st.sampled_from(Move), st.integers(1, 200))
def test_every_move_ends_at_somebody(
    sizes: list[tuple[bool, int]], width: int, height: int, move: Move, start: int
) -> None:
    arrangement = arrange(numbered(sizes), width, height)
    end = arrangement.moved(start, move, page=height)
    assert (end is None) == (not arrangement.slots)
    assert end is None or arrangement.slot(end) is not None


def test_neighbours_know_the_narrowest_of_them() -> None:
    floor = floor_of(
        *(event for n in range(1, 4) for event in brewing(n)),
        *(event for n in range(4, 7) for event in brewing(n, engine=Engine.THREAD)),
    )
    arrangement = arrange(grouped(floor, range(1, 7)), 121, 40)
    assert [slot.width for slot in arrangement.slots] == [41, 40, 40, 39, 39, 39]
    assert [arrangement.least_width(slot) for slot in arrangement.slots] == [40] * 3 + [39] * 3
