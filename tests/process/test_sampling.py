"""Cores and makers are looked at by a kitchen for which nothing else happens."""

from __future__ import annotations

import threading

from chai_tui.model.events import Sampled
from chai_tui.sources.live.kitchen import Kitchen

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
