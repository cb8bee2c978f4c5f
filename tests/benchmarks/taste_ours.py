"""What chai-tui says of a function, asked as a program asks: through ``chai_tui.taste``."""

from __future__ import annotations

import time
from collections.abc import Callable

from chai_tui.cli.taste import _recipe_request
from chai_tui.config.target import Calls
from chai_tui.model.tasting import RACING
from chai_tui.tasting import Tasting, TastingError, run, taste
from tests.benchmarks.taste_list import Target
from tests.benchmarks.taste_verdicts import Ours


def taste_once(which: Target, budget: float) -> Ours:
    """Taste a function once."""
    began = time.perf_counter()
    try:
        tasting = _ask_of(which, budget)()
    except TastingError as error:
        seconds = time.perf_counter() - began
        return Ours(None, "", "", {}, None, seconds, failed=str(error))
    seconds = time.perf_counter() - began
    return Ours(
        tasting.engine,
        tasting.reason,
        tasting.sentence,
        {(one.engine, one.workers): (one.speedup, one.low, one.high) for one in tasting.standings},
        tasting.gil_share,
        seconds,
        _calls_of_a_round(tasting),
    )


def _ask_of(which: Target, budget: float) -> Callable[[], Tasting]:
    if which.is_recipe:  # only the command line knows recipes
        request = _recipe_request(
            which.name, Calls(), python=None, workers=0, engines=RACING, budget=budget, timeout=60.0
        )
        return lambda: run(request)
    items = range(which.calls) if which.has_items else None
    return lambda: taste(which.path, items, budget=budget)


def _calls_of_a_round(tasting: Tasting) -> int:
    for lane in tasting.as_json()["lanes"]:
        for one in lane["rounds"]:
            return int(one["calls"])
    return 0
