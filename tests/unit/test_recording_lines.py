"""Events as lines: what is written comes back, and what is no event is counted."""

from __future__ import annotations

import json
import math
import sys
import time
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chai_tui.model.event_json import MOST_FRACTION, MOST_TEXT, as_json, from_json
from chai_tui.model.events import EVENT_TYPES, Event, Failed, Progress, Said, Sampled
from chai_tui.recording.lines import Read, Tally, line_of, parsed, read_lines
from tests.unit.test_event_json import FORMS, records_of

EVER = (-math.inf, math.inf)
GOOD = '{"event":"progress","at":5.5,"maker":1,"fraction":0.5,"cpu_seconds":0.25}'


def read(*lines: str, window: tuple[float, float] = EVER) -> tuple[Read, Tally]:
    tally = Tally()
    return read_lines("\n".join(lines), window, tally), tally


@pytest.mark.parametrize("kind", EVENT_TYPES)
@settings(max_examples=15)
@given(data=st.data())
def test_every_event_comes_back_with_its_time_in_microseconds(
    kind: type[Event], data: st.DataObject
) -> None:
    event = data.draw(records_of(kind))  # type: ignore[arg-type]  # mypy: no class is hashable
    line = line_of(event)
    assert line.isascii()
    assert "\n" not in line
    found, tally = read(line)
    assert found.events == [event._replace(at=round(event.at, 6))]
    assert found.text == line + "\n"
    assert tally == Tally()


_amounts = st.floats(-1, 1e4) | st.floats(
    -MOST_FRACTION, MOST_FRACTION, exclude_min=True, exclude_max=True
)


@given(st.builds(Progress, _amounts, st.integers(-5, 10**10), _amounts, _amounts))
@example(Progress(5123.1000414, 1, 1e-05, 0.1 + 0.2))
@example(Progress(5123, 1, 1, 0))
def test_progress_is_written_and_read_as_every_other_event_is(event: Progress) -> None:
    general = {**as_json(event), "at": round(event.at, 6)}
    assert json.loads(line_of(event)) == general
    found, _ = read(line_of(event))
    assert found.events == [from_json(general)]
    assert [type(value) for value in found.events[0]] == [float, int, float, float]


@given(
    st.text("0123456789.-+eE_ ٣x", max_size=22),
    st.text("0123456789-٣x", max_size=11),
    st.text("0123456789.-+e", max_size=22),
)
def test_a_line_is_progress_where_json_says_so_and_nowhere_else(
    at: str, maker: str, fraction: str
) -> None:
    line = f'{{"event":"progress","at":{at},"maker":{maker},"fraction":{fraction},"cpu_seconds":1}}'
    expected: list[Event] = []
    try:
        event = from_json(json.loads(line))
    except ValueError:
        pass
    else:
        expected = [event] if event else []
    assert read(line)[0].events == expected


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_cannot_be_written(number: float) -> None:
    for event in (
        Progress(1.0, 1, number, 0.0),
        Progress(1.0, 1, 0.0, number),
        Sampled(1.0, (), ())._replace(at=number),
    ):
        with pytest.raises(ValueError):  # noqa: PT011 - json's own words
            json.loads(line_of(event), parse_constant=lambda _: 1 / 0)


BAD = {
    "no json": "nonsense",
    "an array": "[1,2]",
    "a text": '"progress"',
    "nothing known": "{}",
    "cut": GOOD[:-5],
    "two in a line": GOOD + GOOD,
    "no number": GOOD.replace("0.25", "NaN"),
    "no end": GOOD.replace("0.25", "Infinity"),
    "too great": GOOD.replace("0.25", "1e300"),
    "far too great": GOOD.replace("0.25", "1" * 400),
    "a maker beyond": GOOD.replace('"maker":1', f'"maker":{2**63}'),
    "a million digits": GOOD.replace("0.25", "9" * 1_000_000),
    "a million decimals": GOOD.replace('"maker":1', '"maker":1.' + "9" * 1_000_000),
    "true": GOOD.replace('"maker":1', '"maker":true'),
    "a text for a number": GOOD.replace("0.25", '"0.25"'),
    "null": GOOD.replace("0.25", "null"),
    "deep": "[" * 100_000,
    "deep and whole": '{"event":"said","at":1,"x":' + "[" * 50_000 + "]" * 50_000 + "}",
    "very deep": '{"a":' * 300_000,
    "another header": '{"recording":1,"chai_tui":"0.1.0"}',
    "a key that is no event": '{"event":7,"at":1.0}',
    "too many cores": '{"event":"cores_changed","at":1,"quota":null,"cores":['
    + "0," * 200_000
    + "0]}",
    "a step without a kind": '{"event":"seated","at":1,"maker":1,"station":1,"pid":1,'
    '"engine":"process","steps":[{"name":"x"}]}',
    "an engine of tomorrow": '{"event":"lane_out","at":1,"engine":"fibre","text":""}',
}


