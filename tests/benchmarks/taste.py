"""Measured truth, our figure and the verdict side by side: ``python -m tests.benchmarks taste``.

What is true is measured by hand in processes of their own while the machine is quiet; then each
function is tasted so many times, quiet and beside a core that somebody else keeps busy. Exit code 1
when a limit is not kept.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from chai_tui.host.usable_cores import usable_cores
from chai_tui.sources.taste.plan import SINGLE_THREADED
from tests.benchmarks.measure import Result
from tests.benchmarks.taste_cost import cost_of_loop
from tests.benchmarks.taste_list import TARGETS, Target
from tests.benchmarks.taste_ours import taste_once
from tests.benchmarks.taste_verdicts import Lane, Ours, Row, Truth, totals, worst
from tests.taste_server import local_server
from tests.taste_targets import PORT_VARIABLE

Taste = Callable[[Target, float], Ours]

POOLED = ("thread", "interpreter", "process")
WAITING_WORKERS = (16, 32)
"""More threads than cores, for what waits."""
QUIET_BELOW = 0.1
"""Cores' worth of others below which a machine is quiet."""
QUIET_PATIENCE = 20.0
COSTS_OF = ("nap", "request", "nbody", "squeeze", "six_us", "tenth_of_us", "half_ms")
"""Functions whose loop is compared with the race's: of every kind, and every length."""


def others_cores(seconds: float = 0.4) -> float:
    """Return how many cores' worth the whole machine uses while we do nothing."""

    def busy() -> float:
        with Path("/proc/stat").open() as stat:
            ticks = [int(word) for word in stat.readline().split()[1:9]]
        return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK")

    try:
        before, began = busy(), time.perf_counter()
        time.sleep(seconds)
        return max(0.0, busy() - before) / (time.perf_counter() - began)
    except OSError:
        return 0.0


def wait_until_quiet(patience: float) -> float:
    """Wait until others use next to nothing, if they ever do; return what they use."""
    until = time.perf_counter() + patience
    while (others := others_cores()) > QUIET_BELOW and time.perf_counter() < until:
        pass
    return others


def lanes_of(which: Target, workers: int, raced: Sequence[Lane] = ()) -> list[Lane]:
    """Return what is compared with the loop: what anybody would try, and what we raced."""
    lanes: list[Lane] = [("thread", workers), ("process", workers)]
    if which.waits:
        lanes += [("thread", many) for many in WAITING_WORKERS if many <= max(which.calls, 16)]
    if which.is_async:
        lanes.append(("asyncio", which.calls))
    lanes += [lane for lane in raced if lane not in lanes and lane[0] in POOLED]
    if raced:  # it is one way by hand, however we count its workers
        asyncio_raced = [lane for lane in raced if lane[0] == "asyncio"]
        lanes = [lane for lane in lanes if lane[0] != "asyncio" or not asyncio_raced]
        lanes += asyncio_raced
    return lanes


def truth_of(
    which: Target,
    lanes: Sequence[Lane],
    calls: int,
    seconds: float,
    *,
    rounds: int = 5,
    patience: float = QUIET_PATIENCE,
) -> Truth:
    """Measure what is true, in a process of its own, when the machine is quiet."""
    before = wait_until_quiet(patience)
    run = subprocess.run(
        [
            *(sys.executable, "-m", "tests.benchmarks.taste_truth", which.name),
            *("--calls", str(calls), "--seconds", str(seconds), "--rounds", str(rounds)),
            *("--lanes", *(f"{engine}:{workers}" for engine, workers in lanes)),
        ],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **(SINGLE_THREADED if which.needs else {})},
        cwd=Path(__file__).parents[2],
    )
    found = json.loads(run.stdout)
    return Truth(
        {(engine, workers): speedup for engine, workers, speedup in found["speedups"]},
        found["gil_share"],
        found["gil_how"],
        found["calls"],
        found["rounds"],
        found["serial_seconds_per_call"],
        max(before, others_cores()),
    )


