"""What happened, a line each, with the newest at the bottom."""

from __future__ import annotations

from collections import deque
from itertools import islice
from operator import attrgetter
from typing import NamedTuple

from textual.events import MouseScrollDown, MouseScrollUp

from chai_tui.explain.event_text import describe
from chai_tui.explain.exit_text import join_line
from chai_tui.explain.program.ends import is_told_with_its_process
from chai_tui.explain.wording.formatting import time_text
from chai_tui.model.events import (
    Event,
    Exited,
    Paused,
    Resumed,
    Signalled,
    Stopping,
    Trouble,
    Unseated,
)
from chai_tui.model.race_events import TasteFailed
from chai_tui.model.text import printable
from chai_tui.state.floor import LOG_KEPT, Floor
from chai_tui.state.makers.records import State
from chai_tui.tui.canvas.painted import Painted
from chai_tui.tui.canvas.prose import wrapped
from chai_tui.tui.canvas.styles import Line, fit


class Entry(NamedTuple):
    """A line of the log.

    Attributes:
        at: when, in the events' seconds.
        text: what it says, as it was known then.
        style: its style.
        maker: whom of a program it is about; 0 if it is about none.
        called: what that one is called there.
    """

    at: float
    text: str
    style: str
    maker: int = 0
    called: str = ""

    def naming(self, called: str) -> Entry:
        """Return the same of who is called otherwise now."""
        who = f"#{self.maker} "
        text = self.text.replace(who + self.called, who + called, 1)
        return self._replace(text=text, called=called)


def event_style(event: Event, floor: Floor) -> str:
    """Return the style in which an event is told."""
    match event:
        case Paused():
            return "paused"
        case Stopping():
            return "stopped"
        case Trouble() | Unseated() | TasteFailed():
            return "failed"
        case Exited(maker=number):
            maker = floor.makers.get(number)
            bad = maker is not None and maker.state not in {State.SERVED, State.DONE}
            return str(maker.state) if maker is not None and bad else "dim"
    return ""


def entries_of(event: Event, floor: Floor) -> list[Entry]:
    """Return how an event is told: an end and the join that revealed it take a line each.

    Threads that end with their process, or are sent its signal, take none: they may be hundreds.
    """
    if isinstance(event, Exited | Paused | Resumed | Signalled | Stopping) and (
        is_told_with_its_process(event, floor)
    ):
        return []
    told = [Entry(event.at, describe(event, floor), event_style(event, floor))]
    if isinstance(event, Exited) and (joined := join_line(event, floor)) != told[0].text:
        told.append(Entry(event.at, joined, "dim"))
    number = getattr(event, "maker", 0)
    if called := _called(number, floor):
        told = [entry._replace(maker=number, called=called) for entry in told]
    return told


def _called(number: int, floor: Floor) -> str:
    """What one of a program is called; nothing of one of ours, or who is forgotten."""
    maker = floor.makers.get(number)
    return "" if maker is None else printable(maker.called)


_SIGKILL = 9  # wherever there are signals


def _is_news(event: Event) -> bool:
    """Whether an event tells more than the next one will: a SIGKILL that was sent always ends."""
    return not (isinstance(event, Signalled) and event.signal == _SIGKILL)


def log_lines(entry: Entry, began: float, width: int) -> list[Line]:
    """Draw an entry, in as many lines as its words need.

    Args:
        entry: what happened.
        began: the time that is told as zero, in the events' seconds.
        width: of each line, in cells.
    """
    time = f" {time_text(entry.at - began)}  "
    first, *more = wrapped(entry.text, max(1, width - len(time)))
    indent = " " * len(time)
    lines: list[Line] = [[(time, "dim"), (first, entry.style)]]
    lines += [[(indent, ""), (piece, entry.style)] for piece in more]
    return [fit(line, width) for line in lines]


class EventLog(Painted):
    """The log; the mouse wheel scrolls it, and it stays there until it is back at the end."""

    def __init__(self, floor: Floor) -> None:
        super().__init__(id="log")
        self._floor = floor
        self._entries: deque[Entry] = deque(maxlen=LOG_KEPT)
        self._logged = 0  # events of the floor's log
        self._rewound = floor.rewound
        self._renamed = floor.renamed
        self._began: float | None = None
        self._skip = 0  # newest entries that are scrolled out of sight

    def announce(self, text: str, style: str) -> None:
        """Add a line that stands out."""
        self._add([Entry(self._floor.now, text, style)])

    def floor_changed(self) -> None:
        """Tell what is new."""
        floor = self._floor
        if floor.rewound != self._rewound:  # what happened since then has yet to happen
            self._rewound = floor.rewound
            self._entries.clear()
            self._logged, self._began, self._skip = 0, None, 0
            self.repaint()
        if floor.renamed != self._renamed:
            self._renamed = floor.renamed
            self._rename()
        fresh = min(floor.logged - self._logged, len(floor.log))
        self._logged = floor.logged
        if not fresh:
            return
        if self._began is None:
            self._began = min((maker.seated_at for maker in floor.makers.values()), default=None)
        events = [event for event in islice(reversed(floor.log), fresh) if _is_news(event)]
        events.reverse()
        # The reports of one station follow those of another; what has one time stays as it came.
        events.sort(key=attrgetter("at"))
        # In words now: later the floor may have forgotten whom it is about.
        self._add([entry for event in events for entry in entries_of(event, floor)])

    def _rename(self) -> None:
        """Call everybody as the panels do, also in what was told before."""
        for index, entry in enumerate(self._entries):
            if entry.called and (called := _called(entry.maker, self._floor)) != entry.called:
                self._entries[index] = entry.naming(called or entry.called)
                self.repaint()

    def _add(self, entries: list[Entry]) -> None:
        self._entries.extend(entries)
        if self._skip:  # what is being read stays in place
            self._skip += len(entries)
        self.repaint()

    def paint(self, width: int, height: int) -> list[Line]:
        """Draw the newest lines, or those that were scrolled to."""
        entries = self._entries
        self._skip = max(0, min(self._skip, len(entries) - height))
        lines: list[Line] = []
        for entry in islice(reversed(entries), self._skip, self._skip + height):
            told = log_lines(entry, self._zero, width)
            if lines and len(lines) + len(told) > height:
                break  # no entry begins in its middle
            lines[:0] = told
        return lines[:height]

    @property
    def _zero(self) -> float:
        return self._floor.now if self._began is None else self._began

    def all_lines(self, width: int) -> list[Line]:
        """Return every line that is kept, for a width in cells."""
        return [line for entry in self._entries for line in log_lines(entry, self._zero, width)]

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Look further back."""
        event.stop()
        self._scroll(1)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Look less far back."""
        event.stop()
        self._scroll(-1)

    def _scroll(self, lines: int) -> None:
        self._skip += lines
        self.repaint()
