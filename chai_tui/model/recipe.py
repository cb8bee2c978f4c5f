"""Recipes: what a maker does, as named steps.

A recipe is plain data. The kitchen resolves its jitter before a maker is seated, so that a
station receives finished numbers and needs no random generator of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from random import Random

MAX_STEPS = 1_000
MAX_SECONDS = 86_400.0


class StepKind(StrEnum):
    """How a step spends its time."""

    WAIT = "wait"
    """Sleeps: stands for I/O-bound work."""
    COMPUTE = "compute"
    """Python bytecode: holds the GIL and burns CPU time of its own thread."""
    NATIVE = "native"
    """C code that releases the GIL and burns CPU time of its own thread."""
    CALL = "call"
    """Calls a Python function: only from Python, there is no way to write it in a file."""

    @property
    def never_waits(self) -> bool:
        """Whether its thread has work to do from its beginning to its end."""
        return self in (StepKind.COMPUTE, StepKind.NATIVE)


class Step(NamedTuple):
    """One named part of a recipe.

    Attributes:
        name: shown on screen; printable, never empty.
        kind: how the time is spent.
        seconds: wall seconds for ``wait``, CPU seconds of the maker's own thread for ``compute``
            and ``native``, ignored for ``call``.
        jitter: the greatest relative change of ``seconds``, from 0 to 1: 0.2 means ±20 %.
        call: what a ``call`` step calls, without arguments; it must be picklable.
    """

    name: str
    kind: StepKind
    seconds: float = 0.0
    jitter: float = 0.0
    call: Callable[[], object] | None = None


class Recipe(NamedTuple):
    """A named list of steps.

    Attributes:
        name: shown on screen and in plain mode's lines.
        steps: at least one.
    """

    name: str
    steps: tuple[Step, ...]

    def with_jitter_resolved(self, random: Random) -> Recipe:
        """Return the recipe that one maker brews: its jitter drawn and folded into the seconds.

        Args:
            random: the generator to draw from; seed it to repeat a run.
        """
        if not any(step.jitter for step in self.steps):
            return self
        return self._replace(
            steps=tuple(
                step._replace(
                    seconds=step.seconds * random.uniform(1 - step.jitter, 1 + step.jitter),
                    jitter=0.0,
                )
                for step in self.steps
            )
        )


def _built_in(name: str, *steps: tuple[str, StepKind, float, float]) -> Recipe:
    return Recipe(name, tuple(Step(*step) for step in steps))


BUILT_IN: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        # The lesson: three seconds of time.sleep().
        _built_in(
            "chai",
            ("boil water", StepKind.WAIT, 1.0, 0.0),
            ("steep tea", StepKind.WAIT, 1.5, 0.0),
            ("pour", StepKind.WAIT, 0.5, 0.0),
        ),
        _built_in(
            "grind",
            ("grind cardamom", StepKind.COMPUTE, 1.0, 0.0),
            ("grind ginger", StepKind.COMPUTE, 1.0, 0.0),
            ("grind cloves", StepKind.COMPUTE, 1.0, 0.0),
        ),
        _built_in(
            "native",
            ("churn milk", StepKind.NATIVE, 1.5, 0.0),
            ("whisk foam", StepKind.NATIVE, 1.5, 0.0),
        ),
        _built_in(
            "masala",
            ("boil water", StepKind.WAIT, 0.8, 0.2),
            ("grind spices", StepKind.COMPUTE, 1.0, 0.2),
            ("churn milk", StepKind.NATIVE, 0.8, 0.2),
            ("steep tea", StepKind.WAIT, 1.0, 0.2),
        ),
    )
}
"""The recipes that need no file."""
