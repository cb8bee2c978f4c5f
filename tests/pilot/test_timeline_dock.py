"""The timeline in a box of another screen: it only shows, and costs next to nothing."""

from __future__ import annotations

from typing import Any

import pytest
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import Screen

from chai_tui.model.engine import Engine
from chai_tui.model.events import Exited, Paused, Progress, Resumed
from chai_tui.model.recipe import BUILT_IN
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Maker
from chai_tui.tui.timeline.cells import Cell, cells
from chai_tui.tui.timeline.dock import TimelineDock
from chai_tui.tui.timeline.rows import TimelineRows
from tests.actors import Part
from tests.builders import BEGAN, brewing, killed
from tests.pilot.screen_app import ScreenApp, showing
from tests.pilot.test_timeline import sample, some
from tests.still import resize
from tests.stories import story
from tests.thorough import briefly


class Docked(Screen[None]):
    """A dock in a box of a few lines."""

    DEFAULT_CSS = "Docked Vertical { height: 1fr; border: round white; }"

    def __init__(self, floor: Floor) -> None:
        super().__init__()
        self.dock = TimelineDock(floor)

    def compose(self) -> ComposeResult:
        with Vertical():
            yield self.dock


def dock(app: ScreenApp[None]) -> TimelineDock:
    assert isinstance(app.screen, Docked)
    return app.screen.dock


def inside(app: ScreenApp[None]) -> list[str]:
    return [row.strip("│") for row in app.rows()[1:-1]]


async def test_it_has_an_axis_and_two_lines_for_each_maker() -> None:
    height = 1 + 2 * 3 + 2  # an axis, two lines a maker, and edges
    async with showing(lambda: Docked(some(3)), (80, height)) as (app, _):
        rows = inside(app)
        assert rows[0].split()[:2] == ["╷0", "s"]
        assert [row[1:3] for row in rows[1::2]] == ["#1", "#2", "#3"]
        assert "███" in rows[1]


@briefly("size", [(32, 4), (32, 12), (42, 5), (202, 42)], keep=2)
async def test_it_fits_into_little_and_much(size: tuple[int, int]) -> None:
    async with showing(lambda: Docked(some(12)), size) as (app, pilot):
        assert "╷0 s" in inside(app)[0]
        assert "#1" in inside(app)[1]
        assert "█" in app.text
        await resize(pilot, 6, 3)
        await resize(pilot, *size)
        assert "█" in app.text


async def test_an_empty_floor_has_nothing_to_show() -> None:
    async with showing(lambda: Docked(Floor()), (60, 8)) as (app, _):
        dock(app).floor_changed()
        dock(app).choose(3)
        assert "nobody is on the floor" in app.text


async def test_the_chosen_maker_is_in_sight() -> None:
    floor = some(40)
    async with showing(lambda: Docked(floor), (60, 8)) as (app, pilot):
        dock(app).choose(33)
        await pilot.pause()
        assert "▸#33" in app.text
        await resize(pilot, 60, 6)
        assert "▸#33" in app.text
        floor.fold([event for n in (41, 42) for event in brewing(n)])
        dock(app).floor_changed()
        await pilot.pause()
        assert "▸#33" in app.text
        dock(app).choose(999)
        await pilot.pause()
        assert "▸#33" in app.text


async def test_it_takes_no_focus_and_no_clicks() -> None:
    async with showing(lambda: Docked(some(3)), (60, 10)) as (app, pilot):
        await pilot.press("tab")
        assert app.focused is None
        await pilot.click(offset=(5, 4))
        assert "▸#1" in app.text


async def test_only_rows_that_changed_are_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    floor = some(3)
    drawn: list[int] = []

    def counted(maker: Maker, *how: Any) -> list[Cell]:
        drawn.append(maker.number)
        return cells(maker, *how)

    monkeypatch.setattr("chai_tui.tui.timeline.rows.cells", counted)
    async with showing(lambda: Docked(floor), (80, 12)) as (app, pilot):

        async def drawn_after(*events: Any) -> list[int]:
            drawn.clear()
            floor.fold(events)
            dock(app).floor_changed()
            await pilot.pause()
            return sorted(drawn)

        # Time and progress alone change nothing, but the first step into the column of now.
        await drawn_after(Progress(BEGAN + 2.1, 1, 0.5, 0.1))
        assert await drawn_after(Progress(BEGAN + 2.3, 1, 0.6, 0.1)) == []
        assert await drawn_after(Progress(BEGAN + 2.9, 2, 0.6, 0.1)) == []
        assert await drawn_after(killed(2, after=2.95)[-1]) == [2]
        assert await drawn_after(sample(3.0, 1, 3)) == [1, 3]
        assert await drawn_after(sample(3.5, 1, 3)) == [1, 3]


async def test_time_goes_on_and_all_of_it_is_seen() -> None:
    floor = some(2)
    async with showing(lambda: Docked(floor), (60, 8)) as (app, pilot):
        for n in range(1, 400):
            floor.fold([sample(2.0 + 0.5 * n, 1, 2)])
        dock(app).floor_changed()
        await pilot.pause()
        assert "╷0 s" in inside(app)[0]
        assert inside(app)[1].rstrip().endswith("█")


async def test_what_is_drawn_bit_by_bit_is_what_is_drawn_at_once() -> None:
    """Cells that are settled are not worked out again: they must be those that they would be."""
    thread, tasks = Engine.THREAD, Engine.ASYNCIO
    masala, grind = BUILT_IN["masala"], BUILT_IN["grind"]
    parts = [
        Part(1, masala),
        Part(2, grind, 0.4, thread),
        Part(3, masala, 0.2, thread),
        Part(4, masala, 0.2, tasks),
        Part(5, masala, 0.3, tasks),
        Part(6, grind, 0.3, then=(Paused(0.6, 6, ours=True), Resumed(1.1, 6, ours=True))),
        Part(7, grind, 0.5, then=(Exited(1.6, 7, -9, ours=False),)),
    ]
    events = story(parts, cores=2, seconds=6.0)
    floor = Floor()
    height = 1 + 2 * len(parts) + 2
    async with showing(lambda: Docked(floor), (30, height)) as (app, pilot):
        for at in range(0, len(events), 7):
            floor.fold(events[at : at + 7])
            dock(app).floor_changed()
            rows = app.screen.query_one(TimelineRows)
            for y in range(rows.size.height):
                rows.render_line(y)
        await pilot.pause()
        bit_by_bit = app.text
    async with showing(lambda: Docked(floor), (30, height)) as (app, _):
        assert app.text == bit_by_bit
