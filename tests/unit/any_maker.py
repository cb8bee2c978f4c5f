"""Makers with anything in them, for properties that hold whatever a maker is like."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st

from chai_tui.model.engine import Engine
from chai_tui.model.events import Stopping
from chai_tui.model.program_events import Wait, WaitKind
from chai_tui.model.recipe import Step, StepKind
from chai_tui.model.text import printable
from chai_tui.state.makers.records import Line, Maker, Span, State, Use

BEGAN = 1_000.0
of_several = settings(deadline=None, max_examples=15)
"""How often a property of several makers is tried: 15 examples are fifty makers, and to change
one large example into the next costs more than to try it."""
moments = st.floats(BEGAN, BEGAN + 5_000, allow_nan=False)
texts = st.text(max_size=60)
names = st.text(min_size=1, max_size=40)

steps = st.builds(
    Step, name=names, kind=st.sampled_from(StepKind), seconds=st.floats(0, 1e5, allow_nan=False)
)
uses = st.builds(
    Use,
    at=moments,
    core=st.none() | st.integers(0, 191),
    cpu_share=st.floats(0, 40, allow_nan=False),
    ready_share=st.none() | st.floats(0, 1, allow_nan=False),
    memory=st.none() | st.integers(0, 10**13),
    gil_share=st.none() | st.floats(0, 1, allow_nan=False),
)
lines_said = st.builds(Line, at=moments, text=texts, stream=st.sampled_from(("out", "err")))


@st.composite
def makers(draw: st.DrawFn) -> Maker:
    """A maker in any state, joined or not, with any history."""
    its_steps = tuple(draw(st.lists(steps, max_size=15)))
    maker = Maker(
        number=draw(st.integers(1, 100_000)),
        station=1,
        pid=draw(st.integers(1, 2**22)),
        engine=draw(st.sampled_from(Engine)),
        recipe=draw(st.just("") | names),
        steps=its_steps,
        seated_at=BEGAN,
        state=draw(st.sampled_from(State)),
        joined=draw(st.booleans()),
        fraction=draw(st.floats(0, 1)),
        cpu_seconds=draw(st.floats(0, 1e6)),
        cpu_share=draw(st.floats(0, 40)),
        ready_share=draw(st.none() | st.floats(0, 1)),
        gil_share=draw(st.none() | st.floats(0, 1)),
        core=draw(st.none() | st.integers(0, 191)),
        core_moves=draw(st.integers(0, 10_000)),
        memory=draw(st.none() | st.integers(0, 10**13)),
        exitcode=draw(st.none() | st.integers(-64, 255)),
        error=draw(st.none() | texts),
        traceback=draw(st.none() | st.text(max_size=200)),
        dropped=draw(st.integers(0, 10**6)),
        called=draw(st.just("") | names.map(printable)),
        waits=draw(st.none() | st.builds(Wait, st.just(1), st.sampled_from(WaitKind), texts)),
        task=draw(texts),
    )
    if draw(st.booleans()):
        maker.started_at = draw(moments)
    if maker.joined:
        maker.ended_at = draw(moments)
    if maker.state is State.SERVED:
        maker.served_at = draw(moments)
    if draw(st.booleans()):
        signal = draw(st.none() | st.integers(1, 64))
        maker.stopping = Stopping(
            draw(moments), maker.number, signal, draw(st.none() | st.just(2.0))
        )
        maker.stop_signal = None if signal is None else f"signal {signal}"
    if maker.exitcode is not None and maker.exitcode < 0:
        maker.end_signal = f"signal {-maker.exitcode}"
    began = sorted(draw(st.lists(moments, max_size=len(its_steps))))
    maker.step_times = [Span(a, b) for a, b in pairwise(began)] + [
        Span(a, None) for a in began[-1:]
    ]
    maker.step = len(began) - 1 if began else None
    stops = sorted(draw(st.lists(moments, max_size=6)))
    maker.pauses = [Span(a, b) for a, b in pairwise(stops)][::2]
    maker.history.extend(sorted(draw(st.lists(uses, max_size=12))[:12], key=lambda use: use.at))
    maker.said.extend(draw(st.lists(lines_said, max_size=6)))
    maker.said_count = len(maker.said) + draw(st.integers(0, 10_000))
    return maker
