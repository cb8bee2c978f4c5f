"""The apps of a recording: of a kitchen, and of a tasting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import BindingType

from chai_tui.model.events import Seated
from chai_tui.model.recipe import Recipe
from chai_tui.recording.playing.film import Film
from chai_tui.tui.app import ChaiApp
from chai_tui.tui.keys.replay_keys import KITCHEN_REPLAY, REPLAY, TASTE_REPLAY
from chai_tui.tui.keys.screen_keys import Place
from chai_tui.tui.replaying import Replaying
from chai_tui.tui.shell.preloading import LATER_OF_REPLAY
from chai_tui.tui.taste_app import TasteApp

if TYPE_CHECKING:
    from textual.command import Provider

    from chai_tui.findings.evidence.finding import Finding
    from chai_tui.tui.help.pages import Section

LOOKED_THROUGH = 2_000
"""Events at the beginning in which the first maker is looked for."""


def _of_kitchen() -> type[Provider]:
    from chai_tui.tui.common.palette import KitchenReplayCommands  # noqa: PLC0415 - not for the first screen

    return KitchenReplayCommands


def _of_tasting() -> type[Provider]:
    from chai_tui.tui.common.palette import TasteReplayCommands  # noqa: PLC0415 - not for the first screen

    return TasteReplayCommands


def _bindings(rows: Any) -> list[BindingType]:
    """The rows of a first screen that are the app's business."""
    return [row.binding for row in rows if row.action.startswith("app.")]


def is_tasting(film: Film) -> bool:
    """Return whether what was read by now is of a tasting."""
    return film.floor_at(min(film.count, LOOKED_THROUGH)).race.began is not None


class ReplayApp(Replaying, ChaiApp, inherit_bindings=False):
    """Shows the recording of a kitchen."""

    BINDINGS: ClassVar[list[BindingType]] = _bindings(KITCHEN_REPLAY.all)
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_of_kitchen}
    later = (*ChaiApp.later, *LATER_OF_REPLAY)
    table = KITCHEN_REPLAY
    noun = "maker"

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._shown_setup: tuple[object, ...] = ()
        self._set_up()

    def _first_key(self, key_id: str) -> str:
        """Offer no key that would only say why it does nothing."""
        is_live = any(row.id == key_id for row in self.table.live)
        return "" if is_live else super()._first_key(key_id)

    def _announce_round(self) -> str:
        """Add nothing to the log that was not recorded: it would not be there after a jump."""
        return ""

    @property
    def found(self) -> Sequence[Finding]:
        """What was found by the moment that is shown, as it was known then."""
        return self.player.film.found_at(self.player.at)

    def _set_up(self) -> None:
        """Tell of the makers that were seated last, as a live kitchen does of the next ones."""
        makers = self.floor.makers
        if makers:
            last = makers[next(reversed(makers))]
            seen = last.recipe, last.steps, last.engine
        else:
            first = self._first_seated()
            seen = ("", (), self.setup.engine)
            if first is not None:
                seen = first.recipe, first.steps, first.engine
        if seen != self._shown_setup:
            self._shown_setup = seen
            name, steps, self.setup.engine = seen
            self.setup.recipe = Recipe(name, steps)

    def _first_seated(self) -> Seated | None:
        film = self.player.film
        events = film.events(0, min(film.count, LOOKED_THROUGH))
        return next((event for event in events if isinstance(event, Seated)), None)

    def floor_changed(self) -> None:
        """Let every screen that can be seen draw what changed."""
        self._set_up()
        super().floor_changed()

    def action_help(self) -> None:
        """Explain."""
        from chai_tui.tui.help.drawing import help_sections  # noqa: PLC0415 - only when asked for
        from chai_tui.tui.help.replaying import bar_section  # noqa: PLC0415 - likewise
        from chai_tui.tui.help.screen import HelpScreen  # noqa: PLC0415 - likewise

        keys, run, rows = self._settings.keys, self.floor.run, KITCHEN_REPLAY.rows

        def sections(width: int) -> list[Section]:
            of_kitchen = help_sections(
                rows,
                keys,
                width,
                has_gil=run.gil,
                measures_gil=run.measures_gil,
                is_program=run.is_program,
            )
            return [bar_section(width, is_program=run.is_program), *of_kitchen]

        self.push_screen(HelpScreen(rows, keys, run=run, sections=sections))


class TasteReplayApp(Replaying, TasteApp, inherit_bindings=False):
    """Shows the recording of a tasting."""

    BINDINGS: ClassVar[list[BindingType]] = _bindings(TASTE_REPLAY.all)
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_of_tasting}
    later = (*TasteApp.later, *LATER_OF_REPLAY)
    table = TASTE_REPLAY
    noun = "worker"

    def action_help(self) -> None:
        """Explain."""
        from chai_tui.tui.help.replaying import bar_section  # noqa: PLC0415 - only when asked for
        from chai_tui.tui.help.screen import HelpScreen  # noqa: PLC0415 - likewise
        from chai_tui.tui.help.tasting import tasting_sections  # noqa: PLC0415 - likewise

        keys, run = self._settings.keys, self.floor.run
        places = (REPLAY, Place("tasting", TASTE_REPLAY.of_the_run))
        self.push_screen(
            HelpScreen(
                TASTE_REPLAY.rows,
                keys,
                run=run,
                sections=lambda width: [
                    bar_section(width),
                    *tasting_sections(keys, width, run, places),
                ],
            )
        )
