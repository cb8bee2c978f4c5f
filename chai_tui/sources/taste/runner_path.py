"""How the runner is started: the process that has the function and calls it."""

from __future__ import annotations

from pathlib import Path

_RUNNER = Path(__file__).parent / "runner" / "_chai_taste" / "__main__.py"


def runner_command(python: str) -> list[str]:
    """Return the command that runs the function's side of a tasting.

    Start it in a session of its own, with pipes for its stdin (requests) and stdout (answers), and
    with one on stderr: all that the function and its workers print goes there.

    Args:
        python: the interpreter that has what the function needs; 3.9 or later, nothing installed.
    """
    return [python, str(_RUNNER)]
