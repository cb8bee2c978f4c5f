"""The help screen, and that it says what is true."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chai_tui.state.records import State
from chai_tui.tui.canvas.styles import as_text, width_of
from chai_tui.tui.help.drawing import help_lines, keys_now
from chai_tui.tui.help.screen import HelpScreen
from chai_tui.tui.keys.commands import COMMANDS
from chai_tui.tui.keys.rows import keys_text
from tests.builders import HERE
from tests.pilot.screen_app import ScreenApp, showing


def whole(keymap: dict[str, str] | None = None, width: int = 100) -> str:
    return "\n".join(as_text(line).rstrip() for line in help_lines(COMMANDS, keymap or {}, width))


def top(app: ScreenApp[None]) -> str:
    return app.rows()[1]


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
    lines = help_lines(COMMANDS, {}, 100, has_gil=False)
    text = " ".join(" ".join(as_text(line) for line in lines).split())
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
    text = " ".join(as_text(line) for line in help_lines(COMMANDS, {}, 200, **run))
    assert said in text
    assert not_said not in text


@settings(deadline=None)
@given(st.integers(0, 250), st.booleans())
def test_every_line_has_its_width(width: int, has_gil: bool) -> None:
    keymap = {"add": "ctrl+shift+alt+f12,ctrl+x"}
    for line in help_lines(COMMANDS, keymap, width, has_gil=has_gil):
        assert width_of(line) == width


async def test_back() -> None:
    async with showing(lambda: HelpScreen(COMMANDS, run=HERE)) as (app, pilot):
        for key in ["escape", "q", "question_mark", "f1"]:
            assert await app.ask(pilot, lambda: HelpScreen(COMMANDS, run=HERE), key) is None, key


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (40, 12)])
async def test_it_scrolls_to_its_end(size: tuple[int, int]) -> None:
    async with showing(lambda: HelpScreen(COMMANDS, run=HERE), size) as (app, pilot):
        assert "keys: makers" in top(app)
        await pilot.press("space")
        assert "keys: makers" not in top(app)
        await pilot.press("end")
        assert "each at its moment" in " ".join(app.text.split())
        await pilot.press("home")
        assert "keys: makers" in top(app)


@pytest.mark.parametrize(("down", "up"), [("down", "up"), ("j", "k"), ("pagedown", "pageup")])
async def test_keys_scroll(down: str, up: str) -> None:
    async with showing(lambda: HelpScreen(COMMANDS, run=HERE), (80, 24)) as (app, pilot):
        await pilot.press(down)
        assert "keys: makers" not in top(app)
        await pilot.press(up)
        assert "keys: makers" in top(app)


async def test_the_footer_can_be_clicked() -> None:
    async with showing(lambda: HelpScreen(COMMANDS, run=HERE), (80, 24)) as (app, pilot):
        await pilot.click(offset=app.at("Space Page"))
        assert "keys: makers" not in app.text
        await pilot.click(offset=app.at("Esc Back"))
        assert app.answer is None


async def test_it_shows_remapped_keys() -> None:
    async with showing(lambda: HelpScreen(COMMANDS, {"add": "f5"}, run=HERE)) as (app, _):
        assert app.rows()[2].split()[:2] == ["F5", "Add"]
