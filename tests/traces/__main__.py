"""Reads traces back by Perfetto's trace processor: ``python -m tests.traces``.

Runs are recorded for real, exported in both forms, loaded, and asked in SQL whether all is there
that the account of the run has, without one import error. Exit code 1 where something differs, 2
where something is missing on this machine.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from chai_tui.recording.export.account import Account
from chai_tui.recording.export.traces.chrome import write_trace
from chai_tui.recording.export.traces.perfetto import write_pftrace
from tests.traces import runs
from tests.traces.expected import differences
from tests.traces.processor import VARIABLE, MissingError, ask, trace_processor

RUNS = {"live": runs.live, "tasting": runs.tasting, "awkward": runs.awkward, "crowd": runs.crowd}


def main() -> int:
    """Record, export, load, ask; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.traces", description=__doc__)
    parser.add_argument(
        "--trace-processor", type=Path, metavar="FOLDER",
        help=f"has trace_processor.wasm and its engine (default: ${VARIABLE}, or what npm loads)",
    )  # fmt: skip
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave the traces there")
    parser.add_argument("--only", nargs="*", choices=RUNS, default=[*RUNS])
    arguments = parser.parse_args()
    try:
        processor = trace_processor(arguments.trace_processor)
    except MissingError as error:
        print(f"python -m tests.traces needs {error}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        return max([_check(processor, folder, name) for name in arguments.only], default=0)


def _check(processor: Path, folder: Path, name: str) -> int:
    recording = folder / f"{name}.chai.gz"
    RUNS[name](recording)
    account = runs.account_in(recording)
    print(f"{name}: {account.events} events of {len(account.makers)} makers", flush=True)
    code = 0
    for form in ("json", "pftrace"):
        path = folder / f"{name}.{form}"
        seconds = _export(account, path)
        found = differences(processor, path, account) + _cut(processor, path)
        size = path.stat().st_size / 1e6
        print(f"  {form}: {size:.2f} MB in {seconds:.2f} s, {'differs' if found else 'all there'}")
        for line in found:
            print(f"    {line}")
            code = 1
    return code


def _cut(processor: Path, path: Path) -> list[str]:
    """Return what is wrong with two thirds of a trace: nothing, where what is there is read."""
    data = path.read_bytes()
    cut = path.with_name(f"cut-{path.name}")
    cut.write_bytes(data[: len(data) * 2 // 3])
    ((count,),) = ask(processor, cut, ["select count(*) from slice"])[0]
    return [] if count else ["cut: expected some slices, found none"]


def _export(account: Account, path: Path) -> float:
    """Write a trace; return the CPU seconds it took."""
    began = time.process_time()
    with path.open("wb") as file:
        if path.suffix == ".json":
            write_trace(account, lambda text: file.write(text.encode()), lambda _: None)
        else:
            write_pftrace(account, file.write, lambda _: None)
    return time.process_time() - began


if __name__ == "__main__":
    sys.exit(main())
