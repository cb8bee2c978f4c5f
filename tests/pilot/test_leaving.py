"""A screen that is left twice takes no other with it."""

from __future__ import annotations

from chai_tui.tui.dialogs.shown import ConfirmDialog
from tests.pilot.screen_app import showing


def sure() -> ConfirmDialog:
    return ConfirmDialog("Sure?", "")


async def test_a_screen_is_left_once() -> None:
    """As when Cancel is clicked just after Escape."""
    async with showing(sure) as (app, pilot):
        below = app.screen_stack[:-1]
        dialog = app.screen
        dialog.dismiss(True)
        await dialog.dismiss(False)
        await pilot.pause()
        assert app.screen_stack == below
        assert app.answer is True


async def test_a_screen_below_another_is_not_left() -> None:
    async with showing(sure) as (app, pilot):
        below = app.screen
        app.push_screen(sure())
        await pilot.pause()
        above = app.screen
        await below.dismiss(True)
        assert app.screen is above
