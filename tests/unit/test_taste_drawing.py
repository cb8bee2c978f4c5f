"""The race as lines: its clock, its lanes, its boxes, and who gets which lines of the screen."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chai_tui.model.engine import Engine
from chai_tui.model.race_events import LaneOpened, Phase, PhaseBegan, RoundBegan, RoundEnded
from chai_tui.race.rounds.records import Lane
from chai_tui.race.rounds.statistics import Standing, standings
from chai_tui.tui.canvas.styles import as_text, width_of
from chai_tui.tui.keys.commands import COMMANDS
from chai_tui.tui.keys.screen_keys import PLACES
from chai_tui.tui.keys.taste_keys import PRINTED, ROUNDS, TASTE
from chai_tui.tui.taste.head_drawing import about_lines, gil_line, title_line
from chai_tui.tui.taste.lane_drawing import (
    Look,
    axis_line,
    calls_text,
    race_rows,
    speed_bar,
    trouble_lines,
)
from chai_tui.tui.taste.race_clock import RaceClock, axis_cells, clock_of, lane_cells
from chai_tui.tui.taste.result_drawing import (
    box,
    note_lines,
    table_lines,
    tasted_lines,
    verdict_box,
)
from chai_tui.tui.taste.room import parts
from chai_tui.tui.taste.round_drawing import milliseconds, round_header, round_lines
from chai_tui.tui.terminal.ascii_drawing import UNKNOWN, drawn_in_ascii
from tests import races

WIDTHS = (40, 41, 59, 60, 76, 80, 90, 100, 120, 200)


def lane_with(*rounds: tuple[float, float]) -> Lane:
    """A lane whose rounds began and ended so."""
    lane = Lane(LaneOpened(0.0, 1, Engine.THREAD, 2, (2, 3), 0.1, 1e-4))
    for number, (began, ended) in enumerate(rounds, 1):
        lane.rounds.append(RoundEnded(ended, 1, number, 16, ended - began, 0.1, 0.0))
    return lane


def cells(lane: Lane, *, width: int = 10, height: int = 1, now: float = 10.0) -> list[str]:
    drawn = lane_cells(lane, RaceClock(0.0, 10.0, width), now, height=height)
    return [as_text(line) for line in drawn]


# The clock


@pytest.mark.parametrize(
    ("rounds", "drawn"),
    [
        ([(2.0, 5.0)], "  ███     "),
        ([(2.5, 5.0)], "  ▐██     "),
        ([(2.0, 4.5)], "  ██▌     "),
        ([(2.0, 4.25)], "  ██▎     "),
        ([(2.1, 2.2)], "  ▏       "),  # however short, it is seen
        ([(2.6, 2.9)], "  ▐       "),
        ([(2.0, 3.25), (3.75, 4.0)], "  █▎      "),  # both touch a side: the longer one
        ([(2.0, 2.2), (2.4, 2.6), (2.8, 3.0)], "  ▅       "),
        ([(0.0, 10.0)], "██████████"),
        ([], "          "),
    ],
)
def test_a_round_fills_its_time(rounds: list[tuple[float, float]], drawn: str) -> None:
    assert cells(lane_with(*rounds)) == [drawn]


def test_rounds_that_are_many_to_a_cell_are_as_high_as_their_share() -> None:
    many = [(n / 10, n / 10 + 0.05) for n in range(100)]
    assert cells(lane_with(*many), height=2) == [" " * 10, "█" * 10]


def test_the_round_that_goes_on_is_told_from_those_before() -> None:
    lane = lane_with((0.0, 2.0))
    lane.running = RoundBegan(4.0, 1, 2, 16)
    drawn = lane_cells(lane, RaceClock(0.0, 10.0, 10), 6.0)
    assert as_text(drawn[0]) == "██  ██    "
    assert [style for text, style in drawn[0] if "█" in text] == ["brewing", "story"]


@given(
    st.lists(st.floats(0, 10), min_size=2, max_size=40).map(sorted),
    st.integers(1, 80),
    st.integers(1, 3),
)
def test_any_rounds_are_drawn_exactly_as_wide(times: list[float], width: int, height: int) -> None:
    lane = lane_with(*zip(times[::2], times[1::2], strict=False))
    drawn = lane_cells(lane, RaceClock(0.0, 10.0, width), 10.0, height=height)
    assert [width_of(line) for line in drawn] == [width] * height


def test_the_clock_stays_unless_less_than_half_of_it_was_needed() -> None:
    overs = [races.judged(races.raced(rounds=n, is_running=False)) for n in (9, 5)]
    three, five, late, early = (
        races.told(*story) for story in (*(races.raced(rounds=n) for n in (3, 5)), *overs)
    )
    now = late.now
    late.fold([PhaseBegan(now, Phase.OVER, 0.0)])  # it comes with the verdict
    clocks = [clock_of(floor.race, floor.now, 60) for floor in (three, five, late)]
    assert clocks[0] == clocks[1] == clocks[2]
    clock = clock_of(early.race, early.now, 60)
    assert clock is not None
    assert clock.stop == max(lane.rounds[-1].at for lane in early.race.lanes.values())
    assert clock_of(races.told(*races.tasting()).race, 0.0, 60) is None


@given(st.floats(0.001, 1e5), st.integers(1, 200))
def test_the_axis_is_as_wide_as_the_time(seconds: float, width: int) -> None:
    line = axis_cells(RaceClock(5.0, 5.0 + seconds, width))
    assert width_of(line) == width
    assert not as_text(line).endswith("s")  # what stands beside it is not touched


# Lanes, title, table


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("story", races.STORIES)
def test_every_line_is_as_wide_as_the_screen_and_can_be_drawn_in_ascii(
    story: str, width: int
) -> None:
    floor = races.told(*getattr(races, story)())
    race = floor.race
    look = Look(race, {s.lane.number: s for s in standings(race)}, floor.now, 1)
    drawn = [
        title_line(floor, width),
        *about_lines(race, width),
        gil_line(race, width),
        axis_line(look, width),
        *(row.line for each in (1, 2, 5) for row in race_rows(look, width, each)),
        *(row.line for row in race_rows(look._replace(is_large=True), width, 5)),
        *trouble_lines(race, width),
        *table_lines(race, width),
        *tasted_lines(race, width),
        *verdict_box(race, width),
    ]
    assert {width_of(line) for line in drawn} == {width}
    assert all(width_of(line) < width for line in note_lines(race, width))
    for line in drawn:
        assert UNKNOWN not in drawn_in_ascii(as_text(line)).replace(
            "?", "", as_text(line).count("?")
        )


def standing(speedup: float, low: float, high: float, rounds: int = 9) -> Standing:
    return Standing(lane_with(), rounds, speedup, low, high, 0.1, 1.0, 0.1, None, 0.1)


@pytest.mark.parametrize(
    ("told", "drawn"),
    [
        (None, "▕░░░░░░░░░░▏"),
        (standing(1.0, 0.0, math.inf, rounds=0), "▕░░░░░░░░░░▏"),
        (standing(1.0, 0.0, math.inf, rounds=1), "▕█████░░░░░▏"),
        (standing(1.0, 0.8, 1.4), "▕████▒▒▒░░░▏"),
        (standing(1.99, 1.98, 2.0), "▕██████████▏"),
        (standing(40.0, 30.0, 50.0), "▕██████████▏"),
    ],
)
def test_the_bar_is_full_until_what_it_is_at_least(told: Standing | None, drawn: str) -> None:
    assert as_text(speed_bar(told, 12, 2)) == drawn


def test_very_many_calls_are_told_as_a_share() -> None:
    lane = lane_with((0.0, 1.0))
    assert calls_text(lane, 9) == "16"
    lane.running, lane.done = RoundBegan(1.0, 1, 2, 20_000), 15_000
    assert calls_text(lane, 9) == "75 %"
    assert calls_text(lane, 11) == "15000/20000"


def test_the_scale_of_the_bars_has_room_for_all() -> None:
    floor = races.told(*races.waits())
    look = Look(floor.race, {s.lane.number: s for s in standings(floor.race)}, floor.now)
    assert look.top == 8


def test_the_title_keeps_what_matters_most() -> None:
    floor = races.told(*races.raced())
    for width in WIDTHS:
        text = as_text(title_line(floor, width))
        assert "work.py:resize" in text
        assert "s left" in text
        assert re.search("  (races|round)", text)  # two blanks at least
    assert "CPython 3.14.2" in as_text(title_line(floor, 120))


@pytest.mark.parametrize("story", races.STORIES)
def test_the_sides_of_the_title_never_touch(story: str) -> None:
    floor = races.told(*getattr(races, story)())
    for width in range(40, 140):
        text = as_text(title_line(floor, width))
        sides = re.split(r"  (?=judged|imports|tastes|races|starts|could|is over)", text)
        assert len(sides) == 2, (width, text)
        assert not sides[0].rstrip().endswith("·")


def test_a_long_target_is_cut() -> None:
    floor = races.told(races.run_of(), *races.began("a/" * 60 + "work.py:resize"))
    line = title_line(floor, 80)
    assert width_of(line) == 80
    assert "…" in as_text(line)


def test_a_box_shows_that_there_is_more() -> None:
    text = "word " * 60
    lines = [as_text(line) for line in box("verdict", [(text, "")], 40, "served", 5)]
    assert len(lines) == 5
    assert "…" in lines[3]
    assert lines[0].startswith("╭─ verdict ─")
    assert lines[-1].startswith("╰─")


def test_a_box_without_room_for_edges_has_none() -> None:
    lines = box("verdict", [("Use processes.", "strong")], 40, "served", 1)
    assert [as_text(line).strip() for line in lines] == ["Use processes."]


# Rounds


def test_rounds_are_told_raw_and_corrected() -> None:
    lane = lane_with((0.0, 0.1), (1.0, 1.2))
    lines = [as_text(line) for line in round_lines(lane, {2: 0.15}, {2: 0.3}, 100)]
    assert lines[0].split()[:4] == ["1", "16", "100.00", "ms"]
    assert "150.00 ms" in lines[1]
    assert "2.00×" in lines[1]


@pytest.mark.parametrize("width", WIDTHS)
def test_rounds_fit(width: int) -> None:
    lines = [*round_header(width), *round_lines(lane_with((0.0, 0.1)), {1: 0.1}, {}, width)]
    assert {width_of(line) for line in lines} == {width}
    assert "wall" in as_text(lines[0])
    assert "corrected" in as_text(lines[0])


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "—"), (0.0, "0"), (4e-7, "0.4 µs"), (0.05213, "52.13 ms"), (1.2345, "1.234 s")],
)
def test_milliseconds(seconds: float | None, text: str) -> None:
    assert milliseconds(seconds) == text


# Who gets which lines


@given(
    st.integers(1, 80),
    st.fixed_dictionaries(
        {
            "lanes": st.integers(0, 12),
            "about": st.integers(0, 3),
            "trouble": st.integers(0, 9),
            "table": st.integers(0, 14),
            "notes": st.integers(0, 9),
            "verdict": st.integers(0, 14),
        }
    ),
)
def test_no_more_lines_are_given_than_there_are(free: int, wanted: dict[str, int]) -> None:
    shares = parts(free, **wanted)
    lanes, verdict = wanted["lanes"], wanted["verdict"]
    others = sum(shares) - shares.lane
    assert others + min(1, lanes) * shares.lane <= max(free, 1)
    if shares.lane > 1:
        assert others + lanes * shares.lane <= free
    assert shares.verdict >= min(verdict, free - min(lanes, 2))


def test_the_verdict_comes_first_then_the_lanes() -> None:
    shares = parts(8, lanes=4, trouble=3, table=5, notes=3, verdict=5)
    assert (shares.verdict, shares.lane) == (5, 1)
    assert (shares.gil, shares.table, shares.notes, shares.trouble) == (0, 0, 0, 0)


# Where it is saved


# Keys


def test_ids_and_keys_of_a_tasting_are_unique_or_the_kitchens() -> None:
    kitchens = {row.id for row in COMMANDS} | {row.id for place in PLACES for row in place.rows}
    for place in (TASTE, ROUNDS, PRINTED):
        keys = [key for row in place.rows for key in row.keys.split(",")]
        assert len(keys) == len(set(keys))
        for row in place.rows:
            assert row.tooltip
            assert row.id not in kitchens or row.action == next(
                other.action for other in COMMANDS if other.id == row.id
            )
