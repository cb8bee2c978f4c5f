"""How true the simulation is: ``python -m tests.simulated`` runs it all for real, and simulated.

A table of wall times, real beside simulated, for every recipe and engine on this machine, from the
first maker's start on: how long a fork server takes to come up is this machine's affair, and the
simulation's figure is another machine's. What others on the machine took meanwhile is told beside
them: it makes the real ones longer.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import psutil

from chai_tui.host.engines import engines_here
from chai_tui.host.usable_cores import usable_cores
from chai_tui.model.commands import AddMakers
from chai_tui.model.engine import Engine
from chai_tui.model.event_json import from_json
from chai_tui.model.events import Event, Exited, Served, Started
from chai_tui.model.recipe import BUILT_IN, Recipe
from chai_tui.sources.simulated.source import Simulation
from chai_tui.state.floor import Floor

SEED = 7


class Compared(NamedTuple):
    """One comparison: wall seconds, and the share of all cores that others took meanwhile.

    The machine counts hundredths of a second, so the share of a short run is a rough one. What the
    makers burned, in CPU seconds, is the same whatever others do.
    """

    real: float
    simulated: float
    others: float
    burned: float
    burned_simulated: float

    @property
    def ratio(self) -> float:
        return self.real / self.simulated


def compare(recipe: Recipe, engine: Engine, makers: int) -> Compared:
    """Brew a recipe here, and on a simulated machine of as many cores."""
    real, others, burned = _really(recipe, engine, makers)
    simulated, burned_simulated = _simulated(recipe, engine, makers)
    return Compared(real, simulated, others, burned, burned_simulated)


def _simulated(recipe: Recipe, engine: Engine, makers: int) -> tuple[float, float]:
    now = [0.0]
    source = Simulation(len(usable_cores().numbers), "forkserver", seed=SEED, clock=lambda: now[0])
    source.submit(AddMakers(makers, recipe, engine))
    floor = Floor()
    told: list[Event] = []
    while not floor.all_joined:
        events = source.poll(0)
        told.extend(events)
        floor.fold(events)
        now[0] += 0.1
    return _brewing(told), sum(_burned(told))


def _really(recipe: Recipe, engine: Engine, makers: int) -> tuple[float, float, float]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "recipe.toml"
        steps = "".join(
            f'[[steps]]\nname = "{step.name}"\n{step.kind} = {step.seconds}\n'
            f"jitter = {step.jitter}\n"
            for step in recipe.steps
        )
        file.write_text(f'name = "{recipe.name}"\n{steps}', encoding="utf-8")
        told: list[Event] = []
        with subprocess.Popen(
            [
                sys.executable, "-m", "chai_tui", str(file), "--json", "--seed", str(SEED),
                "--makers", str(makers), "--engine", str(engine), "--start-method", "forkserver",
            ],
            stdout=subprocess.PIPE, text=True,
        ) as run:  # fmt: skip
            assert run.stdout is not None
            busy, seen = 0.0, Counter[type[Event]]()
            for line in run.stdout:
                event = from_json(json.loads(line))
                if event is None:
                    continue
                told.append(event)
                seen[type(event)] += 1
                if isinstance(event, Started) and seen[Started] == 1:
                    psutil.cpu_percent()  # the next one tells of the time since
                elif isinstance(event, Exited) and seen[Exited] == makers:
                    busy = psutil.cpu_percent() / 100
        assert run.returncode == 0
    burned = _burned(told)
    assert len(burned) == makers
    brewing = _brewing(told)
    others = max(0.0, busy - sum(burned) / brewing / (psutil.cpu_count() or 1))
    return brewing, others, sum(burned)


def _burned(events: Iterable[Event]) -> list[float]:
    return [event.cpu_seconds for event in events if isinstance(event, Served)]


def _brewing(events: Iterable[Event]) -> float:
    """Seconds from the first maker's start until the last one's end."""
    return max(e.at for e in events if isinstance(e, Exited)) - min(
        e.at for e in events if isinstance(e, Started)
    )


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
