"""What a call costs in the race's loop, of what it costs in the same loop by hand."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from chai_tui.sources.taste.runner_handle import RunnerHandle, wait_for
from chai_tui.sources.taste.runner_path import runner_command
from tests.benchmarks.taste_list import FILE, Target

ROUND_SECONDS = 0.05
MOST_CALLS = 100_000
PAIRS = 12
PROCESSES = 5
"""Two processes that do the same differ by a percent or two: where things lie in memory."""
PATIENCE = 60.0
ROOT = Path(__file__).parents[2]


class Asked:
    """The race's runner, asked by hand."""

    def __init__(self, handle: RunnerHandle) -> None:
        self.handle = handle

    def ask(self, kind: str, **request: object) -> dict[str, Any]:
        """Ask; return what the answer of that kind holds, notes passed over."""
        self.handle.ask(request)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            wait_for(self.handle.descriptors, 1.0)
            for message in self.handle.read()[0]:
                if kind in message:
                    found: dict[str, Any] = message[kind] or {}
                    return found
                assert "note" in message, message
        raise TimeoutError(kind)


@contextmanager
def loaded_runner(which: Target, calls: int) -> Iterator[Asked]:
    """Run a runner that has the function and its serial lane."""
    with closing(RunnerHandle(runner_command(sys.executable), os.environ)) as handle:
        runner = Asked(handle)
        runner.ask(
            "loaded",
            do="load",
            path=str(FILE),
            module=None,
            name=which.name,
            sys_path=[],
            argv0=str(FILE),
            args=None,
            items={"range": [0, calls, 1]} if which.has_items else None,
            import_timeout=PATIENCE,
        )
        runner.ask("tasted", do="taste", seconds=0.1, most=100_000, timeout=PATIENCE)
        runner.ask("opened", do="open", engine="serial", workers=1)
        yield runner


@contextmanager
def loop_by_hand(which: Target, calls: int) -> Iterator[subprocess.Popen[str]]:
    """Run a process that makes the loop once for every line it is sent."""
    command = [
        *(sys.executable, "-m", "tests.benchmarks.taste_truth", which.name),
        *("--calls", str(calls), "--loop"),
    ]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        try:
            yield process
        finally:
            process.communicate()


def cost_of_loop(which: Target) -> float:
    """Return the serial lane's wall ÷ the loop's: of several processes each, measured in turn.

    The best of each is compared: what others take only ever adds.
    """
    ratios: list[float] = []
    for _ in range(PROCESSES):
        with loop_by_hand(which, 1) as process:
            call = min(_loop(process) for _ in range(5))
        calls = min(MOST_CALLS, max(1, round(ROUND_SECONDS / call)))
        with loaded_runner(which, calls) as runner, loop_by_hand(which, calls) as process:
            pairs = [(_block(runner, calls), _loop(process)) for _ in range(PAIRS)]
        ours, theirs = (min(side) for side in zip(*pairs, strict=True))
        ratios.append(ours / theirs)
    return statistics.median(ratios)


def _block(runner: Asked, calls: int) -> float:
    answer = runner.ask(
        "block", do="block", lane=1, engine="serial", workers=1, first=0, count=calls, chunk=1,
        timeout=PATIENCE,
    )  # fmt: skip
    return float(answer["wall"])


def _loop(process: subprocess.Popen[str]) -> float:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("again\n")
    process.stdin.flush()
    return float(process.stdout.readline())
