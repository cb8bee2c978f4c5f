"""How things are drawn: lines of spans, each a text and the name of a style.

Drawing functions are pure: they take state and widths and return lines, so a test reads them as
text and no app is needed. Which colours a style has is the theme's business: a widget looks its
styles up once for each theme (:class:`StyleSheet`) and turns lines into strips.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from rich.cells import cached_cell_len, cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip
from textual.widget import Widget

from chai_tui.tui.canvas.contrast import SIGNS, contrast

Span = tuple[str, str]
"""A text and the name of its style; the empty name is the widget's own style."""
Line = list[Span]
"""One line of a screen, left to right."""

CORE_STYLES = 8
"""A colour is a core; core 8 has the colour of core 0 again, and its number is always printed."""


class StyleSpec(NamedTuple):
    """What a style looks like.

    Attributes:
        variable: the theme variable that holds its colour; None: the widget's own colour.
        bold: whether it is bold.
    """

    variable: str | None
    bold: bool = False


STYLES: Mapping[str, StyleSpec] = {
    "dim": StyleSpec("ink-dim"),  # what explains
    "strong": StyleSpec(None, bold=True),  # what counts
    "frame": StyleSpec("ink-frame"),  # the lines round things
    "chosen": StyleSpec("ink-chosen", bold=True),  # the frame of the selected maker
    "shared": StyleSpec("text-secondary"),  # the frame round makers that share a process
    "seated": StyleSpec("ink-dim"),
    "brewing": StyleSpec("text-primary"),
    "paused": StyleSpec("ink-halted"),
    "served": StyleSpec("text-success"),
    "done": StyleSpec("text-success"),
    "failed": StyleSpec("text-error"),
    "stopped": StyleSpec("ink-halted"),
    "killed": StyleSpec("text-error"),
    "ended": StyleSpec("ink-halted"),
    "story": StyleSpec("text-primary", bold=True),  # what happens, in one sentence
    "others": StyleSpec("ink-dim"),  # what everything else does with a core
    "empty": StyleSpec("ink-empty"),  # the rest of a bar
    **{f"core-{number}": StyleSpec(f"core-{number}") for number in range(CORE_STYLES)},
}
"""All styles by name. Their colours are the theme's, and our own of ``colours.py``.

``core-0 on paused`` is one of them before a tint of another one's colour.
"""

TINTS = (0.2, 0.16, 0.12, 0.09, 0.06, 0.03)
"""How much of a colour is in the tint behind another one: the first that leaves it to be seen."""


def core_style(core: int) -> str:
    """Return the style of a core."""
    return f"core-{core % CORE_STYLES}"


def as_text(line: Iterable[Span]) -> str:
    """Return a line without its styles."""
    return "".join(text for text, _ in line)


_LONG = 512
"""Of texts so long Rich does not remember the width."""


def width_of(line: Iterable[Span]) -> int:
    """Return how many cells a line takes."""
    # What is remembered is asked for without the call before it: all that is drawn passes here.
    return sum([cached_cell_len(t) if len(t) < _LONG else cell_len(t) for t, _ in line])


def fit(line: Line, width: int, style: str = "") -> Line:
    """Return the line cut (with ``…``) or padded to exactly ``width`` cells.

    Args:
        line: to fit.
        width: in cells; 0 and less is an empty line.
        style: of the spaces that it is padded with.
    """
    used = width_of(line)
    if used < width:
        return [*line, (" " * (width - used), style)]
    if used == width:
        return line
    fitted: Line = []
    left = width - 1  # a cell for the ellipsis
    if left < 0:
        return []
    for text, span_style in line:
        cells = cell_len(text)
        if cells > left:
            if left:
                fitted.append((set_cell_size(text, left), span_style))
            fitted.append(("…", span_style))
            return fitted
        fitted.append((text, span_style))
        left -= cells
    return fitted


def fit_text(text: str, width: int) -> str:
    """Return the text cut (with ``…``) or padded with spaces.

    Args:
        text: to fit; a wide character takes two cells.
        width: in cells, not characters.
    """
    return as_text(fit([(text, "")], width))


_EIGHTHS = " ▏▎▍▌▋▊▉"


def bar(fraction: float | None, width: int, style: str) -> Line:
    """Return a bar, filled in eighths of a cell.

    Args:
        fraction: how much of it is filled, 0 to 1; what is beyond counts as its nearest end. None
            where nobody can know: a line takes its place.
        width: in cells, with its two ends.
        style: of what is filled.
    """
    inner = max(0, width - 2)
    if fraction is None:
        return [("▕", "dim"), ("╌" * inner, style), ("▏", "dim")]
    eighths = round(min(1.0, max(0.0, fraction)) * inner * 8)
    full, rest = divmod(eighths, 8)
    filled = "█" * full + (_EIGHTHS[rest] if rest else "")
    return [("▕", "dim"), (filled, style), ("░" * (inner - len(filled)), "empty"), ("▏", "dim")]


def tint(background: Color, colour: Color, glyph: Color) -> Color:
    """Return a tint of a colour, on which a glyph of another one can still be seen.

    Args:
        background: what is tinted.
        colour: of the tint.
        glyph: colour of what stands on it.
    """
    tints = [background.blend(colour, share) for share in TINTS]
    return next((one for one in tints if contrast(one, glyph) >= SIGNS), tints[-1])


class StyleSheet:
    """The styles of one widget under the current theme, mixed when first used.

    They are mixed here and not by the stylesheet: component classes for every style on every widget
    were half of the time from start to first screen.
    """

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._styles: dict[str, Style] = {}

    def clear(self) -> None:
        """Forget the mixed styles, because the theme changed."""
        self._styles.clear()

    def style(self, style: str) -> Style:
        """Return the Rich style of a style, on top of the widget's own."""
        mixed = self._styles.get(style)
        if mixed is None:
            mixed = self._widget.rich_style
            name, _, behind = style.partition(" on ")
            if name:
                mixed += self._mixed(STYLES[name])
            if behind:
                mixed += self._tint(STYLES[name], STYLES[behind])
            self._styles[style] = mixed
        return mixed

    def _mixed(self, style: StyleSpec) -> Style:
        # An app that is not ours (in a test) has no variables of ours.
        value = self._widget.app.theme_variables.get(style.variable or "")
        colour = None if value is None else Color.parse(value).rich_color
        return Style(color=colour, bold=style.bold or None)

    def _tint(self, ink: StyleSpec, behind: StyleSpec) -> Style:
        app, (_, background) = self._widget.app, self._widget.background_colors
        variables = app.theme_variables
        if app.native_ansi_color:  # they cannot be mixed, and all tints are one
            return Style(bgcolor=Color.parse(variables.get("ink-tint", "ansi_default")).rich_color)
        values = [variables.get(style.variable or "") for style in (ink, behind)]
        if None in values:
            return Style()
        glyph, colour = (Color.parse(value or "") for value in values)
        return Style(bgcolor=tint(background, colour, glyph).rich_color)

    def strip(self, line: Line, width: int) -> Strip:
        """Return the line as a strip of exactly ``width`` cells."""
        return Strip(
            [Segment(text, self.style(style)) for text, style in fit(line, width) if text], width
        )
