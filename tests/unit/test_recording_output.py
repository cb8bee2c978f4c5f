"""A recording is written as it happens, and over nothing that is none."""

from __future__ import annotations

import gzip
import json
import os
import platform
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from chai_tui.model.events import Event, Progress
from chai_tui.recording.form import End, Header, RecordingError
from chai_tui.recording.output import FLUSH_SECONDS, RecordingFile, header_of
from chai_tui.recording.reader import Reader
from tests.builders import BEGAN, HERE, served

EVENTS: list[Event] = [HERE, *served(1)]
HEADER = header_of(HERE, "chai-tui brew \x1b[1m", 0.0)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def read(path: Path) -> tuple[list[Event], Reader]:
    reader = Reader.open(path)
    events = list(reader.events())
    reader.close()
    return events, reader


def refused(path: Path | str) -> str:
    with pytest.raises(RecordingError) as caught:
        RecordingFile(path)
    assert str(caught.value).isprintable()
    return str(caught.value)


@pytest.mark.parametrize("name", ["run.chai", "run.chai.gz", "any name"])
def test_what_is_written_is_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    file = RecordingFile(path)
    file.begin(HEADER)
    file.write(EVENTS[:3])
    file.write(EVENTS[3:])
    file.close("over", 1003.01)
    file.close()
    events, reader = read(path)
    assert events == EVENTS
    assert reader.header == HEADER._replace(command="chai-tui brew ␛[1m")
    assert reader.tally.end == End(1003.01, len(EVENTS), "over")
    assert reader.problems() == []
    assert path.read_bytes().startswith(b"\x1f\x8b") == name.endswith(".gz")
    if name.endswith(".gz"):  # others' tools read it whole, its checksum too
        assert len(gzip.decompress(path.read_bytes()).splitlines()) == len(EVENTS) + 2


def test_the_header_tells_of_no_host_no_user_and_no_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("USER", "somebody")
    file = RecordingFile("run.chai")
    file.begin(header_of(HERE, "chai-tui brew", 1_777_896_000.1234))
    file.close()
    header = json.loads(Path("run.chai").read_bytes().splitlines()[0])
    assert list(header) == [
        "recording", "chai_tui", "python", "command", "monotonic", "wall", "run"
    ]  # fmt: skip
    assert header["wall"] == "2026-05-04T12:00:00.123Z"
    assert header["monotonic"] == header["run"]["at"] == BEGAN
    told = json.dumps({**header, "command": ""})
    for private in ("somebody", platform.node(), str(tmp_path), "/"):
        assert private not in told


@pytest.mark.parametrize("name", ["run.chai", "run.chai.gz"])
def test_it_is_flushed_at_once_and_then_once_a_second(tmp_path: Path, name: str) -> None:
    path, clock = tmp_path / name, Clock()
    file = RecordingFile(path, clock=clock)
    file.begin(HEADER)
    assert read(path)[1].header == HEADER
    assert (file.flush_in,) == (None,)
    file.write(EVENTS[:1])
    assert file.flush_in == FLUSH_SECONDS
    clock.now += FLUSH_SECONDS / 2
    size = path.stat().st_size
    file.write(EVENTS[1:2])
    assert path.stat().st_size == size
    clock.now += FLUSH_SECONDS / 2
    assert file.flush_in == 0.0
    file.write(EVENTS[2:3])
    assert read(path)[0] == EVENTS[:3]
    file.write(EVENTS[3:])
    clock.now += FLUSH_SECONDS
    file.flush()
    assert read(path)[0] == EVENTS
    file.abandon()


def test_much_at_once_is_written_before_a_second_is_over(tmp_path: Path) -> None:
    file = RecordingFile(tmp_path / "run.chai", clock=lambda: 0.0)
    file.begin(HEADER)
    file.write([Progress(BEGAN, 1, 0.5, 0.25)] * 20_000)
    assert (tmp_path / "run.chai").stat().st_size > 1_000_000
    file.abandon()


# What is there already


