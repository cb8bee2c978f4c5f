"""Sentences and long lines, broken to a width of cells."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len, chop_cells

from chai_tui.tui.canvas.styles import Line, fit, width_of


def chopped(text: str, width: int) -> list[str]:
    """Return the text in pieces of at most ``width`` cells, broken anywhere; never empty.

    A character that is wider than ``width`` is left out: there is no cell to put it in.
    """
    if width <= 0:
        return [""]
    pieces = [piece for piece in chop_cells(text, width) if 0 < cell_len(piece) <= width]
    return pieces or [""]


def folded(text: str, width: int) -> list[str]:
    """Return the text in pieces of at most ``width`` cells, every space kept; never empty.

    A piece ends behind a space if one is in its second half, else anywhere.
    """
    pieces: list[str] = []
    while cell_len(text) > width > 0:
        # A piece of width cells is rarely longer than twice as many characters.
        piece = chopped(text[: 2 * width], width)[0]
        if not text.startswith(piece) or not piece:
            return [*pieces, *chopped(text, width)]
        space = piece.rfind(" ")
        if space >= len(piece) // 2 and text[len(piece)] != " ":
            piece = piece[: space + 1]
        pieces.append(piece)
        text = text[len(piece) :]
    return [*pieces, *chopped(text, width)] if text or not pieces else pieces


def wrapped(text: str, width: int) -> list[str]:
    """Return the text in lines of at most ``width`` cells, broken between words where it can be.

    Never empty: an empty text is one empty line.
    """
    lines: list[str] = []
    current = ""
    for word in text.split():
        candidate = f"{current} {word}" if current else word
        if cell_len(candidate) <= width:
            current = candidate
            continue
        if current:
            lines.append(current)
        *whole, current = chopped(word, width)
        lines.extend(whole)
    return [*lines, current] if current or not lines else lines


def paragraph(text: str, width: int, style: str = "", indent: int = 0) -> list[Line]:
    """Return the text as lines of exactly ``width`` cells, each ``indent`` cells in."""
    indent = min(indent, max(0, width - 1))
    return [
        fit([(" " * indent, ""), (line, style)], width) for line in wrapped(text, width - indent)
    ]


def beside(start: Line, texts: Iterable[Line], width: int, blank: str = "") -> list[Line]:
    """Return texts below each other, the first one beside ``start``; exactly ``width`` cells.

    Below ``start`` are spaces of the style ``blank``.
    """
    lines: list[Line] = []
    for text in texts:
        lines.append(fit([*start, *text], width))
        start = [(" " * width_of(start), blank)]
    return lines


def heading(title: str, width: int) -> Line:
    """Return ``─ title ────``, exactly ``width`` cells long."""
    line: Line = [("─ ", "frame"), (title, "strong"), (" ", "")]
    rest = width - 3 - cell_len(title)
    return fit([*line, ("─" * max(0, rest), "frame")], width)


def indented(text: str, width: int) -> list[str]:
    """Return the text as it is if it fits, else wrapped, every line as far in as the first one.

    Never empty.
    """
    margin = text[: len(text) - len(text.lstrip())]
    if cell_len(text) <= width or width <= len(margin):
        return [text]
    return [margin + line for line in wrapped(text, width - len(margin))]
