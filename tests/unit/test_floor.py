"""The fold: events in, state out, whatever their order between makers."""

from __future__ import annotations

import copy
from collections import Counter
from functools import cache
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chai_tui.model.engine import Engine
from chai_tui.model.events import (
    CoresChanged,
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
    Served,
    Signalled,
    Started,
    StepBegan,
    Stopping,
    Trouble,
    Unseated,
)
from chai_tui.model.recipe import BUILT_IN
from chai_tui.state.contention import cores_used
from chai_tui.state.floor import AT_ONCE_SECONDS, SAMPLES_DROPPED, SAMPLES_KEPT, Floor
from chai_tui.state.makers.records import SAID_KEPT, Maker, Span, State, ordinal
from chai_tui.tui.canvas.resample import cut
from chai_tui.tui.timeline.time_scale import LADDER
from tests.builders import (
    BEGAN,
    CHAI,
    HERE,
    IN_STATE,
    SHARED_STATION,
    brewing,
    ended,
    failed,
    floor_in_states,
    floor_of,
    killed,
    paused,
    pid_of,
    sampled,
    seated,
    served,
    station_of,
    stopped,
)

# Each event


def maker_after(*events: Event, number: int = 1) -> Maker:
    return floor_of(*events).makers[number]


def state_of(floor: Floor, number: int = 1) -> State:
    return floor.makers[number].state


def test_a_seat_says_who_where_and_what() -> None:
    floor = floor_of(*seated(1))
    maker = floor.makers[1]
    assert maker == Maker(1, 1, 4711, Engine.PROCESS, "chai", CHAI.steps, BEGAN)
    assert maker.name == "Chai Maker #1"
    assert floor.stations[1].makers == [1]
    assert floor.open == 1
    assert floor.now == BEGAN


def test_steps_follow_each_other() -> None:
    maker = maker_after(*brewing(1, step=1, fraction=0.5))
    assert (maker.step, maker.fraction) == (1, 0.5)
    assert maker.step_times == [
        Span(BEGAN + 0.01, BEGAN + 1.01),
        Span(BEGAN + 1.01, None),
    ]
    maker = maker_after(*served(1, step=2))
    assert maker.fraction == 1.0
    assert maker.step_times[-1].end == maker.served_at == BEGAN + 3.0


def test_a_new_step_begins_at_nothing() -> None:
    maker = maker_after(*brewing(1, fraction=0.9), StepBegan(BEGAN + 1, 1, 1))
    assert (maker.step, maker.fraction) == (1, 0.0)


def test_cpu_seconds_never_shrink() -> None:
    events = brewing(1, cpu_seconds=2.0)
    assert maker_after(*events, Progress(BEGAN + 1, 1, 0.6, 1.5)).cpu_seconds == 2.0
    assert maker_after(*events, Served(BEGAN + 1, 1, 0.5)).cpu_seconds == 2.0
    assert maker_after(*events, Served(BEGAN + 1, 1, 2.5)).cpu_seconds == 2.5


def test_what_was_said_is_kept_up_to_a_limit_and_counted_beyond_it() -> None:
    said = [f"line {index}" for index in range(SAID_KEPT + 10)]
    maker = maker_after(*brewing(1, said=said), Dropped(BEGAN + 1, 1, 7, 1))
    assert [line.text for line in maker.said] == said[10:]
    assert (maker.said_count, maker.dropped) == (SAID_KEPT + 10, 7)


def test_lines_left_out_are_told_once_and_counted() -> None:
    events = brewing(1)
    before = floor_of(*events).logged
    floor = floor_of(*events, *(Dropped(BEGAN + 1, who, 7, 1) for who in (1, None) for _ in "xyz"))
    assert (floor.makers[1].dropped, floor.stations[1].dropped) == (21, 21)
    assert floor.logged == before + 2


def test_a_line_that_is_nobodys_is_the_stations() -> None:
    line = Said(BEGAN + 1, None, "from C", "out", SHARED_STATION)
    floor = floor_of(*brewing(1, engine=Engine.THREAD), *brewing(2, engine=Engine.THREAD), line)
    assert [said.text for said in floor.stations[SHARED_STATION].said] == ["from C"]
    assert floor.log[-1] is line
    floor.fold([Said(BEGAN + 1, None, "from nowhere", "out", 99)])
    assert floor.log[-1] is line


