"""How true the simulation is: ``python -m tests.simulated`` runs it all for real, and simulated.

A table of wall times, real beside simulated, for every recipe and engine on this machine. What
others on the machine took meanwhile is told beside them: it makes the real ones longer.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from chai_tui.host.engines import engines_here
from chai_tui.host.usable_cores import usable_cores
from chai_tui.model.commands import AddMakers
from chai_tui.model.engine import Engine
from chai_tui.model.event_json import from_json
from chai_tui.model.events import Event, Sampled
from chai_tui.model.recipe import BUILT_IN, Recipe
from chai_tui.sources.simulated.source import Simulation
from chai_tui.state.floor import Floor

SEED = 7
QUIET = 0.04
"""Share of the cores that others may take of a machine that is called quiet."""


class Compared(NamedTuple):
    """One comparison: wall seconds, and the share of all cores that others took meanwhile."""

    real: float
    simulated: float
    others: float

    @property
    def ratio(self) -> float:
        return self.real / self.simulated


def compare(recipe: Recipe, engine: Engine, makers: int) -> Compared:
    """Brew a recipe here, and on a simulated machine of as many cores."""
    real, others = _really(recipe, engine, makers)
    return Compared(real, _simulated(recipe, engine, makers), others)


def _simulated(recipe: Recipe, engine: Engine, makers: int) -> float:
    now = [0.0]
    source = Simulation(len(usable_cores().numbers), "forkserver", seed=SEED, clock=lambda: now[0])
    source.submit(AddMakers(makers, recipe, engine))
    floor = Floor()
    while not floor.all_joined:
        floor.fold(source.poll(0))
        now[0] += 0.1
    return floor.elapsed


def _really(recipe: Recipe, engine: Engine, makers: int) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "recipe.toml"
        steps = "".join(
            f'[[steps]]\nname = "{step.name}"\n{step.kind} = {step.seconds}\n'
            f"jitter = {step.jitter}\n"
            for step in recipe.steps
        )
        file.write_text(f'name = "{recipe.name}"\n{steps}', encoding="utf-8")
        result = subprocess.run(
            [
                sys.executable, "-m", "chai_tui", str(file), "--json", "--seed", str(SEED),
                "--makers", str(makers), "--engine", str(engine), "--start-method", "forkserver",
            ],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    told = [from_json(json.loads(line)) for line in result.stdout.splitlines()]
    events = [event for event in told if event is not None]
    floor = Floor()
    floor.fold(events)
    assert floor.all_served
    return floor.elapsed, _others(events)


def _others(events: Sequence[Event]) -> float:
    """The share of all cores that others took, on average."""
    uses = [use for event in events if isinstance(event, Sampled) for use in event.cores]
    taken = [use.busy - (use.makers or 0.0) for use in uses if use.busy is not None]
    return sum(taken) / len(taken) if taken else 0.0


def main() -> None:
    print(f"{'recipe':8} {'engine':12} {'real':>8} {'simulated':>10} {'ratio':>6}  others")
    for recipe in BUILT_IN.values():
        for engine in engines_here():
            one = compare(recipe, engine, 3)
            print(
                f"{recipe.name:8} {engine:12} {one.real:7.2f}s {one.simulated:9.2f}s"
                f" {one.ratio:6.2f}  {one.others:.0%}",
                flush=True,
            )


if __name__ == "__main__":
    main()
