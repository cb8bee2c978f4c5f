"""A run without a screen ends with its terminal: the storm's short form."""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

from tests.storm.anywhere.gone_terminal import hang_up
from tests.storm.promise import PATIENCE
from tests.thorough import briefly


@briefly(
    ("options", "way"),
    [("--plain", "ignored"), ("--json --engine thread", "blocked"), ("--plain", "not ours")],
)
def test_a_run_ends_with_its_terminal_although_no_signal_comes(options: str, way: str) -> None:
    hang_up(options, way, patience=PATIENCE)
