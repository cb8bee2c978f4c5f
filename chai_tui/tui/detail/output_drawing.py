"""What a maker said, as lines: wrapped, with times, and with a search's finds marked."""

from __future__ import annotations

from collections.abc import Sequence

from chai_tui.model.text import printable
from chai_tui.state.makers.records import Line as SaidLine
from chai_tui.state.makers.records import Maker
from chai_tui.tui.canvas.prose import beside, folded, heading
from chai_tui.tui.canvas.styles import Line

_TIME_CELLS = 9
"""``   0.512 ``: seconds since the maker was seated, and a space."""


def is_found(text: str, query: str) -> bool:
    """Whether a search finds a line: letters' case counts only if the query has a capital."""
    if not query:
        return False
    return query in text if query != query.lower() else query in text.lower()


def finds(lines: Sequence[SaidLine], query: str) -> list[int]:
    """Return the indices of the lines that a search finds."""
    return [index for index, line in enumerate(lines) if is_found(line.text, query)]


def output_lines(
    line: SaidLine, origin: float, width: int, query: str, *, is_current: bool
) -> list[Line]:
    """Return one line said as drawn lines of exactly ``width`` cells.

    Args:
        line: what was said.
        origin: the time that counts as zero, in the events' seconds.
        width: in cells; under 30 the times are left out.
        query: what is searched for; its finds are inked. Empty without a search.
        is_current: whether this is the find that the search stands at.
    """
    time = f"{line.at - origin:{_TIME_CELLS - 1}.3f} " if width >= 30 else ""
    mark, style = ("! ", "failed") if line.stream == "err" else ("› ", "dim")
    if is_current:
        mark, style = "▶ ", "chosen"
    pieces = folded(printable(line.text), width - len(time) - len(mark))
    start: Line = [(time, "dim"), (mark, style)]
    return beside(start, (_styled(piece, query) for piece in pieces), width)


def _styled(text: str, query: str) -> Line:
    """The text in spans, the finds in the chosen style. A find broken by the wrap stays plain."""
    if not is_found(text, query):
        return [(text, "")]
    searched = text if query != query.lower() else text.lower()
    if len(searched) != len(text):  # a few letters grow in lower case: İ
        return [(text, "chosen")]
    spans: Line = []
    at = 0
    while (found := searched.find(query, at)) >= 0:
        spans += [(text[at:found], ""), (text[found : found + len(query)], "chosen")]
        at = found + len(query)
    return [*spans, (text[at:], "")]


def output_title(maker: Maker, width: int) -> Line:
    """Return the heading over what was said, with what is missing from it."""
    kept = len(maker.said)
    parts = ["said"]
    if maker.said_count > kept:
        parts.append(f"the last {kept:,} of {maker.said_count:,} lines")
    elif kept:
        parts.append(f"{kept:,} line{'s' if kept != 1 else ''}")
    if maker.dropped:
        parts.append(f"{maker.dropped:,} left out")
    return heading(" · ".join(parts), width)


def search_status(found: Sequence[int], current: int | None, query: str) -> str:
    """Return where a search stands, in words; empty without a search."""
    if not query:
        return ""
    if not found:
        return "nothing found"
    if current is None or current not in found:
        return f"{len(found):,} found"
    return f"{found.index(current) + 1:,} of {len(found):,}"


def next_find(found: Sequence[int], current: int | None, *, backwards: bool) -> int | None:
    """Return the find after (or before) the current one, round the end; None without any."""
    if not found:
        return None
    if backwards:
        return next(
            (index for index in reversed(found) if current is None or index < current), found[-1]
        )
    return next((index for index in found if current is None or index > current), found[0])