def test_pauses_are_stretches_of_time() -> None:
    floor = floor_of(*paused(1, after=1.0), Paused(BEGAN + 1.5, 1, ours=False))
    maker = floor.makers[1]
    assert state_of(floor) is State.PAUSED
    floor.fold([Resumed(BEGAN + 2.0, 1, ours=True), Resumed(BEGAN + 3.0, 1, ours=True)])
    assert maker.pauses == [Span(BEGAN + 1.0, BEGAN + 2.0)]
    assert state_of(floor) is State.BREWING
    floor.fold([Paused(BEGAN + 4.0, 1, ours=True), Exited(BEGAN + 5.0, 1, -9, ours=True)])
    assert maker.pauses[-1] == Span(BEGAN + 4.0, BEGAN + 5.0)
    assert state_of(floor) is State.KILLED


def test_shared_makers_stand_at_one_station() -> None:
    floor = floor_of(*seated(3, engine=Engine.THREAD), *seated(1, engine=Engine.THREAD))
    assert floor.stations[SHARED_STATION].makers == [1, 3]
    assert list(floor.makers) == [1, 3]


def test_trouble_signals_and_events_of_strangers_change_no_maker() -> None:
    floor = floor_of(*brewing(1))
    before = copy.deepcopy(floor.makers)
    strange: list[Event] = [
        Trouble(BEGAN, None, "no process left"),
        Signalled(BEGAN, 1, 10),
        Started(BEGAN, 9, 1, 1),
        Progress(BEGAN, 9, 0.5, 1.0),
        Served(BEGAN, 9, 1.0),
        Exited(BEGAN, 9, 0, ours=False),
        *sampled({0: [9]}),
    ]
    floor.fold(strange)
    assert floor.makers == before
    assert list(floor.log)[-2:] == strange[:2]


# How a maker ends


@pytest.mark.parametrize("engine", Engine)
@pytest.mark.parametrize("state", State)
def test_every_state_can_be_reached_with_every_engine(state: State, engine: Engine) -> None:
    maker = floor_of(*IN_STATE[state](1, engine=engine)).makers[1]
    assert maker.state is state
    assert maker.joined is (state not in {State.SEATED, State.BREWING, State.PAUSED})
    assert bool(maker.cause) is (state in {State.FAILED, State.STOPPED, State.KILLED, State.ENDED})


@pytest.mark.parametrize(
    ("events", "state", "cause"),
    [
        (served(1), State.SERVED, ""),
        (failed(1), State.FAILED, "ValueError: no milk"),
        (failed(1, joined=False), State.FAILED, "ValueError: no milk"),
        (failed(1, engine=Engine.THREAD), State.FAILED, "ValueError: no milk"),
        (stopped(1), State.STOPPED, "stopped"),
        (stopped(1, engine=Engine.ASYNCIO), State.STOPPED, "stopped"),
        (killed(1), State.KILLED, "killed by SIGKILL"),
        (killed(1, signal=11), State.KILLED, "killed by SIGSEGV"),
        (killed(1, signal=15), State.KILLED, "killed by SIGTERM"),
        (killed(1, signal=15, ours=True), State.KILLED, "killed by SIGTERM"),
        (killed(1, signal=120), State.KILLED, "killed by signal 120"),
        (ended(1, exitcode=3), State.FAILED, "exit code 3"),
        (ended(1, exitcode=0), State.FAILED, "exit code 0 before it had served"),
        (ended(1, exitcode=None), State.ENDED, "ended unseen: the system lost its exit code"),
    ],
)
def test_an_end_has_a_cause_in_words(events: list[Event], state: State, cause: str) -> None:
    maker = maker_after(*events)
    assert (maker.state, maker.cause) == (state, cause)


@pytest.mark.parametrize(
    ("exitcode", "state"), [(0, State.SERVED), (3, State.FAILED), (-9, State.KILLED)]
)
def test_the_parents_word_wins_over_the_childs(exitcode: int, state: State) -> None:
    floor = floor_of(*served(1, joined=False), *served(2, after=4.0))
    assert state_of(floor) is State.SERVED
    assert (floor.place(1), floor.place(2)) == (1, 2)
    floor.fold([Exited(BEGAN + 5, 1, exitcode, ours=False)])
    assert state_of(floor) is state
    if state is not State.SERVED:
        assert (floor.place(1), floor.place(2)) == (None, 1)


