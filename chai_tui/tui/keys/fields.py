"""Lines to type in: the kitchen's filter, and the search in what a maker said."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.widgets import Input

from chai_tui.tui.keys import screen_keys


class FilterField(Input):
    """Says what to show only."""

    BINDINGS: ClassVar[list[BindingType]] = [*screen_keys.FILTER.bindings]

    def __init__(self, wanted: str) -> None:
        """Begin with the filter that there is."""
        super().__init__(
            wanted, placeholder="number, state, recipe, engine or words", id="filter", compact=True
        )
        self.cursor_blink = False


class SearchField(Input):
    """Says what to find."""

    BINDINGS: ClassVar[list[BindingType]] = [*screen_keys.SEARCH.bindings]

    def __init__(self) -> None:
        super().__init__(id="search", placeholder="find in what it said", compact=True)
        self.cursor_blink = False
