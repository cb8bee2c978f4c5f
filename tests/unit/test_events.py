"""Events are told apart by type and fields; their JSON form says everything."""

from __future__ import annotations

import json
import pickle
from operator import eq, ne
from typing import Any

import pytest

from chai_tui.model.engine import Engine
from chai_tui.model.events import (
    EVENT_TYPES,
    CoreUse,
    Dropped,
    Event,
    Exited,
    Failed,
    GaveUp,
    MakerUse,
    Paused,
    Progress,
    Resumed,
    Said,
    Sampled,
    Seated,
    Served,
    Signalled,
    Started,
    StepBegan,
    Stopping,
    Trouble,
    Unseated,
    as_json,
)
from chai_tui.model.recipe import Step, StepKind

FORMS: list[tuple[Event, dict[str, Any]]] = [
    (
        Seated(0.5, 1, 2, 4711, Engine.THREAD, "chai", (Step("boil", StepKind.WAIT, 1.5, 0.0),)),
        {
            "event": "seated",
            "at": 0.5,
            "maker": 1,
            "station": 2,
            "pid": 4711,
            "engine": "thread",
            "recipe": "chai",
            "steps": [{"name": "boil", "wait": 1.5}],
        },
    ),
    (Started(1.0, 1, 2, 3), {"event": "started", "at": 1.0, "maker": 1, "pid": 2, "tid": 3}),
    (StepBegan(1.0, 1, 0), {"event": "step_began", "at": 1.0, "maker": 1, "step": 0}),
    (
        Progress(1.0, 1, 0.5, 0.25),
        {"event": "progress", "at": 1.0, "maker": 1, "fraction": 0.5, "cpu_seconds": 0.25},
    ),
    (
        Served(1.0, 1, 2.0, 3),
        {"event": "served", "at": 1.0, "maker": 1, "cpu_seconds": 2.0, "cups": 3},
    ),
    (
        Failed(1.0, 1, "ValueError: no milk", "Traceback\n", 2.0),
        {
            "event": "failed",
            "at": 1.0,
            "maker": 1,
            "error": "ValueError: no milk",
            "traceback": "Traceback\n",
            "cpu_seconds": 2.0,
        },
    ),
    (GaveUp(1.0, 1, 2.0), {"event": "gave_up", "at": 1.0, "maker": 1, "cpu_seconds": 2.0}),
    (
        Said(1.0, None, "\x1b[1m\udcff", "err", 4),
        {
            "event": "said",
            "at": 1.0,
            "maker": None,
            "line": "\x1b[1m\udcff",
            "stream": "err",
            "station": 4,
        },
    ),
    (
        Dropped(1.0, 1, 12, 4),
        {"event": "dropped", "at": 1.0, "maker": 1, "lines": 12, "station": 4},
    ),
    (Paused(1.0, 1, ours=True), {"event": "paused", "at": 1.0, "maker": 1, "ours": True}),
    (Resumed(1.0, 1, ours=False), {"event": "resumed", "at": 1.0, "maker": 1, "ours": False}),
    (
        Stopping(1.0, 1, 15, 2.0),
        {"event": "stopping", "at": 1.0, "maker": 1, "signal": 15, "grace": 2.0},
    ),
    (Signalled(1.0, 1, 10), {"event": "signalled", "at": 1.0, "maker": 1, "signal": 10}),
    (
        Exited(1.0, 1, -9, ours=False),
        {"event": "exited", "at": 1.0, "maker": 1, "exitcode": -9, "ours": False},
    ),
    (
        Unseated(1.0, 2, "no process left"),
        {"event": "unseated", "at": 1.0, "makers": 2, "text": "no process left"},
    ),
    (
        Trouble(1.0, None, "no process left"),
        {"event": "trouble", "at": 1.0, "maker": None, "text": "no process left"},
    ),
    (
        Sampled(
            1.0,
            (CoreUse(0, 0.75, None),),
            (MakerUse(1, None, 0.5, None, 2.0, 4_096, stopped=False),),
        ),
        {
            "event": "sampled",
            "at": 1.0,
            "cores": [{"core": 0, "busy": 0.75, "makers": None}],
            "makers": [
                {
                    "maker": 1,
                    "core": None,
                    "cpu_share": 0.5,
                    "ready_share": None,
                    "cpu_seconds": 2.0,
                    "memory": 4096,
                    "stopped": False,
                }
            ],
        },
    ),
]


def test_every_event_has_a_form_here() -> None:
    assert {type(event) for event, _ in FORMS} == set(EVENT_TYPES)


@pytest.mark.parametrize(("event", "form"), FORMS, ids=lambda value: type(value).__name__)
def test_the_json_form_says_everything(event: Event, form: dict[str, Any]) -> None:
    made = as_json(event)
    assert made == form
    assert list(made)[:2] == ["event", "at"]
    line = json.dumps(made, allow_nan=False)
    assert "\n" not in line
    assert json.loads(line) == form


RECORDS: tuple[Any, ...] = (*EVENT_TYPES, CoreUse, MakerUse)


def _numbered(kind: Any) -> Any:
    """A record of this type whose fields count up from 0."""
    return kind._make(range(len(kind._fields)))


@pytest.mark.parametrize("kind", RECORDS)
def test_records_are_equal_by_type_and_fields(kind: Any) -> None:
    record = _numbered(kind)
    assert eq(record, _numbered(kind))
    assert not ne(record, _numbered(kind))
    assert hash(record) == hash(_numbered(kind))
    assert ne(record, record._replace(**{kind._fields[-1]: "other"}))
    for other in (tuple(record), *(_like(record, kind) for kind in RECORDS)):
        assert type(other) is kind or (ne(record, other) and ne(other, record))
        assert type(other) is kind or not (eq(record, other) or eq(other, record))


def _like(record: Any, kind: Any) -> Any:
    """A record of another type whose fields are the same, as many as there are."""
    return kind._make((*record, *range(9))[: len(kind._fields)])


@pytest.mark.parametrize("event", [event for event, _ in FORMS], ids=type)
def test_events_outlive_a_pickle(event: Event) -> None:
    assert pickle.loads(pickle.dumps(event)) == event  # noqa: S301 - our own
