"""What a function returned, as a short text. Standard library only."""

from __future__ import annotations

import reprlib
from itertools import islice
from typing import Any

from chai_tui.sources.live.station.calls.telling import encodable

RESULT_LIMIT = 200
"""Characters of a result that are told."""
PARTS_LIMIT = 40
"""Parts of a list or the like: more never fit."""


class _Short(reprlib.Repr):
    """``repr`` that goes through no long list to its end, and leaves a dictionary in its order."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = self.maxlong = RESULT_LIMIT
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = PARTS_LIMIT
        self.maxdeque = self.maxarray = self.maxdict = PARTS_LIMIT

    def repr_dict(self, x: dict[Any, Any], level: int) -> str:
        if x and level <= 0:
            return "{...}"
        parts = [
            f"{self.repr1(key, level - 1)}: {self.repr1(value, level - 1)}"
            for key, value in islice(x.items(), PARTS_LIMIT)
        ]
        return "{" + ", ".join([*parts, *(["..."] if len(x) > PARTS_LIMIT else [])]) + "}"


def result_text(result: object) -> str:
    """Return a result as ``repr`` shows it, cut."""
    try:
        return encodable(_Short().repr(result), RESULT_LIMIT)
    except Exception as error:  # noqa: BLE001 - of a user's own class
        return f"<a {type(result).__name__} whose repr raises {type(error).__name__}>"
