"""A recipe as a function that can be tasted. It runs in the runner: standard library only."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from chai_tui.model.recipe import Recipe, StepKind
from chai_tui.sources.live.station.steps import compute, native

CALL_SECONDS = 0.04
"""How long a call is made: a race of three seconds a call would take minutes."""


async def brew(steps: Sequence[tuple[str, float]]) -> None:
    """Follow a recipe.

    Args:
        steps: kind and seconds of each.
    """
    for kind, seconds in steps:
        if kind == StepKind.WAIT:
            await asyncio.sleep(seconds)
        elif kind == StepKind.COMPUTE:
            compute(seconds, _tell_nobody)
        else:
            native(seconds, _tell_nobody)


def _tell_nobody(_fraction: float) -> None:
    """Nobody watches the steps of a call."""


def scaled(recipe: Recipe) -> tuple[float, list[tuple[str, float]]]:
    """Return what a recipe's seconds are multiplied with to make a call short, and its steps.

    Args:
        recipe: its jitter is left out.
    """
    whole = sum(step.seconds for step in recipe.steps)
    scale = min(1.0, CALL_SECONDS / whole) if whole > 0 else 1.0
    return scale, [(str(step.kind), step.seconds * scale) for step in recipe.steps]
