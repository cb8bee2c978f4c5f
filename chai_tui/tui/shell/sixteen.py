"""For terminals of sixteen colours: chosen among those, and on a background of their own.

A theme's own colours would each become the nearest of the sixteen: a core red, or text and
background the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from rich.color import Color as RichColor
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual import constants
from textual.color import Color
from textual.filter import LineFilter, Monochrome, NoColor
from textual.theme import BUILTIN_THEMES

from chai_tui.tui.shell.colours import colours


def has_few_colours() -> bool:
    """Return whether the terminal says that it has sixteen colours, as Textual finds it."""
    console = Console(color_system=constants.COLOR_SYSTEM, force_terminal=True)  # type: ignore[arg-type]
    return console.color_system in {"standard", "windows"}


def sixteen_colours(*, dark: bool) -> dict[str, str]:
    """Return all theme variables.

    Args:
        dark: whether the background is.
    """
    theme = BUILTIN_THEMES["ansi-dark" if dark else "ansi-light"]
    variables = theme.to_color_system().generate() | theme.variables
    return variables | colours(variables, dark=dark, ansi=True)


class Grounded(LineFilter):
    """Draws on black or white what would be drawn on whatever the terminal begins with.

    Which colours can be read depends on it, and nobody can tell.

    Args:
        dark: whether that is black.
    """

    def __init__(self, *, dark: bool) -> None:
        super().__init__()
        self._dark = dark

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """Return the segments, with a colour for each default."""
        return [
            Segment(text, _grounded(style or Style.null(), dark=self._dark), control)
            for text, style, control in segments
        ]


# One for each, because strips remember what a filter made of them.
_GROUNDED = {dark: Grounded(dark=dark) for dark in (True, False)}
_WITHOUT_COLOUR = {True: NoColor(), False: Monochrome()}


def suited(filters: Iterable[LineFilter], *, ansi: bool) -> list[LineFilter]:
    """Return filters that take colours away as the theme of now needs it.

    Textual chooses them when the program begins. What makes greys of a theme's colours makes black
    on black of a terminal's own.

    Args:
        filters: Textual's.
        ansi: whether the theme leaves colours to the terminal.
    """
    return [
        _WITHOUT_COLOUR[ansi] if isinstance(one, NoColor | Monochrome) else one for one in filters
    ]


def grounded(filters: Iterable[LineFilter], *, dark: bool) -> list[LineFilter]:
    """Return the filters, and one that leaves no ground to the terminal."""
    return [*filters, _GROUNDED[dark]]


@lru_cache(1024)
def _grounded(style: Style, *, dark: bool) -> Style:
    text, background = ("white", "black") if dark else ("black", "bright_white")
    return style + Style(
        color=text if _is_default(style.color) else None,
        bgcolor=background if _is_default(style.bgcolor) else None,
    )


def _is_default(colour: RichColor | None) -> bool:
    return colour is None or colour.is_default
