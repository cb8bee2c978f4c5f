"""``--record``, and the key that saves a run: what is in the file is what happened."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from chai_tui.model.event_json import from_json
from chai_tui.model.events import Event, Exited, Sampled, Served
from chai_tui.model.race_events import Judged
from chai_tui.recording.reader import Reader
from tests.process.conftest import PATIENCE
from tests.process.program import console_script
from tests.thorough import briefly

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
QUICK = '[[steps]]\nname = "pour"\nwait = 0.1\n'
WAITS = """
import os, time
def waits():
    while not os.path.exists("gate"): time.sleep(0.01)
"""
"""Nobody is served before the test has seen what it wants to see."""


def run(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # type: ignore[call-overload, no-any-return]
        [console_script(), *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        **options,
    )


def recorded(path: Path) -> list[Event]:
    """The events of a recording that lacks nothing."""
    reader = Reader.open(path)
    events = list(reader.events())
    assert reader.problems() == []
    assert reader.tally.end is not None
    assert reader.tally.end.events == len(events)
    return events


@pytest.fixture
def quick(tmp_path: Path) -> str:
    path = tmp_path / "quick.toml"
    path.write_text(QUICK)
    return str(path)


@briefly("name", ["run.chai", "run.chai.gz"])
def test_a_recording_has_every_event_that_was_told(tmp_path: Path, quick: str, name: str) -> None:
    path = tmp_path / name
    result = run("brew", quick, "--json", "--record", str(path))
    assert (result.returncode, result.stderr) == (0, "")
    told = [from_json(json.loads(line)) for line in result.stdout.splitlines()]
    events = recorded(path)
    assert events == [event and event._replace(at=round(event.at, 6)) for event in told]
    assert (path.read_bytes()[:2] == b"\x1f\x8b") == name.endswith(".gz")
    header = Reader.open(path).header
    assert header.command == f"chai-tui brew {quick} --json --record {path}"
    assert header.python == header.run.python
    assert header.monotonic == events[0].at
    assert os.uname().nodename not in repr(header) if sys.platform != "win32" else True


def test_plain_lines_are_sampled_for_who_replays_them(tmp_path: Path) -> None:
    path = tmp_path / "run.chai"
    result = run("brew", "--plain", "--makers", "2", "--record", str(path))
    assert result.returncode == 0
    events = recorded(path)
    assert sum(isinstance(event, Served) for event in events) == 2
    assert any(isinstance(event, Sampled) for event in events)


@needs_posix
def test_a_tasting_is_recorded_to_its_verdict(tmp_path: Path) -> None:
    (tmp_path / "work.py").write_text("def add():\n    return sum(range(20_000))\n")
    path = tmp_path / "taste.chai.gz"
    result = run(
        "taste", "work.py:add", "--plain", "--budget", "1", "--engines", "serial,thread",
        "--record", str(path), cwd=tmp_path,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert sum(isinstance(event, Judged) for event in recorded(path)) == 1


def test_what_cannot_be_written_is_told_before_anything_starts(tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("mine")
    for path, why in {
        str(tmp_path): "expected a file, found a folder",
        str(tmp_path / "gone" / "run.chai"): "there is no such folder",
        str(other): "found something else, which is not written over",
        "": "expected the name of a file, found it empty",
        "-": "expected the name of a file, found -",
    }.items():
        result = run("brew", "--plain", "--record", path)
        assert result.returncode == 2, path
        assert result.stdout == ""
        assert result.stderr.startswith("chai-tui: --record: ")
        assert why in result.stderr
        assert result.stderr.count("\n") == 1
    assert other.read_text() == "mine"


@needs_posix
def test_a_recording_that_could_not_be_finished_is_told_and_the_run_goes_on(
    tmp_path: Path, quick: str
) -> None:
    path = tmp_path / "run.chai"
    shell = 'ulimit -f 2; exec "$@"'  # blocks of 512 or 1,024 bytes: the header fits
    result = subprocess.run(
        ["sh", "-c", shell, "sh", console_script(), quick, "--plain", "--record", str(path)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        cwd=tmp_path,
    )
    assert result.stdout.splitlines()[-1] == "All chai served"
    assert result.returncode == 1
    assert "File too large; the recording ends here" in result.stderr
    assert result.stderr.count("\n") == 1


@needs_posix
def test_a_key_saves_the_run_so_far_and_again_later(tmp_path: Path) -> None:
    from tests.terminal import Terminal

    (tmp_path / "work.py").write_text(WAITS)
    brew = ("brew", "work.py:waits", "--makers", "3")
    command = [console_script(), *brew, "--record", str(tmp_path / "all.chai")]
    home = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path)}
    with Terminal(command, folder=tmp_path, environment=home) as terminal:
        terminal.until_shows("3 brewing")
        terminal.send("w")
        terminal.until_shows("brew-waits.chai.gz")
        (tmp_path / "gate").touch()
        terminal.until_shows("All chai served")
        terminal.send("w")
        terminal.until_shows("brew-waits-2.chai.gz")
        terminal.send("q")
        assert terminal.wait() == 0
        assert f"recorded: chai-tui replay {tmp_path / 'all.chai'}" in terminal.raw.decode()
    whole = recorded(tmp_path / "all.chai")
    early, late = (recorded(tmp_path / f"brew-waits{n}.chai.gz") for n in ("", "-2"))
    assert early == whole[: len(early)]
    assert late == whole[: len(late)]
    assert not any(isinstance(event, Exited) for event in early)
    assert sum(isinstance(event, Exited) for event in late) == 3
