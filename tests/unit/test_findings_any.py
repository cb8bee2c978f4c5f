"""Findings of anything at all: a recording may hold any events, in any order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chai_tui.findings.evidence import people
from chai_tui.findings.findings import Findings
from chai_tui.model.engine import Engine
from chai_tui.model.events import CoreUse, Event, Exited, MakerUse, RunBegan, Sampled, Seated
from chai_tui.model.program_events import (
    Blocked,
    BlockKind,
    Doing,
    Named,
    OutOfMemory,
    Place,
    SeenBy,
    StationSeen,
    TaskBegan,
    TaskEnded,
    Unblocked,
    Unjoined,
    Wait,
    WaitKind,
    Waits,
)
from chai_tui.state.floor import Floor

NUMBERS = st.integers(0, 4)
TIMES = st.floats(0.0, 30.0)
SHARES = st.one_of(st.none(), st.sampled_from([0.0, 0.3, 0.9, 1.0, 7.0]))
NAMES = st.sampled_from(["", "ForkPoolWorker-1", "ForkPoolWorker-2", "QueueFeederThread", "\x1b"])
SUBJECTS = st.sampled_from(["", "pipe", "pid 3", "pid x"])
WAITS = st.builds(Wait, NUMBERS, st.sampled_from(WaitKind), SUBJECTS)
USES = st.builds(MakerUse, NUMBERS, st.none(), SHARES, SHARES, SHARES, st.none(), st.none(), SHARES)
CORES = st.builds(CoreUse, NUMBERS, SHARES, SHARES)
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(RunBegan, TIMES, st.sampled_from(["run", "watch"]), cores=st.just((0, 1))),
    st.builds(Seated, TIMES, NUMBERS, NUMBERS, NUMBERS, st.sampled_from(Engine)),
    st.builds(StationSeen, TIMES, NUMBERS, NUMBERS, NUMBERS, NAMES, NAMES, NAMES, st.booleans()),
    st.builds(Named, TIMES, NUMBERS, NAMES),
    st.builds(Exited, TIMES, NUMBERS, st.sampled_from([None, 0, -9]), st.booleans()),
    st.builds(Blocked, TIMES, NUMBERS, st.sampled_from(BlockKind), NUMBERS, NAMES),
    st.builds(Unblocked, TIMES, NUMBERS),
    st.builds(Waits, TIMES, st.lists(WAITS, max_size=3).map(tuple)),
    st.builds(SeenBy, TIMES, NUMBERS),
    st.builds(Doing, TIMES, st.lists(st.builds(Place, NUMBERS), max_size=3).map(tuple)),
    st.builds(TaskBegan, TIMES, NUMBERS, NAMES),
    st.builds(TaskEnded, TIMES, NUMBERS, NAMES),
    st.builds(Unjoined, TIMES, NUMBERS, st.booleans()),
    st.builds(OutOfMemory, TIMES, NUMBERS, NUMBERS),
    st.builds(
        Sampled,
        TIMES,
        st.lists(CORES, max_size=3).map(tuple),
        st.lists(USES, max_size=6).map(tuple),
    ),
)


@given(st.lists(EVENTS, max_size=60), st.integers(1, 9), st.booleans())
def test_any_events_in_any_order_are_taken(events: list[Event], batch: int, in_order: bool) -> None:
    if in_order:
        events.sort(key=lambda event: event[0])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(people, "ENDED_KEPT", 2)
        findings, floor = Findings(), Floor()
        for index in range(0, len(events), batch):
            part = events[index : index + batch]
            floor.fold(part)
            findings.take(part, floor)
        findings.end(floor)
    for found in findings.found:
        assert found.sentence
        assert all(line.isprintable() for line in (found.sentence, *found.evidence))
