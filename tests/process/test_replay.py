"""``chai-tui replay`` in a real terminal: from a file, from a pipe, of a run that goes on."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

from chai_tui.model.events import Event, Trouble
from tests.builders import BEGAN
from tests.process.program import console_script
from tests.replays import recording, told, write
from tests.terminal import PATIENCE, Terminal
from tests.thorough import briefly

RESTORED = b"\x1b[?1049l"


def long_told() -> list[Event]:
    """A kitchen that goes on for ten minutes: it does not end while a slow machine looks."""
    return [*told(), Trouble(BEGAN + 600, None, "it is late")]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path / "run.chai", long_told())


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    terminals: list[Terminal] = []
    home = {name: str(tmp_path) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME")}

    def _start(*command: str, **options: Any) -> Terminal:
        terminals.append(Terminal(command, environment=home, **options))
        return terminals[-1]

    yield _start
    for terminal in terminals:
        terminal.__exit__(None, None, None)


def said_in_the_shell(terminal: Terminal) -> list[str]:
    """The lines that came once the screen was gone."""
    after = terminal.raw.split(RESTORED)[-1].decode()
    return re.sub(r"\x1b\[[^a-zA-Z]*[a-zA-Z]", "", after).strip().splitlines()


def test_a_recording_is_shown_and_left(start: Callable[..., Terminal], path: Path) -> None:
    terminal = start(console_script(), "replay", str(path), columns=200)
    terminal.until_shows("▶ playing", "1×", "10:00.0")
    terminal.send("n")
    terminal.until_shows("1 killed")
    terminal.send("space")
    terminal.until_shows("‖ paused")
    terminal.send("\x1b[F")
    terminal.until_shows("■ the end", "served 2nd", "it is late")
    terminal.send("\x1b[H")
    terminal.until_shows("‖ paused   1× 00:00.0")
    terminal.send("\x1b[1;2C")  # Shift and the arrow to the right
    terminal.until_shows("‖ paused   1× 00:05.0")
    terminal.send("q")
    assert terminal.wait() == 0
    assert said_in_the_shell(terminal) == [
        f"{path}: 4 makers, {len(long_told())} events, 10:00 min"
    ]
    assert terminal.is_restored


def test_one_that_was_cut_off_says_so_when_it_is_left(
    start: Callable[..., Terminal], path: Path
) -> None:
    lost = Trouble(BEGAN + 601, None, "it is later")
    path.write_bytes(recording([*long_told(), lost], is_whole=False)[:-10])
    terminal = start("sh", "-c", f"cat {path} | {console_script()} replay -", columns=200)
    terminal.until_shows("▶ playing", "it has no end", "10:00.0")
    terminal.send("space")
    terminal.until_shows("‖ paused")
    terminal.send("ctrl+c")
    assert terminal.wait() == 130
    first, *_, last = said_in_the_shell(terminal)
    assert first.startswith("chai-tui: standard input: ")
    assert re.fullmatch(r"standard input: 4 makers, \d+ events, 10:00 min", last)
    assert terminal.is_restored


def test_a_run_is_watched_from_another_terminal(
    start: Callable[..., Terminal], tmp_path: Path
) -> None:
    recipe, path = tmp_path / "slow.toml", tmp_path / "run.chai.gz"
    recipe.write_text('[[steps]]\nname = "steep"\nwait = 600\n')
    brew = (console_script(), "brew", str(recipe), "--makers", "2", "--plain")
    with subprocess.Popen([*brew, "--record", str(path)], stdout=subprocess.DEVNULL) as run:
        try:
            terminal = start("sh", "-c", f"until [ -s {path} ]; do sleep 0.1; done; "
                             f"exec {console_script()} replay {path}")  # fmt: skip
            terminal.until_shows("● follows", "2 brewing", "slow")
            run.terminate()
            run.wait(PATIENCE)
            terminal.until_shows("■ the end")
            terminal.send("q")
            assert terminal.wait() == 0
        finally:
            run.kill()


@briefly("found", ["no recording", "a folder", "nothing"])
def test_what_is_no_recording_is_told_in_a_line(tmp_path: Path, found: str) -> None:
    path = tmp_path / "run\x1b[31m.chai"
    if found == "a folder":
        path.mkdir()
    elif found == "no recording":
        path.write_text("hello\n")
    result = replayed(path)
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "\x1b" not in result.stderr
    assert "run" in result.stderr


def test_where_there_is_no_screen_it_says_what_else_there_is(path: Path) -> None:
    result = replayed(path)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == (
        "chai-tui: replay: expected a terminal, but stdout is no terminal; "
        "chai-tui export FILE --to jsonl prints its events\n"
    )


def replayed(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [console_script(), "replay", str(path)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
