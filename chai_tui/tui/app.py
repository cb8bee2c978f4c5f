"""The app: folds what happens, lets the screen draw it, and turns keys into commands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import BindingType
from textual.screen import Screen

from chai_tui.explain.event_text import closing_line
from chai_tui.model.commands import AddMakers
from chai_tui.model.engine import Engine
from chai_tui.model.events import Event, Exited, Trouble, Unseated
from chai_tui.model.launch import Launch
from chai_tui.model.recipe import BUILT_IN
from chai_tui.state.makers.records import State
from chai_tui.tui.common.bridge import Bridge
from chai_tui.tui.common.saving import plain_name
from chai_tui.tui.common.watching import WatchingApp
from chai_tui.tui.keys.commands import COMMANDS, bindings, is_accepted
from chai_tui.tui.keys.rows import key_sign
from chai_tui.tui.kitchen.screen import KitchenScreen
from chai_tui.tui.kitchen.title_line import Setup
from chai_tui.tui.makers.sort_filter import Sort
from chai_tui.tui.screen_actions import ScreenActions
from chai_tui.tui.shell.compaction import Backlog

if TYPE_CHECKING:
    from textual.command import Provider

COMPLETE_SECONDS = 0.2
"""So long what the first screen does without waits for the first makers."""


def _offered() -> type[Provider]:
    from chai_tui.tui.common.palette import KitchenCommands  # noqa: PLC0415 - not for the first screen

    return KitchenCommands


class ChaiApp(WatchingApp, ScreenActions, inherit_bindings=False):
    """Shows a kitchen.

    Attributes:
        setup: how makers are made.
        recipes: what can be chosen.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("app")]
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_offered}

    def __init__(
        self,
        bridge: Bridge,
        launch: Launch | None = None,
        *,
        greeting: str = "",
        large: bool = False,
        **options: Any,
    ) -> None:
        """Make the app.

        Args:
            bridge: to the source.
            launch: what the run was started with; None: nobody was asked to brew yet.
            greeting: a line for somebody who is here for the first time.
            large: whether it begins in large print; a launch says so, too.
            options: as of :class:`WatchingApp`.
        """
        large = large or (launch is not None and launch.large)
        super().__init__(bridge, large=large, **options)
        self.recipes = [*BUILT_IN.values()]
        self.setup = Setup(BUILT_IN["chai"], Engine.PROCESS, large=large)
        if launch is not None:
            self.setup = Setup(launch.recipe, launch.engine, large=large)
            if launch.recipe not in self.recipes:
                self.recipes.insert(0, launch.recipe)
        self._backlog = Backlog()
        self._greeting = greeting
        self._expecting = launch is not None
        self._pauses_asked = {}
        self._exit_when_served = launch is not None and launch.exit_when_served
        self._forgot = self._forgot_unserved = False

    # Start

    def get_default_screen(self) -> Screen[None]:
        """Begin with the kitchen, and with those who are there already."""
        self.take_early()
        hint = ""
        if AddMakers in self.accepts:
            one, ten = (self._first_key(name) for name in ("add", "add-ten"))
            hint = f"Press {one} to add a maker, {ten} for ten."
        elif self.floor.run.is_program:
            hint = "Each panel is a thread or process of it."
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
        self.begin_to_listen()

    def _started(self) -> None:
        """The first screen is shown: what it was kept from comes now."""
        super()._started()
        if self.kitchen.makers.expecting:  # the makers come first
            self.set_timer(COMPLETE_SECONDS, self.kitchen.complete)
        else:
            self.kitchen.complete()

    def _warn(self) -> None:
        """Tell what is wrong with the settings: the first in a notice, the others in the log."""
        if self.warnings:
            first, *more = self.warnings
            for warning in more:
                self.kitchen.announce(warning, "paused")
            told = f"{first}\n… and {len(more)} more: see the log" if more else first
            self.notify(told, severity="warning", timeout=10, markup=False)

    # What happens

    def _came(self, events: Sequence[Event], *, leaves: bool) -> None:
        if not self.setup.frozen:
            super()._came(events, leaves=leaves)
            return
        self._backlog.add(events)
        if self._backlog.count != self.setup.missed:
            self.setup.missed = self._backlog.count
            self.kitchen.setup_changed()

    def _fold(self, events: Sequence[Event]) -> None:
        super()._fold(events)
        self.answered(events)

    def floor_changed(self) -> None:
        """Let every screen that can be seen draw what changed."""
        if self._somebody_came:
            self.kitchen.makers.expecting = False
        self.kitchen.show_found(len(self.found))
        super().floor_changed()

    def _missed(self) -> Sequence[Event]:
        return self._backlog.take()

    def _tell(self, events: Sequence[Event]) -> None:
        """Notify what nobody should miss."""
        for event in events:
            if isinstance(event, Trouble | Unseated):
                self._notify_where_no_log_is(event.text, "warning")
        ends = any(isinstance(event, Exited | Unseated) for event in events)
        if self.floor.all_joined and ends:
            self._tell_round()

    def _tell_round(self) -> None:
        line = self._announce_round()
        self.floor_changed()  # the log may be what is shown
        served = self._went_well
        self._notify_where_no_log_is(line, "information" if served else "warning")
        if self._exit_when_served:
            self.call_after_refresh(self.exit)  # it may be over before the first screen is shown

    @property
    def _went_well(self) -> bool:
        """Whether all were served, or nothing of a program that is not ours ended badly."""
        floor = self.floor
        bad = (State.FAILED, State.KILLED)
        if floor.run.is_program:
            return not any(floor.counts[state] for state in bad)
        return floor.all_served

    def _announce_round(self) -> str:
        line = closing_line(self.floor)
        self.kitchen.announce(line, "served" if self._went_well else "failed")
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
        """Dim what the source does not accept, and hide what a kitchen never has."""
        if action == "findings" and not self.floor.run.is_program:
            return False
        return True if is_accepted(action, self.accepts) and self.may_save(action) else None

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

    @property
    def run_name(self) -> str:
        """``brew-chai``: what files that are saved are named after."""
        makers = self.floor.makers.values()
        recipe = next((maker.recipe for maker in makers), self.setup.recipe.name)
        return f"brew-{plain_name(recipe) or 'recipe'}"

    def _has_unserved(self) -> bool:
        return any(
            maker.joined and maker.state is not State.SERVED for maker in self.floor.makers.values()
        )

    def _how_it_went(self) -> int:
        """Return 0 if every maker there ever was served, else 1."""
        nobody_came = self._expecting and not self.floor.makers and not self._forgot
        spoiled = self._forgot_unserved or self._has_unserved() or self.floor.open
        spoiled = spoiled or self.floor.ever_unseated
        return 1 if spoiled or nobody_came else 0

    def last_words(self) -> list[str]:
        """Return how the run went."""
        from chai_tui.explain.report import report_lines  # noqa: PLC0415 - at the end

        return report_lines(self.floor, self.ended or ())
