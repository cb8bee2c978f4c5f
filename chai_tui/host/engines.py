"""Which engines this Python has. Standard library only."""

from __future__ import annotations

import sys

from chai_tui.model.engine import Engine


def engines_here() -> tuple[Engine, ...]:
    """Return the engines that this Python can seat makers with."""
    return tuple(engine for engine in Engine if not why_not_here(engine))


def why_not_here(engine: Engine) -> str:
    """Return what this Python lacks for an engine, in words; empty if it has it all."""
    if engine is not Engine.INTERPRETER:
        return ""
    # Python 3.14 brought this word along with the module concurrent.interpreters.
    if not getattr(sys.implementation, "supports_isolated_interpreters", False):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return f"expected Python 3.14 or newer, with subinterpreters; this is Python {version}"
    if sys.platform == "win32":
        return "expected a system other than Windows: nobody has made it report there yet"
    return ""