def test_a_stop_that_ends_otherwise_is_no_stop() -> None:
    asked = [*brewing(1), Stopping(BEGAN + 1, 1, 15, 2.0)]
    assert maker_after(*asked, Exited(BEGAN + 3, 1, -9, ours=True)).state is State.KILLED
    assert maker_after(*asked, Exited(BEGAN + 2, 1, -15, ours=False)).state is State.KILLED
    late = maker_after(*asked, Served(BEGAN + 2, 1, 1.0), Exited(BEGAN + 2, 1, 0, ours=False))
    assert late.state is State.SERVED


# The whole kitchen


def test_places_follow_the_time_of_serving_not_of_arrival() -> None:
    floor = floor_of(*served(1, after=3.0), *served(2, after=2.0), *brewing(3), *failed(4))
    assert [floor.place(number) for number in (1, 2, 3, 4, 99)] == [2, 1, None, None, None]


def test_all_served_only_when_everyone_was_joined_and_served() -> None:
    def over(floor: Floor) -> tuple[bool, bool]:
        return floor.all_joined, floor.all_served

    floor = Floor()
    assert over(floor) == (False, False)
    floor.fold([*served(1), *served(2, joined=False)])
    assert over(floor) == (False, False)
    floor.fold([Exited(BEGAN + 4, 2, 0, ours=False)])
    assert over(floor) == (True, True)
    floor.fold(killed(3))
    assert over(floor) == (True, False)


def test_who_could_not_be_seated_is_missed_in_that_round_alone() -> None:
    floor = floor_of(*served(1), Unseated(BEGAN + 1, 2, "no room"))
    assert (floor.unseated, floor.all_joined, floor.all_served) == (2, True, False)
    floor.fold(served(2, at=BEGAN + 100))
    assert (floor.unseated, floor.all_joined, floor.all_served) == (0, True, True)
    assert floor.ever_unseated


def test_the_clock_runs_from_the_first_seat_to_the_last_end() -> None:
    floor = floor_of(*served(1, after=3.0), *served(2, at=BEGAN + 2.0, after=4.0))
    assert floor.elapsed == pytest.approx(6.01)
    floor.fold(sampled({0: []}, at=BEGAN + 60))
    assert floor.elapsed == pytest.approx(6.01)


def test_the_clock_of_a_second_round_is_that_of_the_log() -> None:
    floor = floor_of(*served(1, after=3.0))
    floor.fold(brewing(2, at=BEGAN + 100, fraction=0.5))
    assert floor.elapsed == pytest.approx(100.51)
    floor.forget_finished()
    floor.fold([Exited(BEGAN + 102, 2, -9, ours=True)])
    assert floor.elapsed == pytest.approx(102.0)


def test_the_memory_of_a_process_counts_its_makers_cups() -> None:
    floor = floor_of(
        *brewing(1), *brewing(2, engine=Engine.THREAD), *brewing(3, engine=Engine.THREAD)
    )
    floor.fold([Served(BEGAN + 1, number, 0.1, cups) for number, cups in ((1, 1), (3, 1), (2, 2))])
    assert [floor.makers[number].cups for number in (1, 2, 3)] == [1, 2, 1]
    assert floor.stations[floor.makers[2].station].cups == 2
    assert floor.stations[floor.makers[1].station].cups == 1


def test_who_is_paused_leaves_its_core_at_once() -> None:
    floor = floor_of(*brewing(1), *brewing(2), *sampled({0: [1, 2]}))

    def on_core() -> tuple[int, ...]:
        return floor.cores[0].makers

    assert on_core() == (1, 2)
    floor.fold([Paused(BEGAN + 5, 1, ours=True)])
    assert (floor.makers[1].core, floor.makers[1].cpu_share) == (None, 0.0)
    assert on_core() == (2,)
    floor.fold([Exited(BEGAN + 6, 2, -9, ours=True)])
    assert on_core() == ()


