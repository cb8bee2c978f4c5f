"""The installation is removed while the screen runs: the storm's short form."""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

from tests.storm.anywhere.removed import break_the_screen, use_every_screen


@pytest.mark.thorough
@pytest.mark.long
def test_every_key_works_after_the_installation_was_removed() -> None:
    assert use_every_screen()


def test_the_report_of_a_crash_is_whole_after_the_installation_was_removed() -> None:
    assert break_the_screen()
