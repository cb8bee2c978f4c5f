"""A process's number that is used again for another one.

Run as ``python -m tests.storm.reused`` with process numbers of one's own and a /proc that shows
them: a process is watched, ends, and another one gets its number. Prints what each sampler told of
it, as one line of JSON. Exit code 3: this system lets nobody choose a number.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import psutil

from chai_tui.host.usable_cores import usable_cores
from chai_tui.model.events import MakerUse
from chai_tui.samplers.kernel.kept_file import Budget
from chai_tui.samplers.linux import LinuxSampler
from chai_tui.samplers.portable import PortableSampler
from chai_tui.samplers.protocol import Sampler, Watched

NOT_HERE = 3
"""The exit code for: it cannot be provoked here."""
APART = 2.5
"""Seconds from the last word of the one to the start of the other: more than clocks differ, of
which psutil's counts whole seconds on Linux."""
_LAST_NUMBER = Path("/proc/sys/kernel/ns_last_pid")  # pid_namespaces(7)
_BUSY = "print(flush=True)\nwhile True: pass"


def start(code: str) -> subprocess.Popen[str]:
    """Start Python code that prints a line when it is up."""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    return process


def end(process: subprocess.Popen[str]) -> None:
    """End a process and reap it."""
    process.kill()
    process.communicate()


def start_with_number(number: int) -> subprocess.Popen[str]:
    """Start a process that has this number."""
    for _ in range(20):  # somebody else may be born in between
        try:
            _LAST_NUMBER.write_text(str(number - 1))
        except OSError:
            sys.exit(NOT_HERE)
        process = start(_BUSY)
        if process.pid == number:
            return process
        end(process)
    sys.exit(NOT_HERE)


def look(sampler: Sampler, pid: int, lived_at: float) -> MakerUse:
    """Return what a sampler tells of a maker."""
    watched = [Watched(1, pid, pid, own_thread=True, lived_at=lived_at)]
    return sampler.sample(time.monotonic(), watched).makers[0]


def main() -> None:
    """Print what was told of the first process, and of the second one for the first."""
    cores = usable_cores().numbers
    samplers: dict[str, Sampler] = {
        "kept open": LinuxSampler(cores),
        "opened again": LinuxSampler(cores, budget=Budget(0)),
        "psutil": PortableSampler(cores),
    }
    first = start(_BUSY)
    lived_at = time.monotonic()
    pid, began = first.pid, psutil.Process(first.pid).create_time()
    own = {name: look(sampler, pid, lived_at) for name, sampler in samplers.items()}
    end(first)
    time.sleep(APART)
    second = start_with_number(pid)
    try:
        assert psutil.Process(pid).create_time() > began
        lent = {name: look(sampler, pid, lived_at) for name, sampler in samplers.items()}
        # Whoever sees it for the first time is not fooled either.
        fresh: dict[str, Sampler] = {
            "new": LinuxSampler(cores),
            "new psutil": PortableSampler(cores),
        }
        lent |= {name: look(sampler, pid, lived_at) for name, sampler in fresh.items()}
        theirs = look(LinuxSampler(cores), pid, time.monotonic())
    finally:
        end(second)
    print(json.dumps({"own": own, "lent": lent, "theirs": theirs}))


if __name__ == "__main__":
    main()
