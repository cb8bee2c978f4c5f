"""Which Python the user has, which need not be the one that we run on."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path


def python_of_environment() -> str | None:
    """Return the path of the active virtual environment's interpreter; None if there is none."""
    environment = os.environ.get("VIRTUAL_ENV")
    if environment:
        path = Path(environment, "bin", "python")
        if os.access(path, os.X_OK):
            return os.fspath(path)
    return None


def python_of_shell() -> str:
    """Return the path of the interpreter that a shell here would start; ours if it has none."""
    return (
        python_of_environment()
        or shutil.which("python3")
        or shutil.which("python")
        or sys.executable
    )
