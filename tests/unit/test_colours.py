"""Colours that themes do not have."""

from __future__ import annotations

from itertools import combinations

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from chai_tui.tui.canvas.styles import CORE_STYLES
from chai_tui.tui.shell.colours import colours

LEGIBLE = 3.0
"""WCAG 2.2's least contrast for graphics."""
APART = 55
"""Two colours at this distance in RGB are never taken for each other."""


def luminance(color: Color) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in color.rgb)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Color, other: Color) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def themed(name: str) -> dict[str, str]:
    theme = BUILTIN_THEMES[name]
    variables = theme.to_color_system().generate()
    return variables | colours(variables, dark=theme.dark, ansi=theme.ansi)


@pytest.mark.parametrize("name", ["textual-dark", "textual-light", "nord", "gruvbox"])
def test_cores_can_be_told_apart_and_read(name: str) -> None:
    variables = themed(name)
    background = Color.parse(variables["background"])
    cores = [Color.parse(variables[f"core-{number}"]) for number in range(CORE_STYLES)]
    for core in cores:
        assert contrast(core, background) >= LEGIBLE, core
    for one, other in combinations(cores, 2):
        distance = sum((a - b) ** 2 for a, b in zip(one.rgb, other.rgb, strict=True)) ** 0.5
        assert distance >= APART, (one, other)


@pytest.mark.parametrize("name", sorted(BUILTIN_THEMES))
def test_every_theme_has_them_all(name: str) -> None:
    variables = themed(name)
    for ours in (
        *(f"core-{n}" for n in range(CORE_STYLES)),
        "ink-dim",
        "ink-frame",
        "ink-empty",
        "ink-halted",
    ):
        assert Color.parse(variables[ours]).a == 1.0


@pytest.mark.parametrize("name", [name for name, theme in BUILTIN_THEMES.items() if theme.ansi])
def test_what_is_halted_looks_unlike_what_failed(name: str) -> None:
    variables = themed(name)
    assert "red" not in variables["ink-halted"]
    assert Color.parse(variables["ink-halted"]) != Color.parse(variables["text-error"])


def test_a_theme_may_define_its_own() -> None:
    variables = BUILTIN_THEMES["nord"].to_color_system().generate() | {"core-0": "#123456"}
    assert colours(variables, dark=True, ansi=False)["core-0"] == "#123456"
