"""What every app here does: it takes in what happens, lets the screens draw it, and leaves."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import SystemCommand
from textual.filter import LineFilter
from textual.message import Message
from textual.screen import Screen

from chai_tui.config.settings import Settings, check_names
from chai_tui.explain.wording.formatting import counted
from chai_tui.host import startup
from chai_tui.model.events import Event, Trouble
from chai_tui.model.text import printable
from chai_tui.recording.kept import KeptRun
from chai_tui.state.floor import Floor
from chai_tui.tui.common.bridge import Bridge
from chai_tui.tui.keys.commands import KEYS_OF_SCREENS
from chai_tui.tui.keys.key_names import KEY_NAMES, key_name
from chai_tui.tui.keys.replay_keys import KEYS_OF_ITS_OWN
from chai_tui.tui.keys.taste_keys import KEYS_OF_TASTING
from chai_tui.tui.shell.colours import colours, with_more_contrast
from chai_tui.tui.shell.minimum_size import MinimumSizeApp
from chai_tui.tui.shell.preloading import Preloading
from chai_tui.tui.shell.screenshots import Screenshots
from chai_tui.tui.shell.sixteen import grounded, sixteen_colours, suited
from chai_tui.tui.shell.textual_patches import patch_textual
from chai_tui.tui.shell.type_ahead import TypeAhead

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

LEAVING_SECONDS = 1.0
"""The longest that a key which leaves waits for makers to end."""


class EventsReady(Message):
    """The bridge has events to take."""


class WatchingApp(Preloading, Screenshots, TypeAhead, MinimumSizeApp, inherit_bindings=False):
    """Watches a run; whoever runs it starts and stops the bridge.

    Attributes:
        key_tables: for each screen its keys by the ids of their rows: settings are held to them.
        floor: the state, folded on this thread alone.
        accepts: the commands that the source accepts.
        warnings: what is wrong with the user's settings.
        keys_given: keys that the user gave commands, by the ids of their rows.
        parting: what could not be done while the source was closed, a line each.
        ended: the numbers of those who were at work when the app left.
    """

    key_tables: ClassVar[tuple[Mapping[str, str], ...]] = (
        *KEYS_OF_SCREENS, *KEYS_OF_TASTING, *KEYS_OF_ITS_OWN
    )  # fmt: skip
    TITLE = "chai-tui"
    CSS_PATH = "app.tcss"

    def __init__(
        self,
        bridge: Bridge,
        *,
        floor: Floor | None = None,
        settings: Settings | None = None,
        warnings: Sequence[str] = (),
        few_colours: bool = False,
        large: bool = False,
        kept: KeptRun | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make the app.

        Args:
            bridge: to the source.
            floor: what happened before; None for nothing.
            settings: the user's.
            warnings: lines to show at the start.
            few_colours: whether the terminal has sixteen of them, and no more.
            large: whether it begins in large print.
            kept: what happened so far, so that it can be saved; None: it cannot.
            clock: seconds of whoever looks; the floor has its own.
        """
        # The variables are asked for at once.
        self._few_colours = few_colours
        self._more_contrast = large
        super().__init__(ansi_color=few_colours or None)
        patch_textual()
        self.animation_level = "none"
        self.floor = floor or Floor()
        self.accepts = bridge.commands
        self._bridge = bridge
        self._kept = kept
        self._is_saving = False
        self._early: list[Event] = []  # what happened before there was a screen
        self._clock = clock
        self.ended: frozenset[int] | None = None
        self.parting: list[str] = []
        self._leaving = False
        self._settings, more = check_names(
            settings or Settings(),
            screens=self.key_tables,
            themes=self.available_themes,
            key_name=key_name,
            key_names=KEY_NAMES,
        )
        self.warnings = [*warnings, *more]
        if self._settings.theme is not None:
            self.theme = self._settings.theme
        self.keys_given = self._settings.keys
        if self._settings.keys:
            self.set_keymap(self._settings.keys)

    # What it looks like

    def get_css_variables(self) -> dict[str, str]:
        """Add colours that themes do not have, and move those that could not be read."""
        variables = super().get_css_variables()
        theme = self.current_theme
        if self._few_colours:
            variables |= sixteen_colours(dark=theme.dark)
        else:
            variables |= colours(variables, dark=theme.dark, ansi=theme.ansi)
        if self._more_contrast:
            variables |= with_more_contrast(variables)
        self.theme_variables = variables  # where styles are mixed from
        return variables

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return those that theme and terminal need now."""
        filters = super().get_line_filters()
        if self.no_color:
            return suited(filters, ansi=self.native_ansi_color)
        return grounded(filters, dark=self.current_theme.dark) if self._few_colours else filters

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Leave out what the table of commands has, and what makes no sense here."""
        for command in super().get_system_commands(screen):
            if command.title in {"Theme", "Screenshot"}:
                yield command

    # What happens

    def take_early(self) -> None:
        """Fold what happened before there was a screen: it shows that from the first frame on."""
        self._early = self._bridge.take()
        self._fold(self._early)

    def begin_to_listen(self) -> None:
        """Tell what happened before there was a screen, and take in what happens from now on."""
        self._tell(self._early)
        self._early = []
        self._bridge.attach(self._announce_events)
        self.call_after_refresh(self._started)

    def _started(self) -> None:
        """The first screen is shown: what it was kept from comes now."""
        startup.done()
        self.begin_to_preload()

    def _announce_events(self) -> None:
        """In the bridge's thread: let the app take the events."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: the app has left
            self.post_message(EventsReady())

    def on_events_ready(self, _message: EventsReady) -> None:
        """Take the events, and let the screen draw what they changed."""
        events = self._bridge.take()
        if self._bridge.error is not None:
            raise self._bridge.error
        leaves = self._leaving and self._bridge.closed
        self._came(events, leaves=leaves)
        if leaves:
            self.exit()

    def _came(self, events: Sequence[Event], *, leaves: bool) -> None:
        """Take in what happened; nothing of it is drawn where the app leaves now."""
        if leaves:
            self._fold(events)
        else:
            self.take_in(events)

    def take_in(self, events: Sequence[Event]) -> None:
        """Fold events and draw what they changed."""
        if events:
            self._fold(events)
            self.floor_changed()
            self._tell(events)

    def _fold(self, events: Sequence[Event]) -> None:
        if self._bridge.stopping:
            self._note_ended()
        self._note_parting(events)
        self._fold_alone(events)
        self._bridge.pace(self.floor.open)

    def _fold_alone(self, events: Sequence[Event]) -> None:
        """Fold events: all that ever come pass here, those of the end as well."""
        self.floor.fold(events)

    def _note_ended(self) -> None:
        """Note who is at work, before anything is known of what leaving does to them."""
        if self.ended is None:
            self._fold_alone(self._missed())
            makers = self.floor.makers.values()
            self.ended = frozenset(maker.number for maker in makers if not maker.joined)

    def _missed(self) -> Sequence[Event]:
        """Return what came, and was kept from the floor."""
        return ()

    def _note_parting(self, events: Sequence[Event]) -> None:
        if self._bridge.closed:
            self.parting += [event.text for event in events if isinstance(event, Trouble)]

    def _tell(self, events: Sequence[Event]) -> None:
        """Notify what nobody should miss."""

    def _notify_where_no_log_is(self, text: str, severity: SeverityLevel) -> None:
        """Notify of what the log tells, unless it can be read there."""
        if not getattr(self.screen, "shows_log", False):
            self.notify(text, severity=severity, markup=False)

    def floor_changed(self) -> None:
        """Let every screen that can be seen draw what changed."""
        for screen in reversed(self.screen_stack):
            draw = getattr(screen, "floor_changed", None)
            if draw is not None:
                draw()
            if not screen.is_modal:
                break

    # Saving

    @property
    def run_name(self) -> str:
        """What files that are saved are named after."""
        raise NotImplementedError

    def may_save(self, action: str) -> bool:
        """Whether the run can be saved, if that is what an action does."""
        return action != "save_run" or self._kept is not None

    def action_save_run(self) -> None:
        """Save the run so far as a recording in the current folder, and say where it is."""
        if self._kept is not None and not self._is_saving:
            self._is_saving = True
            self.run_worker(self._save_run, thread=True, exit_on_error=False)

    def _save_run(self) -> None:
        """Save it, in a thread of its own: a million events take seconds."""
        from chai_tui.tui.common.saving import save_new  # noqa: PLC0415 - only when asked for

        kept = self._kept
        if kept is None:
            return
        severity: SeverityLevel = "information"
        try:
            path, events = save_new(self.run_name, ".chai.gz", Path.cwd(), kept.save)
            so_far = " so far" if self.floor.open else ""
            told = f"Saved {path}, {counted(events, 'event')}{so_far}"
        except (OSError, ValueError) as error:
            severity = "error"
            told = f"Nothing was saved: {getattr(error, 'strerror', None) or error}"
        finally:
            self._is_saving = False
        with contextlib.suppress(RuntimeError):  # the loop is closed: the app has left
            self.notify(printable(told), severity=severity, markup=False)

    # End

    def leave(self) -> None:
        """Say that everybody is being ended, and leave when they are; at once if asked again."""
        if self._leaving or not self.floor.open or not self._bridge.begin_to_stop():
            self.exit()
            return
        self._leaving = True
        self._note_ended()
        self.notify(f"Ending {self._who_is_ended()}…", timeout=LEAVING_SECONDS)
        self.set_timer(LEAVING_SECONDS, self.exit)

    def _who_is_ended(self) -> str:
        return counted(self.floor.open, "maker")

    def exit_code(self, last_words: Sequence[Event]) -> int:
        """Return the code to leave with, once the bridge has stopped and returned its last words.

        1 if the app broke, or that of the signal that ended it; else :meth:`_how_it_went`.
        """
        self._note_parting(last_words)
        if self.crash is not None:
            return 1
        self._note_ended()
        self._fold_alone([*self._missed(), *last_words])
        return self._how_it_went() if self.signalled is None else self.signalled

    def _how_it_went(self) -> int:
        """Return the code of a run that nothing broke."""
        raise NotImplementedError

    def last_words(self) -> list[str]:
        """Return what is left in the shell once the screen is gone, a line each."""
        raise NotImplementedError
