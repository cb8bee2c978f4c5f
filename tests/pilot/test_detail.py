"""The zoom screen: every key, the mouse, and a floor that goes on changing."""

from __future__ import annotations

import pytest

from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, Exited, MakerUse, Progress, Said, Sampled
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import SAID_KEPT
from chai_tui.tui.canvas.line_view import LineView
from chai_tui.tui.detail.output_view import OutputView
from chai_tui.tui.detail.screen import DetailScreen
from tests.builders import BEGAN, brewing, failed, floor_of, killed, served
from tests.pilot.screen_app import NO_ANSWER, ScreenApp, showing
from tests.still import resize
from tests.thorough import briefly

SIZES = [(120, 40), (80, 24), (40, 12)]


def three() -> Floor:
    return floor_of(*brewing(1), *failed(2), *brewing(5, said=["the pot is [b]full[/b]"]))


def says(*texts: str, number: int = 1) -> list[Event]:
    return [
        Said(BEGAN + 0.1 * index, number, text, "out", number)
        for index, text in enumerate(texts, 1)
    ]


def zoom(app: ScreenApp[None]) -> DetailScreen:
    assert isinstance(app.screen, DetailScreen)
    return app.screen


def said(app: ScreenApp[None]) -> OutputView:
    return app.screen.query_one(OutputView)


@briefly("size", SIZES)
async def test_one_maker_is_shown_whole(size: tuple[int, int]) -> None:
    async with showing(lambda: DetailScreen(three(), 2), size) as (app, _):
        rows = app.rows()
        assert "#2" in rows[0]
        assert "✖ failed" in rows[0]
        assert "ValueError: no milk" in rows[1]
        assert all(len(row) <= size[0] for row in rows)


async def test_back() -> None:
    async with showing(lambda: DetailScreen(three(), 1)) as (app, pilot):
        for key in ["escape", "enter", "q"]:
            assert await app.ask(pilot, lambda: DetailScreen(three(), 1), key) is None, key


@briefly(
    ("keys", "number"),
    [
        (["right"], 2),
        (["right_square_bracket", "right_square_bracket"], 5),
        (["right", "right", "right"], 1),
        (["left"], 5),
        (["left_square_bracket", "left"], 2),
    ],
    keep=(0, 1, 4),
)
async def test_neighbours_go_round(keys: list[str], number: int) -> None:
    async with showing(lambda: DetailScreen(three(), 1)) as (app, pilot):
        await pilot.press(*keys)
        assert zoom(app).number == number
        assert f"Chai Maker #{number} " in app.rows()[0]


async def test_the_footer_can_be_clicked() -> None:
    async with showing(lambda: DetailScreen(three(), 1)) as (app, pilot):
        await pilot.click(offset=app.at("→ Next"))
        assert zoom(app).number == 2
        await pilot.click(offset=app.at("Esc Back"))
        assert app.answer is None


async def test_what_happens_is_drawn() -> None:
    floor = three()
    async with showing(lambda: DetailScreen(floor, 1)) as (app, pilot):
        assert "50 %" in app.text
        floor.fold([Progress(BEGAN + 0.9, 1, 0.75, 0.2), *says("more tea")])
        zoom(app).floor_changed()
        await pilot.pause()
        assert "75 %" in app.text
        assert "› more tea" in app.text
        floor.fold([Exited(BEGAN + 1.5, 1, -9, ours=False)])
        zoom(app).floor_changed()
        await pilot.pause()
        assert "✖ killed by SIGKILL" in app.rows()[0]


async def test_only_changed_lines_are_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    floor = three()
    async with showing(lambda: DetailScreen(floor, 2)) as (app, pilot):
        await pilot.pause()
        drawn: list[int] = []
        view = app.screen.query_one("#details", LineView)
        monkeypatch.setattr(view, "refresh_line", drawn.append)
        zoom(app).floor_changed()
        assert drawn == []
        floor.fold([Sampled(BEGAN + 60, (), ())])
        zoom(app).floor_changed()  # it has ended: time goes on without it
        assert drawn == []


async def test_a_forgotten_maker_is_shown_as_it_was_last() -> None:
    floor = floor_of(*killed(1), *brewing(2))
    async with showing(lambda: DetailScreen(floor, 1)) as (app, pilot):
        floor.forget_finished()
        zoom(app).floor_changed()
        await pilot.pause()
        assert "It was cleared from the floor" in app.text
        assert "killed by SIGKILL" in app.text
        await pilot.press("left")
        assert zoom(app).number == 2
        assert "cleared" not in app.text


