"""Events as lines of JSON, and back, fast: a recording has a million of them.

Nine of ten lines tell of a maker's progress. Those are written and read without the general way of
:mod:`chai_tui.model.event_json`, and mean the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, NamedTuple

from chai_tui.model.event_json import as_json, from_json
from chai_tui.model.events import Event, Progress
from chai_tui.model.text import printable
from chai_tui.recording.form import End, read_end

_ENCODE = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_DECODER: Any = json.JSONDecoder()
_SCAN = _DECODER.scan_once
_NUMBER = r"((?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,20})?)"  # what JSON allows, and no event exceeds
_PROGRESS = re.compile(
    rf'\{{"event":"progress","at":{_NUMBER},"maker":(0|[1-9][0-9]{{0,8}}),'
    rf'"fraction":{_NUMBER},"cpu_seconds":{_NUMBER}\}}'
).fullmatch
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
    events: list[Event] = []
    good: list[str] = []
    low, high = window
    for line in lines:
        event: Event | None
        try:
            at, maker, fraction, cpu = _PROGRESS(line).groups()  # type: ignore[union-attr] # caught
            event = Progress(float(at), int(maker), float(fraction), float(cpu))
        except (AttributeError, ValueError):  # another event, or "1.2.3"
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
        if isinstance(value, dict) and "recording" in value and "event" not in value:
            raise ValueError("another recording begins there")  # noqa: TRY301 - one way to count
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
    brackets = line.encode("ascii", "replace").translate(_BRACKETS, _NO_BRACKETS)
    return max(accumulate(bracket - 1 for bracket in brackets), default=0)
