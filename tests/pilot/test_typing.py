"""What is typed into a field: it narrows whom one sees, and no letter goes astray."""

from __future__ import annotations

import asyncio

import pytest
from textual.events import Key
from textual.widgets import Input

from chai_tui.model.commands import (
    AddMakers,
)
from chai_tui.model.events import (
    Paused,
    Progress,
)
from chai_tui.state.floor import Floor
from chai_tui.tui.makers.sort_filter import Sort, in_order
from chai_tui.tui.shell.type_ahead import TypeAhead
from tests.builders import (
    brewing,
    killed,
    served,
)
from tests.pilot.kitchen import THREE, kitchen
from tests.thorough import in_parts


async def test_the_filter_is_typed_kept_and_left() -> None:
    async with kitchen(*served(1), *brewing(2), *killed(3)) as shown:
        await shown.press("slash", *"kill")
        assert "#2" not in shown.makers_text()
        assert "#3" in shown.makers_text()
        footer = shown.screen_text().split("\n")[-1]
        assert footer.split() == ["⏎", "Keep", "Esc", "All"]
        await shown.press("enter", "a")  # keys are keys again
        assert [type(command) for command in shown.submitted] == [AddMakers]
        assert "/kill" in shown.screen_text()
        assert shown.selected == 3, "nobody acts on what is not seen"
        await shown.press("escape")
        assert "#2" in shown.makers_text()
        assert "/kill" not in shown.screen_text()


@pytest.mark.parametrize(("hint", "wanted"), [("Keep", "kill"), ("All", "")])
async def test_a_footer_key_of_the_field_that_is_typed_in_can_be_clicked(
    hint: str, wanted: str
) -> None:
    """Not the app, nor the screen: the field has the key, and does what it does."""
    async with kitchen(*brewing(2), *killed(3)) as shown:
        await shown.press("slash", *"kill")
        footer = shown.screen_text().split("\n")[-1]
        await shown.pilot.click("#keys", offset=(footer.index(hint), 0))
        await shown.until(lambda: not shown.app.screen.query(Input))
        assert shown.app.kitchen.makers.wanted == wanted


async def test_who_leaves_the_filter_by_itself_is_not_acted_on() -> None:
    async with kitchen(*brewing(1), *brewing(2)) as shown:
        await shown.press("slash", *"brewing", "enter")
        shown.clock.passes(10)
        await shown.happens(*served(1)[-2:])
        assert "#1" not in shown.makers_text()
        await shown.press("K")
        assert shown.submitted == []
        assert "No maker is selected" in shown.notices


async def test_a_filter_that_nobody_matches_says_how_to_leave_it() -> None:
    async with kitchen(*THREE) as shown:
        await shown.press("slash", *"zzz")
        text = shown.screen_text()
        assert "No maker matches “zzz”." in text
        assert "Esc shows all again." in text


async def test_who_begins_to_match_is_shown_at_once() -> None:
    async with kitchen(*brewing(1), *brewing(2)) as shown:
        await shown.press("slash", *"paused", "enter")
        assert "No maker matches “paused”." in shown.screen_text()
        await shown.happens(Paused(shown.floor.now + 0.001, 2, ours=True))
        assert "No maker matches" not in shown.screen_text()
        assert "#2" in shown.makers_text()
        assert "#1" not in shown.makers_text()


async def test_of_a_thousand_it_is_looked_ten_times_a_second_who_matches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks: list[str] = []

    def counted(floor: Floor, sort: Sort = Sort.NUMBER, wanted: str = "") -> list[int]:
        looks.append(wanted)
        return in_order(floor, sort, wanted)

    async with kitchen(*(event for n in range(1, 1_001) for event in brewing(n))) as shown:
        await shown.press("slash", *"paused", "enter")
        monkeypatch.setattr("chai_tui.tui.makers.view.in_order", counted)
        now = shown.floor.now
        for step in range(1, 101):
            shown.clock.passes(1 / 100)
            shown.floor.fold([Progress(now + step / 100, 7, 0.6, 0.1)])
            shown.app.kitchen.makers.floor_changed()
        assert 9 <= len(looks) <= 11
        shown.clock.passes(1)
        await shown.happens(Paused(now + 1.2, 2, ours=True))
        assert "#2" in shown.makers_text()


