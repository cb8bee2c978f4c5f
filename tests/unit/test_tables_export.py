"""Tables and lines of JSON: what loads without options, and is never taken for a formula."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chai_tui.model.engine import Engine
from chai_tui.model.event_json import as_json
from chai_tui.model.events import CoreUse, Event, Exited, MakerUse, Said, Sampled, Served
from chai_tui.model.recipe import Recipe
from chai_tui.model.text import is_obeyed
from chai_tui.recording.export.tables import (
    EVENT_COLUMNS,
    MAKER_COLUMNS,
    SAMPLE_COLUMNS,
    words,
    write_events,
    write_jsonl,
    write_makers,
    write_samples,
)
from chai_tui.recording.export.telling import account_of
from chai_tui.recording.form import Header
from chai_tui.views.json_lines import JsonView
from tests.builders import (
    BEGAN,
    CHAI,
    HERE,
    brewing,
    floor_of,
    killed,
    sampled,
    seated,
    served,
    stopped,
)

HEADER = Header(monotonic=BEGAN, run=HERE)
STORY: list[Event] = [
    HERE,
    *served(1, said=["=cmd|' /C calc'!A0", "a, b"]),
    *killed(2),
    *stopped(3),
    *brewing(4, engine=Engine.THREAD),
    *sampled({0: [4], 1: []}),
]
Row = dict[str, str]


def rows_of(pieces: list[str]) -> list[Row]:
    """The rows as the csv module reads them, each with every column."""
    rows = [*csv.DictReader(io.StringIO("".join(pieces), newline=""))]
    assert all(None not in row and None not in row.values() for row in rows)
    return rows


def makers_of(*events: Event) -> list[Row]:
    pieces: list[str] = []
    write_makers(account_of(HEADER, events), pieces.append)
    return rows_of(pieces)


def events_of(*events: Event) -> list[Row]:
    pieces: list[str] = []
    write_events(BEGAN, events, pieces.append)
    return rows_of(pieces)


def samples_of(*events: Event) -> list[Row]:
    pieces: list[str] = []
    write_samples(BEGAN, events, pieces.append)
    return rows_of(pieces)


def test_a_maker_is_a_row_of_what_is_known_of_it() -> None:
    first, second, third, fourth = makers_of(*STORY)
    assert [*first] == [*MAKER_COLUMNS]
    assert (first["maker"], first["recipe"], first["nth"], first["pid"]) == (
        "1", "chai", "1", "4711",
    )  # fmt: skip
    assert (first["seated"], first["started"], first["ended"]) == ("0.0", "0.01", "3.01")
    assert (first["wall"], first["cpu"], first["place"]) == ("3.01", "2.1", "1")
    assert (first["lines"], first["state"], first["cause"]) == ("2", "served", "")
    assert (second["state"], second["cause"], second["exitcode"]) == (
        "killed", "killed by SIGKILL", "-9",
    )  # fmt: skip
    assert third["place"] == ""
    assert (fourth["engine"], fourth["ended"], fourth["memory"]) == ("thread", "", "4000000")
    assert fourth["nth"] == "4"


def test_what_no_sample_told_is_empty() -> None:
    (unseen,) = makers_of(HERE, *served(1))
    assert (unseen["moves"], unseen["memory"], unseen["core_wait"]) == ("", "", "")
    seen = [HERE, *brewing(1), *sampled({0: [1]})]
    assert makers_of(*seen)[0]["moves"] == "0"
    assert makers_of(HERE._replace(maps_cores=False), *seen[1:])[0]["moves"] == ""


def test_who_ended_at_once_or_before_it_was_seated_was_there_for_no_time() -> None:
    ended = [Exited(BEGAN, 1, -9, ours=True), Exited(BEGAN + 0.5, 2, -9, ours=True)]
    rows = makers_of(HERE, *seated(1), ended[0], *seated(2, at=BEGAN + 1), ended[1])
    assert [(row["wall"], row["started"], row["place"]) for row in rows] == [("0.0", "", "")] * 2


def test_writing_makers_tells_how_far_it_is() -> None:
    shares: list[float] = []
    write_makers(account_of(HEADER, STORY), lambda _text: None, shares.append)
    assert shares == [0.25, 0.5, 0.75, 1.0]


def test_a_run_without_makers_is_a_header_alone() -> None:
    assert makers_of(HERE) == events_of() == samples_of(HERE) == []


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("table", [makers_of, events_of, samples_of])
def test_a_column_has_numbers_or_words_and_never_both(table: object) -> None:
    rows = table(*STORY)  # type: ignore[operator]
    for column in rows[0]:
        kinds = {is_number(row[column]) for row in rows if row[column]}
        assert len(kinds) <= 1, column
    # Of a column that is mostly empty but has words, pandas warns where it reads it in parts.
    if table is events_of:
        worded = {
            column for row in rows for column in row if row[column] and not is_number(row[column])
        }
        assert all(row[column] for row in rows for column in worded)


@given(st.permutations(STORY))
def test_an_event_is_a_row_that_has_all_of_it(events: list[Event]) -> None:
    for event, row in zip(events, events_of(*events), strict=True):
        assert [*row] == [*EVENT_COLUMNS]
        told = json.loads(row.pop("more"))
        for column, text in row.items():
            if text:
                told[column] = text if column == "event" else float(text)
        expected = {key: value for key, value in as_json(event).items() if value is not None}
        expected["at"] = round(event.at - BEGAN, 6)
        assert {key: value for key, value in told.items() if value is not None} == json.loads(
            json.dumps(expected)
        )


def test_a_sample_is_a_row_for_each_maker_and_each_core() -> None:
    use = MakerUse(1, 0, 0.4, None, 1.5, 4_000_000, stopped=True, gil_share=0.25)
    sample = Sampled(BEGAN + 0.5, (CoreUse(0, 0.75, 0.4), CoreUse(1, None, None)), (use,))
    maker, core, unknown = samples_of(HERE, *brewing(1), sample)
    assert [*maker] == [*SAMPLE_COLUMNS]
    assert [*maker.values()] == [
        "0.5", "1", "0", "0.4", "", "0.25", "1.5", "4000000", "1", "", "",
    ]  # fmt: skip
    assert (core["at"], core["maker"], core["core"]) == ("0.5", "", "0")
    assert (core["busy"], core["makers"]) == ("0.75", "0.4")
    assert (unknown["core"], unknown["busy"]) == ("1", "")


@pytest.mark.parametrize(
    "told",
    ["=1+1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "=", "-", "＝1", "－1+2"],
)
def test_words_that_could_be_a_formula_are_none(told: str) -> None:
    cell = words(told)
    assert cell[0] == "'" or cell[0] in "␍␊"
    assert not set(cell) & set("\t\r\n")


@pytest.mark.parametrize("told", ["-5", "+5", "-1.5e-3", "0", "chai", "a=b", "3-2", ""])
def test_numbers_and_other_words_stay_as_they_are(told: str) -> None:
    assert words(told) == told


@given(st.text(max_size=40))
def test_any_words_are_one_harmless_cell(told: str) -> None:
    recipe = Recipe(told, CHAI.steps)
    events = [*brewing(1, recipe=recipe), Served(BEGAN + 2, 1, 1.0, 1, told)]
    (row,) = makers_of(HERE, *events)
    for cell in (row["recipe"], row["result"]):
        assert not is_obeyed(cell)
        assert is_number(cell) or not cell.lstrip().startswith(tuple("=@+-"))
    (said,) = events_of(Said(BEGAN, 1, told, "out", 1))
    assert json.loads(said["more"])["line"] == told
    assert said["more"].startswith("{")


def test_lines_of_json_are_those_that_a_run_prints() -> None:
    pieces: list[str] = []
    write_jsonl(STORY, pieces.append)
    out = io.StringIO()
    JsonView(out).show([event._replace(at=round(event.at, 6)) for event in STORY], floor_of())
    assert "".join(pieces) == out.getvalue()


def test_what_is_told_an_event_at_a_time_is_kept_by_nobody() -> None:
    written: list[str] = []
    lag: list[int] = []

    def watched(events: Iterable[Event]) -> Iterator[Event]:
        for number, event in enumerate(events):
            lag.append(number - len(written))
            yield event

    write_jsonl(watched(STORY), written.append)
    assert set(lag) == {0}
    written, lag = [], []
    write_events(BEGAN, watched(STORY), written.append)
    assert set(lag) == {-1}  # the header came first
