"""Cores and makers are looked at by a kitchen for which nothing else happens."""

from __future__ import annotations

import threading

import pytest

from chai_tui.host.run_facts import gil_enabled
from chai_tui.model.engine import Engine
from chai_tui.model.events import Sampled
from chai_tui.sources.live.kitchen import Kitchen
from chai_tui.tui.timeline.time_scale import grid_of
from tests.process.conftest import Watch
from tests.process.makers import steps
from tests.unit.columns import require_one_gil

FOR_EVER = 20.0
"""Seconds; the samples take about one."""


def test_an_idle_poll_wakes_for_its_next_sample(start_method: str) -> None:
    kitchen = Kitchen(start_method, sample_every=0.5)
    waker = threading.Timer(FOR_EVER, kitchen.wake)
    waker.start()
    try:
        samples = 0
        while samples < 2:
            samples += sum(isinstance(event, Sampled) for event in kitchen.poll(None))
            assert waker.is_alive(), "nothing but the next sample was to wake it"
    finally:
        waker.cancel()
        kitchen.close()


def test_a_poll_waits_no_longer_than_it_is_told_to(start_method: str) -> None:
    kitchen = Kitchen(start_method, sample_every=FOR_EVER)
    try:
        while not any(isinstance(event, Sampled) for event in kitchen.poll(None)):
            pass  # the first sample comes soon, the next one in a second
        assert kitchen.poll(0.01) == []
    finally:
        kitchen.close()


@pytest.mark.skipif(not gil_enabled(), reason="threads have no GIL to share")
def test_threads_of_one_gil_are_drawn_with_no_more_python_than_one_runs(start_method: str) -> None:
    kitchen = Kitchen(start_method, sample_every=0.05)
    try:
        watch = Watch(kitchen)
        watch.joined(*watch.add(steps(compute=0.2, native=0.1), 3, Engine.THREAD))
    finally:
        kitchen.close()
    began = watch.floor.began
    assert began is not None
    for samples in (1, 2, 4):
        scale = grid_of(watch.floor, began).scale(samples, 0, 40)
        assert require_one_gil(watch.floor, scale)
