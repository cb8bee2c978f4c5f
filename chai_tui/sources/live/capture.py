"""A child's output as lines. Runs in the parent."""

from __future__ import annotations

import codecs

from chai_tui.model.text import printable

LINE_LIMIT = 1_000
"""Characters in one line; a longer one is split, because no screen shows more at once."""


class LineAssembler:
    """Turns the bytes of one stream into lines that are safe to show."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    def feed(self, data: bytes) -> list[str]:
        """Return the lines that ``data`` completes; carriage returns end a line too."""
        text = self._rest + self._decoder.decode(data)
        # A lone "\r" redraws a progress line; "\r\n" is one end. One at the very end may be
        # either: it waits for what follows.
        ends_open = text.endswith("\r")
        text = text.replace("\r\n", "\n")
        if ends_open:
            text = text[:-1]
        *lines, self._rest = text.replace("\r", "\n").split("\n")
        if ends_open:
            self._rest += "\r"
        complete = [part for line in lines for part in _split(line)]
        if len(self._rest) > LINE_LIMIT:
            *parts, self._rest = _split(self._rest)
            complete += parts
        return [printable(line) for line in complete]

    @property
    def is_open(self) -> bool:
        """Whether there is the beginning of a line."""
        return bool(self._rest)

    def finish(self) -> list[str]:
        """Return what is left without an end of line: nothing more will come."""
        rest = (self._rest + self._decoder.decode(b"", final=True)).rstrip("\r")
        self._rest = ""
        return [printable(part) for part in _split(rest)] if rest else []


def _split(line: str) -> list[str]:
    return [line[begin : begin + LINE_LIMIT] for begin in range(0, len(line), LINE_LIMIT)] or [""]


class LineBudget:
    """How many lines a station may say: a second's allowance that fills up with time.

    Args:
        lines_per_second: the allowance; None: no limit.
    """

    def __init__(self, lines_per_second: int | None) -> None:
        self._rate = lines_per_second
        self._left = float(lines_per_second or 0)
        self._at = 0.0

    def take(self, wanted: int, at: float) -> int:
        """Return how many of ``wanted`` lines may be shown at time ``at`` (seconds)."""
        if self._rate is None:
            return wanted
        self._left = min(self._rate, self._left + max(0.0, at - self._at) * self._rate)
        self._at = max(self._at, at)  # Python's output has the child's time, C's the parent's
        granted = min(wanted, int(self._left))
        self._left -= granted
        return granted
