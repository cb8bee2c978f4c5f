"""The help screen, and that it says what is true."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.events import MouseScrollDown, MouseScrollUp

from chai_tui.state.makers.records import State
from chai_tui.tui.canvas.styles import as_text, width_of
from chai_tui.tui.help.drawing import help_sections
from chai_tui.tui.help.pages import page_with, pages
from chai_tui.tui.help.screen import HelpScreen
from chai_tui.tui.keys.commands import COMMANDS
from chai_tui.tui.keys.rows import keys_now, keys_text
from tests.builders import HERE
from tests.pilot.screen_app import ScreenApp, showing


def whole(keymap: dict[str, str] | None = None, width: int = 100) -> str:
    (page,) = pages(help_sections(COMMANDS, keymap or {}, width), width, 1_000)
    return "\n".join(as_text(line).rstrip() for line in page.lines)


def top(app: ScreenApp[None]) -> str:
    return app.rows()[1]


def page_number(app: ScreenApp[None]) -> int:
    return int(app.rows()[0].split()[1].partition("/")[0])


def test_every_listed_command_and_every_state_is_in_it() -> None:
    text = " ".join(whole(width=400).split())
    for row in filter(keys_text, COMMANDS):
        assert row.tooltip in text
    for state in State:
        assert f" {state} " in text
    for word in (
        "maker", "station", "GIL", "join", "wait", "compute", "native",
        "spawn", "forkserver", "fork", "main guard", 'if __name__ == "__main__"',
    ):  # fmt: skip
        assert f" {word} " in text


def test_keys_are_those_that_are_bound_now() -> None:
    add = next(row for row in COMMANDS if row.id == "add")
    assert keys_now(add, {}) == "a"
    assert keys_now(add, {"add": "ctrl+n, enter"}) == "^n ⏎"
    row = next(line for line in whole({"add": "x"}).split("\n") if "current recipe" in line)
    assert row.split()[:2] == ["x", "Add"]


def test_a_remapped_key_that_another_row_spoke_for_is_listed() -> None:
    assert "Select the maker below" not in whole()
    assert "Select the maker below" in whole({"select-down": "j"})


def test_without_a_gil_it_promises_nothing_about_one() -> None:
    sections = help_sections(COMMANDS, {}, 100, has_gil=False)
    lines = (line for section in sections for entry in section.entries for line in entry)
    text = " ".join(" ".join(map(as_text, lines)).split())
    assert "without a GIL they compute on several cores" in text


@pytest.mark.parametrize(
    ("run", "said", "not_said"),
    [
        ({"measures_gil": True}, "the kernel tells for which lock it sleeps", "inferred here"),
        ({"measures_gil": False}, "inferred here", "the kernel tells"),
        ({"has_gil": False}, "core 0 75 %", "GIL 25 %"),
    ],
)
def test_it_says_how_the_wait_for_the_gil_is_known(
    run: dict[str, bool], said: str, not_said: str
) -> None:
    sections = help_sections(COMMANDS, {}, 200, **run)
    text = " ".join(as_text(line) for one in sections for entry in one.entries for line in entry)
    assert said in text
    assert not_said not in text


def test_it_begins_with_what_is_on_the_screen_and_ends_with_keys() -> None:
    titles = [section.title for section in help_sections(COMMANDS, {}, 80)]
    assert titles[:5] == ["states", "bars and numbers", "timeline", "words", "engines"]
    assert all(title.startswith("keys: ") for title in titles[5:])


@settings(deadline=None)
@given(st.integers(0, 250), st.booleans())
def test_every_line_has_its_width(width: int, has_gil: bool) -> None:
    keymap = {"add": "ctrl+shift+alt+f12,ctrl+x"}
    for section in help_sections(COMMANDS, keymap, width, has_gil=has_gil):
        for line in (line for entry in section.entries for line in entry):
            assert width_of(line) == width


@settings(deadline=None)
@given(st.integers(40, 200), st.integers(12, 50))
def test_each_page_fits_the_screen_and_nothing_is_left_out(width: int, height: int) -> None:
    room = height - 2  # title and keys
    sections = help_sections(COMMANDS, {}, width)
    made = pages(sections, width, room)
    for page in made:
        assert 2 <= len(page.lines) <= room
        assert len(page.lines) == sum(map(bool, page.lines)) + len(page.titles) - 1
    entries = [line for section in sections for entry in section.entries for line in entry]
    shown = [line for page in made for line in page.lines if line in entries]
    assert shown == entries
    for index, page in enumerate(made):
        assert page_with(page.first, made) == index


def test_a_section_that_fits_a_page_stays_whole() -> None:
    sections = help_sections(COMMANDS, {}, 80)
    titles = [title for page in pages(sections, 80, 22) for title in page.titles]
    fitting = [it.title for it in sections if sum(map(len, it.entries)) < 22]
    assert fitting
    assert all(titles.count(title) == 1 for title in fitting)


async def test_back() -> None:
    async with showing(lambda: HelpScreen(COMMANDS, run=HERE)) as (app, pilot):
        for key in ["escape", "q", "question_mark", "f1"]:
            assert await app.ask(pilot, lambda: HelpScreen(COMMANDS, run=HERE), key) is None, key


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 12)])
async def test_pages_are_turned_to_the_last_and_back(size: tuple[int, int]) -> None:
    async with showing(lambda: HelpScreen(COMMANDS, run=HERE), size) as (app, pilot):
        assert "states" in top(app)
        await pilot.press("space")
        assert "states" not in top(app) or size == (40, 12)
        await pilot.press("end")
        assert "can be clicked." in " ".join(app.text.split())
        last = page_number(app)
        await pilot.press("right")
        assert page_number(app) == last
        await pilot.press("home", "left")
        assert page_number(app) == 1


async def test_every_key_that_turns_pages_does() -> None:
    async with showing(lambda: HelpScreen(COMMANDS, run=HERE), (80, 24)) as (app, pilot):
        for forth in ("right", "space", "pagedown", "down", "j"):
            for back in ("left", "backspace", "pageup", "up", "k"):
                await pilot.press(forth)
                assert page_number(app) == 2, forth
                await pilot.press(back)
                assert page_number(app) == 1, back
        for number in (3, 5, 1):
            await pilot.press(str(number))
            assert page_number(app) == number


async def test_the_footer_can_be_clicked() -> None:
    async with showing(lambda: HelpScreen(COMMANDS, run=HERE), (80, 24)) as (app, pilot):
        await pilot.click(offset=app.at("→ Next"))
        assert page_number(app) == 2
        await pilot.click(offset=app.at("Esc Back"))
        assert app.answer is None


async def test_the_wheel_turns_pages() -> None:
    async with showing(lambda: HelpScreen(COMMANDS, run=HERE), (80, 24)) as (app, pilot):
        await pilot._post_mouse_events([MouseScrollDown], "#help")
        assert page_number(app) == 2
        await pilot._post_mouse_events([MouseScrollUp], "#help")
        assert page_number(app) == 1


async def test_another_size_shows_what_was_being_read() -> None:
    async with showing(lambda: HelpScreen(COMMANDS, run=HERE), (80, 24)) as (app, pilot):
        await pilot.press("4")
        assert "words" in top(app)
        await pilot.resize_terminal(40, 12)
        await pilot.pause()
        assert "words" in top(app)
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        assert "─ words ─" in app.text


async def test_it_shows_remapped_keys() -> None:
    async with showing(lambda: HelpScreen(COMMANDS, {"add": "f5"}, run=HERE)) as (app, pilot):
        await pilot.press("right")
        assert app.rows()[app.row_of("─ keys: makers") + 1].split()[:2] == ["F5", "Add"]


def test_of_a_program_it_explains_what_a_program_has() -> None:
    sections = help_sections(COMMANDS, {}, 400, is_program=True)
    by_title = {
        section.title: "\n".join(as_text(line) for entry in section.entries for line in entry)
        for section in sections
    }
    assert "engines" not in by_title
    assert "● running" in by_title["states"]
    assert "✔ done" in by_title["states"]
    assert "no GIL" in by_title["bars and numbers"]
    assert "cup" not in by_title["bars and numbers"]
    assert " thread " in by_title["words"]
    assert "recipe" not in by_title["words"]
    free = help_sections(COMMANDS, {}, 400, is_program=True, has_gil=False)
    bars = next(section for section in free if section.title == "bars and numbers")
    assert not any("no GIL" in as_text(line) for entry in bars.entries for line in entry)
