"""The source of a replay: it reads, waits for more, and never breaks the screen."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from chai_tui.recording.byte_input import ByteInput
from chai_tui.recording.form import RecordingError
from chai_tui.recording.lines import Read
from chai_tui.recording.playing.film import Film
from chai_tui.recording.reader import Reader
from chai_tui.sources.replay.source import LULL_SECONDS, RecordingSource
from tests.builders import floor_of
from tests.replays import recording, told, write


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def source_of(reader: Reader) -> tuple[RecordingSource, Clock]:
    clock = Clock()
    return RecordingSource(reader, Film(reader.header), clock=clock), clock


def standing(source: RecordingSource) -> str:
    """How far it is, in words."""
    film = source.film
    words = {
        "over": source.is_over,
        "complete": film.is_complete,
        "follows": film.follows,
        "caught up": source.is_caught_up,
        "fresh": source.is_fresh,
    }
    return " ".join(word for word, holds in words.items() if holds)


def test_all_of_it_is_read_and_no_event_comes_of_it(tmp_path: Path) -> None:
    events = told()
    source, _ = source_of(Reader.open(write(tmp_path / "run.chai", events)))
    assert source.commands == frozenset()
    while not source.is_over:
        assert source.poll(0) == []
    film = source.film
    assert film.count == len(events)
    assert standing(source) == "over complete caught up"
    assert film.problems == []
    assert film.floor_at(film.count).counts == floor_of(*events).counts
    assert source.makers == {1, 2, 3, 4}
    assert source.share_read == 1.0
    assert source.poll(0) == []
    assert source.close() == source.close() == []


def test_a_long_one_is_read_a_piece_at_a_time(tmp_path: Path) -> None:
    source, clock = source_of(Reader.open(write(tmp_path / "run.chai", told() * 200)))
    read = source._reader.read

    def slowly() -> Read | None:
        clock.now += 0.06
        return read()

    source._reader.read = slowly  # type: ignore[method-assign]
    source.begin(5.0)
    first = source.film.count
    assert first > 0
    source.poll(None)
    assert first < source.film.count < len(told()) * 200
    assert not source.is_caught_up
    assert 0 < (source.share_read or 0) < 1


def test_a_file_that_grows_is_read_on(tmp_path: Path) -> None:
    lines = recording(told()).splitlines(keepends=True)
    path = tmp_path / "run.chai"
    path.write_bytes(b"".join(lines[:20]))
    source, _ = source_of(Reader.open(path))
    source.poll(0)
    assert standing(source) == "follows caught up fresh"
    with path.open("ab") as file:
        file.write(b"".join(lines[20:]))
    source.poll(0)
    assert source.film.count == len(lines) - 2
    source.poll(0)
    assert standing(source) == "over complete caught up fresh"


def test_one_that_grows_again_after_a_while_is_followed(tmp_path: Path) -> None:
    lines = recording(told()).splitlines(keepends=True)
    path = tmp_path / "run.chai"
    path.write_bytes(b"".join(lines[:20]))
    os.utime(path, (1_000_000.0, 1_000_000.0))
    source, _ = source_of(Reader.open(path))
    source.poll(0)
    assert standing(source) == "complete caught up"
    assert source.film.problems == ["it has no end: it was cut off"]
    with path.open("ab") as file:
        file.write(b"".join(lines[20:30]))
    source.poll(0)
    assert standing(source) == "follows caught up"
    source.close()
    assert standing(source).startswith("over")


def test_a_pipe_that_is_late_was_not_read_to_its_end() -> None:
    reading, writing = os.pipe()
    data = recording(told())
    os.write(writing, data[:3_000])
    source, clock = source_of(Reader(ByteInput(reading), "-"))
    source.poll(0)
    assert source.film.count > 0
    assert source.share_read is None
    assert standing(source) == ""
    clock.now += LULL_SECONDS
    source.poll(0)
    assert standing(source) == "follows caught up fresh"
    os.write(writing, data[3_000:])
    os.close(writing)
    while not source.is_over:
        source.poll(0.1)
    assert source.film.problems == []


@pytest.mark.parametrize("where", ["read", "kept"])
def test_what_cannot_be_read_any_more_is_a_problem_and_no_crash(tmp_path: Path, where: str) -> None:
    source, _ = source_of(Reader.open(write(tmp_path / "run.chai", told())))

    def breaks(*_: object) -> Read:
        raise RecordingError("cannot be read: Input/output error")

    if where == "read":
        source._reader.read = breaks  # type: ignore[method-assign]
    else:
        source.film.add = breaks  # type: ignore[method-assign, assignment]
    assert source.poll(None) == []
    assert source.is_over
    assert source.broken == "cannot be read: Input/output error"
    assert source.broken in source.film.problems


def test_whoever_waits_for_more_is_woken(tmp_path: Path) -> None:
    reader = Reader.open(write(tmp_path / "run.chai", told()))
    source = RecordingSource(reader, Film(reader.header))
    while not source.is_over:
        source.poll(0)
    waiter = threading.Thread(target=source.poll, args=(None,), daemon=True)
    waiter.start()
    began = time.monotonic()
    source.wake()
    waiter.join(30.0)
    assert not waiter.is_alive()
    assert time.monotonic() - began < 30.0


def test_a_run_whose_recorder_died_is_followed_no_more(tmp_path: Path) -> None:
    lines = recording(told()).splitlines(keepends=True)
    path = tmp_path / "run.chai"
    path.write_bytes(b"".join(lines[:20]))
    source, _ = source_of(Reader.open(path))
    source.poll(0)
    assert standing(source) == "follows caught up fresh"
    assert source.film.problems == []
    os.utime(path, (1_000_000.0, 1_000_000.0))  # nobody writes to it, or holds it
    source.poll(0)
    assert standing(source) == "complete caught up fresh"
    assert source.film.problems == ["it has no end: it was cut off"]
    with path.open("ab") as file:
        file.write(b"".join(lines[20:30]))
    source.poll(0)
    assert standing(source) == "follows caught up fresh"
