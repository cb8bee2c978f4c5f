"""When the steps and pauses of a maker began and ended, and which steps it named itself."""

from __future__ import annotations

from chai_tui.model.events import StepBegan
from chai_tui.model.recipe import MAX_STEPS, Step, StepKind
from chai_tui.state.makers.records import Maker, Span

STEPS_KEPT = 2 * MAX_STEPS
"""Steps kept of each maker: those of its recipe, and as many that its functions name."""


def begin_step(maker: Maker, event: StepBegan) -> None:
    """Note that a maker began a step; one that its recipe does not have comes into it there."""
    if event.name and 0 <= event.step <= len(maker.steps) < STEPS_KEPT:
        before, after = maker.steps[: event.step], maker.steps[event.step :]
        maker.steps = (*before, Step(event.name, StepKind.CALL), *after)
    if 0 <= event.step < len(maker.steps):
        end_step(maker, event.at)
        maker.step = event.step
        maker.fraction = 0.0
        maker.told_progress = False
        maker.step_times = maker.own(maker.step_times)
        maker.step_times.append(Span(event.at, None))


def end_step(maker: Maker, at: float) -> None:
    """Note that the step that a maker is in, if it is in one, ended."""
    if maker.step_times and maker.step_times[-1].end is None:
        maker.step_times = maker.own(maker.step_times)
        maker.step_times[-1] = Span(maker.step_times[-1].began, at)


def end_pause(maker: Maker, at: float) -> None:
    """Note that the pause of a maker ended."""
    maker.pauses = maker.own(maker.pauses)
    maker.pauses[-1] = Span(maker.pauses[-1].began, at)
