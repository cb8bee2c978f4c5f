"""Starts chai-tui: ``python -m chai_tui``, and the ``chai-tui`` script.

A child that is spawned imports this module again, so the command line is imported inside.
"""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line and return its exit code."""
    from chai_tui import startup  # noqa: PLC0415 - see above

    startup.begin()
    from chai_tui.cli import run_cli  # noqa: PLC0415 - see above

    return run_cli(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
