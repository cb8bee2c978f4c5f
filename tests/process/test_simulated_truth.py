"""The simulation takes as long as the real thing; ``python -m tests.simulated`` tries it all."""

from __future__ import annotations

import sys

import pytest

from chai_tui.model.engine import Engine
from chai_tui.model.recipe import Recipe, Step, StepKind
from tests.simulated import Compared, compare
from tests.thorough import briefly

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="its costs were measured on Linux, with its fork server"
)
TRIES = 3
CROWDED = 0.15
"""Share of the cores from which on nobody can tell how long it would take alone."""
UNTRUE = 0.1
"""Share by which a simulation may be wrong."""
LITTLE = 0.05
"""CPU seconds that three makers may burn beside their work, to begin and to report."""
WAIT = Recipe("wait", (Step("boil", StepKind.WAIT, 0.6),))
COMPUTE = Recipe("compute", (Step("grind", StepKind.COMPUTE, 0.3),))
MIXED = Recipe(
    "mixed",
    (
        Step("boil", StepKind.WAIT, 0.3),
        Step("grind", StepKind.COMPUTE, 0.2),
        Step("churn", StepKind.NATIVE, 0.2),
    ),
)


@briefly(
    ("recipe", "engine"),
    [
        (WAIT, Engine.PROCESS),
        (WAIT, Engine.SERIAL),
        (COMPUTE, Engine.PROCESS),
        (COMPUTE, Engine.THREAD),
        (MIXED, Engine.ASYNCIO),
        (MIXED, Engine.THREAD),
    ],
    ids=lambda value: getattr(value, "name", str(value)),
    keep=2,
)
def test_it_takes_as_long_as_the_real_thing(recipe: Recipe, engine: Engine) -> None:
    tried: list[Compared] = []
    while _may_still_be_untrue(tried):
        one = compare(recipe, engine, 3)
        tried.append(one)
        # Of a machine that is crowded throughout this is all that can be compared.
        assert abs(one.burned - one.burned_simulated) <= UNTRUE * one.burned_simulated + LITTLE, one
        if 1 - UNTRUE <= one.ratio <= (1 + UNTRUE) / (1 - min(one.others, CROWDED)):
            return
    # Others can make the real thing longer, nothing shorter. Makers that begin on one core while
    # somebody holds the other may lose more than the share that was taken: once is no sign.
    assert all(one.ratio > 1 for one in tried), tried
    assert _quiet(tried) < 2, tried


def _quiet(tried: list[Compared]) -> int:
    return sum(one.others <= CROWDED for one in tried)


def _may_still_be_untrue(tried: list[Compared]) -> bool:
    """Whether another try can decide: not where too few are left that might be quiet ones."""
    left = TRIES - len(tried)
    return left > 0 and _quiet(tried) + left >= 2