@pytest.mark.parametrize(
    "content",
    [b"", b'{"recording":1,"chai', zlib.compress(b'{"recording":1}\n', wbits=31)],
    ids=["empty", "recording", "gz"],
)
def test_a_recording_or_nothing_is_written_over(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "run.chai"
    path.write_bytes(content + content)
    file = RecordingFile(path)
    file.begin(HEADER)
    file.close()
    assert read(path)[1].problems() == []


@pytest.mark.parametrize(
    "content",
    [b"x", b"import os\n", b'{"recordings":[]}', b"\x1f\x8b", zlib.compress(b"my work", wbits=31)],
)
def test_anything_else_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "work.gz"
    path.write_bytes(content)
    assert "found something else, which is not written over" in refused(path)
    assert refused(path).startswith(str(path))
    assert path.read_bytes() == content


def test_a_place_that_is_none_is_refused(tmp_path: Path) -> None:
    assert "found a folder" in refused(tmp_path)
    assert "no such folder" in refused(tmp_path / "none" / "run.chai")
    (tmp_path / "file").touch()
    assert "no such folder" in refused(tmp_path / "file" / "run.chai")
    assert "no file can have this name" in refused("a\0b")
    assert "found it empty" in refused("")
    assert "File name too long" in refused(tmp_path / ("x" * 300))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has none of them")
def test_devices_and_pipes_are_refused_and_links_lead_to_what_they_point_at(
    tmp_path: Path,
) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/full"), Path("/dev/null"), Path("/dev/tty")):
        assert "found a device, pipe or socket" in refused(path)
    (tmp_path / "link").symlink_to(tmp_path / "run.chai")
    RecordingFile(tmp_path / "link").close()
    assert (tmp_path / "run.chai").exists()
    (tmp_path / "work").write_bytes(b"work")
    (tmp_path / "other").symlink_to(tmp_path / "work")
    assert "not written over" in refused(tmp_path / "other")
    (tmp_path / "ring").symlink_to(tmp_path / "ring")
    assert "cannot be written" in refused(tmp_path / "ring")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such locks")
def test_what_another_one_records_to_is_left_to_it(tmp_path: Path) -> None:
    path = tmp_path / "run.chai"
    file = RecordingFile(path)
    file.begin(HEADER)
    before = path.read_bytes()
    assert refused(path) == f"{path}: another chai-tui is recording to it"
    assert path.read_bytes() == before
    file.close()
    RecordingFile(path).abandon()


def test_whoever_reads_a_recording_sees_it_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "run.chai"
    for _ in range(2):
        file = RecordingFile(path)
        file.begin(HEADER)
        file.write(EVENTS)
        file.close()
    reader = Reader.open(path)
    assert list(reader.events()) == EVENTS
    RecordingFile(path).abandon()
    assert reader.read() is None
    assert "began it anew" in reader.problems()[0]
    reader.close()


# What goes wrong later


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody remove an open file")
@pytest.mark.parametrize("how", ["removed", "replaced", "cut", "folder"])
def test_a_file_that_is_gone_is_told(tmp_path: Path, how: str) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    path = folder / "run.chai"
    file = RecordingFile(path)
    file.begin(HEADER)
    if how == "replaced":
        (tmp_path / "new").touch()
        (tmp_path / "new").rename(path)
    elif how == "cut":
        os.truncate(path, 3)
    else:
        path.unlink()
        if how == "folder":
            folder.rmdir()
    file.write(EVENTS)
    with pytest.raises(RecordingError, match=r"cannot be written: somebody (removed|cut)"):
        file.flush()
    file.write(EVENTS)
    file.flush()
    file.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody move an open file")
def test_a_file_that_is_moved_goes_on_where_it_is(tmp_path: Path) -> None:
    file = RecordingFile(tmp_path / "run.chai")
    file.begin(HEADER)
    (tmp_path / "run.chai").rename(tmp_path / "kept.chai")
    file.write(EVENTS)
    file.close()
    assert read(tmp_path / "kept.chai")[0] == EVENTS


def test_what_json_does_not_have_is_told(tmp_path: Path) -> None:
    file = RecordingFile(tmp_path / "run.chai")
    file.begin(HEADER)
    with pytest.raises(RecordingError, match="cannot be written"):
        file.write([Progress(1.0, 1, float("nan"), 0.0)])
    file.abandon()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
@pytest.mark.parametrize("name", ["run.chai", "run.chai.gz"])
def test_what_does_not_fit_any_more_is_told_and_what_did_can_be_read(
    tmp_path: Path, name: str
) -> None:
    # A limit of the file's size stands for a full disk: a write takes less than it was given.
    code = (
        "import random, resource, sys\n"
        "from chai_tui.model.events import Progress, RunBegan\n"
        "from chai_tui.recording.form import RecordingError\n"
        "from chai_tui.recording.output import RecordingFile, header_of\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (9_000, 9_000))\n"
        "file = RecordingFile(sys.argv[1])\n"
        "file.begin(header_of(RunBegan(0.0), '', 0.0))\n"
        "draw = random.Random(1).random\n"
        "try:\n"
        "    for at in range(1_000):\n"
        "        file.write([Progress(float(at), 1, draw(), draw())])\n"
        "        file.flush()\n"
        "except RecordingError as error:\n"
        "    print(error, file.events)\n"
    )
    path = tmp_path / name
    child = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    said, _, written = child.stdout.strip().rpartition(" ")
    assert said == f"{path}: cannot be written: File too large"
    os.utime(path, (1, 1))
    events, reader = read(path)
    assert len(events) in range(int(written) - 2, int(written) + 1)
    assert reader.problems() == ["it has no end: it was cut off"]


def test_a_header_of_nobody_is_one_too(tmp_path: Path) -> None:
    file = RecordingFile(tmp_path / "run.chai")
    file.begin(Header())
    file.close()
    events, reader = read(tmp_path / "run.chai")
    assert (events, reader.header, reader.problems()) == ([], Header(), [])
