"""``chai-tui`` with recipes that no file can hold: ``python -m tests.storm.awful_program``.

Every maker of ``AWFUL`` and ``RUDE`` is a recipe by its name, with ``-`` for spaces; ``quick``
takes no time, ``ends`` ends each maker in another way. Environment variables say how the names of
its semaphores begin, and whether there is a recipe ``numbers``.
"""

from __future__ import annotations

import os
import sys
from multiprocessing.process import current_process
from pathlib import Path

from chai_tui.model.recipe import BUILT_IN, Recipe
from tests.process.ends import IN_EVERY_WAY
from tests.process.makers import steps
from tests.storm.awful import AWFUL
from tests.storm.numbered import sending_behind
from tests.storm.rude import RUDE


def _by_name(recipes: dict[str, Recipe]) -> dict[str, Recipe]:
    names = {name: name.replace(" ", "-") for name in recipes}
    return {names[name]: recipe._replace(name=names[name]) for name, recipe in recipes.items()}


SEMAPHORES = "CHAI_STORM_SEMAPHORES"
"""The environment variable that says how the names of semaphores begin."""
NUMBERS = "CHAI_STORM_NUMBERS"
"""That which says how many numbers each maker sends, and for which file it waits: ``10:gate``."""
OTHERS = {"quick": steps(wait=0.001), "ends": IN_EVERY_WAY}
RECIPES = BUILT_IN | _by_name({name: each for name, (each, _) in AWFUL.items()} | RUDE | OTHERS)
"""All that can be chosen, in the order in which the program offers them."""


def main() -> int:
    """Add the recipes and run the program."""
    from chai_tui.__main__ import main as run_program

    if prefix := os.environ.get(SEMAPHORES):
        current_process()._config["semprefix"] = prefix  # type: ignore[attr-defined]
    BUILT_IN.update(RECIPES)
    if wanted := os.environ.get(NUMBERS):
        how_many, _, gate = wanted.partition(":")
        BUILT_IN["numbers"] = sending_behind(Path(gate), int(how_many))
    return run_program()


if __name__ == "__main__":
    sys.exit(main())
