"""Events as lines of JSON, and back, fast: a recording has a million of them.

Nine of ten lines tell of a maker's progress. Those are written and read without the general way of
:mod:`chai_tui.model.event_json`, and mean the same.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, compress, count, repeat
from typing import Any

from chai_tui.model.event_json import as_json, from_json
from chai_tui.model.events import Event, Progress
from chai_tui.model.text import printable
from chai_tui.recording.collecting import without_collecting
from chai_tui.recording.form import End, read_end
from chai_tui.state.bulk import Bulk

_ENCODE = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_DECODER: Any = json.JSONDecoder()
_SCAN = _DECODER.scan_once
_BEGINS = '{"event":"progress","at":'
# What JSON allows, and no event exceeds.
_WHOLE = "(?!0[0-9])[0-9]"
_NUMBER = rf"({_WHOLE}{{1,14}}+(?:\.[0-9]{{1,20}}+)?+(?:e-[0-9]{{1,3}}+)?+)"
# It begins with the end of the line before, for what begins with a text is found fastest.
_PROGRESS = re.compile(
    rf'\n{re.escape(_BEGINS)}{_NUMBER},"maker":({_WHOLE}{{1,9}}+),'
    rf'"fraction":{_NUMBER},"cpu_seconds":{_NUMBER}\}}$',
    re.MULTILINE,
)
_PARTS = 1 + _PROGRESS.groups
"""Into how many parts it splits a text for each line: what is before it, and its numbers."""
_BRACKETS = bytes.maketrans(b"[]{}", b"\2\0\2\0")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_MOST_DEEP = 200
"""Brackets within brackets, which no event has; a line with more is not read at all."""


def line_of(event: Event) -> str:
    """Return an event as a line of a recording, without its end; ``at`` is in whole microseconds.

    Texts are escaped to ASCII, so that whatever a maker printed is one line.

    Raises:
        ValueError: one of its numbers is none that JSON has: infinite, or no number.
    """
    if type(event) is Progress:
        at, maker, fraction, cpu_seconds = event
        if at - at == fraction - fraction == cpu_seconds - cpu_seconds == 0.0:  # all finite
            return (
                f'{{"event":"progress","at":{round(at, 6)!r},"maker":{maker},'
                f'"fraction":{fraction!r},"cpu_seconds":{cpu_seconds!r}}}'
            )
    told = as_json(event)
    told["at"] = round(told["at"], 6)
    return _ENCODE(told)


@dataclass
class Tally:
    """What was found in lines that could not be shown.

    Attributes:
        garbled: lines that are no event, or have values that no event has.
        unknown: events that this version does not know.
        misplaced: events at times that cannot be.
        first: what is wrong with the first garbled line; empty while there is none.
        end: the closing line, once it was seen.
    """

    garbled: int = 0
    unknown: int = 0
    misplaced: int = 0
    first: str = ""
    end: End | None = None

    @property
    def passed_over(self) -> int:
        """How many lines were passed over."""
        return self.garbled + self.unknown + self.misplaced


class Read:
    """What lines told.

    Attributes:
        text: the lines that events come from, each with its end: reading them again gives the same.
        bulk: the events.
        count: how many events there are.

    Args:
        bulk: as above.
        text: as above.
    """

    def __init__(self, bulk: Bulk, text: str) -> None:
        self.bulk = bulk
        self.text = text
        self.count = len(bulk.ats) + len(bulk.others)

    @cached_property
    def events(self) -> list[Event]:
        """The events, in the lines' order."""
        bulk = self.bulk
        told = zip(bulk.ats, bulk.makers, map(float, bulk.fractions), bulk.cpu_seconds, strict=True)
        events: list[Event] = [*map(tuple.__new__, repeat(Progress), told)]
        for index, (before, event) in enumerate(bulk.others):
            events.insert(before + index, event)
        return events

    @property
    def times(self) -> list[float]:
        """When each of them happened."""
        times = [*self.bulk.ats]
        for index, (before, event) in enumerate(self.bulk.others):
            times.insert(before + index, event.at)
        return times

    def bulk_until(self, count: int) -> Bulk:
        """Return the first so many of the events."""
        bulk = self.bulk
        others = bisect_right(range(len(bulk.others)), count - 1, key=self._position_of_other)
        progress = count - others
        return Bulk(
            bulk.ats[:progress],
            bulk.makers[:progress],
            bulk.fractions[:progress],
            bulk.cpu_seconds[:progress],
            bulk.others[:others],
        )

    def _position_of_other(self, index: int) -> int:
        """How many events come before one that tells of no progress."""
        return self.bulk.others[index][0] + index


