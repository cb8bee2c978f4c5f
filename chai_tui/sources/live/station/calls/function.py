"""A call of a function of the user's own, as steps of a recipe. Standard library only.

Only names and plain values cross to the station: it imports the function there, and nothing of the
user's is ever imported, or pickled, in the kitchen's own process.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from chai_tui.model.recipe import Recipe, Step, StepKind
from chai_tui.model.text import printable
from chai_tui.sources.live.station.calls.loading import Where, load

SHOWN = 40
"""Characters of a call's arguments that the name of its step shows."""


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A call of a function with plain values.

    Attributes:
        where: the function is.
        arguments: numbers, texts, lists and the like.
    """

    where: Where
    arguments: tuple[Any, ...] = ()

    @property
    def has_result(self) -> bool:
        """Whether what it returns is worth telling."""
        return True

    def __call__(self) -> object:
        """Call it; what it returns is returned, and what it raises is raised."""
        return load(self.where)(*self.arguments)


def recipe_of_call(where: Where, arguments: tuple[Any, ...] = ()) -> Recipe:
    """Return what a maker does who calls a function.

    Args:
        where: the function is.
        arguments: plain values.
    """
    shown = ", ".join(f"{argument!r:.{SHOWN}}" for argument in arguments)
    if len(shown) > SHOWN:
        shown = f"{shown[: SHOWN - 1]}…"
    source = where.module or where.path or ""
    source = source.replace("\\", "/").rpartition("/")[2]
    return Recipe(
        printable(where.name),
        (
            Step(printable(f"import {source}"), StepKind.CALL, call=partial(load, where)),
            Step(
                printable(f"{where.name}({shown})"),
                StepKind.CALL,
                call=FunctionCall(where, arguments),
            ),
        ),
    )
