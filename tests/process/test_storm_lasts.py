"""A monkey plays with the real program, and the system bears witness: the storm's short form."""

from __future__ import annotations

import sys
from random import Random

import pytest

if sys.platform != "linux":
    pytest.skip("the witness reads /proc", allow_module_level=True)

from tests.storm.lasting import let_a_monkey_play


@pytest.mark.long
def test_floor_and_system_agree_whatever_a_monkey_does() -> None:
    assert let_a_monkey_play(0, Random(3), actions=8)
