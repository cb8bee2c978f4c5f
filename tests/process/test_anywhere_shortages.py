"""Too little of something: the limit that was met is named."""

from __future__ import annotations

import sys

import pytest

if sys.platform != "linux":
    pytest.skip("other systems have other limits", allow_module_level=True)

from tests.storm.anywhere.shortages import SHORTAGES, run_short, run_with_few_tasks
from tests.storm.promise import Untried


@pytest.mark.parametrize("shortage", SHORTAGES)
def test_the_limit_that_was_met_is_named(shortage: str) -> None:
    try:
        run_short(*SHORTAGES[shortage], "--plain", makers=60)
    except Untried as why:
        pytest.skip(str(why))


def test_the_limit_of_a_control_group_is_named() -> None:
    try:
        run_with_few_tasks("--plain", "thread")
    except Untried as why:
        pytest.skip(str(why))
