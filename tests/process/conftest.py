"""Real kitchens for tests: driven until a condition holds, and always closed."""

from __future__ import annotations

import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chai_tui.model.commands import AddMakers, Command
from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, Exited, Started
from chai_tui.model.recipe import Recipe
from chai_tui.sources.live.kitchen import Kitchen
from chai_tui.sources.live.station.calls.function import recipe_of_call
from chai_tui.sources.live.station.calls.loading import Where
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Maker
from tests.programs import Gate

collect_ignore: list[str] = []
if sys.platform == "win32":
    # They are about signals, descriptors, process groups and other start methods.
    collect_ignore += [path.name for path in Path(__file__).parent.glob("test_storm_*.py")]
    collect_ignore += ["test_ends.py", "test_engines.py", "test_orphans.py", "test_output.py"]
    collect_ignore += [path.name for path in Path(__file__).parent.glob("test_brew_*.py")]
    collect_ignore += ["test_program.py"]

PATIENCE = 60.0
"""Seconds after which a condition is said never to hold: generous, for loaded machines."""


class Watch:
    """A kitchen, everything it told, and the floor folded from that."""

    def __init__(self, kitchen: Kitchen) -> None:
        self.kitchen = kitchen
        self.floor = Floor()
        self.events: list[Event] = []

    def poll(self, timeout: float = 0.05) -> list[Event]:
        events = self.kitchen.poll(timeout)
        self.floor.fold(events)
        self.events += events
        return events

    def until(self, condition: Callable[[], object], patience: float = PATIENCE) -> None:
        """Poll until the condition holds."""
        deadline = time.monotonic() + patience
        while not condition():
            assert time.monotonic() < deadline, f"never held; {self.events[-12:]}"
            self.poll()

    def add(
        self, recipe: Recipe, how_many: int = 1, engine: Engine = Engine.PROCESS
    ) -> list[Maker]:
        """Seat makers and return them once they are known."""
        before = set(self.floor.makers)
        self.submit(AddMakers(how_many, recipe, engine))
        self.until(lambda: len(set(self.floor.makers) - before) == how_many)
        return [maker for number, maker in self.floor.makers.items() if number not in before]

    def submit(self, command: Command) -> None:
        self.kitchen.submit(command)

    def started(self, maker: Maker) -> None:
        self.until(
            lambda: any(isinstance(e, Started) and e.maker == maker.number for e in self.events)
        )

    def said(self, maker: Maker) -> list[str]:
        return [line.text for line in maker.said]

    def until_said(self, maker: Maker, text: str) -> None:
        self.until(lambda: any(text in line for line in self.said(maker)))

    def joined(self, *makers: Maker) -> None:
        self.until(lambda: all(maker.joined for maker in makers))

    def exits(self) -> list[Exited]:
        return [event for event in self.events if isinstance(event, Exited)]


@pytest.fixture
def start_method() -> str:
    return "spawn" if sys.platform == "win32" else "forkserver"


@pytest.fixture
def watch(start_method: str) -> Iterator[Watch]:
    kitchen = Kitchen(start_method, seed=1)
    try:
        yield Watch(kitchen)
    finally:
        kitchen.close()


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    """The input of a program that is to wait until something was seen of it."""
    made = Gate(tmp_path)
    yield made
    made.close()


Brew = Callable[..., list[Maker]]


@pytest.fixture
def brew(watch: Watch, tmp_path: Path) -> Brew:
    """Write a module, have makers call a function in it, and wait for their end."""

    def brewed(
        code: str,
        name: str = "act",
        *arguments: object,
        makers: int = 1,
        engine: Engine = Engine.PROCESS,
        file: str = "own_work.py",
        joined: bool = True,
    ) -> list[Maker]:
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(code))
        recipe = recipe_of_call(Where(str(path), None, name), arguments)
        group = watch.add(recipe, makers, engine)
        if joined:
            watch.joined(*group)
        return group

    return brewed
