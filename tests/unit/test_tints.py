"""What stands behind a core's colour on the timeline leaves it to be seen."""

from __future__ import annotations

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from chai_tui.tui.canvas.contrast import SIGNS, contrast
from chai_tui.tui.canvas.styles import CORE_STYLES, STYLES, tint
from chai_tui.tui.shell.colours import colours
from chai_tui.tui.timeline.cells import TINTED
from tests.palettes import terminals


def test_contrast_is_that_of_wcag() -> None:
    black, white = Color(0, 0, 0), Color(255, 255, 255)
    assert contrast(black, white) == contrast(white, black) == pytest.approx(21.0)
    assert contrast(white, white) == 1.0
    assert contrast(Color.parse("#777777"), white) == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", [name for name, it in BUILTIN_THEMES.items() if not it.ansi])
def test_a_core_is_seen_before_every_tint(name: str) -> None:
    theme = BUILTIN_THEMES[name]
    variables = theme.to_color_system().generate()
    variables |= colours(variables, dark=theme.dark, ansi=False)
    background = Color.parse(variables["background"])
    for _, style in TINTED:
        behind = Color.parse(variables[STYLES[style].variable or ""])
        for number in range(CORE_STYLES):
            core = Color.parse(variables[f"core-{number}"])
            tinted = tint(background, behind, core)
            assert contrast(tinted, core) >= min(SIGNS, contrast(background, core))
            assert tinted != background


@pytest.mark.parametrize("name", [name for name, it in BUILTIN_THEMES.items() if it.ansi])
def test_a_terminals_own_colours_are_seen_before_their_one_tint(name: str) -> None:
    theme = BUILTIN_THEMES[name]
    variables = theme.to_color_system().generate() | theme.variables
    variables |= colours(variables, dark=theme.dark, ansi=True)
    before = [f"core-{number}" for number in range(CORE_STYLES)]
    before += [STYLES[style].variable or "" for _, style in TINTED]
    for terminal in terminals(is_dark=theme.dark):
        for variable in before:
            text, background = (
                terminal.colour(Color.parse(variables[name]).rich_color, is_text=is_text)
                for name, is_text in ((variable, True), ("ink-tint", False))
            )
            # No terminal is more exact: xterm's bright magenta on its blue is 2.998.
            assert round(contrast(text, background), 2) >= SIGNS, variable
