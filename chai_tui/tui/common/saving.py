"""Saves what was measured, or what happened, in files with names of their own: none is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import TypeVar

MOST = 10_000
"""So many files of one name are looked at before it is given up."""

_Saved = TypeVar("_Saved")


def plain_name(words: str) -> str:
    """Return ``work.resize`` for ``../work.py:resize``: what can be in a file's name."""
    path, _, name = words.rpartition(":")
    stem = re.split(r"[/\\]", path)[-1].removesuffix(".py")
    plain = re.sub(r"[^\w.-]+", "_", ".".join(filter(None, (stem, name)))).strip("._")
    return plain[:80]


def file_name(stem: str, ending: str, number: int = 0) -> str:
    """Return ``taste-work.resize.json``, or ``taste-work.resize-2.json``.

    Args:
        stem: what it begins with.
        ending: what it ends with.
        number: which file of that name it is; 0 for the first.
    """
    return f"{stem}{f'-{number + 1}' if number else ''}{ending}"


def save_new(
    stem: str, ending: str, folder: Path, write: Callable[[Path], _Saved]
) -> tuple[Path, _Saved]:
    """Have something written into a new file of a folder.

    Args:
        stem: what the file's name begins with.
        ending: what it ends with.
        folder: where to.
        write: writes the file at a path where none is yet; raises FileExistsError where one is.

    Returns:
        Where it is, and what ``write`` returned.

    Raises:
        OSError: it cannot be written.
    """
    for number in count():
        path = folder / file_name(stem, ending, number)
        try:
            return path.absolute(), write(path)
        except FileExistsError:
            if number >= MOST:
                raise
    raise AssertionError  # count() never ends


def write_text(path: Path, text: str) -> None:
    """Write a text into a new file.

    Raises:
        OSError: it cannot be written, or there is one already.
    """
    with path.open("x", encoding="utf-8") as file:
        file.write(text if text.endswith("\n") else f"{text}\n")
