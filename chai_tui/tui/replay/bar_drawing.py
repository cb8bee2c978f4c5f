"""The bar of a replay as a line: what it does, how fast, when, and what there is to see. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from enum import Enum
from itertools import groupby
from typing import NamedTuple

from chai_tui.explain.wording.formatting import GLYPHS, clock_text
from chai_tui.recording.playing.film import Ending
from chai_tui.state.makers.records import State
from chai_tui.tui.canvas.styles import Line, fit, width_of
from chai_tui.tui.replay.moments import speed_text

WORDS_WIDTH = 72
"""From so many columns on, what it does is told in a word beside the sign, too."""
TRACK_LEAST = 8
"""Cells that the time has at least."""
HEAD, UNSERVED = GLYPHS[State.BREWING], GLYPHS[State.FAILED]
"""Where it is, and where somebody ended who did not serve."""


class Doing(Enum):
    """What a replay does: its sign, its word (all are equally long) and its style."""

    PLAYS = ("▶", "playing", "served")
    PAUSED = (GLYPHS[State.PAUSED], "paused ", "paused")
    FOLLOWS = (GLYPHS[State.BREWING], "follows", "brewing")
    ENDED = (GLYPHS[State.STOPPED], "the end", "strong")


class Moment(NamedTuple):
    """Where a replay is.

    Attributes:
        doing: what it does.
        speed: seconds of the recording for each of ours.
        at: the moment that is shown, in the events' seconds.
        began: the beginning, likewise.
        ended: the end of what was read by now, likewise.
        bookmarks: likewise.
        reading: while it is read for the first time, ``43 %``, or an empty text where nobody knows;
            None afterwards.
        grows: whether more comes as it happens.
    """

    doing: Doing
    speed: float
    at: float
    began: float
    ended: float
    bookmarks: Sequence[float] = ()
    reading: str | None = None
    grows: bool = False


class Marks:
    """When makers ended, so that what lies in a column is found at once, however many there are.

    Attributes:
        served: when makers served, in the events' seconds, oldest first.
        unserved: when others ended, likewise.
    """

    def __init__(self) -> None:
        self.served: list[float] = []
        self.unserved: list[float] = []
        self._taken = 0

    def take(self, ends: Sequence[Ending]) -> None:
        """Take in those that are new."""
        stop = len(ends)
        for index in range(self._taken, stop):
            end = ends[index]
            went_well = end.state in {State.SERVED, State.DONE}
            (self.served if went_well else self.unserved).append(end.at)
        self._taken = stop


class Track(NamedTuple):
    """Where time is on the bar.

    Attributes:
        first: the cell of the beginning.
        width: how many cells there are.
        began: the beginning, in the events' seconds.
        ended: the end, likewise.
    """

    first: int
    width: int
    began: float
    ended: float

    def column(self, at: float) -> int:
        """Return the cell of a moment, counted from the first."""
        length = self.ended - self.began
        share = (at - self.began) / length if length > 0 else 0.0
        return round(min(1.0, max(0.0, share)) * (self.width - 1))

    def span(self, column: int) -> tuple[float, float]:
        """Return the moments at which a cell, counted from the first, begins and ends."""
        cell = (self.ended - self.began) / max(1, self.width - 1)
        middle = self.began + column * cell
        return middle - cell / 2, middle + cell / 2

    def moment(self, x: int, marks: Marks, bookmarks: Sequence[float]) -> float:
        """Return the moment of a cell of the bar: of what is marked there, if anything is.

        Beyond the cells that show time are the beginning and the end, whatever is marked near them.
        """
        if not 0 <= x - self.first < self.width:
            return self.began if x < self.first else self.ended
        column = x - self.first
        for moments in (bookmarks, marks.unserved):
            found = _first_in(moments, self.span(column))
            if found is not None:
                return found
        begins, ends = self.span(column)
        return min(self.ended, max(self.began, (begins + ends) / 2))


def _first_in(moments: Sequence[float], span: tuple[float, float]) -> float | None:
    index = bisect_left(moments, span[0])
    return moments[index] if index < len(moments) and moments[index] < span[1] else None


def bar_line(moment: Moment, marks: Marks, width: int) -> tuple[Line, Track]:
    """Draw the bar; return it, and where time is on it."""
    sign, word, style = moment.doing.value
    told = f"{sign} {word}" if width >= WORDS_WIDTH else sign
    left: Line = [
        (f" {told}", style),
        (f" {speed_text(moment.speed):>3}", ""),
        (f" {clock_text(moment.at - moment.began)} ", "strong"),
        ("▕", "frame"),
    ]
    right: Line = [("▏", "frame"), (clock_text(moment.ended - moment.began), "")]
    if moment.reading is not None:
        word = "reading " if width >= WORDS_WIDTH else ""
        right.append((f" {word}{moment.reading}".rstrip() or " …", "chosen"))
    elif moment.grows:
        right.append(("+", "chosen"))
    right.append((" ", ""))
    room = max(TRACK_LEAST, width - width_of(left) - width_of(right))
    track = Track(width_of(left), room, moment.began, max(moment.began, moment.ended))
    return fit([*left, *_track_line(moment, marks, track), *right], width), track


def _track_line(moment: Moment, marks: Marks, track: Track) -> Line:
    head = track.column(moment.at)
    cells: list[tuple[str, str]] = []
    for column in range(track.width):
        span = track.span(column)
        done = column < head
        if column == head:
            cell = (HEAD, "strong")
        elif _first_in(moment.bookmarks, span) is not None:
            cell = ("◆", "chosen")
        elif _first_in(marks.unserved, span) is not None:
            cell = (UNSERVED, "failed")
        elif _first_in(marks.served, span) is not None:
            cell = ("┻", "served") if done else ("┴", "dim")
        else:
            cell = ("━", "brewing") if done else ("─", "empty")
        cells.append(cell)
    return [
        ("".join(sign for sign, _ in run), style)
        for style, run in groupby(cells, key=lambda cell: cell[1])
    ]
