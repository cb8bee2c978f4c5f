"""What screenshot tests share: everything that moves stands still, and who may update pictures."""

from __future__ import annotations

import re
import sys
from importlib.metadata import requires, version

import pytest

from tests.still import freeze

PIN = re.compile(r"(textual|rich)==([\w.]+)")
"""A requirement on one exact version of what draws the pictures."""


def strangers() -> list[str]:
    """Return what draws the pictures here in another version than the pinned one, in words."""
    pins = (PIN.match(requirement) for requirement in requires("chai-tui") or ())
    return [
        f"{pin[1]} {version(pin[1])} is installed, {pin[2]} is pinned"
        for pin in pins
        if pin is not None and version(pin[1]) != pin[2]
    ]


def pytest_collection_modifyitems(config: pytest.Config) -> None:
    """Refuse to update pictures with another Textual: everybody else's would differ from them."""
    if config.getoption("update_snapshots") and (told := strangers()):
        raise pytest.UsageError(f"no snapshot is updated: {'; '.join(told)}")


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Freeze what differs between two machines or two runs, so that only the drawing counts.

    The terminal's variables (NO_COLOR alone takes every colour out of a picture), the variables
    with which a person changes Textual's theme, filters and keys, whether this interpreter has a
    GIL, and the system's signals. There is no process, no clock and no host name to freeze: all
    events are made by hand, and the app's source never speaks.
    """
    if sys.platform == "win32":
        pytest.skip("signals have no names there, so the pictures say less")
    freeze(monkeypatch)
