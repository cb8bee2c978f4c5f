"""Opens reports in a headless Chromium, and prints what it found: ``python -m tests.reports``.

Exit code 1 when something is not as promised, 2 without a browser. ``--pictures FOLDER`` leaves
pictures to look at.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.reports.browser import NoBrowserError, opened
from tests.reports.promises import PROMISES, Reports, pictures


def main() -> int:
    """Try every promise; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.reports", description=__doc__)
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="leave pictures there")
    arguments = parser.parse_args()
    broken = 0
    try:
        with tempfile.TemporaryDirectory(prefix="chai-report-") as folder, opened() as browser:
            reports = Reports(browser, Path(folder))
            for promise in PROMISES:
                try:
                    told, mark = promise(reports), "kept"
                except AssertionError as error:
                    told, mark = str(error) or "not so", "BROKEN"
                    broken += 1
                print(f"{mark:7} {(promise.__doc__ or '').strip()} {told or ''}".rstrip())
            if arguments.pictures:
                pictures(reports, arguments.pictures)
    except NoBrowserError as error:
        print(f"tests.reports: {error}", file=sys.stderr)
        return 2
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
