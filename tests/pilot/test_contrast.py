"""What is really on the screen can be seen: Textual's own widgets too, in every theme."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from textual.color import Color
from textual.strip import Strip
from textual.theme import BUILTIN_THEMES

from chai_tui.tui.app import ChaiApp
from chai_tui.tui.canvas.contrast import SIGNS, TEXT, contrast
from tests import kitchens
from tests.palettes import VGA, XTERM, Terminal, dark, drawn, light, terminals
from tests.still import pressing, settle, still_app
from tests.thorough import briefly

SCREENS = {
    "kitchen and filter": ("slash", "c"),
    "recipe and engine": ("e",),
    "no such signal": ("4", "f9", "z", "z"),
    "sure?": ("8", "K"),
    "palette": ("ctrl+p", "s", "t"),
}
"""Where Textual's widgets are. What we draw ourselves is in the unit test, style by style."""
MANY = pytest.mark.thorough
ALL_SCREENS = [
    pytest.param(name, marks=() if name == "kitchen and filter" else MANY) for name in SCREENS
]
"""Where most of them are."""
FEW = ("textual-dark", "solarized-light", "ansi-light")
ELSEWHERE = ("textual-dark", "solarized-dark", "tokyo-night", "solarized-light", "ansi-light")
"""Themes of the other screens: every theme's colours are measured pair by pair in the unit test."""
PALE = ("ink-dim", "ink-frame", "ink-empty")


def shown(app: ChaiApp) -> list[Strip]:
    """The screen, or the box on it: what is behind a box cannot be used."""
    strips = app.screen._compositor.render_strips()
    for box in app.screen.query("#box, #--container"):
        region = box.region
        strips = [strip.crop(region.x, region.right) for strip in strips[region.y : region.bottom]]
    return strips


def faint(app: ChaiApp, some: Iterable[Terminal]) -> set[str]:
    """What cannot be seen well enough in one of these terminals."""
    found = set()
    for terminal in some:
        pale = [
            terminal.colour(Color.parse(app.theme_variables[name]).rich_color, is_text=True)
            for name in PALE
        ]
        for words, style in drawn(shown(app)):
            text, background = terminal.pair(style)
            explains = text in pale or not any(letter.isalnum() for letter in words)
            least = SIGNS if explains else TEXT
            # Rounded, as what a terminal shows is no more exact.
            if (reached := round(contrast(text, background), 2)) < least:
                found.add(f"{app.theme}: {words[:30]}: {reached:.2f}")
    return found


@pytest.mark.parametrize("name", ALL_SCREENS)
async def test_everything_drawn_can_be_seen_in_dark_and_light_themes(name: str) -> None:
    await _see_in(FEW, *SCREENS[name])


@pytest.mark.thorough
@pytest.mark.parametrize("name", SCREENS)
async def test_everything_drawn_can_be_seen_in_every_theme(name: str) -> None:
    await _see_in(BUILTIN_THEMES if name == "kitchen and filter" else ELSEWHERE, *SCREENS[name])


async def _see_in(themes: Iterable[str], *keys: str) -> None:
    app = still_app(kitchens.lively())
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pressing(*keys)(pilot)
        for severity in ("information", "warning", "error"):
            app.notify("words", title="title", severity=severity)
        for one in themes:
            theme = BUILTIN_THEMES[one]
            app.theme = one
            await pilot.pause()
            await pilot.pause()
            assert faint(app, terminals(is_dark=theme.dark) if theme.ansi else [dark(XTERM)]) == (
                set()
            )


@pytest.mark.parametrize("name", ALL_SCREENS)
async def test_everything_drawn_can_be_seen_in_sixteen_colours(name: str) -> None:
    """Whether the terminal is dark or light by itself."""
    app = still_app(kitchens.lively(), few_colours=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await pressing(*SCREENS[name])(pilot)
        for theme in ("textual-dark", "textual-light"):
            app.theme = theme
            await settle(pilot)
            assert faint(app, [dark(XTERM), light(XTERM), dark(VGA), light(VGA)]) == set()


@briefly("few_colours", [True, False])
async def test_without_colours_nothing_is_black_on_black(
    monkeypatch: pytest.MonkeyPatch, few_colours: bool
) -> None:
    """And what is under the hand is seen."""
    monkeypatch.setenv("NO_COLOR", "1")
    app = still_app(kitchens.lively(), theme="ansi-dark", few_colours=few_colours)
    async with app.run_test(size=(80, 24)) as pilot:
        await pressing("4", "f9")(pilot)
        assert faint(app, [dark(XTERM), light(XTERM)]) == set()
        underlined = [words for words, style in drawn(shown(app)) if style.underline]
        assert len(underlined) == 2  # the cursor's cell, and the line
        assert "SIGTERM" in underlined[1]
