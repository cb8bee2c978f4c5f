"""Events held while the display is frozen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chai_tui.events import Event, Progress, StepBegan
from chai_tui.floor import Floor
from chai_tui.state import State
from chai_tui.tui import held
from chai_tui.tui.held import Held, without_superseded
from tests.builders import BEGAN, floor_of, in_states, sampled, served


def state(floor: Floor) -> tuple[object, ...]:
    """Everything but versions, which count events."""
    for maker in floor.makers.values():
        maker.version = 0
    return (floor.makers, floor.stations, floor.cores, floor.counts, floor.open, list(floor.log))


EVENTS = st.lists(
    st.one_of(
        st.builds(
            Progress,
            st.floats(BEGAN, BEGAN + 9),
            st.integers(1, 3),
            st.floats(0, 1),
            st.floats(0, 9),
        ),
        st.builds(StepBegan, st.floats(BEGAN, BEGAN + 9), st.integers(1, 3), st.integers(0, 2)),
        st.sampled_from([*served(1), *sampled({0: [2]})]),
    ),
    max_size=30,
)


def rising(events: list[Event]) -> list[Event]:
    """CPU seconds only grow, as they do in life."""
    burned = 0.0
    out: list[Event] = []
    for event in events:
        if isinstance(event, Progress):
            burned = max(burned, event.cpu_seconds)
            event = event._replace(cpu_seconds=burned)  # noqa: PLW2901 - this very event, later
        out.append(event)
    return out


@given(EVENTS)
def test_what_is_left_out_makes_no_difference(events: list[Event]) -> None:
    everything = rising([*in_states(State.SEATED, State.BREWING, State.PAUSED), *events])
    kept = without_superseded(everything)
    for number in (2, 3):  # who never exit here
        progress = [e for e in kept if isinstance(e, Progress) and e.maker == number]
        assert len(progress) <= 1
    assert state(floor_of(*kept)) == state(floor_of(*everything))


def test_it_returns_everything_in_order_once() -> None:
    keeper = Held()
    events = served(1)
    keeper.hold(events[:2])
    keeper.hold(events[2:])
    assert keeper.count == sum(not isinstance(event, Progress) for event in events) > 0
    assert keeper.release() == events
    assert keeper.count == 0
    assert keeper.release() == []


def test_it_tidies_up_when_it_holds_much() -> None:
    keeper = Held()
    keeper.hold(Progress(BEGAN, 1, 0.5, 0.1) for _ in range(held.TIDY_AT))
    assert keeper.release() == [Progress(BEGAN, 1, 0.5, 0.1)]
