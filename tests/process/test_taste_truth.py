"""The benchmark of tastings in short: what waits, what holds the GIL and what does without it."""

from __future__ import annotations

import os
import sys
from dataclasses import replace

import pytest

from tests import taste_targets
from tests.benchmarks import gil_truth
from tests.benchmarks.taste import lanes_of, truth_of
from tests.benchmarks.taste_list import target
from tests.benchmarks.taste_ours import taste_once
from tests.benchmarks.taste_verdicts import Row
from tests.slowness import CROWDED, Watched, slowness
from tests.thorough import briefly

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="it needs two cores"
)


@pytest.mark.skipif(not gil_truth.can_be_asked(), reason="this Python does not tell")
@pytest.mark.parametrize("name", ["nap", "nbody", "large_hash"])
def test_a_thread_of_c_code_sees_the_share_that_follows_from_how_a_function_is_made(
    name: str,
) -> None:
    for seconds in (0.2, 0.5, 1.0):
        before = slowness()
        share = gil_truth.share_while(getattr(taste_targets, name), seconds)
        if share == pytest.approx(target(name).gil, abs=0.03):
            break
        # Who loses its core just when it has the GIL keeps it for as long as it waits.
        assert max(before, slowness()) > CROWDED, share
    else:
        pytest.fail(f"{share} of the time")


ATTEMPTS = 3
"""A crowd of others may mislead one tasting of a second, but not several in a row."""


@briefly("name", ["nap", "nbody", "large_hash"], keep=1)
def test_the_verdict_is_what_was_measured_by_hand(name: str) -> None:
    which = target(name)
    assert which.gil is not None
    for attempt in range(1, ATTEMPTS + 1):
        with Watched() as machine:
            ours = taste_once(which, float(attempt))
            assert not ours.failed
            # By hand nothing is corrected for what others take: beside them only what is known
            # counts.
            truth = truth_of(
                which, lanes_of(replace(which, waits=False), 2), 4, 0.2, rounds=3, patience=0.0
            )
        crowded = machine.is_crowded or truth.others > 0.1
        right = {*which.expected} if crowded else {*truth.acceptable, *which.expected}
        # Who loses its core just when it has the GIL back holds it for as long as it waits.
        is_share_right = ours.gil_share is None or ours.gil_share == pytest.approx(
            which.gil, abs=0.03
        )
        if is_share_right and (ours.engine in right or (ours.engine is None and crowded)):
            break
        assert crowded, (ours.sentence, ours.gil_share)
    else:
        pytest.fail(f"{ours.sentence} The GIL: {ours.gil_share}")
    assert Row(name, which.what, 0, truth, [ours]).seconds < 10
