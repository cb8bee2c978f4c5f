"""A film: a floor that is shown again is the floor that was."""

from __future__ import annotations

import gc
import math
import threading
import tracemalloc
from array import array
from collections import deque
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chai_tui.model.events import Exited, Progress, Seated
from chai_tui.model.race_events import TasteBegan
from chai_tui.recording.form import Header, RecordingError
from chai_tui.recording.playing.checkpoints import Checkpoints
from chai_tui.recording.playing.chunks import Chunks
from chai_tui.recording.playing.film import Film
from chai_tui.recording.reader import Reader
from chai_tui.state.floor import Floor
from chai_tui.state.makers.records import State
from tests import races
from tests.benchmarks import recording_film
from tests.builders import BEGAN, CHAI, brewing, killed, sampled, served, stopped
from tests.unit.made_films import (
    add,
    any_run,
    film_of,
    floor_of,
    recorded,
    rounded,
    told_by,
)

several = settings(deadline=None, max_examples=12)


# Any moment


@several
@given(
    seed=st.integers(0, 60),
    piece=st.integers(1, 300),
    most=st.sampled_from((1, 300_000, 10**9)),
    shares=st.lists(st.floats(0, 1), min_size=1, max_size=4),
)
def test_any_moment_is_as_it_was(seed: int, piece: int, most: int, shares: list[float]) -> None:
    """By any path: forward, backward, on a floor that was others before."""
    events = any_run(seed)
    film = film_of(events, piece=piece, most=most, in_memory=20_000)
    as_read = rounded(events)
    assert film.events(0, film.count) == as_read
    shown = Floor()
    race = shown.race
    for share in shares:
        position = round(share * film.count)
        floor = film.floor_at(position)
        live = told_by(floor_of(as_read[:position]))
        assert told_by(floor) == live
        shown.become(floor)
        assert told_by(shown) == live
        assert shown.race is race
        shown.fold(film.events(position, film.count))
        assert told_by(shown) == told_by(floor_of(as_read))
    _assert_alike(told_by(film.floor_at(position)), told_by(floor_of(events[:position])))
    film.close()


def _assert_alike(ours: Any, theirs: Any) -> None:
    """Whether two things are equal, but for what is lost when times are rounded."""
    if isinstance(ours, float):
        assert ours == theirs or math.isclose(ours, theirs, rel_tol=1e-12, abs_tol=2e-6)
    elif isinstance(ours, dict):
        assert list(ours) == list(theirs)
        _assert_alike(list(ours.values()), list(theirs.values()))
    elif is_dataclass(ours):
        for field in filter(lambda field: field.compare, fields(ours)):
            _assert_alike(getattr(ours, field.name), getattr(theirs, field.name))
    elif isinstance(ours, tuple | list | deque | array):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            _assert_alike(one, other)
    else:
        assert ours == theirs


