"""Who gets which lines of the kitchen's screen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chai_tui.tui.kitchen.room import (
    BOX_EDGES,
    BOXES_WIDTH,
    Boxes,
    boxes_in,
    least_timeline_lines,
    room_with_boxes,
)

widths, lines, crowds = st.integers(40, 220), st.integers(0, 60), st.integers(0, 1_000)


@given(widths, lines, crowds, st.booleans())
def test_boxes_fit_and_a_timeline_is_worth_its_lines(
    width: int, free: int, makers: int, has_log: bool
) -> None:
    boxes = boxes_in(width, free, makers, has_log=has_log)
    assert boxes.has_log == has_log
    if not boxes.has_timeline:
        return
    assert makers
    assert free >= least_timeline_lines(makers)
    if boxes.is_beside:
        assert 30 <= boxes.timeline <= width
        assert has_log is (boxes.timeline < width)
    else:
        assert least_timeline_lines(makers) <= boxes.timeline
        assert boxes.timeline + BOX_EDGES + 1 <= free


@given(widths, lines, crowds)
def test_both_boxes_stand_there_as_soon_as_there_is_room(
    width: int, free: int, makers: int
) -> None:
    least = least_timeline_lines(makers) + (0 if width >= BOXES_WIDTH else BOX_EDGES + 1)
    assert boxes_in(width, free, makers).has_timeline is (makers > 0 and free >= least)


@given(st.integers(4, 60), widths, st.integers(12, 60), st.integers(1, 1_000))
def test_makers_that_leave_room_for_boxes_do(
    free: int, width: int, height: int, makers: int
) -> None:
    beside = room_with_boxes(free, width, height, makers)
    if beside:
        boxes = boxes_in(width, free - beside, makers)
        assert boxes.has_timeline
        assert boxes.has_edges


@pytest.mark.parametrize(
    ("width", "free", "makers", "boxes"),
    [
        (120, 20, 3, Boxes(has_timeline=True, is_beside=True, timeline=72, has_edges=True)),
        (80, 6, 3, Boxes(has_timeline=True, is_beside=True, timeline=44, has_edges=True)),
        (80, 5, 3, Boxes(has_timeline=False, has_edges=True)),
        (60, 20, 3, Boxes(has_timeline=True, timeline=9, has_edges=True)),
        (40, 3, 3, Boxes(has_timeline=False)),
        (120, 20, 0, Boxes(has_timeline=False, has_edges=True)),
    ],
)
def test_what_stands_below_the_makers(width: int, free: int, makers: int, boxes: Boxes) -> None:
    assert boxes_in(width, free, makers) == boxes
