"""Recordings with anything in them, and a look at all that is told of what was read of them."""

from __future__ import annotations

import zlib
from functools import cache
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from chai_tui.explain import event_text, exit_text, main_text, report, start_text, story
from chai_tui.explain.tasting import report as tasting_report
from chai_tui.explain.tasting.phase import phase_text
from chai_tui.explain.wording import at_work
from chai_tui.model.engine import Engine
from chai_tui.model.event_json import MOST_FRACTION, MOST_WHOLE
from chai_tui.model.events import EVENT_TYPES, Event
from chai_tui.model.program_events import BlockKind, Layer, WaitKind
from chai_tui.model.race_events import Phase, RaceEvent
from chai_tui.model.recipe import Step, StepKind
from chai_tui.race.result import result_json
from chai_tui.race.rounds.records import Race
from chai_tui.recording.form import End, Header, end_line, header_line
from chai_tui.recording.lines import line_of
from chai_tui.state import contention
from chai_tui.state.floor import Floor
from tests.builders import BEGAN, HERE

_numbers = st.integers(0, 4) | st.sampled_from((-1, -9, 77, MOST_WHOLE - 1, 1 - MOST_WHOLE))
_greatest = MOST_FRACTION * 0.999
_amounts = st.floats(0, 2) | st.sampled_from(
    (0.0, 1.0, -1.0, 1e-300, 1e-6, 1e9, _greatest, -_greatest)
)
_texts = st.sampled_from(
    ("", "chai", "ValueError: no milk", "\x1b[2J\x07", "[bold]x[/]", "\udcff\u202e", "Z" * 300)
)
times = st.floats(BEGAN, BEGAN + 10) | st.sampled_from(
    (BEGAN, BEGAN - 80_000.0, BEGAN + 3e8, 0.0, -1.0, 1e14)
)
"""When something happens: mostly soon, sometimes years away, or when nothing can have happened."""


@cache
def _values(hint: Any) -> st.SearchStrategy[Any]:
    """Return values of a field's type that are allowed there, and mostly make no sense."""
    if get_origin(hint) is UnionType:
        return st.one_of([_values(part) for part in get_args(hint)])
    if get_origin(hint) is tuple:
        first, *others = get_args(hint)
        if others == [...]:
            return st.lists(_values(first), max_size=3).map(tuple)
        return st.tuples(*(_values(part) for part in get_args(hint)))
    if hint is Step:
        return st.builds(
            Step, _texts, st.sampled_from(StepKind), _amounts, jitter=st.just(0.0), call=st.none()
        )
    if isinstance(hint, type) and issubclass(hint, tuple):
        return _records(hint)
    simple: dict[Any, st.SearchStrategy[Any]] = {
        float: _amounts,
        int: _numbers,
        str: _texts,
        bool: st.booleans(),
        type(None): st.none(),
        Engine: st.sampled_from(Engine),
        Phase: st.sampled_from(Phase),
        WaitKind: st.sampled_from(WaitKind),
        BlockKind: st.sampled_from(BlockKind),
        Layer: st.sampled_from(Layer),
    }
    return simple[hint]


@cache
def _records(kind: type) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    fields = {name: times if name == "at" else _values(hint) for name, hint in hints.items()}
    return st.builds(kind, **fields)


def events_of(*kinds: type) -> st.SearchStrategy[list[Event]]:
    """Return lists of events of some types: whole ones, which need not make any sense."""
    return st.lists(st.sampled_from(kinds).flatmap(_records), max_size=30)


any_events = events_of(*EVENT_TYPES)


def packed(text: bytes, *, lines_a_flush: int = 3) -> bytes:
    """Return a text compressed as a recording is: flushed after every few lines."""
    deflate = zlib.compressobj(6, wbits=31)
    lines = text.splitlines(keepends=True)
    packed = b""
    for start in range(0, len(lines), lines_a_flush):
        packed += deflate.compress(b"".join(lines[start : start + lines_a_flush]))
        packed += deflate.flush(zlib.Z_FULL_FLUSH)
    return packed + deflate.flush()


def text_of(events: list[Event], *, has_end: bool = True) -> bytes:
    """Return the recording of some events."""
    header = header_line(Header("0.1.0", "CPython 3.13.0", "chai-tui brew", BEGAN, "", HERE))
    lines = [line_of(event).encode() + b"\n" for event in events]
    end = [end_line(End(BEGAN, len(events)))] if has_end else []
    return b"".join([header, *lines, *end])


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """A recording, plain or compressed, in which bytes and lines were changed."""
    text = text_of(draw(any_events), has_end=draw(st.booleans()))
    lines = text.splitlines(keepends=True)
    if draw(st.booleans()):
        behind = draw(st.lists(st.sampled_from(lines), max_size=2 * len(lines)))
        text = b"".join([lines[0], *behind])
    if draw(st.booleans()):
        text = packed(text)
    for _ in range(draw(st.integers(0, 4))):
        begin = draw(st.integers(0, len(text)))
        end = begin + draw(st.sampled_from((0, 1, 1, 8, 1_000)))
        text = text[:begin] + draw(st.binary(max_size=4)) + text[end:]
    return text


def look_at(floor: Floor, events: list[Event]) -> None:
    """Ask everything that a view asks of a floor and of what happened; nothing of it may raise."""
    for run in (floor.run, floor.run._replace(source="run"), floor.run._replace(source="watch")):
        floor.run = run
        _look_at_words(floor, events)


def _look_at_words(floor: Floor, events: list[Event]) -> None:
    told = [event_text.describe(event, floor) for event in floor.log]
    told += [event_text.describe(event, floor) for event in events if type(event) not in _OF_RACE]
    told += [event_text.closing_line(floor), story.story_line(floor), story.story_line(floor, "e")]
    told += [main_text.main_text(floor, 80), main_text.order_text(floor, 5)]
    told += report.report_lines(floor)
    for maker in floor.makers.values():
        told += [maker.name, maker.cause, exit_text.meaning_of_end(maker)]
        told.append(start_text.start_text(maker))
        at_work.recent_shares(maker, floor)
    at_work.crews(floor)
    for station in floor.stations.values():
        contention.cores_used(floor, station)
        contention.memory_held(floor, station)
        keeper = contention.loop_keeper(floor, station.number)
        for number in station.makers:
            contention.held_up_by(floor.makers[number], keeper)
    for name in ("unseated", "all_joined", "all_served", "elapsed", "cores_at_once", "signals"):
        getattr(floor, name)
    _look_at_race(floor.race, floor)
    assert all(isinstance(text, str) for text in told)


def _look_at_race(race: Race, floor: Floor) -> None:
    phase_text(race, floor.now)
    tasting_report.report_lines(race)
    result_json(race, floor.run)


_OF_RACE = set(RaceEvent.__args__)
