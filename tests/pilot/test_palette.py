"""The command palette offers everything that can be done here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from textual.command import CommandPalette, Hits
from textual.events import Key
from textual.widgets import Input, OptionList

from chai_tui.config.settings import Settings
from chai_tui.model.commands import AddMakers, PauseMaker
from chai_tui.model.engine import Engine
from chai_tui.model.recipe import BUILT_IN
from chai_tui.tui.common.palette import KitchenCommands
from chai_tui.tui.keys.commands import COMMANDS
from tests.builders import ALL_COMMANDS, brewing
from tests.pilot.kitchen import Kitchen, kitchen
from tests.thorough import briefly


async def choose(shown: Kitchen, words: str) -> None:
    """Type words into the palette and take the first hit."""
    await shown.press("ctrl+p")
    assert isinstance(shown.app.screen, CommandPalette)
    shown.app.screen.query_one(Input).value = words
    hits = shown.app.screen.query_one(OptionList)
    await shown.until(lambda: hits.option_count and not hits.has_class("--populating"))
    await shown.pilot.pause(0.1)
    await shown.press("enter")
    await shown.until(lambda: not isinstance(shown.app.screen, CommandPalette))
    await shown.pilot.pause()


async def test_a_command_is_found_by_its_name() -> None:
    async with kitchen(*brewing(1)) as shown:
        await choose(shown, "Add ten")
        assert shown.submitted == [AddMakers(10, BUILT_IN["chai"], Engine.PROCESS)]


async def test_recipe_and_engine_of_the_next_are_found_too() -> None:
    async with kitchen(*brewing(1)) as shown:
        await choose(shown, "Brew grind next")
        await choose(shown, "next makers as asyncio")
        await shown.press("a")
        assert shown.submitted == [AddMakers(1, BUILT_IN["grind"], Engine.ASYNCIO)]


async def test_everything_in_the_table_is_offered() -> None:
    async with kitchen(*brewing(1)) as shown:
        offered = [name async for name in _names(shown)]
        for row in COMMANDS:
            # A program that is not ours has these.
            is_left_out = row.id in {"palette", "tree", "findings"} or row.id.startswith("select-")
            assert (row.label in offered) != is_left_out, row.id


async def test_the_keys_stand_beside_the_names_as_they_are_now() -> None:
    settings = Settings(keys={"add": "plus", "stop": "f5,x"})
    async with kitchen(*brewing(1), settings=settings) as shown:
        offered = [str(hit.prompt) async for hit in KitchenCommands(shown.app.screen).discover()]
        assert any(told.startswith("Sort back  <") for told in offered)
        await shown.press("ctrl+p")
        await shown.until(lambda: "Add a maker" in shown.screen_text())
        told = ("Add  +", "Add ten  A", "Stop  F5 x", "Kill  K")
        await shown.until(lambda: all(f"  {one} " in shown.screen_text() for one in told))
        await shown.press(*"kill")
        await shown.until(lambda: "Add ten  A" not in shown.screen_text())
        # There are none at all until the new ones are found.
        await shown.until(lambda: "  Kill  K " in shown.screen_text())


async def test_what_the_source_does_not_accept_is_not_offered() -> None:
    async with kitchen(*brewing(1), commands=ALL_COMMANDS - {PauseMaker, AddMakers}) as shown:
        offered = [name async for name in _names(shown)]
        assert "Kill" in offered
        assert "Pause" not in offered
        assert "Add" not in offered
        assert "Brew chai next" not in offered


@briefly("has_downloads", [True, False])
async def test_a_screenshot_is_saved_and_said_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_downloads: bool
) -> None:
    downloads, here = tmp_path / "downloads", tmp_path / "here"
    here.mkdir()
    if has_downloads:
        downloads.mkdir()
    monkeypatch.setattr("platformdirs.user_downloads_path", lambda: downloads)
    monkeypatch.chdir(here)
    async with kitchen(*brewing(1)) as shown:
        await choose(shown, "Screenshot")
        await shown.until(lambda: shown.notices)
        (picture,) = (downloads if has_downloads else here).iterdir()
        assert shown.notices == [f"Saved {picture}"]
        assert "<svg" in picture.read_text(encoding="utf-8")


async def test_a_screenshot_that_no_folder_takes_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    monkeypatch.setattr("platformdirs.user_downloads_path", lambda: gone)
    monkeypatch.setattr(
        "chai_tui.tui.shell.screenshots.folders", lambda: iter([gone, gone / "too"])
    )
    async with kitchen(*brewing(1)) as shown:
        await choose(shown, "Screenshot")
        await shown.until(lambda: shown.notices)
        assert shown.notices == ["No screenshot was saved: No such file or directory"]


async def _names(shown: Kitchen) -> AsyncIterator[str]:
    async for hit in KitchenCommands(shown.app.screen).discover():
        yield str(hit.text)


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """What the palette's search waits for."""
    event, search = asyncio.Event(), KitchenCommands.search

    async def search_slowly(self: KitchenCommands, query: str) -> Hits:
        await event.wait()
        async for hit in search(self, query):
            yield hit

    monkeypatch.setattr(KitchenCommands, "search", search_slowly)
    return event


@briefly("later", [0, 1, 5, 25], keep=(1,))
async def test_enter_waits_for_the_hits_of_what_was_typed(found: asyncio.Event, later: int) -> None:
    """However slow the search is, it is not the first hit of what was shown before that acts."""
    async with kitchen(*brewing(1)) as shown:
        await shown.press("ctrl+p")
        hits = shown.app.screen.query_one(OptionList)
        await shown.until(lambda: hits.option_count)
        for letter in "freeze":
            shown.app.post_message(Key(letter, letter))
        for _ in range(later):
            await asyncio.sleep(0)
        shown.app.post_message(Key("enter", "\r"))
        await shown.pilot.pause(0.1)
        assert not shown.in_kitchen
        found.set()
        await shown.until(lambda: shown.in_kitchen and shown.app.setup.frozen)
        assert shown.submitted == []


@pytest.mark.thorough
async def test_a_palette_that_is_done_while_it_is_covered_is_gone_afterwards(
    found: asyncio.Event,
) -> None:
    """The window is made small just after Enter: what covers the palette is not what is left."""
    async with kitchen(*brewing(1)) as shown:
        await shown.press("ctrl+p")
        await shown.press(*"freeze", "enter")
        await shown.pilot.resize_terminal(30, 8)
        await shown.until(lambda: "Too small" in shown.screen_text())
        found.set()
        await shown.until(lambda: shown.app.setup.frozen)
        assert "Too small" in shown.screen_text()
        await shown.pilot.resize_terminal(120, 40)
        await shown.until(lambda: shown.in_kitchen)


async def test_letters_for_a_palette_that_is_covered_meanwhile_are_no_commands() -> None:
    async with kitchen(*brewing(1)) as shown:
        await shown.press("ctrl+p")
        for letter in "freeze":
            shown.app.post_message(Key(letter, letter))
        await shown.pilot.resize_terminal(30, 8)
        await shown.until(lambda: "Too small" in shown.screen_text())
        await shown.pilot.resize_terminal(120, 40)
        await shown.until(lambda: shown.app.screen.query_one(Input).value == "freeze")


async def test_enter_with_no_hits_leaves_the_palette_open() -> None:
    async with kitchen(*brewing(1)) as shown:
        await shown.press("ctrl+p", *"qqqq", "enter")
        await shown.until(lambda: "No matches" in shown.screen_text())
        await shown.press("enter")
        assert not shown.in_kitchen
        await shown.press("escape")
        assert shown.in_kitchen
        assert shown.submitted == []  # type: ignore[unreachable]
