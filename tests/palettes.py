"""What sixteen colours look like in a terminal, and what colours a drawn cell has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.color import Color as RichColor
from rich.color import ColorType
from rich.style import Style
from textual.color import Color
from textual.strip import Strip

XTERM = [
    "#000000", "#cd0000", "#00cd00", "#cdcd00", "#0000ee", "#cd00cd", "#00cdcd", "#e5e5e5",
    "#7f7f7f", "#ff0000", "#00ff00", "#ffff00", "#5c5cff", "#ff00ff", "#00ffff", "#ffffff",
]  # fmt: skip
VGA = [
    "#000000", "#aa0000", "#00aa00", "#aa5500", "#0000aa", "#aa00aa", "#00aaaa", "#aaaaaa",
    "#555555", "#ff5555", "#55ff55", "#ffff55", "#5555ff", "#ff55ff", "#55ffff", "#ffffff",
]  # fmt: skip


class Terminal(NamedTuple):
    """What a terminal makes of sixteen colours and of its default ones."""

    palette: Sequence[str]
    text: str
    background: str

    def colour(self, colour: RichColor | None, *, is_text: bool) -> Color:
        """Return what is seen of a colour; None and default are the terminal's own."""
        if colour is None or colour.type is ColorType.DEFAULT:
            return Color.parse(self.text if is_text else self.background)
        if colour.triplet is not None:
            return Color(*colour.triplet)
        assert colour.number is not None
        return Color.parse(self.palette[colour.number])

    def pair(self, style: Style) -> tuple[Color, Color]:
        """Return what is seen of a style: text and background."""
        pair = (
            self.colour(style.color, is_text=True),
            self.colour(style.bgcolor, is_text=False),
        )
        text, background = reversed(pair) if style.reverse else pair
        return (text.blend(background, 0.5) if style.dim else text), background


def dark(palette: Sequence[str]) -> Terminal:
    """A terminal that is dark by itself."""
    return Terminal(palette, palette[7], palette[0])


def light(palette: Sequence[str]) -> Terminal:
    """A terminal that is light by itself."""
    return Terminal(palette, palette[0], palette[15])


def terminals(*, is_dark: bool) -> list[Terminal]:
    """The usual ones of a kind."""
    return [(dark if is_dark else light)(palette) for palette in (XTERM, VGA)]


def drawn(strips: Sequence[Strip]) -> Iterator[tuple[str, Style]]:
    """Every text on a screen with its style; without those that are only spaces."""
    for strip in strips:
        for segment in strip:
            if segment.text.strip():
                yield segment.text.strip(), segment.style or Style()
