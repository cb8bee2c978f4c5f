"""A module with some of its functions replaced, for one of its users. Standard library only."""

from __future__ import annotations

from typing import Any


class Altered:
    """A module with some of its functions replaced.

    Args:
        module: the rest is its own.
        replaced: what stands in place of what.
    """

    def __init__(self, module: object, **replaced: object) -> None:
        self._module = module
        self.__dict__.update(replaced)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._module, name)
