"""``chai-tui`` with recipes that no file can hold: ``python -m tests.storm.awful_program``.

Every maker of ``AWFUL`` and ``RUDE`` is a recipe by its name, with ``-`` for spaces.
"""

from __future__ import annotations

import sys

from chai_tui.recipe import BUILT_IN
from tests.storm.awful import AWFUL
from tests.storm.rude import RUDE


def main() -> int:
    """Add the recipes and run the program."""
    from chai_tui.__main__ import main as run_program

    recipes = {name: recipe for name, (recipe, _) in AWFUL.items()} | RUDE
    for name, recipe in recipes.items():
        BUILT_IN[name.replace(" ", "-")] = recipe._replace(name=name.replace(" ", "-"))
    return run_program()


if __name__ == "__main__":
    sys.exit(main())
