"""What the tests of the whole app share."""

from __future__ import annotations

import functools
from typing import Any

import pytest
from textual.app import App

from tests.quick_pilot import wait_for_turns

LONG = 3_600.0
"""Seconds that a notice is shown, longer than any test takes on any machine."""


@pytest.fixture(autouse=True)
def _notices_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no notice leave before a test has read it: it does after seconds of the real clock."""
    notify = App.notify

    @functools.wraps(notify)
    def stay(app: App[Any], *words: Any, **options: Any) -> None:
        notify(app, *words, **{**options, "timeout": LONG})

    monkeypatch.setattr(App, "notify", stay)


@pytest.fixture(autouse=True)
def _pilots_wait_for_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Go on as soon as nothing is to be done; pictures wait for what comes by the clock, too."""
    wait_for_turns(monkeypatch)
