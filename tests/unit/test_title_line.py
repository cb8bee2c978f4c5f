"""The header as text."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chai_tui.explain.wording.formatting import clock_text
from chai_tui.model.engine import Engine
from chai_tui.model.events import RunBegan
from chai_tui.model.recipe import BUILT_IN, Recipe
from chai_tui.state.makers.records import State
from chai_tui.tui.canvas.styles import STYLES, as_text, width_of
from chai_tui.tui.kitchen.title_line import Setup, Title, _most_digits, title_line

CHAI = BUILT_IN["chai"]
TITLE = Title(
    Setup(CHAI, Engine.PROCESS),
    RunBegan(0.0, start_method="forkserver", cores=(0, 1)),
    counts={State.BREWING: 2, State.SERVED: 1, State.KILLED: 1},
    elapsed=2.44,
    at_once=1.9,
    is_over=False,
)


def with_setup(title: Title, **changed: Any) -> Title:
    return title._replace(setup=replace(title.setup, **changed))


def text(title: Title, width: int) -> str:
    return as_text(title_line(title, width))


def test_a_wide_one_says_everything() -> None:
    assert text(TITLE, 130) == (
        " chai-tui  chai · process · forkserver · GIL on · 2 cores          "
        " ● 2 brewing ✔ 1 served ✖ 1 killed  00:02.4  1.9 cores at once "
    )


def test_an_ordinary_one_says_everything_too() -> None:
    assert text(TITLE, 120).split() == text(TITLE, 130).split()


def test_what_tells_least_goes_first() -> None:
    assert text(TITLE, 80) == (
        " chai · process · GIL on · 2 cores         ●2 ✔1 ✖1  00:02.4  1.9 cores at once "
    )
    assert text(TITLE, 40).split() == ["process", "●2", "✔1", "✖1", "00:02.4", "1.9", "cores"]
    assert "forkserver" not in text(TITLE, 70)
    assert "chai · process" in text(TITLE, 70)


def test_nothing_in_it_moves_while_numbers_change() -> None:
    for width in (40, 80, 120, 200):
        before = text(TITLE, width)
        after = text(TITLE._replace(elapsed=59.94, at_once=0.1, is_over=True), width)
        assert before.index("00:02.4") == after.index("00:59.9")
        if width == 40:
            continue  # a fourth state takes the place of what tells least
        more = TITLE._replace(counts={**TITLE.counts, State.PAUSED: 1})
        assert text(more, width).startswith(before[: before.index("●")].rstrip())
        assert text(more, width).endswith(before[before.index("00:02.4") :])


def test_a_digit_more_or_less_does_not_change_how_counts_are_told() -> None:
    for width in range(30, 200):
        for total in (9, 10, 11, 20, 23):
            told = [
                text(TITLE._replace(counts={State.BREWING: total - n, State.SERVED: n}), width)
                for n in range(1, total)
            ]
            assert len({"brewing" in line for line in told}) == 1, (width, total)
            assert len({line.partition("●")[0].rstrip() for line in told}) == 1, (width, total)


@pytest.mark.parametrize("states", [1, 2, 3])
@pytest.mark.parametrize("total", [3, 11, 12, 20, 30, 111, 120])
def test_the_most_digits_are_those_of_the_longest_counts(total: int, states: int) -> None:
    cuts = combinations(range(1, total), states - 1)
    longest = max(
        sum(len(str(stop - start)) for start, stop in pairwise((0, *cut, total))) for cut in cuts
    )
    assert _most_digits(total, states) == longest


def test_a_long_name_is_cut_before_anything_is_left_out() -> None:
    long = with_setup(
        TITLE, recipe=CHAI._replace(name="a recipe whose name nobody could finish reading")
    )
    assert text(long, 120).startswith(
        " chai-tui  a recipe whose name n… · process · forkserver · GIL on · 2 cores  "
    )
    assert text(long, 80).startswith(" a recipe who… · process · GIL on · 2 cores  ")
    filtered = TITLE._replace(wanted="what somebody typed " * 9)
    assert "forkserver · GIL on · 2 cores  /what somebody … " in text(filtered, 120)


def test_modes_are_told() -> None:
    title = with_setup(TITLE._replace(sorted_by="cpu", wanted="kill\x1b"), frozen=True)
    assert "FROZEN  by cpu  /kill␛" in text(title, 160)
    assert "FROZEN +1,200  by cpu" in text(with_setup(title, missed=1_200), 160)


def test_a_quota_and_a_free_threaded_python_are_told() -> None:
    title = TITLE._replace(run=RunBegan(0.0, quota=1.5, gil=False, cores=(*range(8),)))
    assert "free-threaded · 8 cores, 1.5 allowed" in text(title, 160)


def test_when_all_is_over_the_cores_are_an_average() -> None:
    assert text(TITLE._replace(is_over=True), 120).endswith("  1.9 cores average ")


def test_the_clock() -> None:
    assert clock_text(0) == "00:00.0"
    assert clock_text(59.999) == "00:59.9"
    assert clock_text(754.32) == "12:34.3"
    assert clock_text(3_600) == "1:00:00"
    assert clock_text(-1) == "00:00.0"


@given(
    st.builds(
        Title,
        st.builds(
            Setup,
            st.builds(Recipe, st.text(max_size=30), st.just(())),
            st.sampled_from(Engine),
            st.booleans(),
            st.integers(0, 10_000),
        ),
        st.builds(
            RunBegan,
            st.just(0.0),
            start_method=st.just("forkserver"),
            gil=st.booleans(),
            cores=st.integers(1, 300).map(lambda count: (*range(count),)),
            quota=st.none() | st.floats(0.1, 300),
        ),
        st.dictionaries(st.sampled_from(State), st.integers(0, 100_000)),
        st.floats(0, 1e6),
        st.floats(0, 300),
        st.booleans(),
        st.sampled_from(["", "cpu"]),
        st.text(max_size=30),
    ),
    st.integers(1, 200),
)
def test_no_width_makes_a_line_of_another_width(title: Title, width: int) -> None:
    line = title_line(title, width)
    assert width_of(line) == width
    assert {style for _, style in line} <= {*STYLES, ""}
