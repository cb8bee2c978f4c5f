"""The installed files go, or others come in their place, while it runs: a new maker says why."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import chai_tui
from tests.storm.anywhere.stopped_server import server_of
from tests.storm.promise import PATIENCE, Force, Promise, require
from tests.terminal import Terminal

_SCRIPT = """import sys
from chai_tui.__main__ import main
if __name__ == "__main__":
    sys.exit(main())
"""
_WIRE = "sources/live/station/wire.py"


def go(package: Path) -> str:
    """Remove the package; return what must be said of it."""
    shutil.rmtree(package)
    return "the files of chai-tui are gone since it was started: start it anew"


def be_replaced(package: Path) -> str:
    """Put another version in its place; return what must be said of it."""
    wire = package / _WIRE
    text = wire.read_text(encoding="utf-8")
    wire.write_text(text.replace("    title: str\n", "    other: int\n    title: str\n"))
    return "the files of chai-tui are replaced by others since it was started: start it anew"


def be_the_same(package: Path) -> str:
    """Install the same version again; return what must be said of it: nothing."""
    shutil.rmtree(package)
    _install(package)
    return ""


FATES: tuple[Callable[[Path], str], ...] = (go, be_replaced, be_the_same)


def _install(package: Path) -> None:
    """Copy it with all that is compiled, as pip installs it."""
    shutil.copytree(Path(chai_tui.__file__).parent, package)


@contextlib.contextmanager
def _installed() -> Iterator[tuple[Path, list[str]]]:
    """Yield the package of an installation of its own, and its command."""
    with tempfile.TemporaryDirectory() as site:
        package = Path(site, "chai_tui")
        _install(package)
        script = Path(site, "chai-tui")
        script.write_text(_SCRIPT, encoding="utf-8")
        yield package, [sys.executable, str(script)]


def add_on_the_screen(fate: Callable[[Path], str], start_method: str) -> None:
    """Add a maker on the screen after its files met their fate; the fork server is killed first."""
    with _installed() as (package, command):
        command += ["--makers", "1", "--start-method", start_method]
        with Terminal(command, columns=160) as terminal:
            terminal.until_shows("1 brewing", "started")
            if start_method == "forkserver":
                server = server_of(terminal.process.pid)
                os.kill(server, signal.SIGKILL)
                terminal.until_shows("#1 ended")
            says = fate(package)
            terminal.send("a")
            if says:
                terminal.until_shows(f"Chai Maker #2 could not be seated: {says}")
            else:
                terminal.until_shows("#2 started")
            terminal.send("q")
            terminal.wait()
            require(b"Traceback" not in terminal.raw, terminal.raw[-800:].decode())
            require(terminal.is_restored, "the terminal is not as it was")
            terminal.until(lambda: not terminal.survivors())


def go_on_with_lines(fate: Callable[[Path], str], option: str) -> None:
    """Have the files meet their fate while makers are started, without a screen."""
    with _installed() as (package, command):
        command += [option, "--makers", "30", "--start-method", "spawn"]
        with subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as program:
            assert program.stdout is not None
            first = program.stdout.readline()
            # Meanwhile it starts nobody: all would have begun before a slow disk has done that.
            program.send_signal(signal.SIGSTOP)
            says = fate(package)
            program.send_signal(signal.SIGCONT)
            out, err = program.communicate(timeout=PATIENCE)
        said = first + out + err
        require(says in said, f"{option}: it does not say {says!r}: {said[-800:]}")
        require("Traceback" not in err, err[-800:])


def _storm(_: Force) -> str:
    tries = 0
    for fate in FATES:
        for start_method in ("spawn", "forkserver"):
            add_on_the_screen(fate, start_method)
            tries += 1
    for fate in (go, be_replaced):
        for option in ("--plain", "--json"):
            go_on_with_lines(fate, option)
            tries += 1
    return f"{tries} times, and said each time"


KINDS = (
    Promise("replaced-files", "a maker that its files' fate keeps from starting says why", _storm),
)