@pytest.mark.parametrize("keys", ["/serve", "\r/serve"], ids=["filter", "search"])
async def test_what_is_typed_in_a_burst_goes_where_it_is_meant_to_go(keys: str) -> None:
    """As a quick typist or a paste does: no letter may be taken for a command."""
    async with kitchen(*THREE) as shown:
        for key in keys:
            name = {"/": "slash", "\r": "enter"}.get(key, key)
            shown.app.post_message(Key(name, key))
        await shown.until(
            lambda: [field.value for field in shown.app.screen.query(Input)] == ["serve"]
        )
        assert shown.submitted == []


TURNS = [(0, 0), (0, 5), (0, 2), (0, 9), (1, 1), (2, 1)]
"""Turns of the loop before the first two of the letters that follow."""
TURNS_OF_PALETTE = [(0, 0), (9, 2), (0, 1), (3, 0), (40, 0)]


@in_parts(2)
async def test_letters_keep_their_order_while_the_field_opens(part: slice) -> None:
    """Whenever they come: the first may be on its way elsewhere when the field has the focus."""
    async with kitchen(*THREE) as shown:
        for turns in TURNS[part]:
            await shown.press("slash", *"none", "enter")  # what was there is replaced whole
            assert shown.app.kitchen.makers.wanted == "none", turns
            shown.app.post_message(Key("slash", "/"))
            for letter, wait in zip("serve", (*turns, 0, 0, 0), strict=True):
                for _ in range(wait):
                    await asyncio.sleep(0)
                shown.app.post_message(Key(letter, letter))
            await shown.until(
                lambda: [field.value for field in shown.app.screen.query(Input)] == ["serve"], turns
            )
            assert shown.submitted == [], turns
            await shown.press("enter")


@in_parts(2)
async def test_a_command_that_is_typed_in_a_burst_is_the_one_that_acts(part: slice) -> None:
    """Enter stays behind the letters: else it would run what the palette shows first."""
    async with kitchen(*brewing(1)) as shown:
        for turns in TURNS_OF_PALETTE[part]:
            for key, wait in zip(["ctrl+p", *"freeze", "enter"], (*turns, *[0] * 6), strict=True):
                character = {"ctrl+p": None, "enter": "\r"}.get(key, key)
                shown.app.post_message(Key(key, character))
                for _ in range(wait):
                    await asyncio.sleep(0)
            await shown.until(lambda: shown.in_kitchen and shown.app.setup.frozen, turns)
            assert shown.submitted == [], turns
            await shown.press("space")
            assert not shown.app.setup.frozen, turns


async def test_a_filter_that_is_typed_in_a_burst_is_kept() -> None:
    async with kitchen(*THREE) as shown:
        for key in ["slash", *"kill", "enter"]:
            character = {"slash": "/", "enter": "\r"}.get(key, key)
            shown.app.post_message(Key(key, character))
        await shown.until(lambda: shown.app.kitchen.makers.wanted == "kill")
        await shown.until(lambda: not shown.app.screen.query(Input))
        assert shown.submitted == []


async def test_keys_go_on_where_what_they_wait_for_never_passes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(TypeAhead, "on__passed", lambda _app: None)
    monkeypatch.setattr("chai_tui.tui.shell.type_ahead.HELD_AT_MOST", 0.1)
    async with kitchen(*THREE) as shown:
        await shown.press("slash", *"serve")
        await shown.until(
            lambda: [field.value for field in shown.app.screen.query(Input)] == ["serve"]
        )
