"""Pictures in other colours than the usual: nothing is told by a colour alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests import kitchens
from tests.still import pressing, still_app
from tests.thorough import briefly

Compare = Callable[..., bool]
SIZE = (120, 40)


@briefly("theme", ["textual-light", "ansi-dark", "ansi-light"])
def test_themes(snap_compare: Compare, theme: str) -> None:
    """Light, and the terminal's own sixteen colours."""
    app = still_app(kitchens.lively(), theme=theme)
    assert snap_compare(app, terminal_size=SIZE, run_before=pressing())


def test_no_colour(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = still_app(kitchens.lively())
    assert snap_compare(app, terminal_size=SIZE, run_before=pressing())


def test_a_light_dialog(snap_compare: Compare) -> None:
    app = still_app(kitchens.lively(), theme="textual-light")
    assert snap_compare(app, terminal_size=(80, 24), run_before=pressing("4", "f9"))
