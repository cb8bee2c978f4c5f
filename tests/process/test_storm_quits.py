"""Quitting always ends, whatever the makers do: the short form of the storm."""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("Windows ends a process in one way only", allow_module_level=True)

from tests.storm.awful import AWFUL
from tests.storm.quitting import close_among
from tests.thorough import briefly

PATIENCE = 5.0
"""Seconds to quit on a loaded machine; alone it takes half a second."""


@briefly("method", ["forkserver", "spawn", "fork"])
def test_nobody_holds_up_the_end(method: str) -> None:
    assert close_among(list(AWFUL), method, paused=True, unread=True) < PATIENCE
