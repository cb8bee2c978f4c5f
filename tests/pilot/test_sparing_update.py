"""Of a screen only what changed is drawn, and that is what Textual would draw."""

from __future__ import annotations

import re
from inspect import unwrap
from random import Random

from textual._compositor import Compositor
from textual.app import App, ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.geometry import Region
from textual.widget import Widget
from textual.widgets import Static

from chai_tui.tui.shell.textual_patches import patch_textual

USELESS = re.compile(r"\x1b\[\d+;\d+H(?=\x1b\[\d+;\d+H|\n|$)")
"""A move after which nothing is written: Textual makes one beside what changed."""


class Crowded(App[None]):
    """Widgets beside each other, with edges, cut off, half seen through, and over others."""

    CSS = """
    Screen { layers: below above; }
    #beside { height: 5; }
    #edged { border: round red; width: 1fr; }
    #plain { width: 1fr; }
    VerticalScroll { height: 6; }
    #tall { height: 20; }
    #over { layer: above; offset: 7 3; width: 20; height: 4; background: $panel 50%; }
    #hidden { layer: above; display: none; width: 10; height: 2; }
    """

    def compose(self) -> ComposeResult:
        """Put them together."""
        yield Static("a header", id="header")
        with Horizontal(id="beside"):
            yield Static("one\ntwo\nthree", id="edged")
            yield Static("four\nfive", id="plain")
        with VerticalScroll():
            yield Static("\n".join(map(str, range(20))), id="tall")
        yield Static("over\nthem", id="over")
        yield Static("", id="hidden")


async def test_what_changed_is_drawn_as_textual_draws_it() -> None:
    patch_textual()
    sparing = Compositor.render_partial_update
    textuals = unwrap(sparing)
    assert sparing is not textuals
    random = Random(7)
    app = Crowded()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        compositor, asked = app.screen._compositor, set[Widget]()
        for widget in app.screen.walk_children(Widget):
            original = widget.render_lines

            def told(crop: Region, widget: Widget = widget, original=original):  # type: ignore[no-untyped-def]
                asked.add(widget)
                return original(crop)

            widget.render_lines = told  # type: ignore[method-assign]
        drawn = []
        for turn in range(200):
            if turn == 100:
                app.query_one(VerticalScroll).scroll_to(y=5, animate=False)
                app.query_one("#hidden").display = True
                await pilot.pause()
            x, y = random.randrange(60), random.randrange(20)
            regions = {
                Region(x, y, random.randint(1, 60 - x), random.randint(1, 20 - y)),
                Region(random.randrange(60), random.randrange(20), 1, 1),
            }
            told_of = []
            for render in (sparing, textuals):
                asked.clear()
                compositor._dirty_regions = set(regions)
                update = render(compositor)
                assert update is not None
                told_of.append((USELESS.sub("", update.render_segments(app.console)), len(asked)))
            (ours, few), (theirs, many) = told_of
            assert ours == theirs, regions
            assert few <= many
            drawn.append(few < many)
        assert any(drawn)
        compositor._dirty_regions = set()
        assert sparing(compositor) is None
