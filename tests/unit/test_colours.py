"""Colours: whatever is drawn can be seen, in every theme, and tells what it shall tell."""

from __future__ import annotations

import colorsys
from collections.abc import Iterator, Mapping
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem, ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import BLACK, WHITE, Color
from textual.filter import DimFilter, LineFilter, Monochrome, NoColor
from textual.theme import BUILTIN_THEMES

from chai_tui.tui.canvas.contrast import SIGNS, TEXT, contrast, legible, luminance
from chai_tui.tui.canvas.styles import CORE_STYLES, STYLES
from chai_tui.tui.shell.colours import colours
from chai_tui.tui.shell.sixteen import grounded, has_few_colours, sixteen_colours, suited
from tests.palettes import VGA, XTERM, Terminal, dark, light, terminals

APART = 55
"""Two colours at this distance in RGB are never taken for each other."""
SIGNS_ALONE = {"dim", "others", "frame", "empty", "seated"}
"""Styles of what explains, of frames and of bars; all others are of text that tells something.

The rest of a bar is no decoration: it says how much there is to come.
"""
ON_THE_SCREEN_ALONE = {"frame", "empty", *(f"core-{number}" for number in range(CORE_STYLES))}
"""Styles that no title line and no line of keys has."""
CORES = [f"core-{number}" for number in range(CORE_STYLES)]
IN_COLOUR = sorted(name for name, theme in BUILTIN_THEMES.items() if not theme.ansi)


def themed(name: str) -> dict[str, str]:
    theme = BUILTIN_THEMES[name]
    variables = theme.to_color_system().generate() | theme.variables
    return variables | colours(variables, dark=theme.dark, ansi=theme.ansi)


def seen_in(terminal: Terminal, colour: str, *, is_text: bool = True) -> Color:
    parsed = Color.parse(colour)
    # A transparent panel is what the terminal begins with.
    rich_colour = None if parsed.a == 0 else parsed.rich_color
    return terminal.colour(rich_colour, is_text=is_text)


def distance(one: Color, other: Color) -> float:
    return float(sum((a - b) ** 2 for a, b in zip(one.rgb, other.rgb, strict=True)) ** 0.5)


def all_drawn(
    variables: Mapping[str, str], terminal: Terminal
) -> Iterator[tuple[str, Color, Color, float]]:
    """What every style looks like on everything that it is drawn on, and the contrast it needs."""
    for style, spec in STYLES.items():
        text = seen_in(terminal, variables[spec.variable or "foreground"])
        least = SIGNS if style in SIGNS_ALONE else TEXT
        for ground in ("background",) if style in ON_THE_SCREEN_ALONE else ("background", "panel"):
            background = seen_in(terminal, variables[ground], is_text=False)
            yield f"{style} on {ground}", text, background, least


def faint(variables: Mapping[str, str], terminal: Terminal) -> list[str]:
    """What cannot be seen well enough."""
    return [
        f"{what}: {contrast(text, background):.2f}"
        for what, text, background, least in all_drawn(variables, terminal)
        if contrast(text, background) < least
    ]


# What can be seen


@pytest.mark.parametrize("name", sorted(BUILTIN_THEMES))
def test_every_style_can_be_seen_in_every_theme(name: str) -> None:
    theme = BUILTIN_THEMES[name]
    for terminal in terminals(is_dark=theme.dark):
        assert faint(themed(name), terminal) == []


@pytest.mark.parametrize("name", ["solarized-dark", "tokyo-night", "ansi-light"])
def test_a_theme_needs_it(name: str) -> None:
    """As Textual has them, these are too faint: the test above would say so."""
    theme = BUILTIN_THEMES[name]
    variables = theme.to_color_system().generate() | theme.variables
    theirs = {name: variables.get(name, colour) for name, colour in themed(name).items()}
    assert any(faint(theirs, terminal) for terminal in terminals(is_dark=theme.dark))


@pytest.mark.parametrize(("is_dark", "palette"), product([True, False], [XTERM, VGA]))
def test_sixteen_colours_can_be_seen_whatever_the_terminal_begins_with(
    is_dark: bool, palette: list[str]
) -> None:
    variables = sixteen_colours(dark=is_dark)
    assert not faint(variables, (dark if is_dark else light)(palette))
    blank = Segment(" x", Style())
    for terminal in (dark(palette), light(palette)):
        (drawn,) = grounded([], dark=is_dark)[0].apply([blank], BLACK)
        assert drawn.style is not None
        text, background = terminal.pair(drawn.style)
        assert contrast(text, background) >= TEXT
        assert (luminance(background) < 0.5) == is_dark


def test_a_ground_changes_no_colour_that_there_is() -> None:
    style = Style(color="red", bgcolor="blue", bold=True)
    (drawn,) = grounded([], dark=True)[0].apply([Segment("x", style)], BLACK)
    assert drawn == Segment("x", style)


@pytest.mark.parametrize("chosen", [NoColor(), Monochrome()])
def test_without_colours_the_theme_of_now_decides_how(chosen: LineFilter) -> None:
    red = [Segment("x", Style(color="red", bgcolor="default"))]
    ((text, style, _),) = suited([chosen], ansi=True)[0].apply(red, BLACK)
    assert (text, style) == ("x", Style(color="default", bgcolor="default"))
    assert isinstance(suited([chosen], ansi=False)[0], Monochrome)
    dim = DimFilter()
    assert suited([dim], ansi=True) == [dim]


