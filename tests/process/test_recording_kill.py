"""A recorder that is killed loses at most the last second."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chai_tui.model.events import Event, Sampled
from chai_tui.recording.output import FLUSH_SECONDS
from chai_tui.recording.reader import Reader
from chai_tui.state.floor import Floor
from tests.process.program import console_script

PATIENCE = 60.0


def read(path: Path) -> tuple[list[Event], Reader]:
    reader = Reader.open(path)
    events = list(reader.events())
    reader.close()
    return events, reader


@pytest.mark.parametrize("name", ["run.chai", "run.chai.gz"])
def test_what_was_told_a_second_before_it_was_killed_is_there(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with subprocess.Popen(
        [sys.executable, "-m", "tests.process.recording_killed", str(path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    ) as program:
        assert program.stdout is not None
        said: list[tuple[float, int]] = []
        for line in program.stdout:
            at, told = line.split()
            said.append((float(at), int(told)))
            if said[-1][0] > said[0][0] + 2.2 * FLUSH_SECONDS:
                break
        program.send_signal(signal.SIGKILL)
        killed_at = time.monotonic()
        rest = program.stdout.read()
    said += [(float(line.split()[0]), int(line.split()[1])) for line in rest.splitlines()]
    events, reader = read(path)
    # What it had told a second ago; it looks at the clock after each of its polls, so that what a
    # loaded machine kept it from doing is not counted.
    last = said[-1][0]
    sure = max(told for at, told in said if at <= last - FLUSH_SECONDS)
    assert sure <= len(events) <= said[-1][1], (said, killed_at)
    floor = Floor()
    floor.fold(events)
    assert len(floor.makers) == 8
    assert reader.header.command == "chai-tui brew"
    assert reader.tally.end is None
    assert reader.tally.passed_over == 0


def test_the_program_itself_is_killed_while_it_records(tmp_path: Path) -> None:
    path, recipe = tmp_path / "run.chai.gz", tmp_path / "slow.toml"
    recipe.write_text('[[steps]]\nname = "steep"\nwait = 600\n')  # it ends by no other hand
    arguments = ["brew", str(recipe), "--makers", "3", "--plain", "--record", str(path)]
    with subprocess.Popen(
        [console_script(), *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as program:
        until = time.monotonic() + PATIENCE
        while not path.exists() or not path.stat().st_size or not _has_sample(path):
            assert program.poll() is None, "it ended before it could be killed"
            assert time.monotonic() < until
            time.sleep(0.05)
        program.send_signal(signal.SIGKILL)
    events, reader = read(path)
    assert any(isinstance(event, Sampled) for event in events)
    assert reader.tally.end is None
    assert reader.tally.passed_over == 0
    assert "brew" in reader.header.command


def _has_sample(path: Path) -> bool:
    return any(isinstance(event, Sampled) for event in read(path)[0])
