"""Figures are told only of whom they are, and of the cores that may be used now."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

if sys.platform != "linux":
    pytest.skip("other systems have neither /proc nor namespaces", allow_module_level=True)

from tests.storm.anywhere import figures
from tests.storm.promise import Untried
from tests.thorough import briefly


@briefly(
    "keep",
    [
        figures.follow_affinity,
        figures.follow_affinity_on_the_screen,
        figures.follow_quota,
        figures.show_no_figures,
        figures.lend_no_figures,
        lambda: figures.tell_no_figures(figures.NO_PROC),
        lambda: figures.tell_no_busy_cores(figures.MASKED_STAT, maps_cores=True),
        lambda: figures.tell_no_busy_cores(figures.MOCK_STAT, maps_cores=False),
        lambda: figures.tell_figures(figures.OWN_PROC),
    ],
    ids=[
        "affinity",
        "affinity on the screen",
        "quota",
        "the outer /proc",
        "a number used again",
        "no /proc",
        "a masked stat",
        "a stat that counts nothing",
        "a /proc of its own",
    ],
    keep=(0, 2, 4, 5, 6, 8),
)
def test_figures_are_right_or_left_out(keep: Callable[[], object]) -> None:
    try:
        keep()
    except Untried as why:
        pytest.skip(str(why))
