"""The app: folds what happens, lets the screen draw it, and turns keys into commands."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.filter import LineFilter
from textual.message import Message
from textual.screen import Screen

from chai_tui.config.settings import Settings, check_names
from chai_tui.explain.event_text import closing_line
from chai_tui.explain.formatting import counted
from chai_tui.host import startup
from chai_tui.model.commands import AddMakers
from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, Exited, Trouble, Unseated
from chai_tui.model.launch import Launch
from chai_tui.model.recipe import BUILT_IN
from chai_tui.state.floor import Floor
from chai_tui.state.records import State
from chai_tui.tui.bridge import Bridge
from chai_tui.tui.keys.commands import (
    COMMANDS,
    KEYS_OF_SCREENS,
    bindings,
    is_accepted,
)
from chai_tui.tui.keys.key_names import KEY_NAMES, key_name
from chai_tui.tui.keys.rows import key_sign
from chai_tui.tui.kitchen.screen import KitchenScreen
from chai_tui.tui.kitchen.title_line import Setup
from chai_tui.tui.makers.sort_filter import Sort
from chai_tui.tui.palette import KitchenCommands
from chai_tui.tui.screen_actions import ScreenActions
from chai_tui.tui.shell.colours import colours, with_more_contrast
from chai_tui.tui.shell.compaction import Backlog
from chai_tui.tui.shell.preloading import Preloading
from chai_tui.tui.shell.screenshots import Screenshots
from chai_tui.tui.shell.sixteen import grounded, sixteen_colours, suited
from chai_tui.tui.shell.textual_patches import patch_textual
from chai_tui.tui.shell.type_ahead import TypeAhead

if TYPE_CHECKING:
    from textual.command import Provider
    from textual.notifications import SeverityLevel

COMPLETE_SECONDS = 0.2
"""So long what the first screen does without waits for the first makers."""
LEAVING_SECONDS = 1.0
"""The longest that a key which leaves waits for makers to end."""


class EventsReady(Message):
    """The bridge has events to take."""


class ChaiApp(Preloading, Screenshots, TypeAhead, ScreenActions, inherit_bindings=False):
    """Shows a kitchen.

    Attributes:
        floor: the state, folded on this thread alone.
        setup: how makers are made.
        recipes: what can be chosen.
        accepts: the commands that the source accepts.
        warnings: what is wrong with the user's settings.
        keys_given: keys that the user gave commands, by the ids of their rows.
        parting: what could not be done while the source was closed, a line each.
        ended: the numbers of those who were at work when the app left.
    """

    TITLE = "chai-tui"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("app")]
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {
        *App.COMMANDS,
        KitchenCommands,
    }

    def __init__(
        self,
        bridge: Bridge,
        launch: Launch | None = None,
        *,
        floor: Floor | None = None,
        settings: Settings | None = None,
        warnings: Sequence[str] = (),
        greeting: str = "",
        few_colours: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make the app; whoever runs it starts and stops the bridge.

        Args:
            bridge: to the source.
            launch: what the run was started with; None: nobody was asked to brew yet.
            floor: what happened before; None for nothing.
            settings: the user's.
            warnings: lines to show at the start.
            greeting: a line for somebody who is here for the first time.
            few_colours: whether the terminal has sixteen of them, and no more.
            clock: seconds of whoever looks; the floor has its own.
        """
        # The variables are asked for at once.
        self._few_colours = few_colours
        self._more_contrast = launch is not None and launch.large
        super().__init__(ansi_color=few_colours or None)
        patch_textual()
        self.animation_level = "none"
        self.floor = floor or Floor()
        self.accepts = bridge.commands
        self.recipes = [*BUILT_IN.values()]
        self.setup = Setup(BUILT_IN["chai"], Engine.PROCESS)
        if launch is not None:
            self.setup = Setup(launch.recipe, launch.engine, large=launch.large)
            if launch.recipe not in self.recipes:
                self.recipes.insert(0, launch.recipe)
        self._bridge = bridge
        self._early: list[Event] = []  # what happened before there was a screen
        self._backlog = Backlog()
        self._greeting = greeting
        self._clock = clock
        self._expecting = launch is not None
        self._pauses_asked = {}
        self._exit_when_served = launch is not None and launch.exit_when_served
        self.ended: frozenset[int] | None = None
        self.parting: list[str] = []
        self._leaving = False
        self._forgot = self._forgot_unserved = False
        self._settings, more = check_names(
            settings or Settings(),
            screens=KEYS_OF_SCREENS,
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

    # Start

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

    def get_default_screen(self) -> Screen[None]:
        """Begin with the kitchen, and with those who are there already."""
        self._early = self._bridge.take()
        self._fold(self._early)
        hint = ""
        if AddMakers in self.accepts:
            one, ten = (self._first_key(name) for name in ("add", "add-ten"))
            hint = f"Press {one} to add a maker, {ten} for ten."
        self.kitchen = KitchenScreen(
            self.floor, self.setup, hint, key=self._first_key, clock=self._clock
        )
        self.kitchen.makers.expecting = self._expecting and not self._somebody_came
        return self.kitchen

    @property
    def _somebody_came(self) -> bool:
        """Whether the first makers were seated, or could not be."""
        return bool(self.floor.makers) or self.floor.ever_unseated

    def _first_key(self, key_id: str) -> str:
        keys = next(row.keys for row in COMMANDS if row.id == key_id)
        return key_sign(self._settings.keys.get(key_id, keys).partition(",")[0])

    def on_mount(self) -> None:
        """Begin to listen."""
        self._warn()
        if self._greeting:
            self.notify(self._greeting, timeout=10, markup=False)
        if self.floor.all_joined and not self._early:
            self._announce_round()  # it was over before we came
        self._tell(self._early)
        self._early = []
        self._bridge.attach(self._announce_events)
        self.call_after_refresh(self._started)

    def _started(self) -> None:
        """The first screen is shown: what it was kept from comes now."""
        startup.done()
        if self.kitchen.makers.expecting:  # the makers come first
            self.set_timer(COMPLETE_SECONDS, self.kitchen.complete)
        else:
            self.kitchen.complete()
        self.begin_to_preload()

    def _warn(self) -> None:
        """Tell what is wrong with the settings: the first in a notice, the others in the log."""
        if self.warnings:
            first, *more = self.warnings
            for warning in more:
                self.kitchen.announce(warning, "paused")
            told = f"{first}\n… and {len(more)} more: see the log" if more else first
            self.notify(told, severity="warning", timeout=10, markup=False)

    # What happens

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
        if self.setup.frozen:
            self._backlog.add(events)
            if self._backlog.count != self.setup.missed:
                self.setup.missed = self._backlog.count
                self.kitchen.setup_changed()
        elif leaves:
            self._fold(events)
        else:
            self.take_in(events)
        if leaves:
            self.exit()

    def take_in(self, events: Sequence[Event]) -> None:
        """Fold events and draw what they changed."""
        if events:
            self._fold(events)
            if self._somebody_came:
                self.kitchen.makers.expecting = False
            self.floor_changed()
            self._tell(events)

    def _fold(self, events: Sequence[Event]) -> None:
        if self._bridge.stopping:
            self._note_ended()
        self._note_parting(events)
        self.floor.fold(events)
        self.answered(events)
        self._bridge.pace(self.floor.open)

    def _note_ended(self) -> None:
        """Note who is at work, before anything is known of what leaving does to them."""
        if self.ended is None:
            self.floor.fold(self._backlog.take())
            makers = self.floor.makers.values()
            self.ended = frozenset(maker.number for maker in makers if not maker.joined)

    def _note_parting(self, events: Sequence[Event]) -> None:
        if self._bridge.closed:
            self.parting += [event.text for event in events if isinstance(event, Trouble)]

    def _tell(self, events: Sequence[Event]) -> None:
        """Notify what nobody should miss."""
        for event in events:
            if isinstance(event, Trouble | Unseated):
                self._notify_where_no_log_is(event.text, "warning")
        ends = any(isinstance(event, Exited | Unseated) for event in events)
        if self.floor.all_joined and ends:
            self._tell_round()

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

    def _tell_round(self) -> None:
        line = self._announce_round()
        self.floor_changed()  # the log may be what is shown
        served = self.floor.all_served
        self._notify_where_no_log_is(line, "information" if served else "warning")
        if self._exit_when_served:
            self.exit()

    def _announce_round(self) -> str:
        line = closing_line(self.floor)
        self.kitchen.announce(line, "served" if self.floor.all_served else "failed")
        places = self.floor.counts[State.SERVED]
        if self.floor.all_served and places > 1 and self.kitchen.makers.sort is Sort.NUMBER:
            key = self._first_key("sort-previous")  # the order of finishing is nobody's to predict
            self.kitchen.announce(f"Press {key} to sort them by place", "dim")
        return line

    # What keys do

    def check_action(
        self,
        action: str,
        parameters: tuple[object, ...],  # noqa: ARG002 - Textual passes them
    ) -> bool | None:
        """Dim what the source does not accept."""
        return True if is_accepted(action, self.accepts) else None

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Leave out what the table of commands has, and what makes no sense here."""
        for command in super().get_system_commands(screen):
            if command.title in {"Theme", "Screenshot"}:
                yield command

    def action_add(self, how_many: int) -> None:
        """Add makers."""
        self._bridge.submit(AddMakers(how_many, self.setup.recipe, self.setup.engine))

    def action_freeze(self) -> None:
        """Freeze the display, or catch up."""
        self.setup.frozen = not self.setup.frozen
        self.setup.missed = 0
        self.kitchen.setup_changed()
        if not self.setup.frozen:
            self.take_in(self._backlog.take())

    def action_clear(self) -> None:
        """Take those who finished off the screen."""
        self._forgot_unserved |= self._has_unserved()
        if self.floor.forget_finished():
            self._forgot = True
            self.floor_changed()
        else:
            self.refuse("Nobody has finished yet")

    # End

    def leave(self) -> None:
        """Say that everybody is being ended, and leave when they are; at once if asked again."""
        if self._leaving or not self.floor.open or not self._bridge.begin_to_stop():
            self.exit()
            return
        self._leaving = True
        self._note_ended()
        self.notify(f"Ending {counted(self.floor.open, 'maker')}…", timeout=LEAVING_SECONDS)
        self.set_timer(LEAVING_SECONDS, self.exit)

    def _has_unserved(self) -> bool:
        return any(
            maker.joined and maker.state is not State.SERVED for maker in self.floor.makers.values()
        )

    def exit_code(self, last_words: Sequence[Event]) -> int:
        """Return the code to leave with, once the bridge has stopped and returned its last words.

        0 if every maker there ever was served; 1 if one did not, or the app broke; or that of
        the signal that ended it.
        """
        self._note_parting(last_words)
        if self.crash is not None:
            return 1
        self._note_ended()
        self.floor.fold([*self._backlog.take(), *last_words])
        if self.signalled is not None:
            return self.signalled
        nobody_came = self._expecting and not self.floor.makers and not self._forgot
        spoiled = self._forgot_unserved or self._has_unserved() or self.floor.open
        spoiled = spoiled or self.floor.ever_unseated
        return 1 if spoiled or nobody_came else 0
