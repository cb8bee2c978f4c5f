"""The timeline screen: every key, the mouse, and a floor that goes on changing."""

from __future__ import annotations

from typing import Any

import pytest

from chai_tui.model.events import MakerUse, Sampled
from chai_tui.model.recipe import BUILT_IN
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Maker
from chai_tui.tui.detail.screen import DetailScreen
from chai_tui.tui.timeline.cells import Cell, cells
from chai_tui.tui.timeline.rows import TimelineRows
from chai_tui.tui.timeline.screen import TimelineScreen
from chai_tui.tui.timeline.time_scale import LADDER, TimeView
from tests.builders import BEGAN, brewing, floor_of, killed, served
from tests.pilot.screen_app import ScreenApp, showing
from tests.still import resize

SIZES = [(120, 40), (80, 24), (40, 12)]


def sample(at: float, *numbers: int, core: int | None = 0) -> Sampled:
    uses = (MakerUse(n, core, 1.0, 0.0, None, None, stopped=False) for n in numbers)
    return Sampled(BEGAN + at, (), tuple(uses))


def some(how_many: int = 3, until: float = 2.0) -> Floor:
    numbers = range(1, how_many + 1)
    events = [event for n in numbers for event in brewing(n, fraction=0.0)]
    return floor_of(*events, *(sample(0.5 * n, *numbers) for n in range(1, int(2 * until) + 1)))


def timeline(app: ScreenApp[None]) -> TimelineScreen:
    assert isinstance(app.screen, TimelineScreen)
    return app.screen


@pytest.mark.parametrize("size", SIZES)
async def test_a_row_a_maker_under_an_axis(size: tuple[int, int]) -> None:
    floor = floor_of(*brewing(1), *served(2), *killed(3), sample(1.0, 1), sample(2.0, 1))
    async with showing(lambda: TimelineScreen(floor), size) as (app, _):
        rows = app.rows()
        assert "╷0 s" in rows[1]
        assert "▸#1 ●" in rows[2]
        assert "██" in rows[2]
        assert "0" in rows[3]  # the core's number has a line of its own, as there is room
        assert "#2 ✔" in rows[4]
        assert rows[6].rstrip(" █▁").endswith("✖")
        assert "█ " in rows[-2]
        assert all(len(row) <= size[0] for row in rows)


async def test_an_empty_floor() -> None:
    async with showing(lambda: TimelineScreen(Floor())) as (app, pilot):
        assert "nobody is on the floor" in app.text
        await pilot.press("plus", "minus", "left", "right", "0", "f", "down", "end", "enter")
        assert timeline(app).number is None


async def test_back() -> None:
    async with showing(lambda: TimelineScreen(some())) as (app, pilot):
        for key in ["escape", "t", "q"]:
            assert await app.ask(pilot, lambda: TimelineScreen(some()), key) is None, key


async def test_time_is_shown_finer_and_coarser() -> None:
    async with showing(lambda: TimelineScreen(some())) as (app, pilot):
        assert timeline(app).view == TimeView()
        assert "1 sample a cell · all of it" in app.rows()[0]
        await pilot.press("minus")
        assert "2 samples a cell · follows now" in app.rows()[0]
        await pilot.press("underscore")
        assert "4 samples a cell" in app.rows()[0]
        await pilot.press("plus", "equals_sign")
        assert "1 sample a cell" in app.rows()[0]
        await pilot.press("0")
        assert timeline(app).view == TimeView()


async def test_earlier_later_and_back_to_now() -> None:
    async with showing(lambda: TimelineScreen(some(until=120.0))) as (app, pilot):
        await pilot.press("plus")
        assert "╷0 s" not in app.rows()[1]
        await pilot.press("left")
        assert "stands still" in app.rows()[0]
        await pilot.press("right")
        assert "follows now" in app.rows()[0]
        await pilot.press(*["left"] * 5)
        assert "╷0 s" in app.rows()[1]
        await pilot.press("f")
        assert timeline(app).view.first is None
        assert "╷0 s" not in app.rows()[1]


async def test_time_goes_on() -> None:
    floor = some()
    async with showing(lambda: TimelineScreen(floor)) as (app, pilot):
        before = app.rows()[2]
        floor.fold([sample(2.5, 1, 2, 3)])
        timeline(app).floor_changed()
        await pilot.pause()
        cells = timeline(app)._scale.cells
        assert cells > 1  # as long as so little fits
        assert app.rows()[2] == before + "█" * cells
        floor.fold([sample(2.5 + 0.5 * n, 1, 2, 3) for n in range(1, 300)])
        timeline(app).floor_changed()
        await pilot.pause()
        assert "4 samples a cell · all of it" in app.rows()[0]


async def test_rows_have_two_lines_each_as_long_as_all_of_them_fit_so() -> None:
    floor = some(3)
    async with showing(lambda: TimelineScreen(floor), (80, 12)) as (app, pilot):
        assert [app.row_of(f"#{number} ") for number in (1, 2, 3)] == [2, 4, 6]
        floor.fold([event for n in (4, 5, 6) for event in brewing(n)])
        timeline(app).floor_changed()
        await pilot.pause()
        assert [app.row_of(f"#{number} ") for number in range(1, 7)] == [2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "ansi-dark"])
