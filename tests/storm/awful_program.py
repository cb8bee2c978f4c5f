"""``chai-tui`` with recipes that no file can hold: ``python -m tests.storm.awful_program``.

Every maker of ``AWFUL`` and ``RUDE`` is a recipe by its name, with ``-`` for spaces; ``quick``
takes no time. Its semaphores' names begin with what the variable ``SEMAPHORES`` says.
"""

from __future__ import annotations

import os
import sys
from multiprocessing.process import current_process

from chai_tui.recipe import BUILT_IN, Recipe
from tests.process.makers import steps
from tests.storm.awful import AWFUL
from tests.storm.rude import RUDE


def _by_name(recipes: dict[str, Recipe]) -> dict[str, Recipe]:
    names = {name: name.replace(" ", "-") for name in recipes}
    return {names[name]: recipe._replace(name=names[name]) for name, recipe in recipes.items()}


SEMAPHORES = "CHAI_STORM_SEMAPHORES"
"""The environment variable that says how the names of semaphores begin."""
QUICK = {"quick": steps(wait=0.001)}
RECIPES = BUILT_IN | _by_name({name: each for name, (each, _) in AWFUL.items()} | RUDE | QUICK)
"""All that can be chosen, in the order in which the program offers them."""


def main() -> int:
    """Add the recipes and run the program."""
    from chai_tui.__main__ import main as run_program

    if prefix := os.environ.get(SEMAPHORES):
        current_process()._config["semprefix"] = prefix  # type: ignore[attr-defined]
    BUILT_IN.update(RECIPES)
    return run_program()


if __name__ == "__main__":
    sys.exit(main())
