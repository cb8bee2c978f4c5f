"""What stands behind a core's colour on the timeline leaves it to be seen."""

from __future__ import annotations

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from chai_tui.tui.canvas.styles import CORE_STYLES, LEAST_CONTRAST, STYLES, contrast, tint
from chai_tui.tui.shell.colours import colours
from chai_tui.tui.timeline.cells import TINTED


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
            assert contrast(tinted, core) >= min(LEAST_CONTRAST, contrast(background, core))
            assert tinted != background
