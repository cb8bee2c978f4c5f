"""Notices stay off what is typed into."""

from __future__ import annotations

from textual.widgets import Input
from textual.widgets._toast import Toast

from tests.builders import brewing
from tests.pilot.kitchen import kitchen
from tests.thorough import briefly

FIELDS = {
    "filter": ("slash",),
    "signals": ("f9",),
    "palette": ("ctrl+p",),
    "search": ("enter", "slash"),
}


@briefly("size", [(40, 12), (120, 40)])
@briefly("keys", FIELDS.values(), ids=[*FIELDS], keep=2)
async def test_no_notice_covers_a_field_that_is_typed_into(
    keys: tuple[str, ...], size: tuple[int, int]
) -> None:
    async with kitchen(*brewing(1), size=size) as shown:
        await shown.press(*keys)
        for number in range(12):
            shown.app.notify(f"notice {number} of many, each of them longer than a short line")
        await shown.until(lambda: len(shown.app.screen.query(Toast)) == 12)
        await shown.pilot.pause()
        field = shown.app.focused
        assert isinstance(field, Input)
        assert field.region.height
        x, y, width, _ = field.region
        assert all(shown.app.screen.get_widget_at(x + n, y)[0] is field for n in range(width))


async def test_a_notice_that_waited_behind_a_field_is_seen_afterwards() -> None:
    async with kitchen(*brewing(1)) as shown:
        await shown.press("f9")
        shown.app.notify("while it was typed")
        await shown.until(lambda: shown.app.screen.query(Toast))
        assert "while it was typed" not in shown.screen_text()
        await shown.press("escape")
        await shown.until(lambda: "while it was typed" in shown.screen_text())
