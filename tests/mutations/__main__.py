"""Break the product on purpose, and see that tests notice: ``python -m tests.mutations``.

Prints one line a mutation with the test that fails for it; exit code 1: one survives, 0: none.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from chai_tui.host.usable_cores import usable_cores
from tests.mutations.edits import MUTATIONS
from tests.mutations.trial import Copy, Mutation, StaleError, TrialError, mutated


def main() -> int:
    """Try the mutations that were asked for."""
    parser = argparse.ArgumentParser("python -m tests.mutations", description=__doc__)
    parser.add_argument("--only", default="", metavar="TEXT", help="those whose line has this text")
    parser.add_argument(
        "--jobs", type=int, default=len(usable_cores().numbers), help="how many at a time"
    )
    asked = parser.parse_args()
    chosen = [
        mutation for mutation in MUTATIONS if asked.only in f"{mutation.path}: {mutation.what}"
    ]
    if not chosen:
        parser.error(f"no mutation has {asked.only!r} in its line")
    try:
        survivors = _try(chosen, max(1, asked.jobs))
    except (StaleError, TrialError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
    told = "none survives" if not survivors else f"{survivors} SURVIVE"
    print(f"{len(chosen)} mutations: {told}")
    return 1 if survivors else 0


def _try(mutations: Sequence[Mutation], jobs: int) -> int:
    """Say of each which test it fails; return how many survive."""
    for mutation in mutations:
        mutated(mutation)  # a stale one is told before anything takes time
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(jobs) as executor:
        copies: SimpleQueue[Copy] = SimpleQueue()
        for number in range(jobs):
            copies.put(Copy(Path(folder) / str(number)))

        copy = copies.get()
        tests = dict.fromkeys(test for mutation in mutations for test in mutation.tests)
        if failed := copy.failure(tests, jobs if jobs > 1 else 0):
            raise TrialError(f"{failed} fails without any mutation")
        copies.put(copy)

        def killer(mutation: Mutation) -> str | None:
            copy = copies.get()
            try:
                return copy.killer(mutation)
            finally:
                copies.put(copy)

        survivors = 0
        for mutation, test in zip(mutations, executor.map(killer, mutations), strict=True):
            survivors += test is None
            fate = "SURVIVES" if test is None else f"fails {test}"
            print(f"{mutation.path}: {mutation.what}: {fate}", flush=True)
    return survivors


if __name__ == "__main__":
    sys.exit(main())
