"""The app of a tasting: the race is its first screen."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import BindingType
from textual.screen import Screen

from chai_tui.explain.tasting.naming import failure_text
from chai_tui.explain.tasting.report import report_lines
from chai_tui.model.commands import RaceAgain
from chai_tui.model.events import Event, Trouble
from chai_tui.model.race_events import TasteFailed
from chai_tui.model.text import printable
from chai_tui.race.result import result_json
from chai_tui.state.floor import Floor
from chai_tui.tui.common.bridge import Bridge
from chai_tui.tui.common.palette import TasteCommands
from chai_tui.tui.common.saving import plain_name, save_new, write_text
from chai_tui.tui.common.watching import WatchingApp
from chai_tui.tui.keys.rows import keys_bound
from chai_tui.tui.keys.taste_keys import TASTE, may_be_done, taste_bindings
from chai_tui.tui.kitchen.event_log import EventLog
from chai_tui.tui.shell.preloading import LATER, LATER_OF_TASTING
from chai_tui.tui.taste.screen import TasteScreen

if TYPE_CHECKING:
    from textual.command import Provider

PRINTED = "race-printed"
"""The row of the key that shows what was printed."""


def verdict_code(floor: Floor) -> int:
    """Return 0 where a function was tasted, 2 where it was asked for wrongly, else 1."""
    race = floor.race
    if race.failed is not None:
        return 2 if race.failed.is_usage else 1
    return 0 if race.judged is not None else 1


class TasteApp(WatchingApp, inherit_bindings=False):
    """Shows a tasting."""

    BINDINGS: ClassVar[list[BindingType]] = [*taste_bindings("app")]
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {TasteCommands}
    later = (*LATER, *LATER_OF_TASTING)

    def __init__(
        self,
        bridge: Bridge,
        *,
        code: Callable[[Floor], int] = verdict_code,
        large: bool = False,
        **options: Any,
    ) -> None:
        """Make the app.

        Args:
            bridge: to the source.
            code: returns the exit code of a tasting that nothing broke.
            large: whether it begins in large print.
            options: as of :class:`WatchingApp`.
        """
        super().__init__(bridge, large=large, **options)
        self._code = code
        self._log_view = EventLog(self.floor)

    def get_default_screen(self) -> Screen[None]:
        """Begin with the race, and with what is known of it already."""
        self.take_early()
        keys = next(keys_bound(row, self.keys_given) for row in TASTE.rows if row.id == PRINTED)
        self.race = TasteScreen(self.floor, is_large=self._more_contrast, printed_key=keys)
        return self.race

    def on_mount(self) -> None:
        """Begin to listen."""
        if self.warnings:
            self.notify("\n".join(self.warnings), severity="warning", timeout=10, markup=False)
        self.begin_to_listen()

    def floor_changed(self) -> None:
        """Let every screen that can be seen draw what changed."""
        self._log_view.floor_changed()  # it keeps only so many events
        super().floor_changed()

    def _tell(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, Trouble):
                self._notify_where_no_log_is(event.text, "warning")
            if isinstance(event, TasteFailed) and self.screen is not self.race:
                self.notify(event.text, severity="error", markup=False)

    # What keys do

    def check_action(
        self,
        action: str,
        parameters: tuple[object, ...],  # noqa: ARG002 - Textual passes them
    ) -> bool | None:
        """Dim what the source does not accept."""
        return True if may_be_done(action, self.accepts) and self.may_save(action) else None

    def action_race_again(self) -> None:
        """Taste the function again."""
        self._bridge.submit(RaceAgain())

    def action_save(self) -> None:
        """Save every number as JSON in the current folder, and say where it is, or why not."""
        race = self.floor.race
        if not race.lanes and not race.is_over:
            self.notify("Nothing was raced yet", severity="warning", timeout=3, markup=False)
            return
        text = json.dumps(result_json(race, self.floor.run), allow_nan=False)
        try:
            path, _ = save_new(
                self.run_name, ".json", Path.cwd(), lambda path: write_text(path, text)
            )
        except OSError as error:
            why = printable(f"Nothing was saved: {error.strerror or error}")
            self.notify(why, severity="error", markup=False)
        else:
            self.notify(printable(f"Saved {path}"), markup=False)

    def action_printed(self) -> None:
        """Show what the function printed."""
        from chai_tui.tui.taste.printed_screen import PrintedScreen  # noqa: PLC0415 - only when asked for

        self.push_screen(PrintedScreen(self.floor))

    def action_timeline(self) -> None:
        """Show when each worker ran."""
        from chai_tui.tui.timeline.screen import TimelineScreen  # noqa: PLC0415 - only when asked for

        self.push_screen(TimelineScreen(self.floor))

    def action_log(self) -> None:
        """Show all that happened."""
        from chai_tui.tui.kitchen.log_screen import LogScreen  # noqa: PLC0415 - only when asked for

        self.push_screen(LogScreen(self._log_view))

    def action_large(self) -> None:
        """Show fewer facts with more contrast; or all of them again."""
        self._more_contrast = not self._more_contrast
        self.refresh_css(animate=False)
        self.race.print_large(is_large=self._more_contrast)

    def action_help(self) -> None:
        """Explain."""
        from chai_tui.tui.help.screen import HelpScreen  # noqa: PLC0415 - only when asked for
        from chai_tui.tui.help.tasting import tasting_sections  # noqa: PLC0415 - likewise

        keys = self._settings.keys
        self.push_screen(
            HelpScreen(
                TASTE.rows,
                keys,
                run=self.floor.run,
                sections=lambda width: tasting_sections(keys, width, self.floor.run),
            )
        )

    # End

    def _who_is_ended(self) -> str:
        return "the tasting"

    @property
    def run_name(self) -> str:
        """``taste-work.resize``: what files that are saved are named after."""
        began = self.floor.race.began
        return f"taste-{plain_name('' if began is None else began.target) or 'function'}"

    def _how_it_went(self) -> int:
        return self._code(self.floor)

    def last_words(self) -> list[str]:
        """Return what came of it, or why nothing did."""
        race = self.floor.race
        if race.failed is not None:
            return [failure_text(race)]
        if race.judged is not None:
            return [printable(line) for line in report_lines(race)]
        target = "" if race.began is None else f"{race.began.target}: "
        return [printable(f"{target}left before there was a verdict")]
