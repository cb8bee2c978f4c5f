"""What chai-tui says of a function, asked as a program asks: through ``chai_tui.taste``."""

from __future__ import annotations

import time

import chai_tui
from tests.benchmarks.taste_list import Target
from tests.benchmarks.taste_verdicts import Ours


def taste_once(which: Target, budget: float) -> Ours:
    """Taste a function once."""
    items = range(which.calls) if which.has_items else None
    began = time.perf_counter()
    tasting = chai_tui.taste(which.path, items, budget=budget)
    seconds = time.perf_counter() - began
    return Ours(
        str(tasting.engine) if tasting.engine else None,
        tasting.reason,
        tasting.sentence,
        {
            (str(one.engine), one.workers): (one.speedup, one.low, one.high)
            for one in tasting.standings
        },
        tasting.gil_share,
        seconds,
    )
