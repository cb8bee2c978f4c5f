"""Drives a kitchen through a storm: folds what it tells, keeps no more than the floor does."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

from chai_tui.model.commands import AddMakers, Command
from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, Trouble, Unseated
from chai_tui.model.recipe import Recipe
from chai_tui.sources.live.kitchen import Kitchen
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import Maker
from tests.storm.promise import PATIENCE, require


class Drive:
    """A kitchen and the floor folded from its events.

    Args:
        kitchen: it stays the caller's.
    """

    def __init__(self, kitchen: Kitchen) -> None:
        self.kitchen = kitchen
        self.floor = Floor()
        self.troubles: list[Trouble | Unseated] = []

    def poll(self, timeout: float = 0.05) -> list[Event]:
        """Poll once."""
        events = self.kitchen.poll(timeout)
        self.take(events)
        return events

    def take(self, events: list[Event]) -> None:
        """Fold events."""
        self.floor.fold(events)
        self.troubles += [event for event in events if isinstance(event, Trouble | Unseated)]

    def until(self, condition: Callable[[], object], patience: float = PATIENCE) -> None:
        """Poll until a condition holds."""
        deadline = time.monotonic() + patience
        while not condition():
            require(
                time.monotonic() < deadline,
                f"never held; {dict(self.floor.counts)}, {self.troubles[-3:]}",
            )
            self.poll()

    def submit(self, command: Command) -> None:
        """Ask the kitchen for something."""
        self.kitchen.submit(command)

    def add(
        self, recipe: Recipe, how_many: int = 1, engine: Engine = Engine.PROCESS
    ) -> list[Maker]:
        """Seat makers and return them once they are known."""
        before = set(self.floor.makers)
        self.submit(AddMakers(how_many, recipe, engine))
        self.until(lambda: len(set(self.floor.makers) - before) == how_many)
        return [maker for number, maker in self.floor.makers.items() if number not in before]

    def until_joined(self, makers: list[Maker]) -> None:
        """Poll until these have ended."""
        self.until(lambda: all(maker.joined for maker in makers))


@contextlib.contextmanager
def kitchen_drive(start_method: str = "forkserver", **options: object) -> Iterator[Drive]:
    """Open a kitchen, and close it whatever happens."""
    kitchen = Kitchen(start_method, **options)  # type: ignore[arg-type]
    try:
        yield Drive(kitchen)
    finally:
        kitchen.close()
