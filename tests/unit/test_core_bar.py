"""The cores as text: every level, every width, and that nothing moves when figures change."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.widgets import Static

from chai_tui.model.events import RunBegan
from chai_tui.state.makers.records import Core, CoreShares
from chai_tui.tui.canvas.styles import STYLES, Line, as_text, width_of
from chai_tui.tui.kitchen.core_bar import CoreBar
from chai_tui.tui.kitchen.core_drawing import (
    MARKED,
    core_lines,
    heights,
    maker_numbers,
    rows_wanted,
)
from chai_tui.tui.kitchen.core_layout import rows_allowed
from tests.still import resize

SCREENS = [(40, 12), (80, 24), (120, 40), (200, 50)]
COUNTS = [1, 2, 8, 64, 192]


def core(  # noqa: PLR0917 - a table's columns
    number: int,
    busy: float | None = 0.0,
    makers_share: float | None = 0.0,
    makers: Sequence[int] = (),
    history: Sequence[float] = (),
    others: Sequence[float] = (),
) -> Core:
    """A core whose history is of makers, then of everything else."""
    shares = [
        *(CoreShares(share, share) for share in history),
        *(CoreShares(share, 0.0) for share in others),
    ]
    return Core(number, busy, makers_share, tuple(makers), deque(shares))


LESSON = [
    core(0, 0.68, 0.5, [1, 4], [0.0, 0.2, 0.55, 0.8, 0.8, 0.7, 0.8, 1.0]),
    core(1, 0.83, 0.83, [3], [0.0, 0.1, 0.3]),
]


def as_screen(lines: Sequence[Line]) -> list[str]:
    return [as_text(line) for line in lines]


def drawn(cores: Sequence[Core], width: int, max_rows: int, **options: Any) -> list[str]:
    return as_screen(core_lines(cores, width, max_rows, RunBegan(0.0, **options)))


def test_with_room_a_core_has_bar_makers_and_history() -> None:
    (line,) = drawn(LESSON, 120, 1)
    assert line[:58] == " core 0 ▕████████▓▓▓▓░░░░░▏  68 %  #1 #4            ▂▅▇▇▆▇"
    assert line[58:] == "█  core 1 ▕██████████████░░░▏  83 %  #3                    ▁▃ "


@pytest.mark.parametrize("width", [80, 120, 200])
def test_one_or_two_cores_have_a_history_as_wide_as_the_space(width: int) -> None:
    """Every cell that bar, share and numbers leave is a sample of it."""
    long = [(1 + n % 7) / 8 for n in range(240)]
    for cores in ([core(0, 1.0, 1.0, [1], long)], [core(n, 1.0, 1.0, [n], long) for n in (0, 1)]):
        lines = drawn(cores, width, 8)
        assert len(lines) == len(cores)
        told = [re.findall(r"[▁▂▃▄▅▆▇█]+ ?$", line)[-1].rstrip() for line in lines]
        assert all(heights(long).endswith(history) for history in told)
        assert {len(history) for history in told} == {{80: 17, 120: 38, 200: 118}[width]}


def test_the_history_is_what_makers_had_of_the_core_in_its_colour() -> None:
    (line,) = core_lines([core(1, 1.0, 0.0, [], [0.5, 1.0], [1.0, 0.3])], 120, 1, RunBegan(0.0))
    assert ("▅█  ", "core-1") in line


def test_where_nobody_tells_of_makers_the_history_is_how_busy_it_was() -> None:
    shares = deque([CoreShares(0.5, None), CoreShares(1.0, None)])
    run = RunBegan(0.0, maps_cores=False)
    (line, _) = core_lines([Core(0, 1.0, None, (), shares)], 120, 2, run)
    assert ("▅█", "core-0") in line


def test_a_share_of_makers_that_rounds_to_nothing_is_not_drawn() -> None:
    shares = deque([CoreShares(1.0, MARKED), CoreShares(1.0, MARKED - 0.001)])
    (line,) = core_lines([Core(0, 1.0, 0.0, (), shares)], 120, 1, RunBegan(0.0))
    assert ("▁ ", "core-0") in line


def test_with_less_room_there_is_no_history() -> None:
    assert drawn(LESSON, 40, 2) == [
        " core 0 ▕█████▓▓░░░▏  68 %  #1 #4       ",
        " core 1 ▕████████░░▏  83 %  #3          ",
    ]


def test_with_little_room_there_are_number_bar_and_percent() -> None:
    assert drawn(LESSON, 40, 1) == [" 0 ▕████▓░░░▏  68 %  1 ▕███████░▏  83 % "]


def test_with_hardly_any_room_a_core_is_one_character_and_a_row_says_who_is_where() -> None:
    cores = [core(number, number / 10, 0.0) for number in range(10)]
    cores[4] = core(4, 0.4, 0.4, [7, 12])
    assert drawn(cores, 40, 2) == [
        " 0–9 ▁▁▂▃▄▅▅▆ ▇█                        ",
        " core 4 #7 #12                          ",
    ]
    styles = {
        text: style for text, style in core_lines(cores, 40, 1, RunBegan(0.0))[0] if len(text) == 1
    }
    assert (styles["▁"], styles["▄"], styles["▇"]) == ("empty", "core-4", "others")


def test_where_even_that_does_not_fit_cores_share_a_character_and_that_is_said() -> None:
    assert drawn([core(number, 0.5) for number in range(192)], 40, 2) == [
        "    0–95 ×4 ▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅    ",
        "  96–191 ×4 ▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅    ",
    ]


def test_the_inks_say_whose_time_it_is() -> None:
    (line,) = core_lines([core(9, 0.5, 0.25, [3])], 60, 1, RunBegan(0.0))
    by_style = {style: text for text, style in line if text.strip() and style != "dim"}
    assert set(by_style["core-1"].strip()) <= set("#3")  # a colour is a core: 9 is drawn as 1
    glyphs = {text[0]: style for text, style in line if text and text[0] in "█▓░"}
    assert glyphs == {"█": "core-1", "▓": "others", "░": "empty"}


def test_a_system_that_maps_no_cores_says_so_and_shows_nobody() -> None:
    cores = [core(0, 0.5, None, [], [0.5]), core(1, 0.25, None)]
    wide = drawn(cores, 80, 3, maps_cores=False)
    assert wide[-1].rstrip() == " this system does not tell which core a process is on"
    assert "#" not in "".join(wide)
    assert "█" not in re.sub(r"%.*", "", "".join(wide[:-1]))  # no share is called the makers'
    narrow = drawn(cores, 40, 3, maps_cores=False, quota=1.5)
    assert narrow[-1].rstrip() == " ≤ 1.5 cores · makers' cores unknown"


def test_why_makers_are_not_seen_is_said_once_in_as_many_words_as_fit() -> None:
    unseen = {"maps_cores": False, "unseen": "there is no /proc"}
    assert drawn([core(0, 0.5, None)], 120, 3, **unseen)[-1].rstrip() == (
        " there is no /proc: makers' cores, CPU shares and memory are not known here"
    )
    narrow = drawn([core(0, 0.5, None)], 60, 3, quota=0.5, **unseen)
    assert narrow[-1].rstrip() == " ≤ 0.5 cores · makers' figures: not known here"


def test_how_busy_a_core_is_may_not_be_known() -> None:
    (line, note) = drawn([core(0, None, 0.5, [3])], 60, 3, measures_cores=False)
    assert line.startswith(" core 0 ▕████████         ▏   — %  #3 ")  # what makers use is
    assert note.strip() == "how busy cores are is not known here"
    (line, note) = drawn([core(0, None, None)], 60, 3, measures_cores=False, maps_cores=False)
    assert not set(line) & set("█▓▒░0123456789") - {"0"}
    assert "0 %" not in line
    marks = drawn([core(number, None, None) for number in range(200)], 80, 1)
    assert not set("".join(marks)) & set("▁▂▃▄▅▆▇█")


@pytest.mark.parametrize(
    ("quota", "words"),
    [
        (1.5, " limited to 1.5 cores' worth of CPU time"),
        (1 / 3, " limited to 0.33 cores' worth of CPU time"),
        (128.5, " limited to 128 cores' worth of CPU time"),
    ],
)
def test_a_quota_is_told(quota: float, words: str) -> None:
    assert drawn(LESSON, 80, 3, quota=quota)[-1].rstrip() == words


def test_heights_are_on_a_fixed_scale() -> None:
    assert heights([0.0, 0.01, 0.02]) == "▁▁▁"
    assert heights([0.5, None, 0.5]) == "▅ ▅"
    assert heights([0.0, 0.125, 0.5, 0.99, 1.0, 7.0, -1.0, float("nan")]) == "▁▂▅███▁▁"


@pytest.mark.parametrize(
    ("makers", "width", "text"),
    [
        ([], 8, ""),
        ([1, 4], 8, "#1 #4"),
        ([1, 4, 12, 13], 8, "#1 #4 +2"),
        ([100, 4], 6, "+2"),
        ([100, 4], 1, "…"),
        ([1], 0, ""),
        (range(1, 1_001), 10, "#1 #2 +998"),
    ],
)
def test_makers_who_do_not_fit_are_counted(makers: Sequence[int], width: int, text: str) -> None:
    assert maker_numbers(makers, width) == text


@pytest.mark.parametrize(("width", "height"), SCREENS)
@pytest.mark.parametrize("count", COUNTS)
def test_every_core_is_told_of_on_every_screen(count: int, width: int, height: int) -> None:
    cores = [core(number, 0.5) for number in range(count)]
    rows = rows_wanted(range(count), width, height, RunBegan(0.0))
    lines = drawn(cores, width, rows)
    assert rows <= rows_allowed(height)
    assert len(lines) == rows
    text = "\n".join(lines)
    ranges = re.findall(r"(\d+)–(\d+)", text)
    if ranges:  # rows of characters: each says from which to which core it goes
        ends = [(int(first), int(last)) for first, last in ranges]
        assert ends[0][0] == 0
        assert ends[-1][1] == count - 1
        assert all(last + 1 == first for (_, last), (first, _) in pairwise(ends))
    else:
        assert [int(number) for number in re.findall(r"(\d+) ▕", text)] == list(range(count))


shares = st.floats(allow_nan=True, allow_infinity=True)
cores_of_any_kind = st.lists(
    st.builds(
        core,
        st.integers(0, 1_023),
        shares,
        st.none() | shares,
        st.lists(st.integers(1, 10_000), max_size=12),
        st.lists(shares, max_size=60),
    ),
    max_size=200,
)
options = st.fixed_dictionaries(
    {"quota": st.none() | st.floats(0.01, 1_000), "maps_cores": st.booleans()}
)


@given(cores_of_any_kind, st.integers(0, 220), st.integers(0, 20), options)
def test_no_figures_and_no_room_make_a_line_of_another_width(
    cores: list[Core], width: int, max_rows: int, options: Any
) -> None:
    lines = core_lines(cores, width, max_rows, RunBegan(0.0, **options))
    assert len(lines) <= max_rows
    assert {width_of(line) for line in lines} <= {width}
    assert {style for line in lines for _, style in line} <= {*STYLES, ""}


@given(
    st.integers(1, 200),
    st.integers(1, 220),
    st.integers(1, 60),
    options,
    st.lists(shares, min_size=1),
)
def test_rows_asked_for_are_rows_drawn_and_nothing_ever_moves(
    count: int, width: int, screen_height: int, options: Any, figures: list[float]
) -> None:
    numbers = list(range(count))
    rows = rows_wanted(numbers, width, screen_height, RunBegan(0.0, **options))
    idle = drawn([Core(number) for number in numbers], width, rows, **options)
    busy = [
        core(number, share, share, range(1, 1 + number % 5), figures)
        for number in numbers
        for share in [figures[number % len(figures)]]
    ]
    lines = drawn(busy, width, rows, **options)
    assert len(lines) == len(idle) == rows

    def fixed(line: str) -> list[tuple[int, str]]:
        """Return what is no figure: ends of bars, percent signs, labels."""
        return [(at, sign) for at, sign in enumerate(line) if sign in "▕▏%×–"]

    assert [fixed(line) for line in lines] == [fixed(line) for line in idle]


class Kitchen(App[None]):
    """Cores above something else."""

    def __init__(self, bar: CoreBar) -> None:
        super().__init__()
        self.bar = bar

    def compose(self) -> ComposeResult:
        yield self.bar
        yield Static("makers", id="makers")


def on(cores: int) -> RunBegan:
    return RunBegan(0.0, cores=tuple(range(cores)))


def rows_of(bar: CoreBar) -> list[str]:
    return [bar.render_line(y).text for y in range(bar.size.height)]


async def test_the_widget_is_as_high_as_the_screen_allows() -> None:
    bar = CoreBar(on(8))
    async with Kitchen(bar).run_test(size=(80, 24)) as pilot:
        assert bar.size == (80, 4)
        assert pilot.app.query_one("#makers").region.y == 4
        assert rows_of(bar)[3].startswith(" core 6 ▕")
        await resize(pilot, 120, 24)
        assert bar.size == (120, 4)
        await resize(pilot, 120, 12)
        assert bar.size == (120, 1)
        assert rows_of(bar)[0].startswith(" 0 ▕")
        await resize(pilot, 80, 24)
        bar.show(on(2), [core(number) for number in range(2)])
        await pilot.pause()
        assert bar.size == (80, 2)


async def test_only_rows_that_changed_are_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    bar = CoreBar(on(2))
    async with Kitchen(bar).run_test(size=(80, 24)):
        refreshed: list[Region] = []
        monkeypatch.setattr(bar, "refresh", lambda *regions, **_: refreshed.extend(regions))
        bar.show(on(2), LESSON)
        assert refreshed == [Region(0, 0, 80, 1), Region(0, 1, 80, 1)]
        assert rows_of(bar) == drawn(LESSON, 80, 2)
        refreshed.clear()
        bar.show(on(2), LESSON)
        assert refreshed == []
        bar.show(on(2), [LESSON[0], core(1, 0.5, 0.5, [3])])
        assert refreshed == [Region(0, 1, 80, 1)]


async def test_what_is_shown_before_there_is_a_screen_is_there_when_it_comes() -> None:
    bar = CoreBar(on(2))
    bar.show(on(2), LESSON)
    async with Kitchen(bar).run_test(size=(80, 24)):
        assert rows_of(bar) == drawn(LESSON, 80, 2)


async def test_a_change_of_theme_changes_the_inks() -> None:
    bar = CoreBar(on(2))
    async with Kitchen(bar).run_test(size=(80, 24)) as pilot:
        before = bar.render_line(0)
        pilot.app.theme = "textual-light"
        await pilot.pause()
        assert bar.render_line(0).text == before.text
        assert bar.render_line(0) != before
