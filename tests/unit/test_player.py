"""The player: where a film is, and what it shows next."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chai_tui.model.events import Event, Progress, RunBegan, Trouble
from chai_tui.recording.form import Header
from chai_tui.recording.playing.film import Film
from chai_tui.recording.playing.player import MOST_AT_ONCE, MOST_SECONDS, SPEEDS, Player
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import State
from tests.builders import BEGAN, brewing, failed, killed, served
from tests.unit.made_films import add, any_run, film_of, floor_of, rounded, told_by

TICKS: list[Event] = [
    *brewing(1),
    *(Progress(BEGAN + n / 2, 1, n / 40, n / 10) for n in range(2, 41)),
]
"""Until 20 seconds after the beginning; from the first second on one every half a second."""


class Seen:
    """A player, a clock that a test turns, and the floor that a screen shows."""

    def __init__(self, film: Film) -> None:
        self.now = 7.0
        self.film = film
        self.player = Player(film, clock=lambda: self.now, most_seconds=math.inf)
        self.floor = Floor()
        self.jumps = 0

    def turn(self, seconds: float = 0.0) -> int:
        """Let time pass; return how many events were told."""
        self.now += seconds
        events, floor = self.player.turn()
        if floor is not None:
            self.jumps += 1
            self.floor.become(floor)
        self.floor.fold(events)
        assert self.floor.version == self.player.position
        return len(events)

    @property
    def since(self) -> float:
        return self.player.at - self.film.began


def seen(events: list[Event] = TICKS) -> Seen:
    return Seen(film_of(events))


def growing(events: list[Event] = TICKS, *, follows: bool = True) -> Seen:
    film = film_of(events)
    film.is_complete, film.follows = False, follows
    return Seen(film)


# Playing


def test_it_plays_as_fast_as_it_happened() -> None:
    one = seen()
    one.turn()
    assert (one.since, one.player.position) == (0.0, one.film.position_at(BEGAN))
    one.turn(2.2)
    assert one.since == pytest.approx(2.2)
    assert one.player.position == one.film.position_at(BEGAN + 2.2)
    assert not one.player.is_at_end
    assert one.jumps == 0


def test_it_plays_faster_and_slower() -> None:
    one = seen()
    one.player.faster(1)
    one.turn(2.0)
    assert (one.player.speed, one.since) == (2.0, 4.0)
    one.player.faster(-3)
    one.turn(2.0)
    assert (one.player.speed, one.since) == (0.25, 4.5)
    one.player.faster(-1)
    assert one.player.speed == SPEEDS[0]
    one.player.faster(99)
    assert one.player.speed == SPEEDS[-1] == 64.0


def test_what_is_paused_stays_where_it_is() -> None:
    one = seen()
    one.turn(2.0)
    one.player.toggle()
    assert one.turn(5.0) == 0
    assert (one.since, one.player.is_playing) == (2.0, False)
    one.now += 100.0  # nobody looked at the clock meanwhile
    one.player.toggle()
    one.turn(1.0)
    assert one.since == 3.0


def test_nothing_is_played_while_the_process_is_stopped() -> None:
    film = film_of(TICKS)
    times = iter([0.0, 0.5, 3_600.0, 3_600.5])
    player = Player(film, clock=lambda: next(times))
    for since in (0.5, 0.5 + MOST_SECONDS, 1.0 + MOST_SECONDS):
        player.turn()
        assert player.at == film.began + since


def test_at_the_end_it_stays_and_begins_anew_when_it_is_played_again() -> None:
    one = seen()
    one.turn(99.0)
    assert (one.since, one.player.position) == (20.0, one.film.count)
    assert (one.player.is_playing, one.player.is_at_end, one.player.follows) == (False, True, False)
    one.turn(99.0)
    assert one.player.position == one.film.count
    one.player.toggle()
    assert one.player.is_playing
    one.turn(5.0)
    assert (one.since, one.jumps) == (0.0, 1)
    one.turn(1.0)
    assert one.since == 1.0


def test_very_many_events_are_jumped_over() -> None:
    many = [
        *brewing(1),
        *(Progress(BEGAN + n * 1e-4, 1, 0.5, 1.0) for n in range(MOST_AT_ONCE + 9)),
    ]
    one = seen(many)
    one.turn()
    one.player.faster(9)
    assert one.turn(1.0) == 0
    assert one.jumps == 1
    assert told_by(one.floor) == told_by(floor_of(rounded(many)))


# Going somewhere


def test_a_step_is_one_event_more_or_less() -> None:
    one = seen()
    one.turn(4.0)
    here = one.player.position
    one.player.step(1)
    assert one.turn(9.0) == 1
    assert (one.player.position, one.player.is_playing) == (here + 1, False)
    assert one.player.at == one.film.time_at(here + 1)
    one.player.step(-1)
    one.player.step(-1)
    one.turn()
    assert (one.player.position, one.player.at) == (here - 1, one.film.time_at(here - 1))
    assert told_by(one.floor) == told_by(floor_of(rounded(TICKS)[: here - 1]))


@pytest.mark.parametrize("events", [-999, 999])
def test_steps_end_at_both_ends(events: int) -> None:
    one = seen()
    one.turn(4.0)
    one.player.step(events)
    one.turn()
    assert one.player.position == (0 if events < 0 else one.film.count)
    assert one.player.is_at_end == (events > 0)


def test_held_keys_are_one_jump(monkeypatch: pytest.MonkeyPatch) -> None:
    one = seen()
    one.turn(19.0)
    sought: list[int] = []
    floor_at = one.film.floor_at

    def counted(position: int) -> Floor:
        sought.append(position)
        return floor_at(position)

    monkeypatch.setattr(one.film, "floor_at", counted)
    for _ in range(3):
        one.player.skip(-5)
    assert sought == []
    one.turn(0.5)
    assert one.since == 4.0
    assert sought == [one.player.position]


@pytest.mark.parametrize(("seconds", "since"), [(5, 9.0), (-5, 0.0), (99, 20.0)])
def test_a_skip_ends_at_both_ends(seconds: float, since: float) -> None:
    one = seen()
    one.turn(4.0)
    one.player.skip(seconds)
    one.turn()
    assert one.since == since


def test_home_end_and_any_moment() -> None:
    one = seen()
    one.player.seek(BEGAN + 7.3)
    one.turn(1.0)
    assert one.since == pytest.approx(7.3)
    assert one.player.is_playing
    one.player.to_end()
    one.turn()
    assert (one.player.position, one.player.is_playing) == (one.film.count, False)
    one.player.to_start()
    one.turn()
    assert (one.since, one.player.position) == (0.0, one.film.position_at(BEGAN))


def test_ends_that_were_not_served() -> None:
    events = [
        *served(1, after=1.0), *killed(2, at=BEGAN + 4), *failed(3, at=BEGAN + 8),
        *served(4, at=BEGAN + 12),
    ]  # fmt: skip
    one = seen(events)
    told = []
    for direction in (1, 1, 1, -1, -1):
        end = one.player.to_unserved(direction)
        one.turn()
        told.append(end and (end.maker, end.state))
        if end is not None:
            assert (one.player.at, one.player.position) == (end.at, end.position)
            assert one.floor.makers[end.maker].state is end.state
    two, three = (2, State.KILLED), (3, State.FAILED)
    assert told == [two, three, None, two, None]


def test_bookmarks() -> None:
    one = seen()
    assert one.player.to_bookmark(1) is None
    for at in (9.0, 3.0, 6.0):
        one.player.seek(BEGAN + at)
        assert one.player.bookmark()
    assert one.player.bookmarks == [BEGAN + at for at in (3.0, 6.0, 9.0)]
    assert one.player.to_bookmark(-1) == BEGAN + 3.0
    assert one.player.to_bookmark(-1) is None
    assert one.player.to_bookmark(1) == BEGAN + 6.0
    one.turn()
    assert one.since == 6.0
    assert not one.player.bookmark()
    assert one.player.bookmarks == [BEGAN + 3.0, BEGAN + 9.0]


# What still grows


def test_what_is_still_read_is_played_as_far_as_it_is_there() -> None:
    one = growing(TICKS[:12], follows=False)
    one.turn(99.0)
    at = one.player.at
    assert (one.player.position, one.player.is_playing, one.player.follows) == (12, True, False)
    add(one.film, TICKS[12:])
    one.turn(0.5)
    assert one.player.at == at + 0.5
    one.film.is_complete = True
    one.turn(99.0)
    assert not one.player.is_playing


def test_the_end_of_what_grows_is_followed() -> None:
    one = growing(TICKS[:20])
    one.turn(99.0)
    assert (one.player.follows, one.player.is_at_end) == (True, True)
    add(one.film, TICKS[20:30])
    assert one.turn() == 10
    assert (one.player.at, one.player.follows) == (one.film.ended, True)
    one.player.skip(-3)
    one.turn()
    assert (one.player.follows, one.player.is_playing) == (False, True)
    one.player.to_end()
    one.player.toggle()
    one.turn()
    add(one.film, TICKS[30:])
    assert one.turn(9.0) == 0
    assert not one.player.follows
    one.player.toggle()
    one.turn()
    one.turn(99.0)
    assert one.player.position == len(TICKS)
    one.film.is_complete = True
    one.turn()
    assert (one.player.follows, one.player.is_playing) == (False, False)


def test_the_end_of_what_is_still_read_is_stayed_at() -> None:
    one = growing(TICKS[:10], follows=False)
    one.player.to_end()
    one.turn()
    add(one.film, TICKS[10:])
    one.turn()
    assert one.player.position == len(TICKS)
    assert one.player.follows


def test_nothing_is_there_yet() -> None:
    film = Film(Header(monotonic=BEGAN))
    one = Seen(film)
    player = one.player
    keys: tuple[Callable[[], object], ...] = (
        player.toggle, player.to_start, player.to_end, lambda: player.step(1),
        lambda: player.step(-1), lambda: player.skip(5), lambda: player.to_unserved(1),
        player.toggle,
    )  # fmt: skip
    for key in keys:
        key()
        assert one.turn(1.0) == 0
        assert (player.at, player.position) == (BEGAN, 0)
    add(film, TICKS)
    one.turn(3.0)
    assert one.player.position > 0


def test_no_screen_counts_from_below_zero() -> None:
    opened = RunBegan(BEGAN - 3, "live")
    one = seen([opened, Trouble(BEGAN - 2, None, "early"), *TICKS])
    assert one.film.began > BEGAN - 1
    for _ in range(3):
        one.player.step(-1)
        one.turn()
        assert one.since == 0.0
    one.player.bookmark()
    assert one.player.bookmarks == [one.film.began]
    one.player.step(1)
    one.turn()
    assert (one.player.position, one.since) == (1, 0.0)


# Whatever is pressed


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 30),
    keys=st.lists(st.tuples(st.integers(0, 9), st.floats(-30, 30), st.floats(0, 3)), max_size=12),
    grows=st.booleans(),
)
def test_whatever_is_pressed_the_floor_is_that_of_the_moment(
    seed: int, keys: list[tuple[int, float, float]], grows: bool
) -> None:
    events = list(any_run(seed))
    part = len(events) // 2 if grows else len(events)
    one = growing(events[:part]) if grows else seen(events)
    player, film = one.player, one.film
    actions: list[Any] = [
        lambda _: player.toggle(), lambda x: player.step(round(x)), player.skip,
        lambda x: player.seek(film.began + x), lambda _: player.to_start(),
        lambda _: player.to_end(), lambda x: player.faster(round(x / 10)),
        lambda x: player.to_unserved(1 if x > 0 else -1), lambda _: player.bookmark(),
        lambda x: player.to_bookmark(1 if x > 0 else -1),
    ]  # fmt: skip
    as_read = rounded(events)
    for key, number, seconds in keys:
        actions[key](number)
        one.turn(seconds)
        assert film.began <= player.at <= film.ended
        assert 0 <= player.position <= film.count
        assert film.time_at(player.position) <= player.at
        if part < len(events):
            add(film, events[part : part + 20])
            part += 20
            film.is_complete = part >= len(events)
    assert told_by(one.floor) == told_by(floor_of(as_read[: player.position]))
