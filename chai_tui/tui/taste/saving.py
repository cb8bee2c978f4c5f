"""Saves what was measured; nothing is overwritten."""

from __future__ import annotations

import re
from itertools import count
from pathlib import Path

MOST = 10_000
"""So many files of one name are looked at before it is given up."""


def file_name(target: str, number: int = 0) -> str:
    """Return ``taste-work.resize.json`` for ``work.py:resize``, or ``taste-work.resize-2.json``.

    Args:
        target: as it was named.
        number: which file of that name it is; 0 for the first.
    """
    path, _, name = target.rpartition(":")
    stem = re.split(r"[/\\]", path)[-1].removesuffix(".py")
    plain = re.sub(r"[^\w.-]+", "_", ".".join(filter(None, (stem, name)))).strip("._")
    return f"taste-{plain[:80] or 'function'}{f'-{number + 1}' if number else ''}.json"


def save(text: str, target: str, folder: Path) -> Path:
    """Write a text into a new file of a folder.

    Args:
        text: what was measured, as JSON.
        target: the function as it was named; the file is named after it.
        folder: where to.

    Returns:
        Where it is.

    Raises:
        OSError: it cannot be written.
    """
    for number in count():
        path = folder / file_name(target, number)
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text if text.endswith("\n") else f"{text}\n")
        except FileExistsError:
            if number >= MOST:
                raise
        else:
            return path.absolute()
    raise AssertionError  # count() never ends
