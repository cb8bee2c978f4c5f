"""Reads a file of items, wherever they come from: a regular file, a pipe, or standard input."""

from __future__ import annotations

import os
import select
import stat
import sys
from pathlib import Path

from chai_tui.config.toml_file import TomlFileError, read_regular

_STDIN = ("-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0")
_PIECE = 65_536
_LOOK_SECONDS = 0.1


def is_stdin(path: str | Path | None) -> bool:
    """Return whether a path, if there is one, stands for standard input."""
    return path is not None and os.fspath(path) in _STDIN


def read_items_file(path: str | Path, most: int) -> bytes:
    """Return everything that a file, a pipe or standard input holds.

    A pipe is waited for until somebody writes, and as long as somebody may.

    Args:
        path: the file; ``-`` for standard input.
        most: how many bytes it may have.

    Raises:
        FileNotFoundError: there is nothing at ``path``.
        TomlFileError: it is another kind of thing, a terminal, say; it is larger; or it cannot be
            read.
    """
    try:
        if is_stdin(path):
            return _read_stdin(most)
        if _is_pipe(path):
            pipe = os.open(path, os.O_RDONLY)
            try:
                return _read_all(pipe, most)
            finally:
                os.close(pipe)
    except OSError as error:
        raise TomlFileError(f"cannot be read: {error.strerror or error}") from error
    return read_regular(path, most)


def _read_stdin(most: int) -> bytes:
    if sys.stdin is None:
        raise TomlFileError("expected a pipe or a file, found it closed")
    if sys.stdin.isatty():
        raise TomlFileError(
            "expected a pipe or a file, found a terminal; pipe something into it, as in seq 8 | …"
        )
    return _read_all(sys.stdin.fileno(), most)


def _is_pipe(path: str | Path) -> bool:
    try:
        return stat.S_ISFIFO(os.stat(path).st_mode)  # noqa: PTH116 - it may be no valid path
    except (OSError, ValueError):  # whoever reads it says why
        return False


def _read_all(descriptor: int, most: int) -> bytes:
    content = bytearray()
    while len(content) <= most:
        # A signal that comes just before a read is not noticed until something is read.
        while sys.platform != "win32" and not select.select([descriptor], [], [], _LOOK_SECONDS)[0]:
            pass
        try:
            piece = os.read(descriptor, _PIECE)
        except BlockingIOError:  # whoever shares it made it so
            select.select([descriptor], [], [])
            continue
        if not piece:
            return bytes(content)
        content += piece
    raise TomlFileError(f"expected at most {most:,} bytes, found more")
