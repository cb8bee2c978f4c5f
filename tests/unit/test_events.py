"""Events are told apart by type and fields."""

from __future__ import annotations

import pickle
from operator import eq, ne
from typing import Any

import pytest

from chai_tui.model.events import EVENT_TYPES, CoreUse, Event, MakerUse
from tests.unit.test_event_json import FORMS

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
    return kind._make((*record, *range(20))[: len(kind._fields)])


@pytest.mark.parametrize("event", [event for event, _ in FORMS], ids=type)
def test_events_outlive_a_pickle(event: Event) -> None:
    assert pickle.loads(pickle.dumps(event)) == event  # noqa: S301 - our own
