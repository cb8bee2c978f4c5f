"""How well a colour is seen on another one, as WCAG 2.2 defines it; and what is done about it."""

from __future__ import annotations

from collections.abc import Iterable

from textual.color import BLACK, WHITE, Color

TEXT = 4.5
"""The least contrast of text."""
SIGNS = 3.0
"""The least contrast of glyphs, frames and text that only explains."""

_SHADES = 64  # between a colour and black or white: finer than anybody sees


def luminance(colour: Color) -> float:
    """Return the relative luminance: 0 for black, 1 for white."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in colour.rgb)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    """Return the contrast of two colours: 1 for equal ones, 21 for black and white."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def opposite(background: Color) -> Color:
    """Return black or white, whichever is seen better."""
    return max(WHITE, BLACK, key=lambda colour: contrast(colour, background))


def legible(colour: Color, backgrounds: Iterable[Color], least: float) -> Color:
    """Return the colour, or the next paler or darker one of its hue that is seen on all of these.

    Args:
        colour: as the theme has it.
        backgrounds: what it is drawn on: all of them dark, or all of them light.
        least: the contrast; where there is none so high, black or white is returned.
    """
    for background in backgrounds:
        end = opposite(background)
        shades = (colour.blend(end, step / _SHADES) for step in range(_SHADES + 1))
        colour = next((shade for shade in shades if contrast(shade, background) >= least), end)
    return colour
