"""However much is printed, commands are answered and lines counted: the storm's short form."""

from __future__ import annotations

import statistics
import sys
from random import Random

import pytest

from tests.slowness import as_if_alone
from tests.storm.floods import ANSWER_SECONDS, answers_under_flood, count_what_is_dropped

if sys.platform == "win32":
    pytest.skip("Windows cannot pause a process", allow_module_level=True)


TRIES = 3
"""A crowded machine can only make answers late: one flood in which they are not is enough."""


def test_commands_are_answered_at_once_beside_a_flood() -> None:
    medians: list[float] = []
    while len(medians) < TRIES and (not medians or medians[-1] >= ANSWER_SECONDS):
        took, _ = answers_under_flood(20, Random(1))
        medians.append(as_if_alone(statistics.median(took)))
    assert min(medians) < ANSWER_SECONDS


def test_every_line_is_shown_or_counted() -> None:
    assert count_what_is_dropped(20_000)
