"""Events as lines of JSON, and back, fast: a recording has a million of them.

Nine of ten lines tell of a maker's progress. Those are written and read without the general way of
:mod:`chai_tui.model.event_json`, and mean the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import repeat
from typing import Any, NamedTuple

from chai_tui.model.event_json import as_json, from_json
from chai_tui.model.events import Event, Progress
from chai_tui.model.text import printable
from chai_tui.recording.form import End, read_end

_ENCODE = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_DECODER: Any = json.JSONDecoder()
_SCAN = _DECODER.scan_once
_BEGINS = '{"event":"progress","at":'
_NUMBER = r"([0-9.]{1,24}(?:e-[0-9]{1,3})?)"
_PROGRESS = re.compile(
    rf'^{re.escape(_BEGINS)}{_NUMBER},"maker":([0-9]{{1,9}}),'
    rf'"fraction":{_NUMBER},"cpu_seconds":{_NUMBER}\}}$',
    re.MULTILINE,
)
_MOST_DEEP = 200
"""Brackets within brackets, which no event has; a line with more is not read at all."""


def line_of(event: Event) -> str:
    """Return an event as a line of a recording, without its end; ``at`` is in whole microseconds.

    Texts are escaped to ASCII, so that whatever a maker printed is one line.
    """
    if type(event) is Progress:
        at, maker, fraction, cpu_seconds = event
        if fraction - fraction == cpu_seconds - cpu_seconds == 0.0:  # both finite
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


class Read(NamedTuple):
    """What lines told.

    Attributes:
        events: in the lines' order.
        text: the lines that they come from, each with its end: reading them again gives the same.
    """

    events: list[Event]
    text: str


def read_lines(lines: Iterable[str], window: tuple[float, float], tally: Tally) -> Read:
    """Return the events of some lines; what is no event is counted.

    Args:
        lines: without their ends.
        window: between which times, in the events' seconds, something may have happened.
        tally: changed.
    """
    lines = list(lines)
    return _read_fast(lines, window, tally) or _read_each(lines, window, tally)


def _read_fast(lines: list[str], window: tuple[float, float], tally: Tally) -> Read | None:
    """Read lines all at once; None, with nothing counted, if they are not as we write them."""
    others = [index for index, line in enumerate(lines) if not line.startswith(_BEGINS)]
    text = "\n".join(lines)
    found = _PROGRESS.findall(text)
    if not found or len(found) + len(others) != len(lines):
        return None
    ats, makers, fractions, seconds = zip(*found, strict=True)
    try:
        times = [*map(float, ats)]
        told = zip(times, map(int, makers), map(float, fractions), map(float, seconds), strict=True)
        events: list[Event | None] = [*map(tuple.__new__, repeat(Progress), told)]
    except ValueError:  # "1.2.3"
        return None
    low, high = window
    if not (low <= min(times) and max(times) <= high):
        return None
    for index in others:
        event = _event(lines[index], tally)
        if event is not None and not low <= event.at <= high:
            tally.misplaced += 1
            event = None
        events.insert(index, event)
    kept = [event for event in events if event is not None]
    if len(kept) == len(lines):
        return Read(kept, text + "\n")
    good = [line for line, event in zip(lines, events, strict=True) if event is not None]
    return Read(kept, "\n".join([*good, ""]))


def _read_each(lines: list[str], window: tuple[float, float], tally: Tally) -> Read:
    events: list[Event] = []
    good: list[str] = []
    low, high = window
    for line in lines:
        event = _event(line, tally)
        if event is None:
            continue
        if not low <= event.at <= high:
            tally.misplaced += 1
            continue
        events.append(event)
        good.append(line)
    good.append("")
    return Read(events, "\n".join(good))


def _event(line: str, tally: Tally) -> Event | None:
    """The event of a line; None, and counted, if it is none that can be shown."""
    if not line or line.isspace():
        return None
    try:
        value = parsed(line)
        if isinstance(value, dict) and "end" in value and "event" not in value:
            tally.end = read_end(value) or tally.end
            return None
        event = from_json(value)
    except ValueError as error:
        tally.garbled += 1
        tally.first = tally.first or printable(str(error)[:200])
        return None
    if event is None:
        tally.unknown += 1
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
    except StopIteration:
        raise ValueError("expected a line of JSON") from None
    except (RecursionError, MemoryError):
        raise ValueError("expected JSON, found it nested too deeply") from None
    if end != len(text):
        raise ValueError("expected one JSON object a line, found more")
    told: object = value
    return told


def _depth(line: str) -> int:
    """How deeply brackets are nested, those in texts included."""
    depth = deepest = 0
    for character in line:
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest
