"""The choice of recipe and engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, OptionList, Static

from chai_tui.explain.engine_text import engine_text, recipe_text
from chai_tui.model.engine import Engine
from chai_tui.model.recipe import Recipe
from chai_tui.model.text import printable
from chai_tui.tui.dialogs.base import Dialog
from chai_tui.tui.keys import screen_keys
from chai_tui.tui.keys.rows import key_sign

_WIDE = 60
"""Columns from which on there is room for every key."""


def _for_the_mouse(button: Button) -> Button:
    """A button that no key can get to, so that Tab goes from list to list and Enter means both."""
    button.can_focus = False
    return button


class EngineDialog(Dialog[tuple[Recipe, Engine] | None]):
    """Chooses the recipe and the engine of the makers that are added next."""

    AUTO_FOCUS = "#recipes"
    BINDINGS: ClassVar[list[BindingType]] = [*screen_keys.ENGINE.bindings]
    DEFAULT_CSS = """
    EngineDialog {
        #lists { height: auto; }
        #lists Vertical { width: 1fr; height: auto; margin-right: 1; }
        OptionList { max-height: 10; }
        #words { height: auto; min-height: 4; max-height: 6; margin-top: 1; }
        &.-short {
            OptionList { max-height: 4; }
            #words { height: 4; margin-top: 0; }
        }
    }
    """
    VERTICAL_BREAKPOINTS = [(0, "-short"), (18, "-tall")]  # noqa: RUF012 - declared so there

    def __init__(
        self,
        recipes: Sequence[Recipe],
        recipe: Recipe,
        engine: Engine,
        engines: Sequence[Engine] = tuple(Engine),
        *,
        has_gil: bool = True,
    ) -> None:
        """Ask.

        Args:
            recipes: to choose from.
            recipe: the one that is chosen now; it is offered even if it is none of those.
            engine: the one that is chosen now.
            engines: to choose from.
            has_gil: whether the makers' Python has a GIL.
        """
        super().__init__()
        self._recipes = list(recipes) if recipe in recipes else [recipe, *recipes]
        self._recipe = recipe
        self._engines = list(engines)
        self._engine = engine
        self._has_gil = has_gil

    def compose(self) -> ComposeResult:
        """Put the two lists and the explanation together."""
        with Vertical(id="box") as box:
            box.border_title = Content("Makers added next")
            with Horizontal(id="lists"):
                with Vertical():
                    yield Static(Content("recipe").stylize("bold"))
                    yield OptionList(
                        *(Content(printable(recipe.name)) for recipe in self._recipes),
                        id="recipes",
                        compact=True,
                    )
                with Vertical():
                    yield Static(Content("engine").stylize("bold"))
                    yield OptionList(
                        *(Content(str(engine)) for engine in self._engines),
                        id="engines",
                        compact=True,
                    )
            with VerticalScroll(id="words", can_focus=False):
                yield Static(id="explained")
            with Horizontal(id="buttons"):
                yield _for_the_mouse(Button(Content("Cancel"), id="cancel", compact=True))
                choose = Button(Content("Choose"), id="choose", variant="primary", compact=True)
                yield _for_the_mouse(choose)

    def on_resize(self) -> None:
        """Say which keys do what, in as many words as fit."""
        wide = self.app.size.width >= _WIDE
        hints = [
            ("other list" if wide else "list", "engine-next"),
            ("take both" if wide else "both", "engine-choose"),
            ("cancel", "engine-cancel"),
        ]
        if wide:
            hints.insert(0, ("choose", ""))
        self.query_one("#box").border_subtitle = Content(
            " · ".join(f"{self._sign(key_id)} {words}" for words, key_id in hints)
        )

    def _sign(self, key_id: str) -> str:
        """The first key that is bound to an id now; the lists' own keys cannot be changed."""
        bound = (
            key
            for key, bindings in self._bindings.key_to_bindings.items()
            for binding in bindings
            if binding.id == key_id
        )
        return key_sign(next(bound, "")) if key_id else "↑ ↓"

    def on_mount(self) -> None:
        """Begin with what is chosen now."""
        self.query_one("#recipes", OptionList).highlighted = self._recipes.index(self._recipe)
        self.query_one("#engines", OptionList).highlighted = self._engines.index(self._engine)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Explain what is under the hand."""
        if event.option_list.id == "recipes":
            self._recipe = self._recipes[event.option_index]
        else:
            self._engine = self._engines[event.option_index]
        self._explain()

    def on_descendant_focus(self) -> None:
        """Where there is little room, what is chosen in the other list is a scroll away."""
        self._explain()

    def _explain(self) -> None:
        words = [
            Content(engine_text(self._engine, has_gil=self._has_gil)),
            Content(recipe_text(self._recipe)),
        ]
        if self.focused is self.query_one("#recipes"):
            words.reverse()
        self.query_one("#explained", Static).update(Content("\n").join(words))

    def action_choose(self) -> None:
        """Leave with what is under the hand in both lists."""
        self.dismiss((self._recipe, self._engine))

    def action_cancel(self) -> None:
        """Leave everything as it is."""
        self.dismiss(None)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Leave with both, or with nothing."""
        self.dismiss((self._recipe, self._engine) if event.button.id == "choose" else None)
