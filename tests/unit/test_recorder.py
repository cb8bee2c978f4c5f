"""Whatever fails in recording, the run goes on."""

from __future__ import annotations

import os
import sys
from itertools import chain
from pathlib import Path

import pytest

from chai_tui.model.commands import Command, PauseMaker
from chai_tui.model.events import Event, Progress, RunBegan, Trouble
from chai_tui.recording.kept import KeptRun
from chai_tui.recording.output import FLUSH_SECONDS, RecordingFile
from chai_tui.recording.reader import Reader
from chai_tui.recording.recorder import Recorder
from tests.builders import BEGAN, HERE, served


class Told:
    """A source that tells what it was given, a batch a poll."""

    commands: frozenset[type[Command]] = frozenset({PauseMaker})

    def __init__(self, *batches: list[Event], last: list[Event] | None = None) -> None:
        self._batches = list(batches)
        self._last = last or []
        self.timeouts: list[float | None] = []
        self.asked: list[object] = []

    def poll(self, timeout: float | None) -> list[Event]:
        self.timeouts.append(timeout)
        return self._batches.pop(0) if self._batches else []

    def submit(self, command: Command) -> None:
        self.asked.append(command)

    def wake(self) -> None:
        self.asked.append("wake")

    def close(self) -> list[Event]:
        last, self._last = self._last, []
        return last


def read(path: Path) -> tuple[list[Event], list[str]]:
    reader = Reader.open(path)
    events = list(reader.events())
    reader.close()
    return events, reader.problems()


def test_it_tells_and_passes_on_all_and_writes_it(tmp_path: Path) -> None:
    events = served(1)
    source = Told([HERE, *events[:3]], events[3:-1], last=events[-1:])
    kept = KeptRun()
    recorder = Recorder(source, file=RecordingFile(tmp_path / "run.chai"), kept=kept, command="x")
    assert recorder.commands == source.commands
    told = [*recorder.poll(0.0), *recorder.poll(0.0), *recorder.close(), *recorder.close()]
    assert told == [HERE, *events]
    assert read(tmp_path / "run.chai") == (told, [])
    assert [*chain.from_iterable(kept.batches())] == told
    assert recorder.is_whole
    recorder.submit(PauseMaker(1))
    recorder.wake()
    assert source.asked == [PauseMaker(1), "wake"]


def test_it_waits_no_longer_than_until_what_is_pending_should_be_written(tmp_path: Path) -> None:
    now = [100.0]
    path = tmp_path / "run.chai"
    file = RecordingFile(path, clock=lambda: now[0])
    source = Told([HERE], served(1))
    recorder = Recorder(source, file=file)
    recorder.poll(None)
    now[0] += 0.25
    recorder.poll(None)
    assert recorder.poll(None) == []
    assert recorder.poll(0.1) == []
    assert source.timeouts == [None, FLUSH_SECONDS - 0.25, FLUSH_SECONDS - 0.25, 0.1]
    now[0] += FLUSH_SECONDS
    assert recorder.poll(None) == []
    assert read(path)[0] == [HERE, *served(1)]
    recorder.poll(None)
    assert source.timeouts[4:] == [0.0, None]
    recorder.close()


def test_nothing_is_recorded_where_nobody_asked_for_it() -> None:
    source = Told([HERE])
    recorder = Recorder(source)
    assert recorder.poll(5.0) == [HERE]
    assert recorder.poll(None) == []
    assert source.timeouts == [5.0, None]
    assert recorder.close() == []
    assert recorder.is_whole


def test_a_run_of_which_nothing_was_told_is_a_recording_too(tmp_path: Path) -> None:
    recorder = Recorder(Told(), file=RecordingFile(tmp_path / "run.chai"))
    assert recorder.close() == []
    assert read(tmp_path / "run.chai") == ([], [])


def test_a_run_that_does_not_begin_as_runs_do_is_a_recording_too(tmp_path: Path) -> None:
    recorder = Recorder(Told(served(1)), file=RecordingFile(tmp_path / "run.chai"))
    recorder.poll(0.0)
    recorder.close()
    reader = Reader.open(tmp_path / "run.chai")
    assert reader.header.run == RunBegan(BEGAN)
    assert list(reader.events()) == served(1)
    reader.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody remove an open file")
@pytest.mark.parametrize("when", ["poll", "idle", "close"])
def test_of_a_file_that_is_gone_one_line_is_told_and_the_run_goes_on(
    tmp_path: Path, when: str
) -> None:
    now = [100.0]
    path = tmp_path / "run.chai"
    kept = KeptRun()
    source = Told([HERE], served(1), served(2) if when == "poll" else [], last=served(3))
    recorder = Recorder(source, file=RecordingFile(path, clock=lambda: now[0]), kept=kept)
    told = [*recorder.poll(None), *recorder.poll(None)]
    path.unlink()
    now[0] += 0.0 if when == "close" else FLUSH_SECONDS
    told += [*recorder.poll(None), *recorder.poll(None), *recorder.close(), *recorder.close()]
    troubles = [event for event in told if isinstance(event, Trouble)]
    assert len(troubles) == 1
    assert troubles[0].text.startswith(f"{path}: cannot be written: somebody removed")
    assert troubles[0].text.endswith("; the recording ends here")
    others = served(2) if when == "poll" else []
    assert [event for event in told if event not in troubles] == [
        HERE, *served(1), *others, *served(3)
    ]  # fmt: skip
    assert sorted(map(repr, [*chain.from_iterable(kept.batches())])) == sorted(map(repr, told))
    assert not recorder.is_whole


def test_what_cannot_be_written_is_told_once_and_the_run_goes_on(tmp_path: Path) -> None:
    strange: list[Event] = [Progress(BEGAN, 1, float("inf"), 0.0)]
    recorder = Recorder(Told([HERE], strange, strange), file=RecordingFile(tmp_path / "run.chai"))
    told = [event for _ in range(4) for event in recorder.poll(0.0)]
    assert [type(event) for event in told] == [RunBegan, Progress, Trouble, Progress]
    assert recorder.close() == []
    assert not recorder.is_whole
    os.utime(tmp_path / "run.chai", (1, 1))
    assert read(tmp_path / "run.chai") == ([], ["it has no end: it was cut off"])


def test_where_a_run_cannot_be_kept_one_line_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    batches: list[list[Event]] = [[HERE], *(served(number) for number in range(1, 50))]
    path = tmp_path / "run.chai"
    recorder = Recorder(Told(*batches), file=RecordingFile(path), kept=KeptRun(most=3_000))
    told = [event for _ in batches for event in recorder.poll(0.0)]
    assert recorder.close() == []
    assert len([event for event in told if isinstance(event, Trouble)]) == 1
    assert read(path) == (told, [])
    assert recorder.is_whole
