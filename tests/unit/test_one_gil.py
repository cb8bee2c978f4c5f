"""Threads of one GIL are never drawn to have run more Python than one core does."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from chai_tui.model.engine import Engine
from chai_tui.model.events import (
    Event,
    Exited,
    MakerUse,
    Paused,
    Resumed,
    Sampled,
    Seated,
    Started,
    StepBegan,
)
from chai_tui.model.recipe import BUILT_IN, Recipe, Step, StepKind
from chai_tui.tui.timeline.cells import cells
from chai_tui.tui.timeline.station_columns import StationColumns
from chai_tui.tui.timeline.time_scale import LADDER
from tests.actors import Part
from tests.builders import BEGAN, floor_of
from tests.program_floors import Load, process, run_of, samples, thread
from tests.stories import story
from tests.unit.columns import burned_in, require_one_gil, scale_of

THREAD = Engine.THREAD
PYTHON_ONLY = (BUILT_IN["grind"], BUILT_IN["chai"])
RECIPES = (*PYTHON_ONLY, BUILT_IN["masala"], BUILT_IN["native"])


def overstated(events: Sequence[Event], by: float, seed: int) -> list[Event]:
    """The same events, their samples read by clocks that disagree."""
    random = Random(seed)

    def more(use: MakerUse) -> MakerUse:
        share = (use.cpu_share or 0.0) * (1 + random.uniform(-by / 2, by))
        return use._replace(cpu_share=min(1.0, share))

    return [
        event._replace(makers=tuple(map(more, event.makers)))
        if isinstance(event, Sampled)
        else event
        for event in events
    ]


def test_of_a_program_nobody_knows_what_was_bytecode() -> None:
    busy = {1: Load(0, 1.0), 2: Load(1, 1.0)}
    floor = floor_of(
        run_of("crunch.py"),
        *process(1, "crunch.py", python="CPython 3.13.1"),
        *thread(2, 1, "Thread-1"),
        *samples(busy, BEGAN, BEGAN + 1.0),
    )
    columns = StationColumns(floor)
    scale = scale_of(floor, width=4)
    columns.show(scale)
    for maker in floor.makers.values():
        found = cells(maker, scale, floor.sample_times, together=columns.together(maker.station))
        assert {cell.height for cell in found} == {8}, "both computed in C, without the GIL"


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.tuples(st.sampled_from(RECIPES), st.floats(0, 2)), min_size=1, max_size=6),
    st.integers(1, 4),
    st.floats(0, 0.5),
    st.integers(0, 1_000),
)
def test_in_a_run_that_is_sampled(
    kitchen: list[tuple[Recipe, float]], cores: int, by: float, seed: int
) -> None:
    parts = [Part(number, recipe, at, THREAD) for number, (recipe, at) in enumerate(kitchen, 1)]
    events = story(parts, cores=cores, seconds=3.0, seed=seed)
    floor = floor_of(*overstated(events, by, seed))
    for each in LADDER[:4]:
        assert require_one_gil(floor, scale_of(floor, each, width=14)) or each > 1


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Threads of one process, with samples that tell anything of them at any time."""
    kinds = st.sampled_from([StepKind.COMPUTE] * 4 + [*StepKind])
    events: list[Event] = []
    for number in range(1, draw(st.integers(2, 4)) + 1):
        at = BEGAN + draw(st.floats(0, 2))
        steps = tuple(Step("x", kind, 1.0) for kind in draw(st.lists(kinds, min_size=1)))
        events += [Seated(at, number, 1, 4_711, THREAD, "any", steps)]
        at += draw(st.floats(0, 0.5))
        events.append(Started(at, number, 4_711, 4_711 + number))
        for index in range(len(steps)):
            events.append(StepBegan(at, number, index))
            at += draw(st.floats(0.2, 2))
        if draw(st.booleans()):
            events += [Paused(at, number, ours=True), Resumed(at + 0.3, number, ours=True)]
        if draw(st.booleans()):
            events.append(Exited(at + 0.5, number, 0, ours=False))
    for at in draw(st.lists(st.floats(0, 6), min_size=2, max_size=12, unique=True)):
        uses = (
            MakerUse(n, draw(st.integers(0, 3)), draw(st.floats(0, 1)), 0.0, None, None, False)
            for n in range(1, 5)
        )
        events.append(Sampled(BEGAN + at, (), tuple(uses)))
    return sorted(events, key=lambda event: event.at)


@settings(deadline=None, max_examples=60)
@given(histories(), st.sampled_from(LADDER[:5]))
def test_whatever_was_sampled(events: list[Event], samples: int) -> None:
    floor = floor_of(*events)
    require_one_gil(floor, scale_of(floor, samples, width=14))


def test_what_fits_is_drawn_as_it_was_measured() -> None:
    parts = [Part(number, BUILT_IN["grind"], 0.0, THREAD) for number in (1, 2, 3, 4)]
    floor = floor_of(*story(parts, cores=2, seconds=3.0))
    scale = scale_of(floor, 2, width=6)
    found = [
        cells(maker, scale, floor.sample_times, (), burned_in(floor, maker.station, scale.edges))
        for maker in floor.makers.values()
    ]
    assert [[cell.height for cell in row[1:5]] for row in found] == [[2] * 4] * 4


def test_processes_have_a_gil_each() -> None:
    parts = [Part(number, BUILT_IN["grind"], 0.0) for number in (1, 2)]
    floor = floor_of(*story(parts, cores=2, seconds=3.0, others=0.0))
    scale = scale_of(floor, width=6)
    for maker in floor.makers.values():
        assert cells(maker, scale, floor.sample_times)[3].height == 8
