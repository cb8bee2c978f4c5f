"""What is written to a stream, on its way to whoever passes it on: in whole lines, as a rule."""

from __future__ import annotations

import codecs

from chai_tui.model.text import printable
from chai_tui.model.written import Piece

PASS_SECONDS = 0.1
"""For so long the beginning of a line waits for its end: who else writes meanwhile shall not come
in between, and who waits for a question shall get it."""
_MOST = 16_384
"""Bytes of a line without an end that wait."""


class Passing:
    """One stream.

    Args:
        is_visible: whether what a terminal would obey is made visible.

    Attributes:
        pieces: what is to be passed on.
        begun: when the line began that waits for its end, in seconds; None: none does.
    """

    def __init__(self, *, is_visible: bool) -> None:
        self.pieces: list[Piece] = []
        self.begun: float | None = None
        self._open = b""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace") if is_visible else None
        self._ends_in_return = False

    def feed(self, data: bytes, now: float) -> None:
        """Take what was read."""
        lines, end, rest = data.rpartition(b"\n")
        if end or len(self._open) > _MOST:
            self._open += lines + end
            self.pass_on()
        if rest:
            self._open += rest
            self.begun = now if self.begun is None else self.begun

    def pass_on(self, *, is_last: bool = False) -> None:
        """Pass on what there is, though its line has no end; the last time half characters, too."""
        piece: Piece = self._open
        if self._decoder is not None:
            piece = self._visible(self._decoder.decode(self._open, final=is_last))
        if piece:
            self.pieces.append(piece)
        self._open, self.begun = b"", None

    def _visible(self, text: str) -> str:
        if self._ends_in_return:
            text = text.removeprefix("\n")  # "\r\n" is one end, and was told of as such
        self._ends_in_return = text.endswith("\r") or (self._ends_in_return and not text)
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return "\n".join(printable(line) for line in lines)