@pytest.mark.parametrize("line", BAD.values(), ids=BAD.keys())
def test_a_line_that_is_no_event_is_counted_and_the_others_are_read(line: str) -> None:
    began = time.process_time()
    found, tally = read(GOOD, line, GOOD)
    assert found.events == [Progress(5.5, 1, 0.5, 0.25)] * 2
    assert found.text == f"{GOOD}\n{GOOD}\n"
    assert (tally.garbled, tally.unknown, tally.misplaced, tally.passed_over) == (1, 0, 0, 1)
    assert 0 < len(tally.first) <= 200
    assert tally.first.isprintable()
    assert time.process_time() - began < 2.0


@pytest.mark.parametrize("text", ["at 12:05:30", GOOD, "x\u2028y"])
def test_progress_is_found_at_once_whatever_is_said_in_between(text: str) -> None:
    """A program that prints times of day costs no more than one that does not."""
    said = Said(5.5, 1, text, "out", 1)
    found, tally = read(GOOD, line_of(said), "nonsense", GOOD)
    assert list(found.bulk.ats) == [5.5, 5.5]
    assert [before for before, _ in found.bulk.others] == [1]
    assert tally.garbled == 1


def test_unknown_events_and_keys_are_passed_over() -> None:
    more = GOOD[:-1] + ',"mood":{"of":["the",1]}}'
    found, tally = read('{"event":"poured","at":1,"tea":true}', more)
    assert found.events == [Progress(5.5, 1, 0.5, 0.25)]
    assert (tally.garbled, tally.unknown) == (0, 1)


def test_times_that_cannot_be_are_counted() -> None:
    lines = [GOOD, GOOD.replace("5.5", "1e9"), GOOD.replace("5.5", "-1000"), GOOD]
    found, tally = read(*lines, window=(0.0, 100.0))
    assert len(found.events) == 2
    assert tally.misplaced == 2


def test_an_end_is_no_event_and_line_ends_of_others_are_taken() -> None:
    found, tally = read("", "  ", GOOD + "\r", '{"end":{"at":6.0,"events":1,"why":"over"}}\r')
    assert len(found.events) == 1
    assert tally.end is not None
    assert tally.passed_over == 0


def test_of_a_huge_text_the_beginning_is_taken() -> None:
    found, _ = read(line_of(Said(1.0, 1, "x" * 3_000_000, "out", 1)))
    assert found.events == [Said(1.0, 1, "x" * MOST_TEXT, "out", 1)]
    found, _ = read(line_of(Failed(1.0, 1, "E", "y\n" * 1_000_000, 0.0)))
    assert found.events == [Failed(1.0, 1, "E", "y\n" * (MOST_TEXT // 2), 0.0)]


def test_a_duplicate_key_or_a_brace_in_a_text_is_none_of_json_s_troubles() -> None:
    said = Said(1.0, 1, "{" * 500 + "[" * 500, "out", 1)
    found, tally = read(line_of(said), GOOD.replace('"maker":1', '"maker":7,"maker":1'))
    assert len(found.events) + tally.garbled == 2
    with pytest.raises(ValueError, match="nested"):
        parsed("[" * 201 + "]" * 201)


def test_a_sample_of_very_many_makers_is_read_as_fast_as_json_is() -> None:
    form: Any = next(form for event, form in FORMS if isinstance(event, Sampled))
    line = json.dumps({**form, "makers": form["makers"] * 5_000})
    began = time.process_time()
    for _ in range(3):
        json.loads(line)
    loads = time.process_time() - began
    began = time.process_time()
    for _ in range(3):
        parsed(line)
    assert time.process_time() - began < 4 * loads + 0.1
    assert sys.getsizeof(line) < 4_000_000
