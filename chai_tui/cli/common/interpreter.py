"""Which Python the user has, which need not be the one that we run on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

_ASKED_SECONDS = 10.0
"""So long it is waited for a Python to say where it is; then it is simply taken."""


def python_of_environment() -> str | None:
    """Return the path of the active virtual environment's interpreter; None if there is none."""
    environment = os.environ.get("VIRTUAL_ENV")
    if environment:
        path = Path(environment, "bin", "python")
        if os.access(path, os.X_OK):
            return os.fspath(path)
    return None


def python_of_shell() -> str:
    """Return the path of the interpreter that a shell here would start; ours if it has none.

    Where that is a script which looks for one (pyenv's, asdf's), it is the one that it finds: a
    program is started by it at once, and nobody sees shells that are none of its own.
    """
    if found := python_of_environment():
        return found
    found = shutil.which("python3") or shutil.which("python")
    if found is None:
        return sys.executable
    return _behind_script(found) if _is_script(found) else found


def _is_script(path: str) -> bool:
    try:
        with Path(path).open("rb") as file:
            return file.read(2) == b"#!"
    except OSError:
        return False


def _behind_script(path: str) -> str:
    try:
        answer = subprocess.run(  # noqa: S603 - the user's own interpreter
            [path, "-c", "import sys; print(sys.executable)"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_ASKED_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return path  # it says so itself, when it is run
    told = os.fsdecode(answer.stdout.rstrip(b"\n"))
    return told if os.access(told, os.X_OK) else path