@pytest.mark.parametrize("name", races.STORIES)
def test_any_moment_of_a_tasting_is_as_it_was(name: str) -> None:
    events = getattr(races, name)()
    film = film_of(events, piece=9, text_between=1_500)
    as_read = rounded(events)
    for position in (len(events), len(events) // 2, 3, len(events) - 1, 0):
        assert told_by(film.floor_at(position)) == told_by(floor_of(as_read[:position]))


def test_what_is_read_from_a_file_is_what_was_written(tmp_path: Any) -> None:
    events = any_run(7)
    path = tmp_path / "run.chai"
    path.write_bytes(recorded(events))
    reader = Reader.open(path)
    film = Film(reader.header)
    while (read := reader.read()) is not None:
        film.add(read)
    reader.close()
    assert film.events(0, film.count) == rounded(events)
    assert told_by(film.floor_at(film.count)) == told_by(floor_of(rounded(events)))


# Where things are


@several
@given(seed=st.integers(0, 20), piece=st.integers(1, 200))
def test_times_and_positions(seed: int, piece: int) -> None:
    events = any_run(seed)
    film = film_of(events, piece=piece)
    begins = next((e for e in rounded(events) if isinstance(e, Seated | TasteBegan)), None)
    assert film.began == (begins.at if isinstance(begins, Seated) else film.header.monotonic)
    latest = [film.header.monotonic]
    for event in rounded(events):
        latest.append(max(latest[-1], event.at))
    assert [film.time_at(position) for position in range(film.count + 1)] == latest
    assert film.ended == latest[-1]
    for at in (*latest[::7], film.began - 1, film.ended + 1):
        assert film.position_at(at) == sum(time <= at for time in latest[1:])
    for first, last in ((0, 3), (piece - 1, piece + 1), (film.count - 2, film.count)):
        assert film.events(max(0, first), last) == rounded(events)[max(0, first) : last]
    film.close()


def test_workers_that_a_tasting_lets_go_have_no_end() -> None:
    worker = CHAI._replace(name="")
    film = film_of([*stopped(1, recipe=worker), *killed(2, recipe=worker), *stopped(3)])
    assert {(end.maker, end.state) for end in film.ends} == {(2, State.KILLED), (3, State.STOPPED)}
    film.close()


def test_ends_are_those_of_makers_each_once() -> None:
    late = Exited(BEGAN + 9, 1, 0, ours=False)
    events = [
        Exited(BEGAN, 3, 0, ours=False),  # nobody sat there yet
        *served(1, after=1.0), late, late, *killed(2, at=BEGAN + 10), late, *brewing(3),
        Exited(BEGAN + 20, 3, -9, ours=False), Exited(BEGAN + 20, 4, 0, ours=False),
    ]  # fmt: skip
    for piece in (1, 4, 100):
        film = film_of(events, piece=piece)
        assert [(end.maker, end.state) for end in film.ends] == [
            (1, State.SERVED), (2, State.KILLED), (3, State.KILLED),
        ]  # fmt: skip
        for end in film.ends:
            assert film.floor_at(end.position).makers[end.maker].joined
            before = film.floor_at(end.position - 1).makers[end.maker]
            assert not before.joined
            assert end.at == film.time_at(end.position)


def test_an_empty_film() -> None:
    film = Film(Header(monotonic=5.0))
    assert (film.count, film.began, film.ended, film.position_at(9.0)) == (0, 5.0, 5.0, 0)
    assert film.events(0, 0) == []
    assert told_by(film.floor_at(0)) == told_by(Floor())
    add(film, [])
    assert film.count == 0


def test_texts_of_any_kind_are_kept() -> None:
    film = Film(Header(monotonic=BEGAN))
    said = (
        '{"event":"said","at":1000.5,"maker":null,"line":"\u2615 chai","stream":"out","station":1}'
    )
    from chai_tui.recording.lines import Tally, read_lines

    film.add(read_lines(said, film.header.window, Tally()))
    assert film.events(0, 1)[0].line == "\u2615 chai"  # type: ignore[union-attr]


# What it takes


def _crowd(seconds: int) -> Iterator[Any]:
    numbers = range(1, 31)
    for number in numbers:
        yield from brewing(number, at=BEGAN)
    for second in range(1, seconds):
        for number in numbers:
            yield Progress(BEGAN + second, number, 0.5, second / 7)
        for core in (0, 1):
            on_core = {0: [*numbers][core::2], 1: [*numbers][1 - core :: 2]}
            yield from sampled(on_core, at=BEGAN + second + core / 2, memory=second * 4_096)


def test_checkpoints_are_bounded_and_lie_ever_further_apart() -> None:
    events = [*_crowd(60)]
    film = film_of(events, piece=100, text_between=10_000, most=1_500_000)
    kept = film._checkpoints
    assert 0 < kept.bytes <= 1_500_000
    assert kept.text_between > 10_000
    positions = [one.position for one in kept._kept]
    assert positions == sorted(positions)
    gaps = [later - earlier for earlier, later in pairwise([0, *positions])]
    assert max(gaps) < 4 * min(gaps)
    needed = {one.position: one for one in kept._kept}
    needed |= {one.whole.position: one.whole for one in kept._kept if one.whole}
    assert kept.bytes == sum(one.bytes for one in needed.values())


@pytest.mark.thorough
def test_what_checkpoints_take_is_estimated_about_right() -> None:
    events = rounded(_crowd(120))
    kept = Checkpoints(10**9, 1)
    floor = Floor()
    tracemalloc.start()
    try:
        for begin in range(0, len(events), 500):
            floor.fold(events[begin : begin + 500])
            kept.passed(1, begin, floor)
        del events, floor
        gc.unfreeze()
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        estimated = kept.bytes
        del kept
        gc.collect()
        taken = before - tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert taken / 2 < estimated < taken * 3


def test_makers_that_did_not_change_are_kept_once() -> None:
    kept = Checkpoints(10**9, 1)
    floor = floor_of([*brewing(1), *served(2), *brewing(3)])
    kept.passed(1, 1, floor)
    floor.fold([Progress(BEGAN + 9, 3, 0.9, 1.0)])
    kept.passed(1, 2, floor)
    first, second = (one.floor.makers for one in kept._kept)
    assert first[1] is second[1]
    assert first[2] is second[2]
    assert first[3] is not second[3]
    assert kept._kept[1].since[3] == ((), ())
    assert (first[3].fraction, second[3].fraction) == (0.5, 0.9)


def test_text_that_is_too_much_lies_in_a_file() -> None:
    events = [*_crowd(60)]
    film = film_of(events, piece=100, in_memory=20_000)
    chunks = film._chunks
    assert chunks._in_memory < 60_000
    assert any(chunk.text is None for chunk in chunks._kept)
    assert film.events(0, film.count) == rounded(events)
    film.close()


def test_text_that_cannot_be_kept_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    chunks = Chunks(most_in_memory=10, small=1)
    chunks.add(array("d", [1.0]), b"a" * 20)
    with pytest.raises(RecordingError, match="cannot be kept: No space left on device"):
        chunks.add(array("d", [2.0]), b"b" * 20)


# Two threads


def test_one_thread_adds_while_another_looks() -> None:
    events = [*_crowd(40)]
    as_read = rounded(events)
    film = film_of(events[:1], text_between=5_000, most=500_000)
    film.is_complete = False

    def read() -> None:
        for begin in range(1, len(events), 40):
            add(film, events[begin : begin + 40])
        film.is_complete = True

    reading = threading.Thread(target=read)
    reading.start()
    looked = 0
    while not film.is_complete or not looked:
        count = film.count
        assert film.floor_at(count).version == count
        assert film.events(count // 2, count) == as_read[count // 2 : count]
        assert film.position_at(film.time_at(count)) >= count
        looked += 1
    reading.join()
    assert told_by(film.floor_at(film.count)) == told_by(floor_of(as_read))
    film.close()


def test_the_benchmark_measures_what_it_says(tmp_path: Path) -> None:
    path = tmp_path / "run.chai"
    recording_film.write(path, 5_000, 40)
    one = recording_film.opened(path)
    assert 5_000 <= one.events < 5_100
    assert len(one.seeks) == recording_film.SEEKS
    assert 0 < one.first <= one.reading
    assert one.memory > 10_000_000