def test_cores_at_once_of_a_round_is_cpu_seconds_over_wall_seconds() -> None:
    floor = floor_of(
        *served(1, after=3.0, cpu_seconds=2.9),
        *served(2, after=3.0, cpu_seconds=2.8),
    )
    assert floor.cores_at_once == pytest.approx(5.7 / 3.01)
    assert Floor().cores_at_once == 0.0


def test_cores_at_once_while_brewing_covers_the_last_stretch() -> None:
    floor = floor_of(*brewing(1), *brewing(2))
    assert floor.cores_at_once == 0.0
    for second in range(10):
        share = 0.5 if second < 5 else 1.0
        floor.fold(sampled({0: [1], 1: [2]}, at=BEGAN + second, cpu_seconds=share * second))
    assert floor.cores_at_once == pytest.approx(2.0)
    assert AT_ONCE_SECONDS < 4


def test_the_finished_can_be_forgotten() -> None:
    floor = floor_in_states(*State)
    left = {maker.number for maker in floor.makers.values() if not maker.joined}
    version = floor.version
    assert floor.forget_finished() == len(State) - 3
    assert set(floor.makers) == left == set(floor.stations)
    assert sum(floor.counts.values()) == floor.open == 3
    assert floor.version > version
    assert floor.forget_finished() == 0
    floor.fold([Served(BEGAN + 9, 4, 1.0), Said(BEGAN + 9, 4, "late", "out", 4)])
    assert set(floor.makers) == left


def test_places_are_those_of_whoever_is_left() -> None:
    floor = floor_of(*served(1, after=1.0), *served(2, after=2.0, joined=False))
    assert floor.place(2) == 2
    floor.forget_finished()
    assert floor.place(2) == 1


def test_a_shared_station_stays_while_somebody_is_there() -> None:
    floor = floor_of(*served(1, engine=Engine.THREAD), *brewing(2, engine=Engine.THREAD))
    floor.forget_finished()
    assert floor.stations[SHARED_STATION].makers == [2]


# Samples


def test_a_sample_says_who_was_on_which_core() -> None:
    floor = floor_of(*brewing(1), *brewing(2), *brewing(3), *sampled({0: [1, 3], 1: [2]}))
    assert {number: core.makers for number, core in floor.cores.items()} == {0: (1, 3), 1: (2,)}
    assert [floor.makers[number].core for number in (1, 2, 3)] == [0, 1, 0]
    assert floor.cores[0].busy == 0.75
    assert floor.cores[0].makers_share == pytest.approx(0.6)
    assert floor.makers[1].memory == 4_000_000


def test_moves_between_cores_are_counted_over_stretches_without_a_core() -> None:
    floor = floor_of(*brewing(1))
    for second, core in enumerate([0, 0, 1, 1, 0]):
        floor.fold(sampled({core: [1]}, at=BEGAN + second))
        idle = MakerUse(1, None, 0.0, None, None, None, stopped=False)
        floor.fold([Sampled(BEGAN + second + 0.5, (), (idle,))])
    assert floor.makers[1].core_moves == 2
    assert floor.makers[1].core is None


def test_what_a_sample_does_not_know_stays_as_it_was() -> None:
    unknown = MakerUse(1, None, 0.0, None, None, None, stopped=False)
    floor = floor_of(
        *brewing(1),
        *sampled({0: [1]}, cpu_seconds=0.9),
        Sampled(BEGAN + 2, (CoreUse(0, 0.1, None),), (unknown,)),
    )
    maker = floor.makers[1]
    assert (maker.cpu_seconds, maker.memory, maker.core) == (0.9, 4_000_000, None)
    assert floor.cores[0].makers_share is None


def test_a_maker_that_does_nothing_new_costs_one_entry() -> None:
    floor = floor_of(*brewing(1))
    for second in range(50):
        floor.fold(sampled({0: [1]}, at=BEGAN + second))
    assert len(floor.makers[1].history) == 1
    assert len(floor.cores[0].history) == 50


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (13, "13th"),
     (21, "21st"), (102, "102nd"), (111, "111th"), (1_003, "1003rd")],
)  # fmt: skip
def test_places_in_words(number: int, words: str) -> None:
    assert ordinal(number) == words


# Any events, in any order between makers

TIMES = st.floats(BEGAN, BEGAN + 100)
EXIT_CODES = st.sampled_from([0, 1, 3, -9, -11, -15, None])