@pytest.mark.parametrize(
    ("term", "colorterm", "few"),
    [
        ("xterm", "", True),
        ("linux", "", True),
        ("xterm-16color", "", True),
        ("xterm", "truecolor", False),
        ("xterm-256color", "", False),
    ],
)
def test_a_terminal_says_how_many_colours_it_has(
    monkeypatch: pytest.MonkeyPatch, term: str, colorterm: str, few: bool
) -> None:
    monkeypatch.setattr("textual.constants.COLOR_SYSTEM", "auto")
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("COLORTERM", colorterm)
    assert has_few_colours() == few


# Moved colours

some_colours = st.builds(Color, *[st.integers(0, 255)] * 3)


@given(some_colours, some_colours, st.sampled_from([SIGNS, TEXT, 7.0]))
def test_a_colour_is_moved_until_it_can_be_seen(
    colour: Color, background: Color, least: float
) -> None:
    moved = legible(colour, [background], least)
    assert contrast(moved, background) >= least or moved.rgb in {WHITE.rgb, BLACK.rgb}
    if contrast(colour, background) >= least:
        assert moved == colour


@given(some_colours, st.sampled_from([BLACK, WHITE]))
def test_a_moved_colour_keeps_its_hue(colour: Color, background: Color) -> None:
    moved = legible(colour, [background], TEXT)
    hues = [colorsys.rgb_to_hsv(*(value / 255 for value in c.rgb)) for c in (colour, moved)]
    if min(saturation * value for _, saturation, value in hues) > 0.2:  # else it has none to see
        apart = abs(hues[0][0] - hues[1][0])
        assert min(apart, 1 - apart) < 0.03


@pytest.mark.parametrize("name", IN_COLOUR)
def test_what_textual_draws_itself_can_be_read(name: str) -> None:
    variables = themed(name)
    for text, ground in (
        ("foreground", "surface"),
        ("block-cursor-foreground", "block-cursor-background"),
        ("foreground", "block-cursor-blurred-background"),
        ("on-primary", "primary"),
        ("on-error", "error"),
    ):
        pair = (Color.parse(variables[text]), Color.parse(variables[ground]))
        assert contrast(*pair) >= TEXT, (text, ground)


# Cores


@pytest.mark.parametrize("name", IN_COLOUR)
def test_cores_can_be_told_apart(name: str) -> None:
    variables = themed(name)
    cores = [Color.parse(variables[core]) for core in CORES]
    for one, other in combinations(cores, 2):
        assert distance(one, other) >= APART, (one, other)
    for state in ("ink-halted", "text-error"):
        for core in cores:
            assert distance(core, Color.parse(variables[state])) >= APART, (state, core)


@pytest.mark.parametrize("is_dark", [True, False])
def test_in_sixteen_colours_a_core_is_never_red_nor_amber_nor_a_state(is_dark: bool) -> None:
    variables = sixteen_colours(dark=is_dark)
    theme = "ansi-dark" if is_dark else "ansi-light"
    assert {name: themed(theme)[name] for name in CORES} == {
        name: variables[name] for name in CORES
    }
    cores = {variables[core] for core in CORES}
    assert len(cores) >= 3
    states = {
        variables[spec.variable]
        for style, spec in STYLES.items()
        if spec.variable is not None and not style.startswith("core-")
    }
    assert not cores & states
    for colour in cores:
        assert not any(word in colour for word in ("red", "yellow", "white", "black", "default"))


@pytest.mark.parametrize("is_dark", [True, False])
def test_sixteen_colours_reach_such_a_terminal_as_they_are(is_dark: bool) -> None:
    """None of them becomes the nearest of what the terminal has: they are what it has."""
    variables = sixteen_colours(dark=is_dark)
    for spec in STYLES.values():
        colour = Color.parse(variables[spec.variable or "foreground"]).rich_color
        assert colour.type in {ColorType.STANDARD, ColorType.DEFAULT}
        assert colour.downgrade(ColorSystem.STANDARD) == colour


# States


@pytest.mark.parametrize("name", sorted(BUILTIN_THEMES))
def test_every_theme_has_them_all(name: str) -> None:
    variables = themed(name)
    for ours in (*CORES, "ink-dim", "ink-frame", "ink-empty", "ink-halted", "ink-chosen"):
        assert Color.parse(variables[ours]).a == 1.0


@pytest.mark.parametrize("name", [name for name, theme in BUILTIN_THEMES.items() if not theme.ansi])
def test_only_a_theme_of_the_terminals_colours_has_one_of_them(name: str) -> None:
    variables = themed(name)
    inks = {style.variable for style in STYLES.values() if style.variable is not None}
    for ink in (*inks, "foreground", "background"):
        assert Color.parse(variables[ink]).rich_color.type is ColorType.TRUECOLOR, ink


@pytest.mark.parametrize("name", [name for name, theme in BUILTIN_THEMES.items() if theme.ansi])
def test_what_is_halted_looks_unlike_what_failed(name: str) -> None:
    variables = themed(name)
    assert "red" not in variables["ink-halted"]
    assert Color.parse(variables["ink-halted"]) != Color.parse(variables["text-error"])


def test_a_theme_may_define_its_own_as_long_as_it_can_be_seen() -> None:
    nord = BUILTIN_THEMES["nord"].to_color_system().generate()
    ours = colours(nord | {"core-0": "#ffccff", "core-1": "#123456"}, dark=True, ansi=False)
    assert ours["core-0"] == "#FFCCFF"
    assert contrast(Color.parse(ours["core-1"]), Color.parse(nord["background"])) >= TEXT
