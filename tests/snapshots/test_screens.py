"""Pictures of the screens and dialogs over the kitchen."""

from __future__ import annotations

from collections.abc import Callable

from tests import kitchens
from tests.still import Size, pressing, still_app
from tests.thorough import briefly

Compare = Callable[..., bool]
WINDOW, LARGE = (80, 24), (120, 40)
SMALL = (40, 12)


def test_help(snap_compare: Compare) -> None:
    app = still_app(kitchens.lesson())
    keys = ("question_mark", *["pagedown"] * 2)
    assert snap_compare(app, terminal_size=WINDOW, run_before=pressing(*keys))


@briefly("size", [SMALL, WINDOW], ids=["40x12", "80x24"], keep=(1,))
def test_zoom_of_one_that_brews(snap_compare: Compare, size: Size) -> None:
    app = still_app(kitchens.kadak())
    assert snap_compare(app, terminal_size=size, run_before=pressing("enter"))


def test_zoom_of_one_that_failed(snap_compare: Compare) -> None:
    """With its traceback, what its end means, and a search in what it said."""
    app = still_app(kitchens.troubled())
    keys = ("2", "enter", "slash", *"milk", "enter")
    assert snap_compare(app, terminal_size=LARGE, run_before=pressing(*keys))


def test_zoom_of_a_thread(snap_compare: Compare) -> None:
    """With whom it shares its process and its GIL."""
    app = still_app(kitchens.lively())
    assert snap_compare(app, terminal_size=LARGE, run_before=pressing("8", "enter"))


@briefly("size", [SMALL, WINDOW], ids=["40x12", "80x24"], keep=(1,))
def test_timeline(snap_compare: Compare, size: Size) -> None:
    app = still_app(kitchens.morning(), cores=4)
    assert snap_compare(app, terminal_size=size, run_before=pressing("t", "down"))


@briefly("size", [SMALL, WINDOW], ids=["40x12", "80x24"], keep=(1,))
def test_choice_of_engine(snap_compare: Compare, size: Size) -> None:
    app = still_app(kitchens.lively())
    assert snap_compare(app, terminal_size=size, run_before=pressing("e", "down"))


def test_choice_of_signal(snap_compare: Compare) -> None:
    app = still_app(kitchens.lively())
    assert snap_compare(app, terminal_size=WINDOW, run_before=pressing("4", "f9"))


def test_are_you_sure(snap_compare: Compare) -> None:
    """Before the process that others share is killed."""
    app = still_app(kitchens.lively())
    assert snap_compare(app, terminal_size=WINDOW, run_before=pressing("8", "K"))
