"""Lines to type in: the kitchen's filter, and the search in what a maker said."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.widgets import Input

from chai_tui.tui.keys import screen_keys


class FilterField(Input):
    """Says what to show only."""

    BINDINGS: ClassVar[list[BindingType]] = [*screen_keys.FILTER.bindings]

    def __init__(self, wanted: str, *, is_program: bool = False) -> None:
        """Begin with the filter that there is.

        Args:
            wanted: that filter.
            is_program: whether a program that is not ours is shown.
        """
        placeholder = "number, state, recipe, engine or words"
        if is_program:
            placeholder = "number, name, state, function, task, what it waits for, or words"
        super().__init__(wanted, placeholder=placeholder, id="filter", compact=True)
        self.cursor_blink = False


class SearchField(Input):
    """Says what to find."""

    BINDINGS: ClassVar[list[BindingType]] = [*screen_keys.SEARCH.bindings]

    def __init__(self) -> None:
        super().__init__(id="search", placeholder="find in what it said", compact=True)
        self.cursor_blink = False
