"""What is said where no maker can be seen: too small, nobody matches, nobody is there. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from chai_tui.model.text import printable
from chai_tui.tui.canvas.prose import wrapped
from chai_tui.tui.canvas.styles import Line

LEAST_WIDTH = 40
LEAST_HEIGHT = 12
"""On a smaller screen nothing is drawn but that it is too small."""


def is_too_small(width: int, height: int) -> bool:
    """Return whether nothing useful fits a screen of so many cells."""
    return width < LEAST_WIDTH or height < LEAST_HEIGHT


def too_small(width: int, height: int) -> tuple[str, str]:
    """Return what is said on a screen that is too small."""
    return ("Too small", f"{width}×{height}, chai-tui needs {LEAST_WIDTH}×{LEAST_HEIGHT}")


def nobody(wanted: str, hint: str, *, is_program: bool = False) -> tuple[str, str]:
    """Return what is said when no maker is shown.

    Args:
        wanted: the filter; empty for none.
        hint: what to do in an empty kitchen.
        is_program: whether a program that is not ours is looked at.
    """
    if is_program and wanted:
        return (f"No thread matches “{printable(wanted)}”.", "Esc shows all again.")
    if is_program:
        return ("Nothing runs.", hint)
    if wanted:
        return (f"No maker matches “{printable(wanted)}”.", "Esc shows all again.")
    return ("The kitchen is empty.", hint)


def notice_lines(texts: Sequence[str], width: int, height: int) -> list[Line]:
    """Return a text and its explanation, wrapped, in the middle of so many cells and lines."""
    lines: list[Line] = [
        [(" " * max(0, (width - cell_len(piece)) // 2), ""), (piece, style)]
        for text, style in zip(texts, ("strong", "dim"), strict=True)
        if text
        for piece in wrapped(text, max(1, width - 2))
    ]
    return [*([[]] * max(0, (height - len(lines)) // 2)), *lines][:height]
