"""Whatever is typed, the program answers: the storm's short form."""

from __future__ import annotations

import sys
from random import Random

import pytest

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

from tests.storm.keys import type_anything


@pytest.mark.long
def test_any_keys_are_taken() -> None:
    assert type_anything(1, Random(5))