@cache  # to build a strategy costs more than a value of it
def _events_of(number: int, engine: Engine) -> st.SearchStrategy[Event]:
    """Anything that may be told of one maker, in any order and any number of times."""
    pid = pid_of(number, engine)
    fraction = st.floats(0, 1)
    return st.one_of(
        st.builds(Started, TIMES, st.just(number), st.just(pid), st.just(pid)),
        st.builds(StepBegan, TIMES, st.just(number), st.integers(0, 2)),
        st.builds(Progress, TIMES, st.just(number), fraction, fraction),
        st.builds(Served, TIMES, st.just(number), fraction),
        st.builds(Failed, TIMES, st.just(number), st.just("E: e"), st.just("t"), fraction),
        st.builds(GaveUp, TIMES, st.just(number), fraction),
        st.builds(
            Said,
            TIMES,
            st.just(number),
            st.text(max_size=3),
            st.sampled_from(["out", "err"]),
            st.just(station_of(number, engine)),
        ),
        st.builds(Dropped, TIMES, st.just(number), st.integers(1, 9), st.just(1)),
        st.builds(Paused, TIMES, st.just(number), st.booleans()),
        st.builds(Resumed, TIMES, st.just(number), st.booleans()),
        st.builds(Stopping, TIMES, st.just(number), st.sampled_from([15, None]), st.just(2.0)),
        st.builds(Signalled, TIMES, st.just(number), st.just(10)),
        st.builds(Exited, TIMES, st.just(number), EXIT_CODES, st.booleans()),
    )


@st.composite
def _stories(draw: st.DrawFn) -> list[list[Event]]:
    """What happens to each of a few makers, in the order of its own events."""
    stories: list[list[Event]] = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        engine = draw(st.sampled_from([Engine.PROCESS, Engine.THREAD]))
        story = seated(number, engine=engine, at=draw(TIMES))
        story += draw(st.lists(_events_of(number, engine), max_size=12))
        if draw(st.booleans()):
            story.append(Exited(draw(TIMES), number, draw(EXIT_CODES), draw(st.booleans())))
        stories.append(story)
    return stories


@st.composite
def _interleaved(draw: st.DrawFn) -> tuple[list[list[Event]], list[Event]]:
    """The stories, and one order in which their events may arrive."""
    stories = draw(_stories())
    turns = [index for index, story in enumerate(stories) for _ in story]
    # One number instead of one a turn, which took half of the time. 0: one after another.
    if seed := draw(st.integers(0, 2**32)):
        Random(seed).shuffle(turns)
    iterators = [iter(story) for story in stories]
    return stories, [next(iterators[turn]) for turn in turns]


def _picture(floor: Floor) -> object:
    """Everything a view can see, but for the order of the log, which is that of arrival."""
    return (
        list(floor.makers.items()),
        floor.stations,
        floor.counts,
        floor.open,
        floor.now,
        floor.version,
        floor.all_served,
        floor.elapsed,
        floor.cores_at_once,
        [floor.place(number) for number in floor.makers],
        Counter(floor.log),
        floor.logged,
    )


@given(_interleaved())
def test_any_interleaving_of_makers_folds_to_the_same_floor(
    drawn: tuple[list[list[Event]], list[Event]],
) -> None:
    stories, arrived = drawn
    one_after_another = floor_of(*(event for story in stories for event in story))
    assert _picture(floor_of(*arrived)) == _picture(one_after_another)


@given(_interleaved(), st.integers(1, 5))
def test_it_does_not_matter_how_events_are_cut_into_batches(
    drawn: tuple[list[list[Event]], list[Event]], size: int
) -> None:
    _, arrived = drawn
    floor = Floor()
    for start in range(0, len(arrived), size):
        floor.fold(arrived[start : start + size])
    assert _picture(floor) == _picture(floor_of(*arrived))


@given(_interleaved())
def test_figures_agree_with_the_makers_after_every_event(
    drawn: tuple[list[list[Event]], list[Event]],
) -> None:
    floor = Floor()
    for event in drawn[1]:
        floor.fold([event])
        makers = floor.makers.values()
        states = Counter(maker.state for maker in makers)
        assert {state: count for state, count in floor.counts.items() if count} == states
        assert floor.open == sum(not maker.joined for maker in makers)
        places = sorted(place for number in floor.makers if (place := floor.place(number)))
        assert places == list(range(1, states[State.SERVED] + 1))
        assert {number for station in floor.stations.values() for number in station.makers} == set(
            floor.makers
        )
        assert floor.elapsed >= 0


