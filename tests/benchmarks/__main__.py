"""Prints one table of what chai-tui costs: ``python -m tests.benchmarks``.

Each ratio compares two measurements taken in turn, several times, in this one run; the table shows
the medians and is also written as JSON. Exit code 1 when a limit is not kept.

``python -m tests.benchmarks taste`` sets what we say of functions beside what is true of them.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from tests.benchmarks import (
    export_costs,
    kitchen_costs,
    program_costs,
    recording_costs,
    recording_film,
    screen_costs,
)
from tests.benchmarks.measure import Result
from tests.process.program import compile_package


def measurements(repeat: int) -> dict[str, Callable[[], list[Result]]]:
    """Return what can be measured, by name, in the order of the table."""
    return {
        "first-screen": lambda: [screen_costs.first_screen(repeat * 2)],
        "brewing": lambda: [screen_costs.brewing(repeat)],
        "at-rest": lambda: [screen_costs.at_rest(repeat)],
        "processes": lambda: screen_costs.crowd(100, "process", cpu_limit=12, answer_limit=50),
        "threads": lambda: screen_costs.crowd(1_000, "thread", cpu_limit=20, answer_limit=100),
        "starting": lambda: [kitchen_costs.starting(repeat)],
        "folding": lambda: [kitchen_costs.folding(repeat)],
        "memory": lambda: [kitchen_costs.memory()],
        "recording": lambda: recording_costs.recording(repeat),
        "film": lambda: [*recording_film.film()],
        "taken": lambda: [screen_costs.taken_from_makers(repeat)],
        "export": export_costs.exporting,
        "programs": lambda: [*program_costs.programs(repeat)],
    }


def main() -> int:
    """Measure, print, write; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--repeat", type=int, default=5, help="pairs a ratio (default: 5)")
    parser.add_argument("--json", type=Path, default=Path("benchmarks.json"), metavar="FILE")
    parser.add_argument("--only", nargs="*", default=None, choices=[*measurements(1)])
    arguments = parser.parse_args()

    compile_package()
    results: list[Result] = []
    print(f"Python {platform.python_version()}, {platform.system()}\n")
    print("| what | measured | limit | kept |\n| --- | --- | --- | --- |")
    for name, measure in measurements(arguments.repeat).items():
        if arguments.only is None or name in arguments.only:
            for result in measure():
                results.append(result)
                print(_row(result), flush=True)
    arguments.json.write_text(json.dumps([asdict(result) for result in results], indent=1) + "\n")
    return 0 if all(result.holds for result in results) else 1


def _row(result: Result) -> str:
    unit = f" {result.unit}" if result.unit else ""
    note = f" ({result.note})" if result.note else ""
    bound = "at least" if result.at_least else "at most"
    kept = "yes" if result.holds else "NO"
    return (
        f"| {result.what} | {result.value:.3g}{unit}{note} "
        f"| {bound} {result.limit:g}{unit} | {kept} |"
    )


def _chosen() -> int:
    if sys.argv[1:2] == ["taste"]:
        from tests.benchmarks import taste

        return taste.main(sys.argv[2:])
    return main()


if __name__ == "__main__":
    sys.exit(_chosen())
