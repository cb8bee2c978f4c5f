"""Out of something: the message names the limit, the makers that run go on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial

from tests.process.program import console_script
from tests.storm.anywhere.spaces import quick_recipe, unshared
from tests.storm.confined import NOT_HERE
from tests.storm.promise import PATIENCE, Force, Promise, Untried, require

CASES = (
    ("RLIMIT_NPROC", "forkserver", "process"),
    ("RLIMIT_NPROC", "forkserver", "thread"),
    ("RLIMIT_NPROC", "spawn", "process"),
    ("RLIMIT_NPROC", "fork", "process"),
    ("RLIMIT_NOFILE", "forkserver", "process"),
    ("RLIMIT_NOFILE", "spawn", "process"),
)
"""What there is too little of, and for whom."""
START_METHODS = ("forkserver", "spawn", "fork")

_NO_SEMAPHORES = 'mount -t tmpfs -o ro tmpfs /dev/shm && exec "$0" "$@"'
"""Where Linux keeps semaphores, nobody can write: a mount of our own that nobody else sees."""
_NEXT_TO_NOTHING = {"RLIMIT_NOFILE": 9}
"""Enough for the interpreter to start."""


def run_out(limit: str, start_method: str, engine: str) -> str:
    """Run a kitchen out of something; return what it said.

    Raises:
        Broken: it did not say what, or somebody else was hurt.
        Untried: this system does not let us.
    """
    command = [sys.executable, "-m", "tests.storm.confined", limit, start_method, engine]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=2 * PATIENCE, check=False
    )
    if done.returncode == NOT_HERE:
        raise Untried(f"{limit} cannot be lowered for root here")
    require(done.returncode == 0, f"{limit}: exit code {done.returncode}: {done.stderr[-600:]}")
    told = json.loads(done.stdout)
    require(told["troubles"], f"{limit} was never met")
    for trouble in told["troubles"]:
        require(limit in trouble, f"{limit} is not named: {trouble}")
    require(told["still_running"], f"{limit}: somebody who ran was hurt: {told}")
    require(told["served"], f"{limit}: nobody was served: {told}")
    require(told["served_afterwards"], f"{limit}: nobody is seated afterwards: {told}")
    return str(told["troubles"][0])


def brew_without_semaphores(start_method: str, makers: int = 20) -> None:
    """Run the program where the system has no semaphore to give.

    Raises:
        Broken: somebody was not served.
        Untried: this system does not let us.
    """
    lock = _apart(sys.executable, "-c", "import multiprocessing; multiprocessing.Lock()")
    require("Read-only" in lock.stderr, f"there are semaphores: {lock.stderr}")
    wishes = ("--plain", "--makers", str(makers), "--start-method", start_method)
    with tempfile.TemporaryDirectory() as folder:
        done = _apart(console_script(), quick_recipe(folder), *wishes)
    served = done.stdout.count("End of Chai Maker")
    require((done.returncode, served) == (0, makers), f"without semaphores: {done}")


def _apart(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        unshared("m", _NO_SEMAPHORES, *command),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def start_without(limit: str) -> str:
    """Start the program with next to nothing; return the line it said on stderr."""
    import resource

    number = getattr(resource, limit)
    done = subprocess.run(
        [console_script(), "--plain"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=PATIENCE,
        check=False,
        preexec_fn=lambda: resource.setrlimit(number, (_NEXT_TO_NOTHING[limit],) * 2),
    )
    said = done.stderr.strip()
    require(done.returncode == 1, f"without {limit}: exit code {done.returncode}: {said}")
    require(said.startswith("chai-tui: cannot start: "), f"without {limit}, it says {said!r}")
    require("\n" not in said, f"without {limit}, it says {said!r}")
    return said


def fill_the_disk(option: str) -> str:
    """Let the program write to a full disk; return what it said on stderr."""
    if not os.path.exists("/dev/full"):  # noqa: PTH110 - a device, not a file
        raise Untried("no /dev/full")
    with open("/dev/full", "w", encoding="utf-8") as full:  # noqa: PTH123 - likewise
        done = subprocess.run(
            [console_script(), "--makers", "2", option],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    said = done.stderr.strip()
    require(done.returncode == 1, f"{option} on a full disk: exit code {done.returncode}: {said}")
    require("No space left" in said and "\n" not in said, f"{option} on a full disk says {said!r}")
    return said


def _storm(_: Force) -> str:
    named, untried = 0, []
    attempts: list[Callable[[], object]] = [partial(run_out, *case) for case in CASES]
    attempts += [partial(brew_without_semaphores, method) for method in START_METHODS]
    for attempt in attempts:
        try:
            attempt()
            named += 1
        except Untried as why:
            untried.append(str(why))
    for option in ("--plain", "--json"):
        fill_the_disk(option)
        named += 1
    for limit in _NEXT_TO_NOTHING:
        start_without(limit)
        named += 1
    return f"{named} limits met, named, and survived" + "".join(
        f"; not tried: {w}" for w in untried
    )


PROMISE = Promise("limits", "out of something: it is named, and the others go on", _storm)
