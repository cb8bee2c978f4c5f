"""The command palette: everything that a key does, and what to brew next, by name."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from functools import partial
from typing import Any, Protocol, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider

from chai_tui.model.commands import AddMakers, Command
from chai_tui.model.engine import Engine
from chai_tui.model.recipe import Recipe
from chai_tui.state.floor import Floor
from chai_tui.tui.keys.commands import COMMANDS, is_accepted


class Brews(Protocol):
    """What the palette needs of the app; it cannot know the app, which knows it."""

    recipes: list[Recipe]
    accepts: frozenset[type[Command]]
    floor: Floor

    def run_action(self, action: str) -> Coroutine[Any, Any, bool]:
        """Do what a key does."""

    def brew_next(self, recipe: Recipe | None = None, engine: Engine | None = None) -> None:
        """Add makers with this recipe and engine from now on."""


class KitchenCommands(Provider):
    """Every row in the command palette, and every recipe and engine to brew with next."""

    def _offers(self) -> Iterator[tuple[str, str, Callable[[], object]]]:
        """Name, explanation and call of everything that can be done now."""
        app, screen = cast("Brews", self.app), self.screen
        for row in COMMANDS:
            node = app if row.action.startswith("app.") else screen
            has_it = hasattr(node, f"action_{row.action_name}")
            if has_it and row.id != "palette" and is_accepted(row.action_name, app.accepts):
                yield f"{row.label}", row.tooltip, partial(app.run_action, row.action)
        if AddMakers not in app.accepts:
            return
        for recipe in app.recipes:
            steps = ", ".join(f"{step.name} ({step.kind})" for step in recipe.steps[:6])
            yield f"Brew {recipe.name} next", steps, partial(app.brew_next, recipe=recipe)
        for engine in app.floor.run.engines:
            seating = "Every process its own memory and GIL"
            if engine.shares_station:
                own = ", with an interpreter each" if engine.traits.own_interpreter else ""
                seating = f"Makers share one process{own}"
            brew_so = partial(app.brew_next, engine=engine)
            yield f"Seat the next makers as {engine}", seating, brew_so

    async def discover(self) -> Hits:
        """Offer everything before anything is typed."""
        for name, tooltip, call in self._offers():
            yield DiscoveryHit(name, call, help=tooltip)

    async def search(self, query: str) -> Hits:
        """Offer what matches."""
        matcher = self.matcher(query)
        for name, tooltip, call in self._offers():
            # Its sentence counts too: people search for "restart" as well as for "Again".
            score = max(matcher.match(name), 0.8 * matcher.match(tooltip))
            if score > 0:
                yield Hit(score, matcher.highlight(name), call, help=tooltip)
