"""``chai-tui`` with recipes that no file can hold: ``python -m tests.storm.awful_program``.

Every maker of ``AWFUL`` and ``RUDE`` is a recipe by its name, with ``-`` for spaces.
"""

from __future__ import annotations

import sys

from chai_tui.recipe import BUILT_IN, Recipe
from tests.storm.awful import AWFUL
from tests.storm.rude import RUDE


def _by_name(recipes: dict[str, Recipe]) -> dict[str, Recipe]:
    names = {name: name.replace(" ", "-") for name in recipes}
    return {names[name]: recipe._replace(name=names[name]) for name, recipe in recipes.items()}


RECIPES = BUILT_IN | _by_name({name: recipe for name, (recipe, _) in AWFUL.items()} | RUDE)
"""All that can be chosen, in the order in which the program offers them."""


def main() -> int:
    """Add the recipes and run the program."""
    from chai_tui.__main__ import main as run_program

    BUILT_IN.update(RECIPES)
    return run_program()


if __name__ == "__main__":
    sys.exit(main())