def read_lines(text: str, window: tuple[float, float], tally: Tally) -> Read:
    """Return the events of some lines; what is no event is counted.

    Args:
        text: the lines, each with its end; the last one may be without.
        window: between which times, in the events' seconds, something may have happened.
        tally: changed.
    """
    with without_collecting():
        return _read_lines(text.removesuffix("\n"), window, tally)


def _read_lines(text: str, window: tuple[float, float], tally: Tally) -> Read:
    low, high = window
    parts = _PROGRESS.split(f"\n{text}")
    ats = [*map(float, parts[1::_PARTS])]
    if ats and not (low <= min(ats) and max(ats) <= high):
        parts, ats = [f"\n{text}"], []  # then every line is looked at
    between = parts[::_PARTS]
    others: list[tuple[int, Event]] = []
    passed_over: set[int] = set()
    for before in compress(count(), between):
        for line in between[before].split("\n")[1:]:
            event = _event(line, window, tally)
            if event is None:
                passed_over.add(before + len(others) + len(passed_over))
            else:
                others.append((before, event))
    if passed_over:
        lines = enumerate(text.split("\n"))
        text = "\n".join([line for index, line in lines if index not in passed_over])
    makers = parts[2::_PARTS]
    numbers = {number: int(number) for number in {*makers}}
    bulk = Bulk(
        ats,
        [*map(numbers.__getitem__, makers)],
        parts[3::_PARTS],
        [*map(float, parts[4::_PARTS])],
        others,
    )
    return Read(bulk, f"{text}\n")


def _event(line: str, window: tuple[float, float], tally: Tally) -> Event | None:
    """The event of a line; None, and counted, if it is none that can be shown."""
    if not line or line.isspace():
        return None
    try:
        value = parsed(line)
        if isinstance(value, dict) and "end" in value and "event" not in value:
            tally.end = read_end(value) or tally.end
            return None
        if isinstance(value, dict) and "recording" in value and "event" not in value:
            raise ValueError("another recording begins there")  # noqa: TRY301 - one way to count
        event = from_json(value)
    except ValueError as error:
        tally.garbled += 1
        tally.first = tally.first or printable(str(error)[:200])
        return None
    if event is None:
        tally.unknown += 1
    elif not window[0] <= event.at <= window[1]:
        tally.misplaced += 1
        return None
    return event


def parsed(line: str) -> object:
    """Return what a line of JSON says.

    Raises:
        ValueError: it is none.
    """
    if line.count("[") + line.count("{") > _MOST_DEEP and _depth(line) > _MOST_DEEP:
        raise ValueError("expected JSON, found it nested too deeply")
    text = line.strip()
    try:
        value, end = _SCAN(text, 0)
    except (StopIteration, json.JSONDecodeError):
        raise ValueError("expected a line of JSON") from None
    except (RecursionError, MemoryError):
        raise ValueError("expected JSON, found it nested too deeply") from None
    if end != len(text):
        raise ValueError("expected one JSON object a line, found more")
    told: object = value
    return told


def _depth(line: str) -> int:
    """How deeply brackets are nested, those in texts included."""
    brackets = line.encode("ascii", "replace").translate(_BRACKETS, _NO_BRACKETS)
    return max(accumulate(bracket - 1 for bracket in brackets), default=0)
