"""Words over the makers: the story, and what main does."""

from __future__ import annotations

from collections.abc import Callable

from rich.cells import cell_len

from chai_tui.tui.canvas.painted import Painted
from chai_tui.tui.canvas.prose import wrapped
from chai_tui.tui.canvas.styles import Line, fit


class TextLine(Painted):
    """A sentence, told for the width that it has, in as many lines.

    Args:
        told: returns what to say; it is given the cells of one line.
        style: of the words.
        id: the widget's id.
    """

    DEFAULT_CSS = "TextLine { height: 1; }"

    def __init__(self, told: Callable[[int], str], style: str, *, id: str) -> None:  # noqa: A002 - Textual's name for it
        super().__init__(id=id)
        self._told = told
        self._style = style

    def paint(self, width: int, height: int) -> list[Line]:
        """Draw it, with a blank at both ends of each line."""
        room = max(1, width - 2)
        text = self._told(room)
        pieces = [text] if cell_len(text) <= room or height == 1 else wrapped(text, room)
        if len(pieces) > height > 0:
            pieces[height - 1] += "…"
        return [
            fit([(" ", ""), *fit([(piece, self._style)], room)], width) for piece in pieces[:height]
        ]
