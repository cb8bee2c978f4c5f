"""chai-tui makes parallel Python visible: real makers on real cores, in a terminal.

Every child process imports this package, so it imports nothing itself.
"""

__all__ = ["__version__"]

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Import what tastes only when somebody asks for it."""
    if name in {"taste", "Tasting", "TastingError"}:
        from chai_tui import tasting  # noqa: PLC0415 - every child imports this package

        return getattr(tasting, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
