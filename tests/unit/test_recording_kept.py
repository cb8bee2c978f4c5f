"""A run is kept, whatever its length, and can be saved at any time."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from itertools import chain
from pathlib import Path

import pytest

from chai_tui.model.events import Event, Progress
from chai_tui.recording.form import RecordingError
from chai_tui.recording.kept import KeptRun
from chai_tui.recording.reader import Reader
from tests.builders import BEGAN, HERE, served

EVENTS: list[Event] = [HERE, *served(1)]


def progress(count: int) -> list[list[Event]]:
    batches: list[list[Event]] = [[HERE]]
    times = (BEGAN + round(step / 1_000, 3) for step in range(count))
    batches.extend([Progress(at, 1, 0.5, 0.25)] * 10 for at in times)
    return batches


def flat(batches: list[list[Event]]) -> list[Event]:
    return [*chain.from_iterable(batches)]


def read(path: Path) -> list[Event]:
    reader = Reader.open(path)
    events = list(reader.events())
    assert reader.problems() == []
    assert reader.tally.end is not None
    assert reader.tally.end.why == "saved"
    reader.close()
    return events


@pytest.mark.parametrize("most", [10**9, 5_000, 0], ids=["memory", "both", "file"])
@pytest.mark.parametrize("name", ["a.chai", "a.chai.gz"])
def test_what_is_saved_is_what_happened(tmp_path: Path, most: int, name: str) -> None:
    kept = KeptRun("chai-tui brew", most)
    batches = progress(200)
    for batch in batches[:100]:
        kept.add(batch)
    first = flat(batches[:100])
    assert kept.save(tmp_path / name) == len(first)
    assert read(tmp_path / name) == first
    for batch in batches[100:]:
        kept.add(batch)
        kept.add([])
    kept.save(tmp_path / f"whole-{name}")
    assert read(tmp_path / f"whole-{name}") == flat(batches)
    assert kept.problem == ""
    kept.close()


def test_memory_is_bounded() -> None:
    kept = KeptRun(most=20_000)
    for batch in progress(2_000):
        kept.add(batch)
        held = sum(sys.getsizeof(data) for data in kept._batches)
        assert held <= 20_000
    assert sum(map(len, kept.batches())) == 20_001
    kept.close()


def test_nothing_is_ever_written_over(tmp_path: Path) -> None:
    kept = KeptRun()
    kept.add(EVENTS)
    path = tmp_path / "run.chai"
    kept.save(path)
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        kept.save(path)
    assert path.read_bytes() == before


def test_a_place_that_is_none_is_told_and_nothing_is_left_there(tmp_path: Path) -> None:
    kept = KeptRun()
    kept.add(EVENTS)
    with pytest.raises(RecordingError, match="none"):
        kept.save(tmp_path / "none" / "run.chai")
    with pytest.raises(RecordingError, match="no file can have this name"):
        kept.save(Path("a\0b"))
    kept.add([Progress(BEGAN, 1, float("nan"), 0.0)])
    with pytest.raises(RecordingError, match="cannot be written"):
        kept.save(tmp_path / "run.chai")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("most", [10**9, 4_000])
def test_one_adds_while_others_save(tmp_path: Path, most: int) -> None:
    kept = KeptRun(most=most)
    batches = progress(300)
    saved: list[int] = []
    begun, done = threading.Barrier(3), threading.Event()

    def save(name: str) -> None:
        begun.wait(60)
        while not done.is_set() or len(saved) < 4:
            path = tmp_path / f"{name}-{len(saved)}.chai"
            saved.append(kept.save(path))
            assert len(read(path)) == saved[-1] or len(saved) > 1

    threads = [threading.Thread(target=save, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    begun.wait(60)
    for batch in batches:
        kept.add(batch)
    done.set()
    for thread in threads:
        thread.join(60)
    everything = flat(batches)
    for path in tmp_path.iterdir():
        events = read(path)
        assert events == everything[: len(events)]
    assert kept.problem == ""
    kept.close()


def test_where_no_file_can_be_kept_the_run_goes_on_and_what_was_kept_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    kept = KeptRun(most=5_000)
    for batch in progress(500):
        kept.add(batch)
    assert kept.problem.startswith("the run can be saved only until here: ")
    count = kept.save(tmp_path / "run.chai")
    assert 0 < count < 5_001
    assert read(tmp_path / "run.chai") == flat(progress(500))[:count]
    assert sum(sys.getsizeof(data) for data in kept._batches) < 6_000
    kept.close()


def test_a_disk_that_is_full_in_the_middle_loses_nothing_that_was_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FullDisk:
        """A file that takes a few bytes, and then none."""

        def __init__(self) -> None:
            self._file = (tmp_path / "kept").open("w+b", buffering=0)
            self._left = 20_000

        def write(self, data: memoryview) -> int:
            if not self._left:
                raise OSError(28, os.strerror(28))
            size = min(self._left, max(1, len(data) // 2))
            self._left -= size
            return self._file.write(data[:size])

        def __getattr__(self, name: str) -> object:
            return getattr(self._file, name)

    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: FullDisk())
    kept = KeptRun(most=2_000)
    for batch in progress(900):
        kept.add(batch)
    assert "No space left" in kept.problem
    count = kept.save(tmp_path / "run.chai")
    assert read(tmp_path / "run.chai") == flat(progress(900))[:count]
    assert count > 1_000
    kept.close()


def test_one_that_is_closed_while_it_is_saved_says_so(tmp_path: Path) -> None:
    kept = KeptRun(most=0)
    for batch in progress(50):
        kept.add(batch)
    batches = kept.batches()
    next(batches)
    kept.close()
    kept.close()
    with pytest.raises(OSError, match="was left"):
        next(batches)
    kept.add(EVENTS)
    with pytest.raises(RecordingError, match="was left"):
        kept.save(tmp_path / "run.chai")
    assert list(tmp_path.iterdir()) == []
