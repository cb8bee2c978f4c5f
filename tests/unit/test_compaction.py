"""Events held while the display is frozen."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from chai_tui.model.events import Dropped, Event, Progress, Said, Sampled, StepBegan
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import HISTORY_KEPT, SAID_KEPT, State
from chai_tui.tui.shell import compaction as held
from chai_tui.tui.shell.compaction import Backlog, without_superseded
from tests.builders import BEGAN, floor_of, in_states, sampled, served


def state(floor: Floor) -> tuple[object, ...]:
    """Everything but versions, which count events."""
    for maker in floor.makers.values():
        maker.version = 0
    return (
        floor.makers,
        floor.stations,
        floor.cores,
        floor.counts,
        floor.open,
        floor.cores_at_once,
        list(floor.log),
    )


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
        st.sampled_from(served(1)),
        st.builds(
            lambda at, maker: sampled({0: [maker]})[0]._replace(at=at),
            st.floats(BEGAN, BEGAN + 9),
            st.integers(2, 3),
        ),
    ),
    max_size=30,
)


def rising(events: list[Event]) -> list[Event]:
    """CPU seconds only grow, and samples come one after the other, as they do in life."""
    burned = 0.0
    times = iter(sorted(event.at for event in events if isinstance(event, Sampled)))
    out: list[Event] = []
    for event in events:
        if isinstance(event, Sampled):
            event = event._replace(at=next(times))  # noqa: PLW2901 - this very event, later
        if isinstance(event, Progress):
            burned = max(burned, event.cpu_seconds)
            event = event._replace(cpu_seconds=burned)  # noqa: PLW2901 - this very event, later
        out.append(event)
    return out


@given(EVENTS)
def test_what_is_left_out_makes_no_difference(events: list[Event]) -> None:
    everything = rising([*in_states(State.SEATED, State.BREWING, State.PAUSED), *events])
    kept = without_superseded(everything)
    samples = sum(isinstance(event, Sampled) for event in everything)
    for number in (2, 3):  # who never exit here
        progress = [e for e in kept if isinstance(e, Progress) and e.maker == number]
        assert len(progress) <= 1 + samples
    assert state(floor_of(*kept)) == state(floor_of(*everything))


def test_the_last_figures_of_who_is_left_out_of_samples_since_are_kept() -> None:
    begun = in_states(State.BREWING, State.BREWING)
    both, (one,) = sampled({0: [1, 2]}), sampled({0: [1]})
    later = [one._replace(at=BEGAN + 1 + n / 10) for n in range(HISTORY_KEPT + 9)]
    everything = [*begun, *both, *both, *later]
    kept = without_superseded(everything)
    told = [use for event in kept if isinstance(event, Sampled) for use in event.makers]
    assert Counter(use.maker for use in told) == {1: HISTORY_KEPT, 2: 2}
    assert floor_of(*kept).makers[2].cpu_share == floor_of(*everything).makers[2].cpu_share


def test_who_worked_and_rests_since_is_drawn_as_without_a_freeze() -> None:
    begun = in_states(State.BREWING, State.BREWING)
    (one,) = sampled({0: [1]})
    assert isinstance(one, Sampled)
    (use,) = one.makers
    events: list[Event] = [*begun]
    for n in range(2 * HISTORY_KEPT):
        at = BEGAN + 1 + n / 10
        uses = [use._replace(memory=n)]
        if n < 20:
            uses.append(use._replace(maker=2, cpu_share=n / 20, memory=7 if n == 5 else None))
        if n == 20:
            uses.append(use._replace(maker=2, core=None, cpu_share=0.0, memory=None))
        events.append(one._replace(at=at, makers=(*uses,)))
    whole, kept = floor_of(*events), floor_of(*without_superseded(events))
    assert kept.makers[2].memory == whole.makers[2].memory == 7
    assert [*kept.makers[2].history] == [*whole.makers[2].history]
    assert kept.makers[2].shares == whole.makers[2].shares
    assert [*kept.makers[1].history] == [*whole.makers[1].history]
    assert kept.sample_times == whole.sample_times


def test_it_returns_everything_in_order_once() -> None:
    keeper = Backlog()
    events = served(1)
    keeper.add(events[:2])
    keeper.add(events[2:])
    assert keeper.count == sum(not isinstance(event, Progress) for event in events) > 0
    assert keeper.take() == events
    assert keeper.count == 0
    assert keeper.take() == []


def test_it_tidies_up_when_it_holds_much() -> None:
    keeper = Backlog()
    keeper.add(Progress(BEGAN, 1, 0.5, 0.1) for _ in range(held.TIDY_AT))
    assert keeper.take() == [Progress(BEGAN, 1, 0.5, 0.1)]


def test_it_stays_small_however_long_it_holds() -> None:
    """Two makers that talk without end, looked at all the time."""
    keeper = Backlog()
    for second in range(400):
        at = BEGAN + second
        keeper.add(sampled({0: [1]})[0]._replace(at=at + part / 10) for part in range(10))
        keeper.add(Said(at, maker, str(second), "out", maker) for maker in (1, 2) for _ in "x" * 99)
        keeper.add([Dropped(at, 1, 5, 1)])
    lines = 400 * 99
    assert keeper.count == 2 * lines + 400
    most = 2 * SAID_KEPT + HISTORY_KEPT + 2
    assert len(keeper._events) < held.TIDY_AT + 3 * most
    floor = floor_of(*in_states(State.BREWING, State.BREWING), *without_superseded(keeper.take()))
    first, second_maker = floor.makers.values()
    assert (first.said_count + first.dropped, second_maker.said_count + second_maker.dropped) == (
        lines + 400 * 5,
        lines,
    )
    assert [line.text for line in first.said][-1] == "399"
