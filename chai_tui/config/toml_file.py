"""Reads a small TOML file that somebody else wrote, and words what is wrong with it.

Whatever the path leads to, reading it neither waits for ever nor fills the memory, and every
mistake becomes one line for a person: file, key, what was expected, what was found.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from chai_tui.model.text import printable

MAX_BYTES = 1_000_000
"""Thousands of steps with long names fit; a log or a disk image given by mistake does not."""

_MAX_KEY_PARTS = 16
# The standard parser needs time and memory that grow with the square of a dotted key's parts:
# 200 kB of "a.a.a…" take all the memory there is. No key of ours has more than two parts.
_LONG_KEY = rf"""(?x) (?<![\w-]) (?:
        (?: [A-Za-z0-9_-]++ | "(?:[^"\\\n]|\\.)*+" | '[^'\n]*+' )
        [ \t]*+ \. [ \t]*+
    ){{{_MAX_KEY_PARTS}}}"""
_SHOWN = 60  # characters of a value that a message repeats


class TomlFileError(ValueError):
    """The file cannot be read as TOML; its text is the reason, without the file's name."""


def read_toml(path: str | Path) -> dict[str, Any]:
    """Return what a small regular TOML file says.

    Args:
        path: the file; a link to one will do.

    Raises:
        FileNotFoundError: there is nothing at ``path``.
        TomlFileError: anything else is wrong with it.
    """
    try:
        text = read_regular(path, MAX_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TomlFileError(
            f"expected UTF-8 text, found something else at byte {error.start}"
        ) from error
    if re.search(_LONG_KEY, text):
        raise TomlFileError(f"expected keys of fewer than {_MAX_KEY_PARTS} parts, found more")
    import tomllib  # noqa: PLC0415 - 12 ms that a run without any file does not pay

    try:
        return tomllib.loads(text)
    except (RecursionError, MemoryError) as error:
        raise TomlFileError("expected TOML, found it nested too deeply") from error
    except ValueError as error:  # tomllib's own error, and a number with thousands of digits
        raise TomlFileError(f"expected TOML, found: {one_line(str(error))}") from error


def read_regular(path: str | Path, most: int) -> bytes:
    """Return a regular file's bytes.

    Args:
        path: the file; a link to one will do.
        most: how many bytes it may have.

    Raises:
        FileNotFoundError: there is nothing at ``path``.
        TomlFileError: it is another kind of thing, larger, or cannot be read.
    """
    try:
        # Asked before opening, because opening some devices does something; and asked again
        # after, because the path may lead elsewhere by then. O_NONBLOCK: a FIFO must not wait.
        _refuse_special(os.stat(path).st_mode)  # noqa: PTH116 - the path may be no valid one
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(path, flags), "rb") as file:
            _refuse_special(os.fstat(file.fileno()).st_mode)
            content = file.read(most + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise TomlFileError(f"cannot be read: {error.strerror or error}") from error
    except TomlFileError:
        raise
    except ValueError as error:  # a NUL byte or a lone surrogate in the path
        raise TomlFileError("cannot be read: no file can have this name") from error
    if len(content) > most:
        raise TomlFileError(f"expected at most {most:,} bytes, found more")
    return content


def _refuse_special(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise TomlFileError("expected a file, found a folder")
    if not stat.S_ISREG(mode):
        raise TomlFileError("expected a regular file, found a device, pipe or socket")


def one_line(text: str) -> str:
    """Return ``text`` as one printable line, its line breaks turned into spaces."""
    return printable(" ".join(text.split()))


def shown_path(path: str | Path) -> str:
    """Return a path as a message shows it."""
    return printable(os.fspath(path))


def found(value: object) -> str:
    """Return a value from a TOML file as a message shows it: short, and on one line."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{clipped(value)}"'
        case int() if value.bit_length() > 64:
            return "a number of many digits"
        case int() | float():
            return str(value)
        case list():
            return "a list"
        case dict():
            return "a table"
    return clipped(str(value))  # dates and times


def clipped(text: str) -> str:
    """Return ``text`` as one printable line of at most ``_SHOWN`` characters."""
    text = one_line(text[: _SHOWN * 4])
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean "wait"?`` if a known word resembles ``word``, else nothing."""
    from difflib import get_close_matches  # noqa: PLC0415 - 7 ms, and only for a mistake

    close = get_close_matches(word[:_SHOWN], list(known), n=1)
    return f'; did you mean "{close[0]}"?' if close else ""


def unknown_key(key: str, known: Iterable[str]) -> str:
    """Return what is wrong with a key that nothing here knows."""
    known = list(known)
    return f"unknown key, expected {listed(known)}{did_you_mean(key, known)}"


def listed(words: Iterable[str], last: str = "or") -> str:
    """Return ``a, b or c``."""
    *first, final = words
    return f"{', '.join(first)} {last} {final}" if first else final
