"""Engines and recipes, each explained in a line."""

from __future__ import annotations

from chai_tui.explain.wording.formatting import seconds_text
from chai_tui.model.engine import Engine
from chai_tui.model.recipe import Recipe, Step, StepKind
from chai_tui.model.text import printable

_STEPS_NAMED = 8


def engine_text(engine: Engine, *, has_gil: bool = True) -> str:
    """Return what an engine is, in a sentence.

    Args:
        engine: which one.
        has_gil: whether this Python has a GIL.
    """
    match engine:
        case Engine.PROCESS:
            own = "memory and a GIL of its own" if has_gil else "memory of its own"
            return f"process: one each, with {own}. Makers compute on several cores at once."
        case Engine.THREAD if has_gil:
            return (
                "thread: one each in one process, with shared memory and one GIL. "
                "Waiting overlaps, Python code takes turns."
            )
        case Engine.THREAD:
            return (
                "thread: one each in one process, with shared memory. "
                "This Python is free-threaded: without a GIL they compute on several cores at once."
            )
        case Engine.ASYNCIO:
            return (
                "asyncio: a task each on one event loop. "
                "Waiting overlaps, whoever computes holds up everybody."
            )
        case Engine.SERIAL:
            return "serial: one after another in one process. What the others are measured by."
        case Engine.INTERPRETER:
            own = "thread and a GIL" if has_gil else "thread"
            return (
                f"interpreter: one each in one process, with a {own} of its own. "
                "They compute on several cores at once, and share no variables."
            )


def recipe_text(recipe: Recipe) -> str:
    """Return a recipe's steps with their kinds and seconds, and how long they take in all."""
    steps = ", ".join(_step_text(step) for step in recipe.steps[:_STEPS_NAMED])
    more = len(recipe.steps) - _STEPS_NAMED
    if more > 0:
        steps += f" and {more:,} more"
    told = f"{printable(recipe.name)}: {steps}"
    if any(step.kind is StepKind.CALL for step in recipe.steps):
        return told  # nobody knows how long a call takes
    return f"{told} ({seconds_text(sum(step.seconds for step in recipe.steps))} in all)"


def _step_text(step: Step) -> str:
    if step.kind is StepKind.CALL:
        return f"{printable(step.name)} (a call)"
    jitter = f" ±{step.jitter:.0%}" if step.jitter else ""
    return f"{printable(step.name)} ({step.kind} {step.seconds:g} s{jitter})"
