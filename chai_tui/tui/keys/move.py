"""Where keys take the selection."""

from __future__ import annotations

from enum import StrEnum


class Move(StrEnum):
    """Where the selection goes."""

    UP = "up"
    DOWN = "down"
    LEFT = "left"
    RIGHT = "right"
    NEXT = "next"
    PREVIOUS = "previous"
    PAGE_UP = "page_up"
    PAGE_DOWN = "page_down"
    FIRST = "first"
    LAST = "last"
