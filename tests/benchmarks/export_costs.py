"""What an export of a long recording costs."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.measure import Result
from tests.long_runs import write_long_run
from tests.process.program import console_script

EVENTS = 1_000_000
SECONDS = 20.0
MEGABYTES = 500.0


def exporting(forms: Sequence[str] = ("trace", "html", "csv", "jsonl")) -> list[Result]:
    """Export a million events to each form: CPU seconds, and the most memory of all of them."""
    results, memory = [], []
    with tempfile.TemporaryDirectory(prefix="chai-tui-") as folder:
        recording = Path(folder, "run.chai.gz")
        write_long_run(recording, EVENTS)
        for form in forms:
            arguments = ["export", str(recording), "--to", form, "--output", f"{folder}/made"]
            began = time.monotonic()
            pid = subprocess.Popen([console_script(), *arguments], stderr=subprocess.DEVNULL).pid
            _, status, used = os.wait4(pid, 0)
            took = time.monotonic() - began
            assert status == 0, form
            size = Path(folder, "made").stat().st_size / 1e6
            Path(folder, "made").unlink()
            memory.append(used.ru_maxrss / 1e3)  # kB, on Linux
            what = f"export of {EVENTS:,} events to {form}, CPU time"
            note = f"{took:.1f} s on the clock, {size:.0f} MB, {memory[-1]:.0f} MB of memory"
            results.append(Result(what, used.ru_utime + used.ru_stime, SECONDS, "s", note=note))
    results.append(Result("most memory of these exports", max(memory), MEGABYTES, "MB"))
    return results
