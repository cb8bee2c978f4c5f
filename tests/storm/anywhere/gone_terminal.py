"""The terminal is gone and no SIGHUP comes, for a run without a screen."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import subprocess
import tempfile
import termios
import time
from collections.abc import Callable
from pathlib import Path

from tests.process.program import alive, console_script, family_of
from tests.storm.promise import PATIENCE, Force, Promise, require

SLOW = '[[steps]]\nname = "steep"\nwait = 600\n'
"""A recipe that outlasts every test, and says nothing meanwhile."""
AT_ONCE = 1.0
"""Seconds within which the program has to be gone."""


def _ignored() -> None:
    fcntl.ioctl(1, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _blocked() -> None:
    fcntl.ioctl(1, termios.TIOCSCTTY, 0)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})


def _not_ours() -> None:
    """Its session has no terminal at all."""


WAYS: dict[str, Callable[[], None]] = {
    "ignored": _ignored,
    "blocked": _blocked,
    "not ours": _not_ours,
}
"""Why no SIGHUP comes; called in the program, before it begins."""


def hang_up(options: str, way: str, *, patience: float = AT_ONCE) -> float:
    """Close the terminal of a run in which all makers wait; return how long it lasted, in seconds.

    Args:
        options: the program's, besides the recipe.
        way: a key of ``WAYS``.
        patience: seconds after which it has to be gone.

    Raises:
        Broken: it goes on, or does not end as after SIGHUP, or somebody is left.
    """
    master, terminal = pty.openpty()
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as said:
        recipe = Path(folder) / "slow.toml"
        recipe.write_text(SLOW, encoding="utf-8")
        process = subprocess.Popen(
            [console_script(), str(recipe), *options.split()],
            stdin=subprocess.DEVNULL,
            stdout=terminal,
            stderr=said,
            start_new_session=True,
            preexec_fn=WAYS[way],  # noqa: PLW1509 - no threads here
        )
        os.close(terminal)
        try:
            _until_all_wait(master)
            family = family_of(process.pid)
            os.close(master)
            began = time.monotonic()
            code = process.wait(PATIENCE)
            lasted = time.monotonic() - began
        finally:
            process.kill()
            process.wait()
        deadline = time.monotonic() + PATIENCE
        while alive(family) and time.monotonic() < deadline:
            time.sleep(0.01)
        said.seek(0)
        text = said.read().decode()
    where = f"{options}, SIGHUP {way}"
    require(code == 128 + signal.SIGHUP, f"{where}: exit code {code}, {text}")
    require(not text, f"{where}: it says {text!r}")
    require(lasted < patience, f"{where}: it went on for {lasted:.1f} s")
    require(not alive(family), f"{where}: {family} is left")
    return lasted


def _until_all_wait(master: int, makers: int = 3) -> None:
    """Read until three makers have started."""
    text = b""
    while min(text.count(b"Start of"), text.count(b"brewing")) < makers:
        text += os.read(master, 4_096)


def _storm(force: Force) -> str:
    took = [
        hang_up(f"{mode} --engine {engine}", way)
        for mode in ("--plain", "--json")
        for engine in ("process", "thread")
        for way in WAYS
        for _ in range(force.times(2))
    ]
    return f"{len(took)} terminals gone; the program {max(took):.2f} s later at most"


KINDS = (Promise("gone-terminal-lines", "lines and JSON end with their terminal, unasked", _storm),)
