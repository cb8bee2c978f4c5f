"""``chai-tui run`` and ``chai-tui watch`` as a user starts them: what ends, and what is left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

if sys.platform != "linux":
    pytest.skip("programs are run and watched on Linux alone", allow_module_level=True)

from tests.process.program import alive, console_script
from tests.terminal import PATIENCE, Terminal
from tests.thorough import briefly

SCRIPT = """\
import os, sys
print("said", *sys.argv[1:], flush=True)
with open("told", "w") as told:
    told.write(sys.stdin.read() + " " + os.path.realpath(sys.executable))
    told.write(f" {os.getpid()}")
os.rename("told", "ran")
if "wait" in sys.argv:
    import time
    time.sleep(600)
sys.exit(7)
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    # A Python that is surely found and is no script.
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path))
    (tmp_path / "script.py").write_text(SCRIPT)
    return tmp_path


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A program that is not ours, and runs already."""
    process = subprocess.Popen(["sleep", "600"])
    yield process
    process.kill()
    process.wait()


def chai(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [console_script(), *arguments],
        input=given,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )


def test_a_script_is_run_and_its_exit_code_is_ours(folder: Path) -> None:
    result = chai("run", "--plain", "--stdin", "-", "script.py", "--help", "3", given="tea")
    assert (result.returncode, result.stdout) == (7, "said --help 3\n")
    assert all(line.startswith("chai-tui: ") for line in result.stderr.splitlines())
    assert (folder / "ran").read_text().startswith(f"tea {os.path.realpath(sys.executable)} ")


def test_what_is_piped_is_what_the_program_wrote(folder: Path) -> None:
    written = "a\tb\r\n\x1b[1m" + "x" * 3_000 + "\n10 %\r20 %"
    (folder / "raw.py").write_text(f"import os, time; os.write(1, {written.encode()!r})")
    command = [console_script(), "run", "--plain", "raw.py"]
    result = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)
    assert result.stdout.decode() == written


def test_what_it_does_is_told_as_events_and_recorded(folder: Path) -> None:
    (folder / "input").write_text("milk")
    options = ["--json", "--every", "0.1", "--record", "run.chai", "--stdin", "input"]
    result = chai("run", *options, "script.py")
    assert (result.returncode, result.stderr) == (7, "")
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert (events[0]["source"], events[0]["program"]) == ("run", "python script.py")
    assert events[0]["sample_every"] == 0.1
    assert "said" in [event["line"] for event in events if event["event"] == "said"]
    assert [event["exitcode"] for event in events if event["event"] == "exited"] == [7]
    assert (folder / "ran").read_text().startswith("milk ")
    kept = chai("export", "run.chai", "--to", "jsonl").stdout.splitlines()
    assert [json.loads(line)["event"] for line in kept] == [event["event"] for event in events]


def test_a_shell_line_that_a_signal_ends(folder: Path) -> None:
    result = chai("run", "--plain", "--", "echo here > ran; kill -9 $$")
    assert (result.returncode, result.stdout) == (128 + signal.SIGKILL, "")
    assert (folder / "ran").read_text() == "here\n"


def test_nothing_is_started_where_something_is_wrong(folder: Path) -> None:
    result = chai("run", "--plain", "--record", "nosuch/run.chai", "script.py")
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
    assert not (folder / "ran").exists()


def test_leaving_the_screen_ends_what_was_run(folder: Path) -> None:
    with Terminal([console_script(), "run", "script.py", "wait"]) as terminal:
        terminal.until((folder / "ran").exists)
        terminal.until_shows(f"pid {(folder / 'ran').read_text().split()[-1]}")
        terminal.look_around()
        terminal.send("q")
        assert terminal.wait() != 0
        terminal.until(lambda: not terminal.survivors())
        assert b"Traceback" not in terminal.raw


def test_the_screen_leaves_with_the_program_and_its_exit_code() -> None:
    with Terminal([console_script(), "run", "--exit", "-q", "script.py"]) as terminal:
        assert terminal.wait() == 7
        assert terminal.is_restored
        assert b"Traceback" not in terminal.raw


def test_what_was_run_is_asked_to_end_where_we_are_killed(folder: Path) -> None:
    command = [console_script(), "run", "--plain", "script.py", "wait"]
    deadline = time.monotonic() + PATIENCE
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as ours:
        while not (folder / "ran").exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        program = psutil.Process(int((folder / "ran").read_text().split()[-1]))
        ours.kill()
    while alive([program]):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_ctrl_c_ends_what_was_run(folder: Path) -> None:
    with Terminal([console_script(), "run", "--plain", "script.py", "wait"]) as terminal:
        terminal.until((folder / "ran").exists)
        terminal.look_around()
        terminal.send("\x03")
        assert terminal.wait() == 130
        terminal.until(lambda: not terminal.survivors())


@briefly(("key", "code"), [("q", 0), ("\x03", 130)])
def test_who_is_watched_is_left_alone(
    sleeper: subprocess.Popen[bytes], key: str, code: int
) -> None:
    with Terminal([console_script(), "watch", str(sleeper.pid)]) as terminal:
        terminal.until_shows(f"pid {sleeper.pid}")
        terminal.send(key)
        assert terminal.wait() == code
        assert terminal.is_restored
        assert b"Traceback" not in terminal.raw
    assert psutil.Process(sleeper.pid).status() != psutil.STATUS_ZOMBIE


def test_watching_is_over_when_the_watched_has_ended(sleeper: subprocess.Popen[bytes]) -> None:
    watching = subprocess.Popen(
        [console_script(), "watch", "--json", str(sleeper.pid)], stdout=subprocess.PIPE
    )
    assert watching.stdout is not None
    told: list[str] = []
    for line in watching.stdout:
        told.append(json.loads(line)["event"])
        if told[-1] == "started":
            sleeper.kill()
            sleeper.wait()
    assert watching.wait(PATIENCE) == 0
    # A sample that was due in the same moment may come after it.
    assert [event for event in told if event not in {"sampled", "waits"}][-1] == "exited"
    watching.stdout.close()
