"""A parent that is made to die: starts makers, prints their pids, and drives them until killed.

Run as ``python -m tests.process.parent START_METHOD``.
"""

from __future__ import annotations

import sys

from chai_tui.model.commands import AddMakers, PauseMaker
from chai_tui.model.engine import Engine
from chai_tui.model.events import Said, Seated
from chai_tui.sources.live.kitchen import Kitchen
from tests.process import makers
from tests.process.makers import doing, steps


def main() -> None:
    """Start one maker of each kind, pause the last, and say so."""
    kitchen = Kitchen(sys.argv[1])
    recipes = [
        steps(wait=600),
        doing(makers.compute_for_ever),
        doing(makers.hold_the_gil_in_c),
        steps(wait=600),
    ]
    for recipe in recipes:
        kitchen.submit(AddMakers(1, recipe, Engine.PROCESS))
    pids: dict[int, int] = {}
    talking: set[int | None] = set()
    while len(pids) < len(recipes) or len(talking) < len(recipes):
        for event in kitchen.poll(1.0):
            if isinstance(event, Seated):
                pids[event.maker] = event.pid
            elif isinstance(event, Said):
                talking.add(event.maker)
    kitchen.submit(PauseMaker(4))
    kitchen.poll(0)
    print(*pids.values(), flush=True)
    while True:
        kitchen.poll(1.0)


if __name__ == "__main__":
    main()
