"""chai-tui makes parallel Python visible: real makers on real cores, in a terminal.

Every child process imports this package, so it imports nothing itself; the version is looked up
only when somebody asks for it.
"""

__all__ = ["__version__"]


def __getattr__(name: str) -> str:
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415 - 10 ms that no child should pay

        return version("chai-tui")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
