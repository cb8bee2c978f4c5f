"""The bridge: what it holds, when it delivers, and how it ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from chai_tui.model.commands import KillMaker
from chai_tui.model.events import Event, Sampled, Trouble
from chai_tui.model.program_events import Waits
from chai_tui.tui.common import bridge as module
from chai_tui.tui.common.bridge import Bridge
from tests.builders import ALL_COMMANDS, FakeSource

PATIENCE = 5.0


def trouble(number: int) -> Trouble:
    return Trouble(float(number), None, f"trouble {number}")


class Screen:
    """Stands for the UI thread: counts announcements, takes when told to."""

    def __init__(self, bridge: Bridge) -> None:
        self.bridge = bridge
        self.announced = threading.Semaphore(0)
        self.announcements = 0

    def announce(self) -> None:
        self.announcements += 1
        self.announced.release()

    def next_batch(self) -> list[Event]:
        assert self.announced.acquire(timeout=PATIENCE)
        return self.bridge.take()


@pytest.fixture
def source() -> FakeSource:
    return FakeSource(answer=lambda _: [trouble(9)])


@pytest.fixture
def bridge(source: FakeSource) -> Iterator[Bridge]:
    bridge = Bridge(source)
    yield bridge
    bridge.stop()


def test_what_came_before_a_screen_was_there_is_kept(source: FakeSource, bridge: Bridge) -> None:
    bridge.start()
    source.feed(trouble(1))
    screen = Screen(bridge)
    bridge.attach(screen.announce)
    assert screen.next_batch() == [trouble(1)]


def test_a_bridge_that_is_stopping_tells_when_its_source_is_closed() -> None:
    source = FakeSource(last_words=[trouble(9)])
    bridge = Bridge(source)
    assert not bridge.begin_to_stop(), "it does not run"
    bridge.start()
    screen = Screen(bridge)
    bridge.attach(screen.announce)
    assert bridge.begin_to_stop()
    assert screen.next_batch() == [trouble(9)]
    assert bridge.closed
    bridge.submit(KillMaker(1))
    assert source.submitted == []
    assert bridge.stop() == []


def test_a_slow_screen_is_told_once_and_gets_everything(
    source: FakeSource, bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FRAME_SECONDS", 0.0)
    bridge.pace(0)
    screen = Screen(bridge)
    bridge.attach(screen.announce)
    for number in range(20):
        source.feed(trouble(number))
    bridge.start()
    assert screen.announced.acquire(timeout=PATIENCE)
    events = bridge.stop()
    assert events
    assert events == [trouble(number) for number in range(len(events))]
    assert screen.announcements == 1


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def turns(bridge: Bridge, count: int = 1) -> None:
    """What the thread does, done here: so that a test decides when time passes."""
    for _ in range(count):
        bridge._turn()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def turned(source: FakeSource, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Bridge:
    """One without a thread, whose turns a test does."""
    monkeypatch.setattr(module, "SLICE_SECONDS", 0.0)
    return Bridge(source, clock=clock)


def test_between_two_deliveries_lies_a_frame(
    source: FakeSource, clock: Clock, turned: Bridge
) -> None:
    source.feed(trouble(1))
    turns(turned)
    assert turned.take() == [trouble(1)], "the first is shown at once"
    source.feed(trouble(2))
    turns(turned, 3)
    assert turned.take() == [], "the second waits for its frame"
    clock.now += module.FRAME_SECONDS
    turns(turned)
    assert turned.take() == [trouble(2)]


def test_a_key_does_not_wait_for_the_frame(
    source: FakeSource, clock: Clock, turned: Bridge
) -> None:
    source.feed(trouble(1))
    turns(turned)
    turned.take()
    clock.now += module.ANSWER_FRAME_SECONDS
    turned.submit(KillMaker(1))
    turns(turned)
    assert turned.take() == [trouble(9)]
    assert source.submitted == [KillMaker(1)]


def test_a_crowd_is_drawn_less_often(source: FakeSource, clock: Clock, turned: Bridge) -> None:
    turned.pace(module.CROWDED_MAKERS + 1)
    source.feed(trouble(1))
    turns(turned)
    turned.take()
    source.feed(trouble(2))
    turns(turned)
    clock.now += module.FRAME_SECONDS
    turns(turned)
    assert turned.take() == []
    clock.now += module.CROWDED_FRAME_SECONDS - module.FRAME_SECONDS
    turns(turned)
    assert turned.take() == [trouble(2)]


def sample(number: int) -> Sampled:
    return Sampled(float(number), (), ())


def test_samples_alone_are_drawn_seldom_and_the_last_of_them_too(
    source: FakeSource, clock: Clock, turned: Bridge
) -> None:
    source.feed(sample(1))
    turns(turned)
    assert turned.take() == [sample(1)]
    clock.now += module.FRAME_SECONDS
    source.feed(sample(2))
    turns(turned)
    assert turned.take() == [], "samples wait for each other"
    clock.now = 100.0 + module.SAMPLES_FRAME_SECONDS
    source.feed(sample(3))
    turns(turned)
    assert turned.take() == [sample(2), sample(3)], "the latest is drawn when it comes"
    source.feed(sample(4))
    turns(turned)
    clock.now += module.SAMPLES_PATIENCE
    turns(turned)
    assert turned.take() == [sample(4)], "no other follows"


def test_what_somebody_waits_for_is_drawn_sooner_than_figures(
    source: FakeSource, clock: Clock, turned: Bridge
) -> None:
    source.feed(sample(1))
    turns(turned)
    turned.take()
    clock.now += module.WAITS_FRAME_SECONDS
    source.feed(sample(2))
    turns(turned)
    assert turned.take() == [], "figures wait for others"
    source.feed(waits := Waits(3.0, ()))
    turns(turned)
    assert turned.take() == [sample(2), waits]
    source.feed(waits)
    turns(turned)
    clock.now += module.WAITS_PATIENCE
    turns(turned)
    assert turned.take() == [waits], "no other follows"


def test_news_take_samples_along_at_once(source: FakeSource, clock: Clock, turned: Bridge) -> None:
    source.feed(sample(1))
    turns(turned)
    turned.take()
    clock.now += module.FRAME_SECONDS
    source.feed(sample(2))
    turns(turned)
    source.feed(trouble(3))
    turns(turned)
    assert turned.take() == [sample(2), trouble(3)]


def test_stop_closes_the_source_and_returns_its_last_words() -> None:
    source = FakeSource(last_words=[trouble(3)])
    bridge = Bridge(source)
    bridge.start()
    assert bridge.stop() == [trouble(3)]
    assert bridge.stop() == []
    assert source.closed == 1


def test_stop_closes_a_source_that_was_never_driven() -> None:
    source = FakeSource(last_words=[trouble(3)])
    bridge = Bridge(source)
    assert bridge.stop() == [trouble(3)]
    bridge.start()
    assert source.closed == 1


class BrokenSource(FakeSource):
    def poll(self, timeout: float | None) -> list[Event]:
        raise OSError(f"no kitchen within {timeout}")


def test_a_source_that_breaks_is_closed_and_the_screen_is_told() -> None:
    source = BrokenSource(last_words=[trouble(4)])
    bridge = Bridge(source)
    screen = Screen(bridge)
    bridge.attach(screen.announce)
    bridge.start()
    assert screen.next_batch() == [trouble(4)]
    assert isinstance(bridge.error, OSError)
    assert source.closed == 1


def test_a_screen_that_comes_late_learns_of_the_break() -> None:
    source = BrokenSource()
    bridge = Bridge(source)
    bridge.start()
    assert bridge._thread is not None
    bridge._thread.join(PATIENCE)
    screen = Screen(bridge)
    bridge.attach(screen.announce)
    assert screen.announcements == 1


def test_it_accepts_what_its_source_accepts(bridge: Bridge) -> None:
    assert bridge.commands == ALL_COMMANDS
