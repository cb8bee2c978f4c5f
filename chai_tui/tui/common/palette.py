"""The command palette: everything that a key does, and what to brew next, by name."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any, NamedTuple, Protocol, cast

from textual.app import SystemCommand
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import Screen

from chai_tui.model.commands import AddMakers, Command
from chai_tui.model.engine import Engine
from chai_tui.model.recipe import Recipe
from chai_tui.state.floor import Floor
from chai_tui.tui.keys.commands import COMMANDS
from chai_tui.tui.keys.replay_keys import KITCHEN_REPLAY, TASTE_REPLAY
from chai_tui.tui.keys.rows import Row, keys_bound
from chai_tui.tui.keys.taste_keys import TASTE


class Brews(Protocol):
    """What the palette needs of the app; it cannot know the app, which knows it."""

    recipes: list[Recipe]
    accepts: frozenset[type[Command]]
    floor: Floor
    keys_given: Mapping[str, str]

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Return what Textual itself offers."""

    def run_action(self, action: str) -> Coroutine[Any, Any, bool]:
        """Do what a key does."""

    def brew_next(self, recipe: Recipe | None = None, engine: Engine | None = None) -> None:
        """Add makers with this recipe and engine from now on."""


class Offer(NamedTuple):
    """Something that can be done now.

    Attributes:
        name: what it is found by.
        tooltip: what it does, in a sentence.
        call: does it.
        keys: that do it, too.
    """

    name: str
    tooltip: str
    call: Callable[[], object]
    keys: str = ""

    def shown(self, name: Content | str) -> Content:
        """Return the name with the keys beside it."""
        return Content.assemble(name, (f"  {self.keys}", "not bold") if self.keys else "")


class RowCommands(Provider):
    """Every row of a table of keys in the command palette, and what Textual itself offers.

    Not those that move the selection: they are keys because they are pressed again and again.
    Textual's are offered here, as two providers would have no order between them.
    """

    rows: Sequence[Row] = ()

    def _offers(self) -> Iterator[Offer]:
        """Everything that can be done now."""
        app, screen = cast("Brews", self.app), self.screen
        for row in self.rows:
            node: DOMNode = self.app if row.action.startswith("app.") else screen
            has_it = hasattr(node, f"action_{row.action_name}")
            if row.id == "palette" or row.id.startswith("select-") or not has_it:
                continue
            if node is self.app and node.check_action(row.action_name, ()) is False:
                continue  # it is not here at all
            if node is screen and not screen.check_action(row.action_name, ()):
                continue
            if row.needs is None or row.needs in app.accepts:
                keys = keys_bound(row, app.keys_given)
                yield Offer(row.label, row.tooltip, partial(app.run_action, row.action), keys)
        yield from self._more_offers()
        for command in sorted(app.get_system_commands(screen), key=itemgetter(0)):
            yield Offer(command.title, command.help, command.callback)

    def _more_offers(self) -> Iterator[Offer]:
        """What no key does."""
        yield from ()

    async def discover(self) -> Hits:
        """Offer everything before anything is typed."""
        for offer in self._offers():
            display = offer.shown(offer.name)
            yield DiscoveryHit(display, offer.call, text=offer.name, help=offer.tooltip)

    async def search(self, query: str) -> Hits:
        """Offer what matches."""
        matcher = self.matcher(query)
        for offer in self._offers():
            # Its sentence counts too: people search for "restart" as well as for "Again".
            score = max(matcher.match(offer.name), 0.8 * matcher.match(offer.tooltip))
            if score > 0:
                display = offer.shown(matcher.highlight(offer.name))
                yield Hit(score, display, offer.call, text=offer.name, help=offer.tooltip)


class KitchenCommands(RowCommands):
    """The kitchen's keys, and every recipe and engine to brew with next."""

    rows = COMMANDS

    def _more_offers(self) -> Iterator[Offer]:
        """Every recipe and engine to brew with next."""
        app = cast("Brews", self.app)
        if AddMakers not in app.accepts:
            return
        for recipe in app.recipes:
            steps = ", ".join(f"{step.name} ({step.kind})" for step in recipe.steps[:6])
            yield Offer(f"Brew {recipe.name} next", steps, partial(app.brew_next, recipe=recipe))
        for engine in app.floor.run.engines:
            seating = "Every process its own memory and GIL"
            if engine.shares_station:
                own = ", with an interpreter each" if engine.traits.own_interpreter else ""
                seating = f"Makers share one process{own}"
            brew_so = partial(app.brew_next, engine=engine)
            yield Offer(f"Seat the next makers as {engine}", seating, brew_so)


class TasteCommands(RowCommands):
    """The keys of a tasting."""

    rows = TASTE.rows


class KitchenReplayCommands(RowCommands):
    """The keys of a recording of a kitchen."""

    rows = KITCHEN_REPLAY.rows


class TasteReplayCommands(RowCommands):
    """The keys of a recording of a tasting."""

    rows = TASTE_REPLAY.rows
