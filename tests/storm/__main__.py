"""Try to break every promise: ``python -m tests.storm``.

``python -m tests.storm anywhere`` is about the places that it runs in. Prints one line a promise
with its figures; exit code 1: one is broken, 0: none.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time
import traceback
from random import Random

from tests.storm.anywhere import kinds
from tests.storm.promise import Broken, Force, Promise, Untried

MODULES = (
    "kills",
    "last_words",
    "orphans",
    "quitting",
    "leaks",
    "screen_leaks",
    "floods",
    "screens",
    "stopped_reader",
    "limits",
    "bad_input",
    "recordings",
    "keys",
    "lasting",
)


def main() -> int:
    """Run the storms that were asked for."""
    promises = [importlib.import_module(f"tests.storm.{module}").PROMISE for module in MODULES]
    anywhere = kinds()
    parser = argparse.ArgumentParser("python -m tests.storm", description=__doc__)
    parser.add_argument("where", nargs="?", choices=("anywhere",), help="environments, not storms")
    names = [promise.name for promise in (*promises, *anywhere)]
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full numbers")
    parser.add_argument(
        "--minutes", type=float, default=2.0, help="how long storms last that have no number"
    )
    parser.add_argument("--only", action="append", choices=names, help="this one; may be repeated")
    parser.add_argument("--seed", type=int, help="repeat a storm")
    asked = parser.parse_args()
    seed = int.from_bytes(os.urandom(4)) if asked.seed is None else asked.seed
    print(f"seed {seed}, scale {asked.scale:g}, {asked.minutes:g} minutes", flush=True)
    every = anywhere if asked.where else promises
    chosen = [each for each in (*promises, *anywhere) if each.name in (asked.only or ())] or every
    force = (asked.scale, asked.minutes)
    kept = [_try(promise, Force(*force, Random(f"{seed}:{promise.name}"))) for promise in chosen]
    return 0 if all(kept) else 1


def _try(promise: Promise, force: Force) -> bool:
    """Try to break one promise; say how it went, and return whether it was kept."""
    began = time.monotonic()
    outcome = "ok"
    try:
        figures = promise.storm(force)
    except Untried as why:
        outcome, figures = "not tried", str(why)
    except Broken as broken:
        outcome, figures = "BROKEN", str(broken)
    except Exception:  # noqa: BLE001 - a storm that fails has kept no promise
        outcome, figures = "BROKEN", traceback.format_exc()
    took = time.monotonic() - began
    print(f"{outcome:9} {promise.name}: {promise.words}: {figures} ({took:.0f} s)", flush=True)
    return outcome != "BROKEN"


if __name__ == "__main__":
    sys.exit(main())
