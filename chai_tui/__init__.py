"""chai-tui makes parallel Python visible: real makers on real cores, in a terminal.

Every child process imports this package, so it imports nothing itself.

A function of yours may call :func:`step` and :func:`progress`: where it brews in a kitchen, its
maker shows both; anywhere else they do nothing, and take less than 0.2 µs. :func:`taste` measures
whether threads or processes make a function faster.
"""

__all__ = ["Tasting", "TastingError", "__version__", "progress", "step", "taste"]

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from chai_tui.tasting import Tasting, TastingError, taste

_tell_step: "Callable[[str], None] | None" = None
_tell_progress: "Callable[[float], None] | None" = None
"""What a kitchen puts there, in the processes where its makers stand."""


def step(name: str) -> None:
    """Say that the next step of your function begins here: its maker shows it by this name.

    A maker that was asked to stop ends here, if it can: a thread or a task cannot be made to.

    Args:
        name: of the step; its first 60 characters are shown.
    """
    if _tell_step is not None:
        _tell_step(name)


def progress(fraction: float) -> None:
    """Say how much of the current step is done; call it as often as you like.

    A maker that was asked to stop ends here, as in :func:`step`.

    Args:
        fraction: from 0 to 1.
    """
    if _tell_progress is not None:
        _tell_progress(fraction)


def __getattr__(name: str) -> object:
    """Import what tastes only when somebody asks for it."""
    if name in {"taste", "Tasting", "TastingError"}:
        from chai_tui import tasting  # noqa: PLC0415 - every child imports this package

        return getattr(tasting, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