@given(st.lists(_events_of(1, Engine.PROCESS), max_size=10), st.data())
def test_no_state_is_ever_left_once_final(late: list[Event], data: st.DataObject) -> None:
    state = data.draw(
        st.sampled_from(
            [state for state in State if state not in {State.SEATED, State.BREWING, State.PAUSED}]
        )
    )
    floor = floor_of(*IN_STATE[state](1))
    before = copy.deepcopy(floor.makers[1])
    floor.fold([*late, *seated(1), *sampled({0: [1]})])
    assert floor.makers[1] == before
    assert floor.counts[state] == 1
    assert floor.open == 0


@given(st.lists(_events_of(1, Engine.PROCESS), max_size=10), EXIT_CODES, st.booleans())
def test_what_the_parent_saw_wins_whatever_the_child_said(
    said: list[Event], exitcode: int | None, ours: bool
) -> None:
    told = [event for event in said if not isinstance(event, Exited)]
    maker = maker_after(*seated(1), *told, Exited(BEGAN + 100, 1, exitcode, ours))
    if exitcode is not None and exitcode < 0:
        assert maker.state in {State.KILLED, State.STOPPED}
    elif exitcode == 0:
        assert maker.state in {State.SERVED, State.STOPPED, State.FAILED}
    elif exitcode is None:
        assert maker.state is (State.ENDED if maker.error is None else State.FAILED)
    else:
        assert maker.state is State.FAILED
    assert (maker.state is State.SERVED) is (maker.cause == "")
    if maker.state is State.SERVED:
        assert any(isinstance(event, Served) for event in told)


@pytest.mark.parametrize(
    ("engine", "kind", "gil_share"),
    [
        (Engine.THREAD, "grind", 0.5),
        (Engine.THREAD, "native", None),
        (Engine.THREAD, "chai", None),
        (Engine.PROCESS, "grind", None),
        (Engine.ASYNCIO, "grind", None),
    ],
)
def test_a_thread_that_computes_and_neither_runs_nor_is_ready_waits_for_the_gil(
    engine: Engine, kind: str, gil_share: float | None
) -> None:
    floor = floor_of(*brewing(1, engine=engine, recipe=BUILT_IN[kind]))
    use = MakerUse(1, 0, 0.3, 0.2, 1.0, None, stopped=False)
    floor.fold([Sampled(BEGAN + 4, (), (use,))])
    assert floor.makers[1].gil_share is None  # it may have waited before its step began
    floor.fold([Sampled(BEGAN + 5, (), (use,))])
    assert floor.makers[1].gil_share == pytest.approx(gil_share)
    assert floor.makers[1].history[-1].gil_share == floor.makers[1].gil_share
    floor.fold([Sampled(BEGAN + 6, (), (use._replace(ready_share=None),))])
    assert floor.makers[1].gil_share is None


@pytest.mark.parametrize("kind", ["grind", "native", "chai"])
def test_a_measured_wait_for_the_gil_is_believed_whatever_the_step(kind: str) -> None:
    floor = floor_of(*brewing(1, engine=Engine.THREAD, recipe=BUILT_IN[kind]))
    use = MakerUse(1, 0, 0.3, 0.2, 1.0, None, stopped=False, gil_share=0.1)
    floor.fold([Sampled(BEGAN + 1, (), (use,))])
    assert floor.makers[1].gil_share == 0.1
    floor.fold([Paused(BEGAN + 2, 1, ours=True), Sampled(BEGAN + 3, (), (use,))])
    assert floor.makers[1].gil_share is None


def test_the_clock_goes_on_from_where_it_was_when_the_floor_is_cleared() -> None:
    floor = floor_of(*served(1, after=2.0))
    before = floor.elapsed
    floor.forget_finished()
    assert floor.elapsed == before > 0
    floor.fold(brewing(2, at=BEGAN + 9.0))
    assert floor.elapsed >= 9.0 > before