async def test_where_there_is_one_line_a_reason_is_the_colour_behind(theme: str) -> None:
    recipe = BUILT_IN["grind"]
    uses = [MakerUse(n, 0, 0.5, 0.5 * (n > 9), None, None, stopped=False) for n in range(1, 21)]
    floor = floor_of(
        *(event for n in range(1, 21) for event in brewing(n, recipe=recipe, fraction=0.0)),
        *(Sampled(BEGAN + at, (), tuple(uses)) for at in (0.5, 1.0)),
    )
    async with showing(lambda: TimelineScreen(floor), (80, 24)) as (app, pilot):
        app.theme = theme
        await pilot.pause()
        rows = app.screen.query_one(TimelineRows)
        plain, tinted = (
            next(segment.style for segment in rows.render_line(y) if "▄" in segment.text)
            for y in (0, 15)
        )
        assert plain is not None
        assert tinted is not None
        assert plain.color == tinted.color
        assert plain.bgcolor != tinted.bgcolor


async def test_the_legend_explains_what_can_be_seen_now() -> None:
    floor = some(30)
    floor.fold(killed(30)[-1:])
    async with showing(lambda: TimelineScreen(floor), (80, 12)) as (app, pilot):
        assert "core 0" in app.rows()[-2]
        assert "killed" not in app.rows()[-2]
        await pilot.press("end")
        await pilot.pause()
        assert "✖ killed" in app.rows()[-2]


async def test_a_quiet_kitchen_stands_still() -> None:
    floor = floor_of(*served(1, after=2.0), sample(2.5))
    async with showing(lambda: TimelineScreen(floor)) as (app, pilot):
        before = app.text
        floor.fold([sample(3.5), sample(100.0)])
        timeline(app).floor_changed()
        await pilot.pause()
        assert app.text == before


async def test_selection_follows_the_maker() -> None:
    floor = floor_of(*killed(1), *brewing(2), *brewing(3), sample(1.0, 2, 3))
    async with showing(lambda: TimelineScreen(floor)) as (app, pilot):
        await pilot.press("down")
        assert timeline(app).number == 2
        floor.forget_finished()
        timeline(app).floor_changed()
        await pilot.pause()
        assert timeline(app).number == 2
        assert "▸#2" in app.rows()[2], app.text
        floor.fold(killed(2)[-1:])
        floor.forget_finished()
        timeline(app).floor_changed()
        assert timeline(app).number == 3


async def test_thousands_are_scrolled_and_only_the_visible_are_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    floor = some(3_000)
    drawn: list[int] = []

    def counted(maker: Maker, *how: Any) -> list[Cell]:
        drawn.append(maker.number)
        return cells(maker, *how)

    monkeypatch.setattr("chai_tui.tui.timeline.rows.cells", counted)
    async with showing(lambda: TimelineScreen(floor)) as (app, pilot):
        assert 0 < len(set(drawn)) < 45
        for key, number in [
            ("end", 3_000), ("up", 2_999), ("pageup", 2_964), ("home", 1), ("pagedown", 36),
        ]:  # fmt: skip
            await pilot.press(key)
            assert timeline(app).number == number
            assert f"▸{'#' + str(number):>5}" in app.text

        drawn.clear()
        timeline(app).floor_changed()
        await pilot.pause()
        assert drawn == []


async def test_a_click_chooses_and_another_opens() -> None:
    async with showing(lambda: TimelineScreen(some())) as (app, pilot):
        await pilot.click(TimelineRows, offset=(20, 3))
        assert timeline(app).number == 2
        await pilot.click(TimelineRows, offset=(20, 30))
        assert timeline(app).number == 2
        await pilot.click(TimelineRows, offset=(20, 2))
        await pilot.pause()
        assert isinstance(app.screen, DetailScreen)
        assert app.screen.number == 2


async def test_enter_opens_the_chosen_one_and_back_catches_up() -> None:
    floor = some()
    async with showing(lambda: TimelineScreen(floor)) as (app, pilot):
        await pilot.press("down", "down", "enter")
        assert isinstance(app.screen, DetailScreen)
        assert app.screen.number == 3
        floor.fold(killed(3)[-1:])
        await pilot.press("escape")
        await pilot.pause()
        assert "#3 ✖" in app.text


async def test_the_footer_can_be_clicked() -> None:
    async with showing(lambda: TimelineScreen(some())) as (app, pilot):
        await pilot.click(offset=app.at("− Coarser"))
        assert timeline(app).view.scale == LADDER.index(2)
        await pilot.click(offset=app.at("Esc Back"))
        assert app.answer is None


async def test_resizing_and_themes() -> None:
    async with showing(lambda: TimelineScreen(some())) as (app, pilot):
        before = app.screen.query_one(TimelineRows).render_line(0)
        app.theme = "textual-light"
        await pilot.pause()
        assert app.screen.query_one(TimelineRows).render_line(0) != before
        for size in (*SIZES, (200, 50), (6, 3), (120, 40)):
            await resize(pilot, *size)
        assert "#1" in app.rows()[2]


async def test_it_begins_at_the_maker_it_is_given() -> None:
    floor = some(200)
    async with showing(lambda: TimelineScreen(floor, 150)) as (app, _):
        assert timeline(app).number == 150
        assert "▸#150" in app.text
    async with showing(lambda: TimelineScreen(floor, 999)) as (app, _):
        assert timeline(app).number == 200
