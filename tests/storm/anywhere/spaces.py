"""Namespaces and users of a test's own: nobody else on the machine sees what happens in them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from tests.storm.promise import Untried

NOBODY = 65_534
"""The user that every system has, and that may do nothing."""


def unshared(kinds: str, script: str, *command: str) -> list[str]:
    """Return the command that runs another in namespaces of its own.

    Args:
        kinds: letters of ``unshare``: ``m`` mounts, ``p`` process numbers.
        script: shell words that prepare it; they end with ``exec "$0" "$@"``.
        command: what ``$0`` and ``$@`` are.

    Raises:
        Untried: this system does not let us.
    """
    return [*_unshare(kinds), "sh", "-c", script, *command]


def quick_recipe(folder: str) -> str:
    """Write a recipe that is over at once into a folder; return its path."""
    path = Path(folder) / "quick.toml"
    path.write_text('[[steps]]\nname = "steep"\nwait = 0.1\n')
    return str(path)


@cache
def _unshare(kinds: str) -> Sequence[str]:
    if not shutil.which("unshare"):
        raise Untried("a namespace of our own needs unshare")
    fork = ("--fork",) if "p" in kinds else ()
    for flags in (f"-{kinds}", f"-r{kinds}"):  # as root, else in a user namespace of our own
        prefix = ("unshare", flags, *fork)
        if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:
            return prefix
    raise Untried(f"unshare -{kinds} is refused")
