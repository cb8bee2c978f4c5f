"""``chai-tui export`` and ``diff`` as a shell starts them: pipes, signals, a terminal, a disk."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.builders import brewing, served
from tests.process.program import console_script
from tests.recordings import write_recording
from tests.thorough import briefly

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="there are no such signals, pipes and terminals there"
)
PATIENCE = 60.0


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return write_recording(tmp_path / "run.chai", [*served(1), *brewing(2)])


def run(folder: Path, *arguments: str, **streams: Any) -> subprocess.CompletedProcess[bytes]:
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
    return subprocess.run(
        [console_script(), *arguments], check=False, cwd=folder, timeout=PATIENCE, **streams
    )


@contextlib.contextmanager
def begun(folder: Path, *arguments: str, **streams: int) -> Iterator[subprocess.Popen[bytes]]:
    program = subprocess.Popen([console_script(), *arguments], cwd=folder, **streams)  # type: ignore[call-overload]
    try:
        yield program
    finally:
        program.kill()
        program.communicate()


def test_a_run_is_recorded_exported_and_exported_again(tmp_path: Path) -> None:
    brew = ["brew", "--simulate", "--speed", "100", "--plain", "--record", "run.chai.gz"]
    done = run(tmp_path, *brew)
    assert done.returncode == 0, done.stderr
    for _ in range(2):
        done = run(tmp_path, "export", "run.chai.gz", "--to", "csv", "--output", "run.csv")
        assert (done.returncode, done.stdout) == (0, b"")
    assert (tmp_path / "run.csv").read_text().count(",served,") == 3


@briefly("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whoever_is_interrupted_leaves_nothing_behind(
    number: signal.Signals, tmp_path: Path, recording: Path
) -> None:
    before = recording.read_bytes()
    pipe = subprocess.PIPE
    options = ("-", "--to", "jsonl", "--output", "run.jsonl")
    with begun(tmp_path, "export", *options, stdin=pipe, stderr=pipe) as program:
        assert program.stdin
        assert program.stderr
        program.stdin.write(before.partition(b'{"end"')[0])
        program.stdin.flush()  # and more may come
        deadline = time.monotonic() + PATIENCE
        while not [*tmp_path.glob(".*.part")]:
            assert time.monotonic() < deadline
            assert program.poll() is None
            time.sleep(0.01)
        program.send_signal(number)
        assert program.wait(PATIENCE) == 128 + number
        assert program.stderr.read() == b""
    assert [path.name for path in tmp_path.iterdir()] == [recording.name]


def test_a_reader_that_goes_is_no_problem_to_tell(tmp_path: Path) -> None:
    said = [f"line {number} of many" for number in range(5_000)]
    write_recording(tmp_path / "long.chai", brewing(1, said=said))
    pipe = subprocess.PIPE
    options = ("long.chai", "--to", "csv", "--table", "events")
    with begun(tmp_path, "export", *options, stdout=pipe, stderr=pipe) as program:
        assert program.stdout
        assert program.stderr
        assert program.stdout.readline().startswith(b"at,event,maker")
        program.stdout.close()
        program.wait(PATIENCE)
        assert program.stderr.read() == b""


def test_a_recording_is_never_its_own_export(tmp_path: Path, recording: Path) -> None:
    before = recording.read_bytes()
    for name in (recording.name, "-"):
        with recording.open("rb") as stdin, recording.open("ab") as stdout:
            ended = run(tmp_path, "export", name, "--to", "jsonl", stdin=stdin, stdout=stdout)
        assert ended.returncode == 2
        assert b"stdout: it is the recording itself" in ended.stderr
        assert recording.read_bytes() == before


def test_a_pipe_can_be_compared_with_a_file(tmp_path: Path, recording: Path) -> None:
    done = run(tmp_path, "diff", "-", recording.name, input=recording.read_bytes())
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"A  standard input: 2 makers")
    assert done.stdout.endswith(b"\nNothing changed that could be told from noise.\n")


def test_a_full_disk_is_told(tmp_path: Path, recording: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is nothing that is always full")
    with Path("/dev/full").open("wb") as full:
        done = run(tmp_path, "export", recording.name, "--to", "csv", stdout=full)
    assert done.returncode == 1
    assert done.stderr == b"chai-tui: cannot write: No space left on device\n"


def test_a_terminal_shows_that_it_goes_on_and_is_left_with_a_clean_line(
    tmp_path: Path, recording: Path
) -> None:
    begin = recording.read_bytes().partition(b'{"end"')[0]
    more = begin[begin.rindex(b"\n", 0, -1) + 1 :] * 2_000  # the last line: progress
    ours, theirs = os.openpty()
    arguments = [console_script(), "export", "-", "--to", "jsonl"]
    # Its stdout is a terminal, so what it makes is a file.
    with subprocess.Popen(
        arguments, cwd=tmp_path, stdin=subprocess.PIPE, stdout=theirs, stderr=theirs
    ) as program:
        os.close(theirs)
        assert program.stdin
        program.stdin.write(begin)
        shown, deadline = b"", time.monotonic() + PATIENCE
        while b"exporting" not in shown:
            assert time.monotonic() < deadline
            program.stdin.write(more)
            program.stdin.flush()
            if select.select([ours], [], [], 0.05)[0]:
                shown += os.read(ours, 65_536)
        program.stdin.close()
        with contextlib.suppress(OSError):  # that is how Linux tells that nobody writes any more
            while data := os.read(ours, 65_536):
                shown += data
        assert program.wait(PATIENCE) == 0
    os.close(ours)
    *pictures, problem, told, _ = shown.decode().replace("\r\n", "\n").split("\n")
    assert "\r".join(pictures) == ""
    assert problem.split("\r")[-2:] == [
        " " * 9,
        "chai-tui: standard input: it has no end: it was cut off",
    ]
    assert set(problem.split("\r")[1:-2]) == {"exporting"}
    assert told.startswith("chai-tui: recording.jsonl: written, ")
    assert (tmp_path / "recording.jsonl").read_bytes().count(b"\n") > 2_000
