"""What a maker said before it died is on the screen: the storm's short form."""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

from tests.storm.last_words import end_on_the_screen


@pytest.mark.long
def test_last_words_and_their_cause_are_on_the_screen() -> None:
    assert end_on_the_screen()