class Known:
    """What was found true, kept in a file: measured once, while the machine is quiet.

    Args:
        path: the file; None: nothing is kept.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known: dict[str, Any] = {}
        if path is not None and path.exists():
            self._known = json.loads(path.read_text())

    def truth_of(self, which: Target, lanes: Sequence[Lane], calls: int, seconds: float) -> Truth:
        """Return what is true: as it is known, if that has the lanes and was quiet, else measured.

        What waits is as fast as its rounds are long, so there the calls have to be the same, too.
        """
        if which.name in self._known:
            truth = truth_from_json(self._known[which.name])
            is_alike = truth.calls == calls or not which.waits
            if is_alike and truth.others <= QUIET_BELOW and {*lanes} <= {*truth.speedups}:
                return truth
        truth = truth_of(which, lanes, calls, seconds)
        self._known[which.name] = truth_as_json(truth)
        if self._path is not None:
            self._path.write_text(json.dumps(self._known, indent=1) + "\n")
        return truth


def truth_as_json(truth: Truth) -> dict[str, Any]:
    """Return a truth as values that JSON takes."""
    return {**asdict(truth), "speedups": [[*lane, s] for lane, s in truth.speedups.items()]}


def truth_from_json(values: dict[str, Any]) -> Truth:
    """Return a truth from such values."""
    speedups = {(engine, workers): s for engine, workers, s in values["speedups"]}
    return Truth(**{**values, "speedups": speedups})


@contextlib.contextmanager
def busy_cores(count: int) -> Iterator[None]:
    """Keep so many cores busy, as somebody else would: pinned nowhere."""
    burners = [
        subprocess.Popen([sys.executable, "-I", "-S", "-c", "while True: pass"])
        for _ in range(count)
    ]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()


def measure_row(
    which: Target, *, times: int, besides: Sequence[int], truth_seconds: float, budget: float,
    known: Known, taste: Taste = taste_once,
) -> list[Row]:  # fmt: skip
    """Measure one function: what is true, then what we say of it under each condition."""
    workers = len(usable_cores().numbers)
    # How many calls make a round is up to the race, and for what waits the speed-up hangs on it.
    first = taste(which, budget)
    calls = first.calls or which.calls
    lanes = lanes_of(which, workers, [*first.standings])
    truth = known.truth_of(which, lanes, calls, truth_seconds)
    rows = []
    for beside in besides:
        row = Row(which.name, which.what, beside, truth)
        with busy_cores(beside):
            row.tastings += [taste(which, budget) for _ in range(times)]
        rows.append(row)
    return rows


HEADER = (
    "| function | beside | truth: threads | more threads | asyncio | processes | ours: verdict "
    "| speed-up (95 %) | furthest off | GIL true | ours | right | none | wrong | s |\n"
    "| --- " + "| --- " * 14 + "|"
)


def line(row: Row) -> str:
    """Return a row of the table."""
    truth, cores = row.truth, min((n for e, n in row.truth.speedups if e == "process"), default=0)
    said = statistics.mode(str(ours.engine or "–") for ours in row.tastings)
    of_that = [row.speedup(lane) for lane in truth.speedups if lane[0] == said]
    best = max((one for one in of_that if one is not None), default=None)
    cells = [
        row.what,
        str(row.beside),
        _times(truth.speedups.get(("thread", cores))),
        _times(
            max(
                (s for (e, n), s in truth.speedups.items() if e == "thread" and n > cores),
                default=None,
            )
        ),
        _times(truth.by_engine.get("asyncio")),
        _times(truth.by_engine.get("process")),
        said,
        f"{best[0]:.2f} ({best[1]:.2f}–{best[2]:.2f})" if best and said != "serial" else "–",
        f"{worst(row.errors()):+.0%}",
        "?" if truth.gil_share is None else f"{truth.gil_share:.2f}",
        "?" if row.gil_share is None else f"{row.gil_share:.2f}",
        str(row.count("right")),
        str(row.count("none")),
        str(row.count("wrong")),
        f"{row.seconds:.1f}",
    ]
    return f"| {' | '.join(cells)} |"


def _times(speedup: float | None) -> str:
    return "" if speedup is None else f"{speedup:.2f}"


def as_json(rows: Sequence[Row], costs: dict[str, float], results: Sequence[Result]) -> str:
    """Return everything that was measured."""
    return json.dumps(
        {
            "python": platform.python_version(),
            "cores": len(usable_cores().numbers),
            "rows": [
                {
                    "name": row.name,
                    "what": row.what,
                    "beside": row.beside,
                    "truth": {
                        **truth_as_json(row.truth),
                        "acceptable": row.truth.acceptable,
                    },
                    "tastings": [
                        {
                            **asdict(ours),
                            "standings": [[*lane, *s] for lane, s in ours.standings.items()],
                            "mark": row.mark(ours),
                        }
                        for ours in row.tastings
                    ],
                }
                for row in rows
            ],
            "loop_cost_ratio": costs,
            "totals": [asdict(result) | {"holds": result.holds} for result in results],
        },
        indent=1,
    )


def main(arguments: Sequence[str]) -> int:
    """Measure, print, write; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks taste", description=__doc__)
    parser.add_argument("--times", type=int, default=20, help="tastings of each (default: 20)")
    parser.add_argument("--beside", type=int, choices=(0, 1), help="busy cores (default: both)")
    parser.add_argument("--only", nargs="*", choices=[one.name for one in TARGETS])
    parser.add_argument("--budget", type=float, default=8.0, help="seconds of a tasting")
    parser.add_argument("--truth-seconds", type=float, default=6.0, help="seconds of each by hand")
    parser.add_argument(
        "--truth", type=Path, metavar="FILE", help="where what is true is kept for the next time"
    )
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)

    besides = (0, 1) if options.beside is None else (options.beside,)
    chosen = [one for one in TARGETS if options.only is None or one.name in options.only]
    known = Known(options.truth)
    rows: list[Row] = []
    costs: dict[str, float] = {}
    print(f"Python {platform.python_version()}, {len(usable_cores().numbers)} cores\n\n{HEADER}")
    with local_server() as port:
        os.environ[PORT_VARIABLE] = str(port)
        for which in chosen:
            if not which.is_here:
                print(f"| {which.what} | needs {which.needs} |", flush=True)
                continue
            measured = measure_row(
                which,
                times=options.times,
                besides=besides,
                truth_seconds=options.truth_seconds,
                budget=options.budget,
                known=known,
            )
            rows += measured
            print("\n".join(map(line, measured)), flush=True)
            if which.name in COSTS_OF:
                costs[which.name] = cost_of_loop(which)
    results = totals(rows, costs)
    _tell_totals(rows, results)
    if options.json:
        options.json.write_text(as_json(rows, costs, results) + "\n")
    return 0 if all(result.holds for result in results) else 1


def _tell_totals(rows: Sequence[Row], results: Sequence[Result]) -> None:
    print("\n| what | measured | limit | kept |\n| --- | --- | --- | --- |")
    for result in results:
        note = f" ({result.note})" if result.note else ""
        kept = "yes" if result.holds else "NO"
        print(
            f"| {result.what} | {result.value:.3g}{result.unit and ' ' + result.unit}{note} "
            f"| at most {result.limit:g} | {kept} |"
        )
    for row in rows:
        if row.truth.others > 2 * QUIET_BELOW:
            print(f"The truth of {row.name} was measured beside {row.truth.others:.1f} busy cores.")
        for ours in row.tastings:
            if row.mark(ours) == "wrong":
                right = " or ".join(row.truth.acceptable)
                print(f"{row.name}, beside {row.beside}: {ours.failed or ours.sentence} ({right})")