async def test_a_maker_that_never_was() -> None:
    async with showing(lambda: DetailScreen(Floor(), 9)) as (app, pilot):
        assert "There is no Chai Maker #9 on the floor." in app.text
        await pilot.press("right", "n", "tab", "tab")
        assert zoom(app).number == 9


async def test_what_a_maker_says_is_no_markup() -> None:
    async with showing(lambda: DetailScreen(three(), 5)) as (app, _):
        assert "the pot is [b]full[/b]" in app.text


# Said


def chatty(lines: int = 100) -> Floor:
    return floor_of(*brewing(1), *says(*(f"line {n} of many" for n in range(lines))))


async def test_the_end_is_followed_unless_scrolled_up() -> None:
    floor = chatty()
    async with showing(lambda: DetailScreen(floor, 1)) as (app, pilot):
        assert "line 99 of" in app.text
        floor.fold(says("newest"))
        zoom(app).floor_changed()
        await pilot.pause()
        assert "newest" in app.text

        await pilot.press("tab", "home")
        assert "line 0 of" in app.text
        floor.fold(says("newer still"))
        zoom(app).floor_changed()
        await pilot.pause()
        assert "line 0 of" in app.text
        assert "newer still" not in app.text

        await pilot.press("end")
        assert "newer still" in app.text


async def test_a_reader_stays_where_they_are_when_old_lines_are_let_go() -> None:
    floor = chatty(SAID_KEPT)
    async with showing(lambda: DetailScreen(floor, 1)) as (app, pilot):
        said(app).focus()
        said(app).scroll_to(y=500, animate=False, force=True, immediate=True)
        await pilot.pause()
        row = app.row_of("line 510 of")
        floor.fold(says(*(f"new {n}" for n in range(40))))
        zoom(app).floor_changed()
        await pilot.pause()
        assert app.row_of("line 510 of") == row
        assert "the last 1,000 of 1,040 lines" in app.text


@briefly("size", SIZES)
async def test_search_goes_from_find_to_find(size: tuple[int, int]) -> None:
    floor = floor_of(
        *brewing(1), *says(*("milk" if n % 30 == 10 else f"tea {n}" for n in range(100)))
    )
    async with showing(lambda: DetailScreen(floor, 1), size) as (app, pilot):
        await pilot.press("slash", *"milk")
        assert "3 found" in app.text
        await pilot.press("enter")
        first = said(app).status
        await pilot.press("n")
        second = said(app).status
        assert first != second
        assert "▶ milk" in app.text
        await pilot.press("N")
        assert said(app).status == first
        await pilot.press("escape")
        assert said(app).sought == ""
        assert app.answer is NO_ANSWER
        await pilot.press("escape")
        assert app.answer is None


async def test_the_keys_of_the_screen_can_be_typed_into_the_search() -> None:
    async with showing(lambda: DetailScreen(chatty(), 1)) as (app, pilot):
        await pilot.press("slash", *"qn/[x")
        assert said(app).sought == "qn/[x"
        assert "nothing found" in app.text
        await pilot.press("escape")
        assert said(app).sought == ""
        assert app.answer is NO_ANSWER


async def test_on_a_small_screen_tab_shows_the_other_pane() -> None:
    floor = floor_of(*served(1, said=["hello there"]))
    async with showing(lambda: DetailScreen(floor, 1), (40, 12)) as (app, pilot):
        assert "hello there" not in app.text
        await pilot.press("tab")
        assert "hello there" in app.text
        await pilot.press("shift+tab")
        assert "hello there" not in app.text


async def test_who_shares_a_process_is_told() -> None:
    events = [event for n in (1, 2, 3) for event in brewing(n, engine=Engine.THREAD)]
    async with showing(lambda: DetailScreen(floor_of(*events), 2)) as (app, _):
        assert "shared with #1 #3: one memory" in app.text


async def test_a_change_of_theme_changes_the_inks() -> None:
    floor = three()
    async with showing(lambda: DetailScreen(floor, 1)) as (app, pilot):
        view = app.screen.query_one("#details", LineView)
        before = view.render_line(0)
        app.theme = "textual-light"
        await pilot.pause()
        assert view.render_line(0).text == before.text
        assert view.render_line(0) != before


@pytest.mark.thorough
async def test_resizing_draws_for_the_new_width() -> None:
    floor = three()
    floor.fold([Sampled(BEGAN + 1, (), (MakerUse(1, 0, 1.0, 0.0, None, 4_000_000, False),))])
    async with showing(lambda: DetailScreen(floor, 1)) as (app, pilot):
        for size in (*SIZES, (200, 50), (12, 4), (120, 40)):
            await resize(pilot, *size)
            assert "#1" in app.rows()[0]
        assert "100 % is one core" in app.text
