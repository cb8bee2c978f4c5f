"""A copy of a floor is equal, and nothing that happens to one happens to the other."""

from __future__ import annotations

import gc
import weakref
from array import array
from collections import deque
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chai_tui.model.race_events import TasteBegan
from chai_tui.race.rounds.records import Lane, Race
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Core, Maker, Station
from tests import races
from tests.builders import BEGAN, HERE, brewing, paused, sampled, served
from tests.unit.made_films import any_run, floor_of, rounded, told_by

CONTAINERS = (list, dict, deque, array, set, bytearray)
RECORDS = (Floor, Race, Lane, Maker, Station, Core)


def full_floor() -> Floor:
    """A floor with something in everything."""
    return floor_of(
        [
            HERE, *brewing(1, said=["a"]), *paused(2), *served(3), *sampled({0: [1], 1: []}),
            *races.raced(rounds=3), *races.out(),
        ]
    )  # fmt: skip


def attributes(record: Any) -> dict[str, Any]:
    if hasattr(record, "__dict__"):
        return dict(vars(record))
    return {field.name: getattr(record, field.name) for field in fields(record)}


def mutable_in(value: Any, where: str = "floor") -> Iterator[tuple[str, Any]]:
    """Yield every object that can be changed, but those that never are, and where it stands."""
    if isinstance(value, Maker) and value.joined:
        return
    if isinstance(value, RECORDS):
        yield where, value
        for name, part in attributes(value).items():
            if name != "unlimited":
                yield from mutable_in(part, f"{where}.{name}")
    elif isinstance(value, CONTAINERS):
        yield where, value
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        for key, part in parts:
            yield from mutable_in(part, f"{where}[{key}]")
    elif not isinstance(value, tuple | str | int | float | None):
        pytest.fail(f"{where}: is {type(value)} changed, and is it copied?")


def test_a_copy_shares_nothing_that_changes() -> None:
    floor = full_floor()
    copied = floor.copy()
    assert told_by(copied) == told_by(floor)
    ours, theirs = dict(mutable_in(floor)), dict(mutable_in(copied))
    assert list(ours) == list(theirs)
    assert {type(value) for value in ours.values()} >= {*RECORDS, list, dict, deque, array}
    shared = [where for where in ours if ours[where] is theirs[where]]
    lent = [
        f"floor.{makers}[{maker.number}].{name}"
        for makers in ("makers", "unjoined")
        for maker in copied.unjoined.values()
        for name in ("step_times", "pauses", "said", "history", "recent")
    ]
    lent += [
        f"floor.stations[{number}]{what}"
        for number, station in floor.stations.items()
        for what in ("", ".makers", ".said")
        if station.is_lent
    ]
    assert [where for where in shared if not where.startswith((*lent,))] == []
    for maker in (*floor.unjoined.values(), *copied.unjoined.values()):
        for name in ("step_times", "pauses", "said", "history"):
            entries = getattr(maker, name)
            assert maker.own(entries) is not entries, name
    for where, value in ours.items():
        if isinstance(value, deque):
            assert value.maxlen == theirs[where].maxlen, where


@pytest.mark.parametrize("kind", RECORDS)
def test_an_attribute_that_comes_later_is_copied_too(kind: type) -> None:
    """Whatever it is, it stands in the copy: here every one is something that it never was."""
    floor = full_floor()
    for _, record in mutable_in(floor):
        if type(record) is kind and hasattr(record, "__dict__"):
            vars(record)["later"] = ["later"]
    copied = floor.copy()
    for where, record in mutable_in(copied):
        if type(record) is kind and kind is not Lane and hasattr(record, "__dict__"):
            assert vars(record)["later"] == ["later"], where


@settings(deadline=None, max_examples=10)
@given(seed=st.integers(0, 60), share=st.floats(0, 1))
def test_what_happens_to_one_does_not_happen_to_the_other(seed: int, share: float) -> None:
    events = rounded(any_run(seed))
    here = round(share * len(events))
    floor = floor_of(events[:here])
    before = told_by(floor_of(events[:here]))
    copied = floor.copy()
    kept = floor.copy()
    floor.fold(events[here:])
    kept_later = floor.copy(like=kept)
    assert told_by(copied) == before
    assert told_by(kept) == before
    assert told_by(kept_later) == told_by(floor)
    copied.fold(events[here:])
    assert told_by(copied) == told_by(floor)
    assert told_by(kept) == before


def test_a_floor_becomes_another_one_in_its_place() -> None:
    floor, race = Floor(), None
    race = floor.race
    other = full_floor()
    told = told_by(full_floor())
    floor.become(other)
    assert floor.race is race
    assert told_by(floor) == told
    assert floor.rewound == 1
    floor.become(floor_of(brewing(1)))
    assert told_by(floor) == told_by(floor_of(brewing(1)))
    assert floor.rewound == 2
    assert floor.copy().rewound == 0


def test_the_race_before_this_one_is_kept() -> None:
    floor = full_floor()
    floor.fold([TasteBegan(BEGAN + 99, "work.py:f", 2, (), 8.0, limited=True)])
    copied = floor.copy()
    before = floor.race.unlimited
    assert before is not None
    assert copied.race.unlimited is before
    assert before.lanes


def test_a_floor_is_freed_at_once() -> None:
    """It is in no cycle: a replay makes one for every jump, and nobody looks for garbage then."""
    floor, other = full_floor(), full_floor()
    gc.disable()
    try:
        freed = weakref.ref(other), weakref.ref(other.race)
        floor.become(other)
        del other
        assert [ref() for ref in freed] == [None, None]
    finally:
        gc.enable()
