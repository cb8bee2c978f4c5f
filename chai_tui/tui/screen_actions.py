"""What keys do to the screen: show another one over the kitchen, or the kitchen in other print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chai_tui.config.settings import Settings
from chai_tui.model.engine import Engine
from chai_tui.model.recipe import Recipe
from chai_tui.tui.keys.commands import COMMANDS
from chai_tui.tui.kitchen.screen import KitchenScreen
from chai_tui.tui.kitchen.title_line import Setup
from chai_tui.tui.maker_actions import MakerActions

if TYPE_CHECKING:
    from chai_tui.findings.evidence.finding import Finding


class ScreenActions(MakerActions):
    """Opens screens, each imported only when it is asked for.

    Attributes:
        kitchen: the screen below them.
        setup: how makers are made.
        recipes: what can be chosen.
    """

    kitchen: KitchenScreen
    setup: Setup
    recipes: Sequence[Recipe]
    _settings: Settings
    _more_contrast: bool

    def action_engine(self) -> None:
        """Ask for recipe and engine of the makers added next."""
        from chai_tui.tui.dialogs.shown import EngineDialog  # noqa: PLC0415 - only when asked for

        def chosen(choice: tuple[Recipe, Engine] | None) -> None:
            if choice is not None:
                self.brew_next(*choice)

        run = self.floor.run
        dialog = EngineDialog(
            self.recipes, self.setup.recipe, self.setup.engine, run.engines, has_gil=run.gil
        )
        self.push_screen(dialog, chosen)

    def brew_next(self, recipe: Recipe | None = None, engine: Engine | None = None) -> None:
        """Add makers with this recipe and engine from now on; None leaves one as it is."""
        self.setup.recipe = recipe or self.setup.recipe
        self.setup.engine = engine or self.setup.engine
        self.kitchen.setup_changed()

    def action_timeline(self) -> None:
        """Show when each maker ran."""
        from chai_tui.tui.timeline.screen import TimelineScreen  # noqa: PLC0415 - only when asked for

        timeline = TimelineScreen(self.floor, self._aimed_number())
        self.push_screen(timeline, lambda _: self.kitchen.select(timeline.number))

    def action_large(self) -> None:
        """Show fewer facts, larger; or all of them again."""
        self.setup.large = self._more_contrast = not self.setup.large
        self.refresh_css(animate=False)
        self.kitchen.setup_changed()

    def action_log(self) -> None:
        """Show all that happened."""
        from chai_tui.tui.kitchen.log_screen import LogScreen  # noqa: PLC0415 - only when asked for

        self.push_screen(LogScreen(self.kitchen.log_view))

    @property
    def found(self) -> Sequence[Finding]:
        """What was found to be wrong with what is shown, oldest first."""
        return ()

    def action_findings(self) -> None:
        """Show what was found, and its evidence."""
        from chai_tui.tui.dialogs.findings import FindingsDialog  # noqa: PLC0415 - when asked for

        def chosen(number: int | None) -> None:
            if number is not None:
                self.kitchen.zoom(number)

        self.push_screen(FindingsDialog(self.floor, lambda: self.found), chosen)

    def action_help(self) -> None:
        """Explain."""
        from chai_tui.tui.help.screen import HelpScreen  # noqa: PLC0415 - only when asked for

        self.push_screen(HelpScreen(COMMANDS, self._settings.keys, run=self.floor.run))
