"""Hands over what is written in pieces, and tells how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import AnyStr, Generic

_ENOUGH = 65_536
"""Characters or bytes in a piece, at least: fewer calls cost nothing more."""


class Pieces(Generic[AnyStr]):
    """Collects small parts.

    Args:
        write: takes a piece.
        progress: is told which part of all is written, from 0 to 1.
        parts: how many parts there will be, about.
        nothing: what joins them: an empty text, or no bytes.
    """

    def __init__(
        self,
        write: Callable[[AnyStr], object],
        progress: Callable[[float], None],
        parts: int,
        nothing: AnyStr,
    ) -> None:
        self._write: Callable[[AnyStr], object] = write
        self._progress = progress
        self._total = parts
        self._nothing: AnyStr = nothing
        self._parts: list[AnyStr] = []
        self._length = 0
        self._done = 0

    def put(self, *parts: AnyStr) -> None:
        """Take parts."""
        self.put_all(parts)

    def put_all(self, parts: Iterable[AnyStr]) -> None:
        """Take parts as they come; whoever yields them may put others in between."""
        take = self._parts.append
        for part in parts:
            take(part)
            self._length += len(part)
            if self._length >= _ENOUGH:
                self._hand_over()
                self._progress(min(1.0, self._done / self._total))

    def close(self) -> None:
        """Hand over what is left."""
        self._hand_over()
        self._progress(1.0)

    def _hand_over(self) -> None:
        if self._parts:
            self._write(self._nothing.join(self._parts))
        self._done += len(self._parts)
        self._parts.clear()
        self._length = 0
