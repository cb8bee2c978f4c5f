"""Events that are folded in bulk leave the floor that they leave one after another."""

from __future__ import annotations

import gc
import math
import threading

from hypothesis import given, settings
from hypothesis import strategies as st

from chai_tui.model.events import Event, Exited, Progress, Sampled, Served, StepBegan
from chai_tui.recording.collecting import without_collecting
from chai_tui.recording.lines import Read, Tally, line_of, read_lines
from chai_tui.state.bulk import fold_bulk
from chai_tui.state.floor import Floor
from tests.builders import BEGAN, brewing, sampled, served
from tests.unit.any_recording import any_events, mangled
from tests.unit.made_films import any_run, floor_of, rounded, told_by

EVER = (-math.inf, math.inf)
several = settings(deadline=None, max_examples=40)


def read(lines: list[str]) -> Read:
    return read_lines("\n".join(lines), EVER, Tally())


def folded(told: Read, count: int, events: list[Event]) -> Floor:
    """A floor after some events, and so many of those that were read."""
    floor = floor_of(events)
    fold_bulk(floor, told.bulk_until(count))
    return floor


@several
@given(seed=st.integers(0, 60), shares=st.lists(st.floats(0, 1), min_size=2, max_size=2))
def test_a_run(seed: int, shares: list[float]) -> None:
    events = rounded(any_run(seed))
    first, last = sorted(round(share * len(events)) for share in shares)
    told = read([line_of(event) for event in events[first:]])
    assert told.count == len(events) - first
    assert told.events == events[first:]
    assert told.times == [event.at for event in events[first:]]
    assert told_by(folded(told, last - first, events[:first])) == told_by(floor_of(events[:last]))


_told = st.sampled_from((0.0, 0.25, 0.5, 1.0, 1e-05))
_progress = st.builds(
    Progress, st.floats(BEGAN, BEGAN + 9).map(lambda at: round(at, 6)), st.integers(1, 4), _told,
    _told,
)  # fmt: skip
_other = st.sampled_from(
    (
        StepBegan(BEGAN + 4, 1, 1), StepBegan(BEGAN + 4, 2, 0), Served(BEGAN + 5, 1, 0.5),
        Exited(BEGAN + 5, 1, 0, ours=False), Exited(BEGAN + 6, 2, -9, ours=False),
        *brewing(4, at=BEGAN + 1), *sampled({0: [1, 2], 1: [4]}, at=BEGAN + 3),
        Sampled(BEGAN + 2, (), ()),
    )
)  # fmt: skip


@settings(deadline=None, max_examples=80)
@given(st.lists(_progress | _progress | _other, max_size=40), st.integers(0, 40))
def test_progress_in_any_order_among_what_changes_makers(events: list[Event], count: int) -> None:
    """Whoever is not there yet, or has ended, has none; CPU time never goes back."""
    before: list[Event] = [*brewing(1, at=BEGAN), *brewing(2, at=BEGAN), *served(3, at=BEGAN)]
    count = min(count, len(events))
    told = read([line_of(event) for event in events])
    floor = folded(told, count, before)
    assert told_by(floor) == told_by(floor_of([*before, *events[:count]]))
    for maker in floor.makers.values():
        assert type(maker.fraction) is float


@several
@given(any_events)
def test_whatever_happens(events: list[Event]) -> None:
    told = read([line_of(event) for event in events])
    assert told_by(folded(told, told.count, [])) == told_by(floor_of(told.events))


@several
@given(mangled())
def test_lines_of_any_kind(text: bytes) -> None:
    """What is read again is what was read, whichever way."""
    told = read(text.decode("utf-8", "replace").split("\n"))
    again = read(told.text.split("\n"))
    one_by_one = [event for line in told.text.split("\n") for event in read([line]).events]
    assert again.text == told.text
    assert told.events == again.events == one_by_one
    assert told_by(folded(again, again.count, [])) == told_by(floor_of(one_by_one))


def test_garbage_is_looked_for_again_when_the_last_one_is_done() -> None:
    inside, leave = threading.Event(), threading.Event()

    def other() -> None:
        with without_collecting():
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=other)
    assert gc.isenabled()
    with without_collecting():
        thread.start()
        assert inside.wait(10)
    assert not gc.isenabled()
    leave.set()
    thread.join()
    assert gc.isenabled()
    gc.disable()
    try:
        with without_collecting():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
