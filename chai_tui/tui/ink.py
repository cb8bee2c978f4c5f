"""How things are drawn: lines of spans, each a text and the name of an ink.

Drawing functions are pure: they take state and widths and return lines, so a test reads them as
text and no app is needed. Which colours an ink has is the theme's business: a widget looks its inks
up once for each theme (:class:`InkWell`) and turns lines into strips.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

Span = tuple[str, str]
"""A text and the name of its ink; the empty name is the widget's own style."""
Line = list[Span]
"""One line of a screen, left to right."""

CORE_INKS = 8
"""A colour is a core; core 8 has the colour of core 0 again, and its number is always printed."""

INKS: frozenset[str] = frozenset(
    {
        "dim",  # what explains
        "strong",  # what counts
        "frame",  # the lines round things
        "chosen",  # the frame of the selected maker
        "shared",  # the frame round makers that share a process
        "seated",
        "brewing",
        "paused",
        "served",
        "failed",
        "stopped",
        "killed",
        "others",  # what everything else does with a core
        "empty",  # the rest of a bar
        *(f"core-{number}" for number in range(CORE_INKS)),
    }
)
"""The names of all inks; each is a component class ``ink--NAME`` in ``app.tcss``."""


def core_ink(core: int) -> str:
    """Return the ink of a core."""
    return f"core-{core % CORE_INKS}"


def as_text(line: Iterable[Span]) -> str:
    """Return a line without its inks."""
    return "".join(text for text, _ in line)


def width_of(line: Iterable[Span]) -> int:
    """Return how many cells a line takes."""
    return sum(cell_len(text) for text, _ in line)


def fit(line: Line, width: int, ink: str = "") -> Line:
    """Return the line cut (with ``…``) or padded with ``ink`` to exactly ``width`` cells."""
    used = width_of(line)
    if used < width:
        return [*line, (" " * (width - used), ink)]
    if used == width:
        return line
    fitted: Line = []
    left = width - 1  # a cell for the ellipsis
    if left < 0:
        return []
    for text, span_ink in line:
        cells = cell_len(text)
        if cells > left:
            if left:
                fitted.append((set_cell_size(text, left), span_ink))
            fitted.append(("…", span_ink))
            return fitted
        fitted.append((text, span_ink))
        left -= cells
    return fitted


def fit_text(text: str, width: int) -> str:
    """Return the text cut (with ``…``) or padded with spaces to exactly ``width`` cells."""
    return as_text(fit([(text, "")], width))


_EIGHTHS = " ▏▎▍▌▋▊▉"


def bar(fraction: float, width: int, ink: str) -> Line:
    """Return a bar ``width`` cells long with its ends, filled to ``fraction`` in eighths."""
    inner = max(0, width - 2)
    eighths = round(min(1.0, max(0.0, fraction)) * inner * 8)
    full, rest = divmod(eighths, 8)
    filled = "█" * full + (_EIGHTHS[rest] if rest else "")
    return [("▕", "dim"), (filled, ink), ("░" * (inner - len(filled)), "empty"), ("▏", "dim")]


class InkWell:
    """The inks of one widget under the current theme, looked up when first used."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._styles: dict[str, Style] = {}

    def clear(self) -> None:
        """Forget the looked-up inks, because the theme changed."""
        self._styles.clear()

    def style(self, ink: str) -> Style:
        """Return the Rich style of an ink, on top of the widget's own."""
        style = self._styles.get(ink)
        if style is None:
            style = self._widget.rich_style
            if ink:
                style += self._widget.get_component_rich_style(f"ink--{ink}", partial=True)
            self._styles[ink] = style
        return style

    def strip(self, line: Line, width: int) -> Strip:
        """Return the line as a strip of exactly ``width`` cells."""
        return Strip(
            [Segment(text, self.style(ink)) for text, ink in fit(line, width) if text], width
        )
