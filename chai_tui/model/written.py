"""What a program writes, for whoever passes it on."""

from __future__ import annotations

from collections.abc import Collection

Piece = bytes | str
"""A part of what was written: as it was, or as a text that no terminal obeys."""


class Written:
    """What is to be passed on, whatever is shown of it as lines.

    Args:
        as_it_is: the streams of which every byte is passed on: ``out``, ``err``.
        made_visible: those whose text is, with what a terminal would obey made visible.

    Attributes:
        pieces: what was read and not taken so far, by station and stream.
    """

    def __init__(self, as_it_is: Collection[str], made_visible: Collection[str] = ()) -> None:
        self.as_it_is = frozenset(as_it_is)
        self.made_visible = frozenset(made_visible)
        self.pieces: dict[tuple[int, str], list[Piece]] = {}

    def wants(self, stream: str) -> bool:
        """Whether a stream is passed on."""
        return stream in self.as_it_is or stream in self.made_visible
