"""Items that come through a pipe: on standard input, or by the pipe's own name."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("pipes are made by a shell", allow_module_level=True)

from tests.process.conftest import PATIENCE
from tests.process.program import console_script
from tests.process.test_screen import assert_left_clean
from tests.terminal import Terminal, control
from tests.thorough import briefly

NO_KEYS = "chai-tui: stdin is no terminal, so no keys can be read: showing plain lines"
FEEDS = [
    "seq 3 | {} --items -",
    "seq 3 | {} --items /dev/stdin",
    "{} --items - < three.jsonl",
    "{} --items <(seq 3)",
    "mkfifo three; seq 3 > three & {} --items three",
]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "work.py").write_text("def twice(number): return 2 * number\n")
    (tmp_path / "three.jsonl").write_text("1\n2\n3\n")
    places = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"), str(tmp_path))
    return {**os.environ, **places}


Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(environment: dict[str, str], tmp_path: Path) -> Run:
    """Run a line of a shell; the braces in it are ``chai-tui`` with some options."""

    def run_it(line: str, options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", line.format(f"'{console_script()}' {options}")],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
        )

    return run_it


@briefly("feed", FEEDS, keep=(0, 3))
def test_a_maker_brews_each_item_of_a_pipe(run: Run, feed: str) -> None:
    ran = run(feed, "brew work.py:twice --plain")
    assert (ran.returncode, ran.stderr) == (0, "")
    ends = [line for line in sorted(ran.stdout.splitlines()) if line.startswith("End")]
    assert ends == [f"End of Chai Maker #{n} twice: {2 * n}" for n in (1, 2, 3)]


@briefly("feed", FEEDS)
def test_a_tasting_takes_the_items_of_a_pipe(run: Run, feed: str) -> None:
    ran = run(feed, "taste work.py:twice --json --budget 0.5 --engines serial,thread")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(ran.stdout)["function"]["items"] == 3


@pytest.mark.parametrize("command", ["brew", "taste"])
@briefly(
    ("feed", "problem"),
    [
        (
            "printf '1\\n2\\nx' | {} --items -",
            '<stdin>:3: expected one JSON value a line, found "x',
        ),
        ("printf '1\\nx' > p; {} --items <(cat p)", ":2: expected one JSON value a line, found "),
        ("{} --items -", "<stdin>: expected a JSON value a line, found none"),
        ("{} --items <(true)", ": expected a JSON value a line, found none"),
        ("{} --items - <&-", "<stdin>: expected a pipe or a file, found it closed"),
        ("{} --items - < /dev/zero", "<stdin>: expected at most 32,000,000 bytes, found more"),
    ],
    keep=(0, 2, 4, 6, 8, 10),
)
def test_what_is_wrong_with_a_pipe_is_told_in_one_line(
    run: Run, command: str, feed: str, problem: str
) -> None:
    ran = run(feed, f"{command} work.py:twice")
    assert (ran.returncode, ran.stdout) == (2, "")
    (line,) = ran.stderr.splitlines()
    assert line.startswith("chai-tui: --items ")
    assert problem in line


@pytest.mark.parametrize("command", ["brew", "taste"])
def test_who_waits_for_a_pipe_can_be_interrupted(
    environment: dict[str, str], tmp_path: Path, command: str
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    words = [console_script(), command, "work.py:twice", "--items", "pipe"]
    with subprocess.Popen(
        words,
        cwd=tmp_path,
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # Whoever runs the tests in the background may have it ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads
    ) as process:
        try:
            writer = writer_of(pipe)
            process.send_signal(signal.SIGINT)
            assert process.communicate(timeout=PATIENCE) == (b"", b"")
            os.close(writer)
        finally:
            process.kill()
    assert process.returncode == 128 + signal.SIGINT


def writer_of(pipe: Path) -> int:
    """Return a descriptor that writes to a pipe, once somebody reads it."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # nobody yet
            assert time.monotonic() < deadline, "nobody reads it"
            time.sleep(0.01)


def in_terminal(
    line: str,
    options: str,
    environment: dict[str, str],
    tmp_path: Path,
    prepare: Callable[[], None] = control,
) -> Terminal:
    command = line.format(f"'{console_script()}' {options}")
    return Terminal(
        ["sh", "-c", f"cd '{tmp_path}'; {command}"], environment=environment, prepare=prepare
    )


def test_the_screen_has_its_keys_from_the_terminal_when_stdin_had_the_items(
    environment: dict[str, str], tmp_path: Path
) -> None:
    feed = "seq 3 | {} --items -"
    with in_terminal(feed, "brew work.py:twice", environment, tmp_path) as terminal:
        terminal.until_shows("All chai served", "3 served", "twice(3)")
        terminal.send("q")
        assert terminal.wait() == 0
        assert_left_clean(terminal)
    options = "taste work.py:twice --budget 0.5 --engines serial,thread"
    with in_terminal(feed, options, environment, tmp_path) as terminal:
        terminal.until_shows("taste work.py:twice", "q ")
        terminal.send("q")
        assert terminal.wait() in {0, 1}  # after the verdict, or before it
        assert_left_clean(terminal)


@pytest.mark.parametrize("command", ["brew", "taste"])
def test_a_terminal_has_no_items(environment: dict[str, str], tmp_path: Path, command: str) -> None:
    options = f"{command} work.py:twice"
    with in_terminal("{} --items -", options, environment, tmp_path) as terminal:
        assert terminal.wait() == 2
        assert " ".join(terminal.text.split()) == (
            "chai-tui: --items <stdin>: expected a pipe or a file, found a terminal; "
            "pipe something into it, as in seq 8 | …"
        )


def test_where_no_terminal_has_keys_there_are_plain_lines_and_the_reason(
    environment: dict[str, str], tmp_path: Path
) -> None:
    feed, options = "seq 3 | {} --items -", "brew work.py:twice"
    with in_terminal(feed, options, environment, tmp_path, lambda: None) as terminal:
        assert terminal.wait() == 0
        assert terminal.lines[0] == NO_KEYS
        assert "All chai served" in terminal.lines
