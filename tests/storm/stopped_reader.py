"""A stopped reader loses nothing: the kitchen's process is stopped while its makers report."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.storm.promise import PATIENCE, Force, Promise, require


def stop_the_reader(makers: int, numbers: int, seconds: float) -> str:
    """Stop a kitchen for so many seconds while its makers send numbers; return the figures.

    They begin once it is stopped, so that every pipe is full when it goes on.
    """
    with tempfile.TemporaryDirectory() as folder:
        return _stop(makers, numbers, seconds, Path(folder) / "gate")


def _stop(makers: int, numbers: int, seconds: float, gate: Path) -> str:
    command = [sys.executable, "-m", "tests.storm.reader", str(makers), str(numbers), str(gate)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        try:
            first = reader.stdout.readline()
            require(first == "ready\n", f"the reader said {first!r}")
            reader.send_signal(signal.SIGSTOP)
            gate.touch()
            time.sleep(seconds)  # the fault itself: it is stopped for that long
            reader.send_signal(signal.SIGCONT)
            told = reader.stdout.read().strip()
            code = reader.wait(PATIENCE)
        finally:
            reader.kill()
    require(code == 0, told or f"the reader ended with {code}")
    return f"stopped for {seconds:g} s: {told}"


def _storm(force: Force) -> str:
    return stop_the_reader(32, force.times(20_000, 2_000), max(0.5, min(5.0, 5 * force.scale)))


PROMISE = Promise("stopped-reader", "a stopped or slow reader loses nothing", _storm)