# What is not known, and what changes


def test_cores_that_may_be_used_change() -> None:
    floor = floor_of(HERE, *brewing(1), *sampled({0: [1], 1: []}))
    version, logged = floor.cores_version, floor.logged
    change = CoresChanged(BEGAN + 1.1, (1,), 0.5)
    floor.fold([change, *sampled({1: [1]}, at=BEGAN + 1.2)])
    assert (floor.run.cores, floor.run.quota) == ((1,), 0.5)
    assert floor.run == HERE._replace(cores=(1,), quota=0.5)
    assert list(floor.cores) == [1]
    assert len(floor.cores[1].history) == 2
    assert floor.cores_version == version + 2
    assert (floor.log[-1], floor.logged) == (change, logged + 1)


def test_a_core_that_comes_back_begins_anew() -> None:
    floor = floor_of(*brewing(1))
    for number, cores in enumerate(({0: [1], 1: []}, {0: [1]}, {0: [1], 1: []})):
        floor.fold(sampled(cores, at=BEGAN + number))
    assert [len(floor.cores[core].history) for core in (0, 1)] == [3, 1]


def test_of_whom_nothing_is_known_nothing_is_kept() -> None:
    floor = floor_of(*brewing(1, engine=Engine.THREAD))
    nothing = MakerUse(1, *[None] * 6)
    floor.fold([Sampled(BEGAN + 1, (CoreUse(0, None, None),), (nothing,))])
    maker = floor.makers[1]
    assert (maker.core, maker.cpu_share, maker.gil_share, maker.memory) == (None,) * 4
    assert not maker.history
    assert maker.cpu_seconds == 0.1  # as it said itself
    assert cores_used(floor, floor.stations[maker.station]) is None
    assert floor.cores[0].busy is None


def test_what_is_no_longer_known_does_not_go_on() -> None:
    floor = floor_of(*brewing(1), *sampled({0: [1]}, at=BEGAN + 1))
    nothing = MakerUse(1, *[None] * 6)
    floor.fold([Sampled(BEGAN + at, (), (nothing,)) for at in (2, 3)])
    maker = floor.makers[1]
    assert [use.cpu_share is None for use in maker.history] == [False, True]
    told = cut(maker, [BEGAN + at for at in range(4)], floor.sample_times)
    assert [each.cpu_share is None for each in told if each] == [False, True, True]


def test_it_is_known_when_samples_were_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chai_tui.state.floor.SAMPLES_KEPT", 5)
    monkeypatch.setattr("chai_tui.state.floor.SAMPLES_DROPPED", 3)
    floor = Floor()
    floor.fold([Sampled(BEGAN + at, (), ()) for at in (1, 2, 2, 1, 3)])
    assert list(floor.sample_times) == [BEGAN + at for at in (1, 2, 3)]
    floor.fold([Sampled(BEGAN + at, (), ()) for at in (4, 5, 6)])
    assert list(floor.sample_times) == [BEGAN + at for at in (4, 5, 6)]


def test_as_many_samples_are_forgotten_as_let_columns_stay_what_they_are() -> None:
    assert SAMPLES_DROPPED < SAMPLES_KEPT
    assert {SAMPLES_DROPPED % samples for samples in LADDER} == {0}


def test_what_is_forgotten_was_burned_nevertheless() -> None:
    """Cores at once go on, and do not begin anew at nothing."""
    floor = floor_of(*served(1, after=1.0), *brewing(2, at=BEGAN))
    floor.fold(sampled({0: [2]}, at=BEGAN + 2, cpu_seconds=2.0))
    floor.fold(sampled({0: [2]}, at=BEGAN + 3, cpu_seconds=3.0))
    before = floor.cores_at_once
    assert before > 0
    assert floor.forget_finished() == 1
    assert floor.cores_at_once == before
    floor.fold(sampled({0: [2]}, at=BEGAN + 4, cpu_seconds=4.0))
    assert floor.cores_at_once == pytest.approx(1.0)


def test_who_leaves_a_core_is_seen_to() -> None:
    floor = floor_of(*brewing(1), *sampled({0: [1]}))
    version = floor.cores_version
    floor.fold(killed(1)[-1:])
    assert floor.cores[0].makers == ()
    assert floor.cores_version > version
