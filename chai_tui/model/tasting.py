"""What a tasting is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from chai_tui.model.engine import Engine

RACING = (
    Engine.SERIAL,
    Engine.ASYNCIO,
    Engine.THREAD,
    Engine.INTERPRETER,
    Engine.PROCESS,
)
"""The engines from the lightest to the heaviest."""
DEFAULT_BUDGET = 8.0
"""Seconds that a tasting may take."""
DEFAULT_TIMEOUT = 60.0
"""Seconds that one call may take."""


@dataclass(frozen=True, slots=True)
class TasteRequest:
    """What to taste, and how.

    Attributes:
        target: the function as it was named.
        load: what the runner is told to find it: ``path`` or ``module``, ``name``, ``sys_path``,
            ``args`` and ``items``; plain values, for they cross to another interpreter as JSON.
        python: the path of the interpreter whose packages the function needs.
        workers: how many work at once; 0: as many as there are usable cores.
        engines: which may race; serial always does, for the others are compared with it.
        budget: seconds that all of it may take.
        timeout: seconds that one call may take.
        scale: what every step of a recipe is multiplied with; 1 for a function.
    """

    target: str
    load: dict[str, Any] = field(hash=False)
    python: str
    workers: int = 0
    engines: tuple[Engine, ...] = RACING
    budget: float = DEFAULT_BUDGET
    timeout: float = DEFAULT_TIMEOUT
    scale: float = 1.0
